"""Who may do what, at a moment — e.g. which powers Mr Lam held on 8 January 2024, and who granted them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from millrace.registers.people import prepared
from millrace.registers.people.models import Mark, Membership, Person, Power


def at_moment(at: datetime) -> Q:
    """This will pick the spans that hold at `at`: begun at or before it and not ended by then."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


_grants = prepared.Prepared(
    lambda person, at: (
        # Memberships first: a column needs no reading, a constant would be read anew in each row.
        Membership.objects.filter(at_moment(at), person=person)
        .values_list("organisation_id", "power")
        .union(Power.objects.filter(at_moment(at), person=person).values_list(Value(None, BigIntegerField()), "power"), all=True)
    ),
    person=int,
    at=datetime,
)


def grants_of(person: Person, at: datetime) -> tuple[frozenset[str], Mapping[int, frozenset[str]]]:
    """This will name the powers a person holds at a moment and the organisations they may act for, and how: organisation id → powers."""
    powers: set[str] = set()
    held: dict[int, set[str]] = defaultdict(set)
    for organisation, power in _grants(person=person.pk, at=at):
        (powers if organisation is None else held[organisation]).add(power)
    return frozenset(powers), {organisation: frozenset(powers) for organisation, powers in held.items()}


def with_grants(persons: QuerySet[Person]) -> QuerySet[Person]:
    """This will bring all that was ever granted to each person, in the query that finds them: `grants_read` says what holds."""
    memberships = _told(Membership.objects.all(), organisation="organisation_id")
    return persons.annotate(granted=_told(Power.objects.all()), memberships_granted=memberships)


def _told(rows: QuerySet[Any], **more: str) -> Subquery:
    """One document of all of a person's rows, None where there are none: an array of documents would be read one at a time."""
    each = JSONObject(power="power", starts_at="starts_at", ends_at="ends_at", **more)
    of_person = rows.filter(person=OuterRef("pk")).order_by().values("person")
    return Subquery(of_person.annotate(told=JSONBAgg(each)).values("told"))


def grants_read(person: Any, at: datetime) -> tuple[frozenset[str], Mapping[int, frozenset[str]]]:
    """This will be `grants_of` a person found `with_grants`, as granted when they were found: for a page, not for an act."""
    held: dict[int, set[str]] = defaultdict(set)
    for told in person.memberships_granted or ():
        if _holds(told, at):
            held[told["organisation"]].add(told["power"])
    powers = frozenset(told["power"] for told in person.granted or () if _holds(told, at))
    return powers, {organisation: frozenset(powers) for organisation, powers in held.items()}


def _holds(told: Mapping[str, Any], at: datetime) -> bool:
    """`at_moment`, of a span as JSON tells it."""
    return datetime.fromisoformat(told["starts_at"]) <= at and (told["ends_at"] is None or datetime.fromisoformat(told["ends_at"]) > at)


def powers_of(person: Person, at: datetime) -> frozenset[str]:
    """This will name the funder's powers a person holds at a moment."""
    return grants_of(person, at)[0]


def organisations_of(person: Person, at: datetime) -> Mapping[int, frozenset[str]]:
    """This will say for which organisations a person may act at a moment, and how: organisation id → membership powers."""
    return grants_of(person, at)[1]


def powers_held(at: datetime) -> QuerySet[Power]:
    """This will answer "who held which power on day D", with who granted it and since when."""
    return Power.objects.filter(at_moment(at)).select_related("person", "granted_by").order_by("power", "person__name", "pk")


_members = prepared.Prepared(
    lambda organisation, at: Person.objects.filter(
        pk__in=Membership.objects.filter(at_moment(at), organisation=organisation).values("person"), is_active=True
    ).order_by("name", "pk"),
    organisation=int,
    at=datetime,
)


def members_of(organisation_id: int, at: datetime) -> list[Person]:
    """This will list the active persons who may act for an organisation at a moment, in whatever way."""
    return _members(organisation=organisation_id, at=at)


def memberships_held(organisation_id: int, at: datetime) -> QuerySet[Membership]:
    """This will list who may act for an organisation at a moment."""
    held = Membership.objects.filter(at_moment(at), organisation_id=organisation_id)
    return held.select_related("person", "granted_by").order_by("power", "person__name", "pk")


def holders_of(power: str, at: datetime) -> QuerySet[Person]:
    """This will list the active persons who hold a power at a moment — e.g. whom a case may be assigned to."""
    held = Power.objects.filter(at_moment(at), power=power).values("person")
    return Person.objects.filter(pk__in=held, is_active=True).order_by("name", "pk")


def limit_of(person: Person, at: datetime) -> int | None:
    """This will give the delegated limit of an authority, in cents; None for a person who may not decide."""
    held = Power.objects.filter(at_moment(at), person=person, power=Power.Kind.AUTHORITY, limit_cents__isnull=False)
    return held.values_list("limit_cents", flat=True).first()


_delegated = prepared.Prepared(
    lambda person, power, at: (
        Power.objects.filter(at_moment(at), person=person, power=power).order_by("pk").values_list("limit_cents", "grade")[:1]
    ),
    person=int,
    power=str,
    at=datetime,
)


def delegated_to(person: Person, power: str, at: datetime) -> tuple[int | None, str]:
    """This will give a person's own limit under a power, in cents, and their grade, whose limits the policy says."""
    return _delegated.first(person=person.pk, power=power, at=at) or (None, "")


def system_person() -> Person:
    """This will return the person "system", who acts for reactions and nightly work."""
    return Person.objects.get(is_system=True)


def span_of(row: Any) -> tuple[datetime, datetime | None]:
    """This will return from when to when a power, membership or standing holds."""
    return row.starts_at, row.ends_at


DEMONSTRATION = "demonstration"


TELLING, TOLD = "telling", "told"


def is_demonstration() -> bool:
    """This will say whether everyone in this database is invented."""
    return Mark.objects.filter(name=DEMONSTRATION).exists()


def is_settled_demonstration() -> bool | None:
    """This will say the same once anybody has joined; None before, when a database may still be marked."""
    marked = Exists(Mark.objects.filter(name=DEMONSTRATION))
    return Person.objects.filter(is_system=False).order_by().values_list(marked, flat=True).first()


def is_being_told() -> bool:
    """This will say whether a story was begun in this database and not told to its end: it goes on now, or was cut short."""
    marks = set(Mark.objects.filter(name__in=(TELLING, TOLD)).values_list("name", flat=True))
    return marks == {TELLING}
