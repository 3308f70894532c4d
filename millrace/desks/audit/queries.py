"""What an auditor looks at: a case as then known, who held which power, who read what — e.g. NIFS-7KQ2-M4XD as known on 31 March."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from millrace.core import asat
from millrace.core.access import Actor
from millrace.registers.cases.models import Case, Standing
from millrace.registers.documents.models import Reading
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Person, Power
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Event, Seal

READINGS_SHOWN = 200


@dataclass(frozen=True)
class Then:
    """A case as known at a seal: the events covered, how many came later, and the sheet on a day."""

    seal: Seal
    events: list[Event]
    later_count: int
    values: list[tuple[str, Any]]


def case_then(case: Case, *, on: date, seal: Seal) -> Then:
    """This will give what we knew of a case at a seal, and what was so on a day by that knowledge."""
    rows = Event.objects.filter(case=case).annotate(number=F("seal__number"), stamp=F("seal__sealed_at"))
    known = list(rows.filter(number__lte=seal.number).select_related("by", "on_behalf_of").order_by("-number"))
    row = sheet.rows_as_at(on, seal.number).filter(case=case).first()
    names = [name for name, column in asat.COLUMNS.items() if row and getattr(row, name) not in (None, "", [], column.default)]
    return Then(seal, known, rows.count() - len(known), [(name, getattr(row, name)) for name in names])


def powers_held(at: datetime) -> QuerySet[Power]:
    """This will answer "who held which power of the funder", with the limit, since when and by whom granted."""
    return people.powers_held(at)


def memberships_held(at: datetime, organisation_name: str) -> QuerySet[Membership]:
    """This will list who could act for organisations of that name."""
    held = Membership.objects.filter(people.at_moment(at), organisation__name__icontains=organisation_name)
    return held.select_related("person", "organisation", "granted_by").order_by("organisation__name", "power", "pk")


def has_conflict(actor: Actor, at: datetime) -> bool:
    """This will say whether a person has declared an interest in any case."""
    return Standing.objects.filter(people.at_moment(at), person_id=actor.person_id, relation="conflicted").exists()


@dataclass(frozen=True)
class Read:
    """One reading: when, by whom, of which case and, where it was one of its files, of which; on which ground."""

    at: datetime
    person: Person
    reference: str
    file: str | None
    because: str


def readings(*, reference: str = "", person: str = "") -> list[Read]:
    """This will list who read what, newest first, of one case or one person where named."""
    rows = Reading.objects.order_by("-read_at", "-pk")
    if reference:
        rows = rows.filter(case__reference=reference.strip().upper())
    if person:
        rows = rows.filter(person__name__icontains=person.strip())
    found = list(rows.values_list("read_at", "person_id", "case__reference", "document__name", "because")[:READINGS_SHOWN])
    # A few people read many cases: each is fetched once.
    persons = Person.objects.in_bulk({row[1] for row in found})
    return [Read(at, persons[by], of, file, because) for at, by, of, file, because in found]


def person_named(text: str) -> Person | None:
    """This will find a person by e-mail address, or by a name that only one person has."""
    found = list(Person.objects.filter(email=text.strip().lower())[:1]) or list(Person.objects.filter(name__icontains=text.strip())[:2])
    return found[0] if len(found) == 1 else None
