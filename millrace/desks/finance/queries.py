"""What the finance desk gathers from several stages — e.g. every NIFS case in force with what may be released today and what blocks it."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from millrace.core import delegation, lifecycle
from millrace.core.access import Actor
from millrace.core.envelopes import Nearness
from millrace.desks.finance import blocked, narrowing, outlook
from millrace.registers.cases import searching
from millrace.registers.cases.models import Case
from millrace.registers.ledger import nearness
from millrace.registers.ledger import queries as ledger
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import gather, standing, telling
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, ClaimLine, PayeeAccount, PaymentRun
from millrace.web import access, counting

PER_PAGE = 15
WINDOW = 150  # cases looked through for a block that only their sizing tells
CHUNK = 250


def visible_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """This will give the cases whose money this person may read."""
    return Case.objects.filter(access.visible_submitted(actor, at, "read_money"))


@dataclass(frozen=True)
class Envelope:
    """One envelope's line: the commitment (no year), how near its end it is and, beside it, the cash provision of the year."""

    title: str
    address: str
    unit: str
    state: ledger.EnvelopeState
    cash: ledger.CashState
    near: Nearness


def envelopes(actor: Actor, at: datetime, language: str) -> list[Envelope]:
    """This will give every envelope as it stands now."""
    today, states = gather.local_day(at), ledger.envelope_states()
    near = nearness.of_states(states, today, seen=access.visible_submitted(actor, at, "read_money"))
    year = gather.year_of(today)
    return [
        Envelope(outlook.title(key, language), outlook.address(key), key.unit, state, state.cash.get(year, ledger.CashState()), near[key])
        for key, state in states.items()
    ]


def waiting(actor: Actor, at: datetime) -> dict[str, Any]:
    """This will count what waits for someone of finance."""
    mine = access.without_conflicts(actor, at)
    unruled = ClaimLine.objects.filter(claim=OuterRef("pk"), ruled_by__isnull=True)
    found = counting.added(
        {
            "to_decide": Claim.objects.filter(mine, ~Exists(unruled), state=Claim.State.SUBMITTED),
            "unpaid": deliver.unpaid_releases().filter(mine).select_related(None),
            "to_check": PaymentRun.objects.filter(state=PaymentRun.State.ORDERED),
            "at_bank": PaymentRun.objects.filter(state=PaymentRun.State.CHECKED),
            "accounts": PayeeAccount.objects.filter(ended_at__isnull=True, second_by__isnull=True),
        },
        sums={"unpaid": "to_pay_cents"},
    )
    return {name: count for name, (count, _sum) in found.items()} | {"unpaid_cents": found["unpaid"][1]}


@dataclass(frozen=True)
class Asked:
    """What the list of what to release is narrowed by; empty for everything."""

    search: str = ""
    scheme: str = ""
    fund: str = ""
    officer: str = ""
    year: str = ""
    block: str = ""

    @property
    def is_looked_through(self) -> bool:
        """Whether the block is known only by sizing each instalment, so that cases are looked through a window at a time."""
        return bool(self.block) and self.block not in blocked.WHOLE


@dataclass(frozen=True)
class Releasable:
    """One page of cases in force, each with its instalments, what may be released and what blocks it; `count` and `counts` as far as a
    list counts."""

    rows: list[dict[str, Any]]
    count: int
    counts: dict[str, int]
    per_page: int
    has_next: bool


def releasable(actor: Actor, at: datetime, asked: Asked, *, number: int, held: delegation.Delegated | None) -> Releasable:
    """This will give one page of what may be released today. `held` is the reader's own limit, where the reader releases."""
    cases, today = _in_force(actor, at, replace(asked, block="")), gather.local_day(at)
    by_block = {code: blocked.of_cases(cases, code, today) for code in blocked.WHOLE}
    found = by_block.get(asked.block, cases)
    counts = counting.capped({"": found, **{code: by_block[code] for code in blocked.COUNTED}})
    count, per_page = counts.pop(""), WINDOW if asked.is_looked_through else PER_PAGE
    if asked.block in blocked.WHOLE:
        counts[asked.block] = count
    start = (number - 1) * per_page
    rows = _planned(found[start : start + per_page], at, held)
    has_next = len(rows) == per_page and (count > start + per_page or count > counting.MOST)
    if asked.is_looked_through:
        rows = _only(rows, asked.block)
    return Releasable(rows, count, counts, per_page, has_next)


def officers_and_limit(reader: Person, at: datetime) -> tuple[list[Person], delegation.Delegated]:
    """This will list who may be the officer of a case, and give the reader's own limit in releasing, by one question."""
    asked = Q(power="officer", person__is_active=True) | Q(power="finance", person=reader)
    held = list(people.powers_held(at).filter(asked).select_related(None).select_related("person"))
    officers = [each.person for each in held if each.power == "officer"]
    own = next((each for each in held if each.power == "finance"), None)
    return list(dict.fromkeys(officers)), delegation.Delegated(own.limit_cents, own.grade) if own else delegation.Delegated(None, "")


def _only(rows: list[dict[str, Any]], block: str) -> list[dict[str, Any]]:
    """The instalments with this block, and the cases that have any."""
    kept = [{**row, "instalments": [one for one in row["instalments"] if block in _codes(one)]} for row in rows]
    return [row for row in kept if row["instalments"]]


def _codes(instalment: dict[str, Any]) -> list[str]:
    return [block.code for block in instalment["blocks"]]


def every_instalment(actor: Actor, at: datetime, asked: Asked, held: delegation.Delegated | None) -> Iterator[dict[str, Any]]:
    """This will give every instalment not yet released in full, case after case, in the names of `lists.TO_RELEASE`."""
    cases = _in_force(actor, at, asked)
    for start in itertools.count(0, CHUNK):
        rows = _planned(cases[start : start + CHUNK], at, held)
        for row in _only(rows, asked.block) if asked.is_looked_through else rows:
            case = row["case"]
            named = {"case": case.reference, "lead": str(case.lead), "scheme": case.scheme, "unit": case.unit}
            for one in row["instalments"]:
                yield {**named, **one, "blocks": " ".join(block.words for block in one["blocks"])}
        if len(rows) < CHUNK:
            return


def _in_force(actor: Actor, at: datetime, asked: Asked) -> QuerySet[Case]:
    cases = visible_cases(actor, at).filter(status__in=lifecycle.IN_FORCE).select_related("lead").defer(*Case.SEARCHED_BY)
    if asked.scheme:
        cases = cases.filter(scheme=asked.scheme)
    if of_fund := narrowing.schemes_of(asked.fund):
        cases = cases.filter(scheme__in=of_fund)
    if asked.officer:
        cases = cases.filter(officer=int(asked.officer))
    if span := narrowing.span_of(asked.year):
        cases = cases.filter(status_on__gte=span.start, status_on__lt=span.end)
    if asked.block in blocked.WHOLE:
        cases = blocked.of_cases(cases, asked.block, gather.local_day(at))
    for word in searching.folded(asked.search).split()[:8]:
        cases = cases.filter(search_text__contains=word)
    return cases.order_by("status_on", "pk")


def _planned(cases: QuerySet[Case], at: datetime, held: delegation.Delegated | None) -> list[dict[str, Any]]:
    today = gather.local_day(at)
    shown = list(blocked.with_numbers(cases, today))
    planned = standing.planned_of(shown, today)
    stops = _stops_of(held, today)
    return [_row(case, planned.get(case.pk, ()), stops) for case in shown]


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


def _row(case: Case, planned: tuple[standing.Planned, ...], stops: Stops) -> dict[str, Any]:
    left = [one for one in planned if one.released_cents < one.instalment.planned_cents]
    return {"case": case, "done": len(planned) - len(left), "count": len(planned), "instalments": [_left(case, one, stops) for one in left]}


def _left(case: Case, one: standing.Planned, stops: Stops) -> dict[str, Any]:
    amount = one.release.amount_cents
    blocks = blocked.blocks_of(case, one.release, stop=stops(amount, case.unit) if amount else None)
    return {
        "number": one.instalment.number,
        "planned_cents": one.instalment.planned_cents,
        "left_cents": one.instalment.planned_cents - one.released_cents,
        "release_cents": amount,
        "blocks": blocks,
        "is_held": any(block.code == blocked.ABOVE_LIMIT for block in blocks),
        "is_resized": bool(one.release.limited_by) and not one.release.blocks,
        "basis": telling.basis(one.instalment.basis),
    }


def months(today: date) -> list[dict[str, Any]]:
    """This will give the last twelve months, each closed or open."""
    closed = set(ledger.closed_months())
    found, month = [], today.replace(day=1)
    for _number in range(12):
        month = (month.replace(day=1) - date.resolution).replace(day=1)
        found.append({"month": month, "is_closed": month in closed})
    return found
