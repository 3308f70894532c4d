"""What the finance desk gathers from several stages — e.g. every NIFS case in force with what may be released today and what blocks it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from millrace.core.access import Actor
from millrace.core.envelopes import Nearness
from millrace.desks.finance import outlook
from millrace.registers.cases.models import Case
from millrace.registers.ledger import nearness
from millrace.registers.ledger import queries as ledger
from millrace.stages.deliver import gather, standing, telling
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, ClaimLine, PayeeAccount, PaymentRun
from millrace.web import access, counting

PER_PAGE = 15
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


def releasable(actor: Actor, at: datetime, *, search: str, scheme: str, number: int) -> tuple[list[dict[str, Any]], int, bool]:
    """This will give one page of cases in force, each with its instalments, what may be released and what blocks it.

    With it how many there are, counted as far as a list counts, and whether a page follows.
    """
    cases, start = _in_force(actor, at, search, scheme), (number - 1) * PER_PAGE
    count = counting.capped({"": cases})[""]
    rows = _planned(cases[start : start + PER_PAGE], at)
    has_next = len(rows) == PER_PAGE and (count > start + PER_PAGE or count > counting.MOST)
    return rows, count, has_next


def every_instalment(actor: Actor, at: datetime, *, search: str, scheme: str) -> Iterator[dict[str, Any]]:
    """This will give every instalment not yet released in full, case after case, in the names of `lists.TO_RELEASE`."""
    cases = _in_force(actor, at, search, scheme)
    for start in itertools.count(0, CHUNK):
        rows = _planned(cases[start : start + CHUNK], at)
        for row in rows:
            case = row["case"]
            named = {"case": case.reference, "lead": str(case.lead), "scheme": case.scheme, "unit": case.unit}
            for one in row["instalments"]:
                yield {**named, **one, "blocks": " ".join(one["blocks"])}
        if len(rows) < CHUNK:
            return


def _in_force(actor: Actor, at: datetime, search: str, scheme: str) -> QuerySet[Case]:
    cases = visible_cases(actor, at).filter(status="in_force").select_related("lead").defer(*Case.SEARCHED_BY)
    if scheme:
        cases = cases.filter(scheme=scheme)
    for word in search.lower().split()[:8]:
        cases = cases.filter(search_text__contains=word)
    return cases.order_by("status_on", "pk")


def _planned(cases: QuerySet[Case], at: datetime) -> list[dict[str, Any]]:
    shown = list(cases)
    planned = standing.planned_of(shown, gather.local_day(at))
    return [_row(case, planned.get(case.pk, ())) for case in shown]


def _row(case: Case, planned: tuple[standing.Planned, ...]) -> dict[str, Any]:
    left = [one for one in planned if one.released_cents < one.instalment.planned_cents]
    return {
        "case": case,
        "done": len(planned) - len(left),
        "count": len(planned),
        "instalments": [
            {
                "number": one.instalment.number,
                "planned_cents": one.instalment.planned_cents,
                "left_cents": one.instalment.planned_cents - one.released_cents,
                "release_cents": one.release.amount_cents,
                "blocks": [_(deliver.BLOCK_WORDS[block]) for block in one.release.blocks],
                "is_resized": bool(one.release.limited_by) and not one.release.blocks,
                "basis": telling.basis(one.instalment.basis),
            }
            for one in left
        ],
    }


def months(today: date) -> list[dict[str, Any]]:
    """This will give the last twelve months, each closed or open."""
    closed = set(ledger.closed_months())
    found, month = [], today.replace(day=1)
    for _number in range(12):
        month = (month.replace(day=1) - date.resolution).replace(day=1)
        found.append({"month": month, "is_closed": month in closed})
    return found
