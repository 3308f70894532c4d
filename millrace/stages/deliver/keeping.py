"""Keeps what every open instalment waits for in step with the timeline — e.g. a milestone accepted a moment ago no longer holds one back.

No action needs to think of it: an event of a case makes that case be worked out anew, an event of an organisation all that it leads. What
was told since the last step is worked out by whoever reads (`changed`), so that an answer is exact at every moment.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, expressions
from django.db.models.functions import JSONObject

from millrace.core import lifecycle
from millrace.core.findings import Part
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.registers.timeline import queries as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import gather, standing
from millrace.stages.deliver.models import Finding, KeptUpTo, OpenInstalment

SEALS_AT_ONCE = 2_000
CASES_AT_ONCE = 250
LOOKED_THROUGH = 500  # events not taken up yet that a reader works out by itself
ONE_DAY = timedelta(days=1)


def open_on(day: date) -> QuerySet[OpenInstalment]:
    """This will give the instalments kept under the terms in force on a day."""
    return OpenInstalment.objects.filter(Q(before_on=None) | Q(before_on__gt=day), from_on__lte=day)


def rows_of(cases: Iterable[Case], day: date) -> Iterator[OpenInstalment]:
    """This will work out every open instalment of cases in force, tests apart, under the terms of a day and all later ones."""
    running = {case.pk: case for case in cases if case.status in lifecycle.IN_FORCE and not case.is_test}
    found = _agreed(cases=prepared.ids(running), on=day) if running else []
    for row in found:
        row.case = running[row.case_id]
    return worked_out(found)


def agreed_of(cases: QuerySet[Case], day: date) -> QuerySet[AgreedTerms]:
    """This will ask for the terms `worked_out` reads, each with its case and who leads it: of those of `cases` that are in force."""
    rows = _agreed_in(cases.filter(status__in=lifecycle.IN_FORCE, is_test=False).values("pk"), day)
    return rows.select_related("case__lead").defer(*(f"case__{name}" for name in Case.SEARCHED_BY))


def worked_out(found: Iterable[Any]) -> Iterator[OpenInstalment]:
    """This will give the open instalments under these terms, given case after case as `agreed_of` asks for them."""
    for _case, group in itertools.groupby(found, key=lambda row: row.case_id):
        terms = list(group)
        for row, later in itertools.zip_longest(terms, terms[1:]):
            if later is None or later.from_on > row.from_on:
                yield from _open(row.case, row, before_on=later.from_on if later else None)


def _agreed_in(cases: Any, on: Any) -> QuerySet[AgreedTerms]:
    """The terms in force on a day and those that begin after it, case after case, in the order in which they replace one another."""
    begun = AgreedTerms.objects.filter(case=OuterRef("case"), from_on__lte=on)
    replaced = begun.filter(Q(from_on__gt=OuterRef("from_on")) | Q(from_on=OuterRef("from_on"), number__gt=OuterRef("number")))
    rows = standing.with_done(standing.with_handed_in(AgreedTerms.objects.filter(~Exists(replaced), case__in=cases)))
    not_cleared = Finding.objects.filter(case=OuterRef("case"), cleared_at=None).values(gate=JSONObject(weight="severity", by="remedy_by"))
    return rows.annotate(not_cleared=ArraySubquery(not_cleared)).order_by("case_id", "from_on", "number")


_agreed = prepared.Prepared(lambda cases, on: _agreed_in(prepared.among(cases), on), cases=str, on=date)


def _open(case: Case, row: Any, *, before_on: date | None) -> Iterator[OpenInstalment]:
    terms, planned = standing.sized_but_for_days(case, row)
    late = [one.due_on + ONE_DAY for one in terms.reports if one.number not in row.reported]
    # A major finding holds from the day it was found: from before any day the terms are asked for.
    gated = [row.from_on if one["weight"] == Finding.Severity.MAJOR else date.fromisoformat(one["by"]) + ONE_DAY for one in row.not_cleared]
    for one in planned:
        if one.released_cents < one.instalment.planned_cents:
            yield OpenInstalment(
                case=case,
                number=one.instalment.number,
                from_on=row.from_on,
                before_on=before_on,
                unit=terms.unit,
                basis=one.instalment.basis,
                planned_cents=one.instalment.planned_cents,
                left_cents=one.instalment.planned_cents - one.released_cents,
                release_cents=one.release.amount_cents,
                limited_by="" if one.release.blocks else one.release.limited_by,
                blocks=list(one.release.blocks),
                report_from=min(late, default=None),
                finding_from=min(gated, default=None),
            )


@dataclass(frozen=True)
class Changed:
    """The cases told of since the last step; `is_behind` where they are too many to be worked out by a reader."""

    cases: frozenset[int]
    is_behind: bool = False


def changed(most: int = LOOKED_THROUGH) -> Changed:
    """This will find which cases' kept instalments may be out of date. One question where nothing happened."""
    after = Subquery(KeptUpTo.objects.values("number")[:1])
    told = _with_led(timeline.told_after(after, most))
    return Changed(_touched(told), is_behind=len(told) >= most)


def _with_led(events: QuerySet[Event]) -> list[tuple[int | None, list[int]]]:
    """The case of each event; of one without a case, those its organisation leads: a payee account is for all of them."""
    led = Case.every.filter(lead=OuterRef("led_by"), status__in=lifecycle.IN_FORCE).values("pk")
    led_by = expressions.Case(expressions.When(case=None, then="organisation"))
    return list(events.alias(led_by=led_by).annotate(led=ArraySubquery(led)).values_list("case", "led"))


def _touched(told: Sequence[tuple[int | None, list[int]]]) -> frozenset[int]:
    return frozenset({case for case, _led in told if case}.union(*(led for _case, led in told)))


def keep_up(at: datetime) -> int:
    """This will take up everything sealed so far; gives the number it stands at. Safe to call from anywhere, any time."""
    while step(at):
        pass
    return KeptUpTo.objects.values_list("number", flat=True).get(pk=1)


def step(at: datetime) -> bool:
    """This will take up what was sealed next, so many seals at a time; says whether more waits."""
    last = sealer.last_number()
    if KeptUpTo.objects.values_list("number", flat=True).get(pk=1) >= last:
        return False
    with transaction.atomic():
        cursor = KeptUpTo.objects.select_for_update().get(pk=1)
        upto = min(last, cursor.number + SEALS_AT_ONCE)
        if upto > cursor.number:
            seals = Seal.objects.filter(number__gt=cursor.number, number__lte=upto)
            told = _with_led(Event.objects.filter(pk__in=seals.values("event")))
            _keep(_touched(told), gather.local_day(at))
            cursor.number = upto
            cursor.save()
    return upto < last


def _keep(cases: frozenset[int], day: date) -> None:
    for some in _batches(cases):
        rows = list(rows_of(some, day))
        OpenInstalment.objects.filter(case__in=some).delete()
        OpenInstalment.objects.bulk_create(rows)


def _batches(cases: Iterable[int]) -> Iterator[list[Case]]:
    wanted = iter(sorted(cases))
    while some := list(itertools.islice(wanted, CASES_AT_ONCE)):
        yield list(Case.every.filter(pk__in=some).only("pk", "lead", "status", "stage_number", "unit", "is_test"))


_KEPT = tuple(field.attname for field in OpenInstalment._meta.concrete_fields if not field.primary_key)


def verify(at: datetime) -> Part:
    """This will work out every open instalment anew and compare it with what is kept; a case told of since waits for the next step."""
    day, part = gather.local_day(at), Part("open instalments", {"cases": 0, "instalments": 0, "waiting": 0})
    waiting = changed(most=SEALS_AT_ONCE)
    if waiting.is_behind:
        part.counts["waiting"] = sealer.last_number() - KeptUpTo.objects.values_list("number", flat=True).get(pk=1)
        return part
    part.counts["waiting"] = len(waiting.cases)
    running = Case.every.filter(status__in=lifecycle.IN_FORCE).exclude(pk__in=waiting.cases).values_list("pk", flat=True)
    known = OpenInstalment.objects.exclude(case__in=waiting.cases).values_list("case", flat=True).distinct()
    for some in _batches({*running, *known}):
        made, kept = _by_case(rows_of(some, day), day), _by_case(OpenInstalment.objects.filter(case__in=some), day)
        part.counts["cases"] += len(some)
        part.counts["instalments"] += sum(map(len, kept.values()))
        for case in some:
            if made.get(case.pk) != kept.get(case.pk):
                part.found("open-instalments-differ", f"case {case.pk}", "what its instalments wait for is not what its records give")
    return part


def _by_case(rows: Iterable[OpenInstalment], day: date) -> dict[int, set[tuple[Any, ...]]]:
    """Rows as values, those of terms replaced by the day left out."""
    found: dict[int, set[tuple[Any, ...]]] = {}
    for row in rows:
        if row.before_on is None or row.before_on > day:
            values = (getattr(row, name) for name in _KEPT)
            found.setdefault(row.case_id, set()).add(tuple(tuple(one) if isinstance(one, list) else one for one in values))
    return found
