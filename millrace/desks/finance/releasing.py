"""What may be released today, instalment by instalment, and what blocks the rest — e.g. 57 may be, 312 wait for their milestone.

Read from what is kept of every open instalment; of the cases told of since that was last brought up to date, worked out on the spot, so
that what a list shows and counts is what sizing each instalment now would give.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from millrace.core import delegation, lifecycle
from millrace.core.access import Actor
from millrace.desks.finance import blocked, narrowing
from millrace.registers.cases import searching
from millrace.registers.cases.models import Case
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import gather, keeping, telling
from millrace.stages.deliver.models import OpenInstalment
from millrace.web import access, counting

PER_PAGE = 25
CHUNK = 500
RUNNING = Q(case__status__in=lifecycle.IN_FORCE, case__is_test=False)
IN_A_FILE = 20_000  # events not taken up yet that a file works out, where a page stops much sooner


@dataclass(frozen=True)
class Asked:
    """What the list of what to release is narrowed by; empty for everything. `is_all_counted` asks for whole counts."""

    search: str = ""
    scheme: str = ""
    fund: str = ""
    officer: str = ""
    year: str = ""
    block: str = ""
    is_all_counted: bool = False


@dataclass(frozen=True)
class Releasable:
    """One page of open instalments, each with what may be released and what blocks it; `counts` by code, "" for all, as far as counted.

    `is_behind` where so much was told lately that the kept instalments do not show all of it yet.
    """

    rows: list[dict[str, Any]]
    counts: dict[str, int]
    has_next: bool
    is_behind: bool


@dataclass(frozen=True)
class _Open:
    """The open instalments asked for: those kept and in step with the timeline, and those worked out now, in the list's order."""

    kept: QuerySet[OpenInstalment]
    fresh: list[Any]
    today: date
    is_behind: bool

    def only(self, code: str) -> "_Open":
        if not code:
            return self
        fresh = [row for row in self.fresh if blocked.is_of(row, code, self.today)]
        return _Open(self.kept.filter(blocked.holds(code, self.today)), fresh, self.today, self.is_behind)

    def shown(self) -> QuerySet[Any]:
        # What is kept is of such cases anyway: said, it lets the first page be read off their own index, in the list's order.
        rows = self.kept.filter(RUNNING).select_related("case__lead").defer(*(f"case__{name}" for name in Case.SEARCHED_BY))
        return blocked.with_numbers(rows, "case").order_by("case__status_on", "case", "number")

    def between(self, start: int, end: int) -> list[Any]:
        """The rows from `start` to before `end`, of both kinds in one order."""
        before = max(0, start - len(self.fresh))
        kept = list(self.shown()[before:end])
        # Of those worked out now, what comes before all that was read stands on an earlier page.
        skipped = [row for row in self.fresh if before and kept and _place(row) < _place(kept[0])]
        both = list(heapq.merge(kept, self.fresh[len(skipped) :], key=_place))
        first = before + len(skipped)
        return both[start - first : end - first]


def _place(row: Any) -> tuple[date, int, int]:
    """Where a row stands in the list: the case longest in force first."""
    return row.case.status_on, row.case_id, row.number


def releasable(actor: Actor, at: datetime, asked: Asked, *, number: int, held: delegation.Delegated | None) -> Releasable:
    """This will give one page of what may be released today. `held` is the reader's own limit, where the reader releases."""
    found = _open(actor, at, asked, most=keeping.LOOKED_THROUGH)
    start, rows = (number - 1) * PER_PAGE, found.only(asked.block)
    shown = rows.between(start, start + PER_PAGE + 1)
    stops = _stops_of(held, found.today)
    return Releasable(
        rows=[_told(row, found.today, stops) for row in shown[:PER_PAGE]],
        counts=_counted(found, asked),
        has_next=len(shown) > PER_PAGE,
        is_behind=found.is_behind,
    )


def _counted(found: _Open, asked: Asked) -> dict[str, int]:
    """How many instalments each code stands against: exact to a thousand, or wholly where that is asked for."""
    by_code = {code: found.only(code) for code in ("", *blocked.SHORT)}
    if asked.is_all_counted:
        wanted = {f"of_{code}": Count("pk", filter=blocked.holds(code, found.today)) for code in blocked.SHORT}
        kept = {name.removeprefix("of_"): count for name, count in found.kept.aggregate(of_=Count("pk"), **wanted).items()}
    else:
        kept = counting.capped({code: rows.kept for code, rows in by_code.items()})
    return {code: kept[code] + len(rows.fresh) for code, rows in by_code.items()}


def every_instalment(actor: Actor, at: datetime, asked: Asked, held: delegation.Delegated | None) -> Iterator[dict[str, Any]]:
    """This will give every instalment asked for, case after case, in the names of `lists.TO_RELEASE`."""
    found = _open(actor, at, asked, most=IN_A_FILE).only(asked.block)
    stops = _stops_of(held, found.today)
    for row in heapq.merge(_read(found.shown()), found.fresh, key=_place):
        told = _told(row, found.today, stops)
        named = {"case": row.case.reference, "lead": str(row.case.lead), "scheme": row.case.scheme, "unit": row.unit}
        yield {**told, **named, "blocks": " ".join(block.words for block in told["blocks"])}


def _read(rows: QuerySet[Any]) -> Iterator[Any]:
    for start in itertools.count(0, CHUNK):
        some = list(rows[start : start + CHUNK])
        yield from some
        if len(some) < CHUNK:
            return


def _open(actor: Actor, at: datetime, asked: Asked, *, most: int) -> _Open:
    today, changed = gather.local_day(at), keeping.changed(most)
    kept = keeping.open_on(today).filter(access.without_conflicts(actor, at), _narrowed(asked, "case__"))
    if changed.is_behind:
        return _Open(kept.filter(RUNNING), [], today, is_behind=True)
    if not changed.cases:
        return _Open(kept, [], today, is_behind=False)
    cases = Case.objects.filter(access.visible_submitted(actor, at, "read_money"), _narrowed(asked, ""), pk__in=changed.cases)
    return _Open(kept.exclude(case__in=changed.cases), _fresh(cases, today), today, is_behind=False)


def _fresh(cases: QuerySet[Case], today: date) -> list[Any]:
    """The instalments of cases told of since, worked out now. One question."""
    terms = list(blocked.with_numbers(keeping.agreed_of(cases, today), "case"))
    of_case = {row.case_id: row for row in terms}
    rows: list[Any] = [row for row in keeping.worked_out(terms) if row.from_on <= today]
    for row in rows:
        row.undecided, row.missing = (getattr(of_case[row.case_id], name) for name in ("undecided", "missing"))
    return sorted(rows, key=_place)


def _narrowed(asked: Asked, of: str) -> Q:
    """What is asked for, as a filter of cases or of rows whose case is `of`. What is kept is of cases in force: that need not be asked."""
    named: dict[str, Any] = {}
    if asked.scheme:
        named["scheme"] = asked.scheme
    if asked.officer:
        named["officer"] = int(asked.officer)
    if span := narrowing.span_of(asked.year):
        named |= {"status_on__gte": span.start, "status_on__lt": span.end}
    found = Q(**{f"{of}{name}": value for name, value in named.items()})
    if of_fund := narrowing.schemes_of(asked.fund):
        found &= Q(**{f"{of}scheme__in": of_fund})
    for word in searching.folded(asked.search).split()[:8]:
        found &= Q(**{f"{of}search_text__contains": word})
    return found


Stops = Callable[[int, str], delegation.Stop | None]


def _stops_of(held: delegation.Delegated | None, today: date) -> Stops:
    """Whether the reader's own limit stops a release of so much; never where the reader releases nothing."""
    if held is None:
        return lambda _cents, _unit: None
    told, handling = policy.funder_if_published(), policy.handling()

    def stop(cents: int, unit: str) -> delegation.Stop | None:
        currency = told.currency if told else unit
        return delegation.stop(held, delegation.RELEASE, cents, unit, handling=handling, scheme="", on=today, limit_unit=currency)

    return stop


def _told(row: Any, today: date, stops: Stops) -> dict[str, Any]:
    """One instalment as the list shows it."""
    amount = 0 if row.blocks_on(today) else row.release_cents
    blocks = blocked.blocks_of(row, today, stop=stops(amount, row.unit) if amount else None)
    return {
        "case": row.case,
        "unit": row.unit,
        "number": row.number,
        "planned_cents": row.planned_cents,
        "left_cents": row.left_cents,
        "release_cents": amount,
        "blocks": blocks,
        "is_held": any(block.code == blocked.ABOVE_LIMIT for block in blocks),
        "is_resized": bool(amount and row.limited_by),
        "basis": telling.basis(row.basis),
    }
