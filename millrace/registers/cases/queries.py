"""Who stands how to a case, at a moment — e.g. Dr Yip assessed NIFS-7KQ2-M4XD from 2 March and is now conflicted."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import BigIntegerField, Q, QuerySet, Value

from millrace.registers.cases.models import Case, Party, Standing
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person


def joined_at(at: datetime) -> Q:
    """This will pick the parties that belong to their case at a moment."""
    return Q(joined_at__lte=at) & (Q(left_at__isnull=True) | Q(left_at__gt=at))


_case = prepared.Prepared(
    lambda reference: Case.objects.select_related("lead", "scheme_version").defer("scheme_version__text").filter(reference=reference),
    reference=str,
)
_parties = prepared.Prepared(
    lambda case, at: Party.objects.filter(joined_at(at), case=case).values_list("organisation_id", "role"), case=int, at=datetime
)
_relations = prepared.Prepared(
    lambda person, case, at: (
        Standing.objects.filter(people.at_moment(at), person=person, case=case)
        .values_list(Value(None, BigIntegerField()), "relation")
        .union(Party.objects.filter(joined_at(at), case=case).values_list("organisation_id", "role"), all=True)
    ),
    person=int,
    case=int,
    at=datetime,
)


def case_at(reference: str) -> Case | None:
    """This will find a case by its reference, as typed in an address."""
    return _case.first(reference=reference)


def parties_of(case: Case, at: datetime) -> Mapping[int, frozenset[str]]:
    """This will say which organisations are parties at a moment: organisation id → roles."""
    roles: dict[int, set[str]] = defaultdict(set)
    for organisation, role in _parties(case=case.pk, at=at):
        roles[organisation].add(role)
    return {organisation: frozenset(held) for organisation, held in roles.items()}


def standings_of(person: Person, case: Case, at: datetime) -> frozenset[str]:
    """This will name how a person stands to a case at a moment."""
    return relations_of(person, case, at)[0]


def relations_of(person: Person, case: Case, at: datetime) -> tuple[frozenset[str], Mapping[int, frozenset[str]]]:
    """This will give `standings_of` and `parties_of` together, in one question: every page of a case asks both."""
    standings: set[str] = set()
    roles: dict[int, set[str]] = defaultdict(set)
    for organisation, name in _relations(person=person.pk, case=case.pk, at=at):
        (standings if organisation is None else roles[organisation]).add(name)
    return frozenset(standings), {organisation: frozenset(held) for organisation, held in roles.items()}


def standings_held(case: Case, at: datetime) -> QuerySet[Standing]:
    """This will list who stands how to a case at a moment, and who said so."""
    return Standing.objects.filter(people.at_moment(at), case=case).select_related("person", "granted_by").order_by("relation", "pk")
