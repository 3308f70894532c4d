"""Who stands how to a case, at a moment — e.g. Dr Yip assessed NIFS-7KQ2-M4XD from 2 March and is now conflicted."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from millrace.registers.cases.models import Case, Party, Standing, Verdict
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person


def joined_at(at: datetime) -> Q:
    """This will pick the parties that belong to their case at a moment."""
    return Q(joined_at__lte=at) & (Q(left_at__isnull=True) | Q(left_at__gt=at))


def _at_reference(reference: str) -> QuerySet[Case]:
    rows = Case.every.select_related("lead", "scheme_version").defer("scheme_version__text", *Case.SEARCHED_BY)
    return rows.filter(reference=reference)


def _with_ways(rows: QuerySet[Case], person: int, at: datetime) -> QuerySet[Case]:
    standings = Standing.objects.filter(people.at_moment(at), person=person, case=OuterRef("pk"))
    parties = Party.objects.filter(joined_at(at), case=OuterRef("pk"))
    role = Concat(Cast("organisation_id", TextField()), Value(":"), "role", output_field=TextField())
    return rows.annotate(
        asker_standings=ArraySubquery(standings.values("relation")), party_roles=ArraySubquery(parties.annotate(of=role).values("of"))
    )


_case = prepared.Prepared(_at_reference, reference=str)
_case_for = prepared.Prepared(
    lambda reference, person, at: _with_ways(_at_reference(reference), person, at), reference=str, person=int, at=datetime
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


def case_for(person: Person, reference: str, at: datetime) -> tuple[Case, frozenset[str], Mapping[int, frozenset[str]]] | None:
    """This will find a case with how a person stands to it and who its parties are, as below, in one question."""
    case: Any = _case_for.first(reference=reference, person=person.pk, at=at)
    if case is None:
        return None
    parties = [(int(organisation), role) for organisation, _, role in (each.partition(":") for each in case.party_roles)]
    return case, frozenset(case.asker_standings), _by_organisation(parties)


def parties_of(case: Case, at: datetime) -> Mapping[int, frozenset[str]]:
    """This will say which organisations are parties at a moment: organisation id → roles."""
    return _by_organisation(_parties(case=case.pk, at=at))


def _by_organisation(rows: Iterable[tuple[int, str]]) -> Mapping[int, frozenset[str]]:
    roles: dict[int, set[str]] = defaultdict(set)
    for organisation, role in rows:
        roles[organisation].add(role)
    return {organisation: frozenset(held) for organisation, held in roles.items()}


T = TypeVar("T")


def once(case: Case, ask: Callable[..., T], *values: Hashable) -> T:
    """This will ask of a case what several panels of a page need only once; of a case read to be changed, each time.

    Only a page that cannot write keeps its answers (`keep_answers`), for as long as it holds this instance of the case.
    """
    kept = case.__dict__.get(_ANSWERS)
    if kept is None:
        return ask(case, *values)
    if (ask, *values) not in kept:
        kept[ask, *values] = ask(case, *values)
    answer: T = kept[ask, *values]
    return answer


def keep_answers(case: Case) -> None:
    """This will have `once` keep what it is told of this instance, read for a page that sees one moment and cannot write."""
    case.__dict__[_ANSWERS] = {}


_ANSWERS = "answers_kept"


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


_verdicts = prepared.Prepared(
    lambda case, purpose: (
        Verdict.objects.filter(case=case, purpose=purpose)
        .select_related("scheme_version")
        .defer("scheme_version__text", "facts")
        .order_by("id")
    ),
    case=int,
    purpose=str,
)


def verdicts_of(case: Case, purpose: str) -> list[Verdict]:
    """This will list what the rules were found to say of a case at one kind of judgement, earliest first."""
    return _verdicts(case=case.pk, purpose=purpose)
