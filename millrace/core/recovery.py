"""Works out what a payee owes: interest, what a payment settles, instalments, age, a share of revenue — e.g. HK$60,000, 73 days late.

Interest is simple, actual/365: principal × rate × nights ÷ 365, each night at the rate in force and on the principal still owed. The
exact sum over all nights is rounded once, half a cent up, so that acts in between neither win nor lose a cent.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from millrace.core import money, months

WHOLE_BASIS_POINTS: Final = 10_000
DAYS_OF_A_YEAR: Final = 365
DENOMINATOR: Final = WHOLE_BASIS_POINTS * DAYS_OF_A_YEAR

UNSPENT, DISALLOWED, BREACH, RETENTION, REVENUE = "unspent", "disallowed", "breach", "retention", "revenue"
GROUNDS: Final = (UNSPENT, DISALLOWED, BREACH, RETENTION, REVENUE)
# A share of revenue is income; every other ground takes back what was paid.
TAKES_BACK: Final = frozenset(GROUNDS) - {REVENUE}

NOT_DUE, TO_30, TO_60, TO_90, TO_YEAR, OLDER = "not_due", "1_30", "31_60", "61_90", "91_365", "over_365"
AGES: Final = (NOT_DUE, TO_30, TO_60, TO_90, TO_YEAR, OLDER)
# The last day of each age but the oldest.
LAST_DAYS: Final = (0, 30, 60, 90, 365)


@dataclass(frozen=True, slots=True)
class Rate:
    """The yearly rate of interest from a day on, in basis points."""

    from_on: date
    basis_points: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What one act took off a debt, and the day from which it no longer bears interest; below zero where a receipt was taken back."""

    on: date
    principal_cents: int
    interest_cents: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nights on which principal and rate stayed the same; `until` is the first day after them."""

    since: date
    until: date
    principal_cents: int
    basis_points: int

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def product(self) -> int:
        """This will be the exact interest, as so many parts of `DENOMINATOR`."""
        return self.principal_cents * self.basis_points * self.days

    def as_json(self) -> dict[str, Any]:
        """This will be kept beside what was charged, so that the sum can be made again."""
        told = {"since": self.since.isoformat(), "until": self.until.isoformat(), "days": self.days}
        return {**told, "principal_cents": self.principal_cents, "basis_points": self.basis_points}


def stretches(principal_cents: int, due_on: date, settled: Iterable[Settled], rates: Sequence[Rate], until: date) -> tuple[Stretch, ...]:
    """This will part the nights from the due day to `until` where principal or rate changes; nights without a rate bear nothing.

    Rates may come in any order; of two from the same day the later named stands.
    """
    acts = sorted(settled, key=lambda act: act.on)
    known = {rate.from_on: rate.basis_points for rate in rates}
    changes: Counter[date] = Counter()
    for act in acts:
        changes[act.on] += act.principal_cents
    # A receipt and its taking back are of one day and together nothing: no turn.
    turns = sorted({due_on, until, *(day for day, cents in changes.items() if cents), *known})
    turns = [day for day in turns if due_on <= day <= until]
    found = []
    for since, end in itertools.pairwise(turns):
        left = principal_cents - sum(act.principal_cents for act in acts if act.on <= since)
        begun = [day for day in known if day <= since]
        points = known[max(begun)] if begun else 0
        if left > 0 and points > 0:
            found.append(Stretch(since, end, left, points))
    return tuple(found)


def interest_cents(parts: Iterable[Stretch]) -> int:
    """This will add up exactly and round once, half a cent up."""
    return (2 * sum(part.product for part in parts) + DENOMINATOR) // (2 * DENOMINATOR)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still owed on a day: principal and interest, the interest in all since the due day, and how it was made."""

    principal_cents: int
    interest_cents: int
    accrued_cents: int
    parts: tuple[Stretch, ...] = ()

    @property
    def total_cents(self) -> int:
        return self.principal_cents + self.interest_cents


def owed(principal_cents: int, due_on: date, settled: Sequence[Settled], rates: Sequence[Rate], on: date) -> Owed:
    """This will say what is owed at a day. Interest settled beyond what the rates give today (they were mended) is never asked back."""
    parts = stretches(principal_cents, due_on, settled, rates, on)
    accrued = max(interest_cents(parts), sum(act.interest_cents for act in settled))
    left = principal_cents - sum(act.principal_cents for act in settled)
    return Owed(left, accrued - sum(act.interest_cents for act in settled), accrued, parts)


def appropriate(found: Owed, amount_cents: int) -> tuple[int, int] | None:
    """This will part an amount into (principal, interest), interest first; None where it is more than is owed, or nothing."""
    if not 0 < amount_cents <= found.total_cents:
        return None
    interest = min(amount_cents, found.interest_cents)
    return amount_cents - interest, interest


def earned_after_return(released: Mapping[int, int], earned: Mapping[int, int], back_cents: int) -> int:
    """This will give how much of what came back as unspent claims have earned since, from what was released and earned by stage: never so
    much that the payee, given it again, had more than its claims earned of what was released."""
    covered = sum(min(cents, earned.get(stage, 0)) for stage, cents in released.items())
    return min(back_cents, max(0, covered - (sum(released.values()) - back_cents)))


# ── Instalments ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment of a plan."""

    due_on: date
    amount_cents: int


def plan_problem(parts: Sequence[Part], owed_cents: int, agreed_on: date) -> str:
    """This will say, in a code, why a plan cannot be agreed, or nothing: its parts come to what is owed, in order, none in the past."""
    if not parts or any(part.amount_cents <= 0 for part in parts):
        return "part-of-nothing"
    if any(later.due_on <= earlier.due_on for earlier, later in itertools.pairwise(parts)):
        return "parts-not-in-order"
    if parts[0].due_on < agreed_on:
        return "part-in-the-past"
    return "" if sum(part.amount_cents for part in parts) == owed_cents else "parts-differ"


def first_unpaid(parts: Sequence[Part], paid_cents: int) -> Part | None:
    """This will give the first instalment that what was paid under the plan does not cover; None where all are."""
    left = paid_cents
    for part in parts:
        left -= part.amount_cents
        if left < 0:
            return part
    return None


def is_missed(parts: Sequence[Part], paid_cents: int, on: date) -> bool:
    """This will say whether the day of an uncovered instalment is past: then the whole falls due."""
    part = first_unpaid(parts, paid_cents)
    return part is not None and part.due_on < on


# ── Age ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def age(due_on: date, on: date) -> str:
    """This will say how old a debt is on a day; on its due day it is not yet late."""
    days = (on - due_on).days
    return next((code for code, last in zip(AGES, LAST_DAYS, strict=False) if days <= last), OLDER)


def due_days(code: str, on: date) -> tuple[date | None, date | None]:
    """This will give the first and last due day of the debts of an age; None where there is no such limit."""
    place = AGES.index(code)
    first = on - timedelta(days=LAST_DAYS[place]) if place < len(LAST_DAYS) else None
    last = on - timedelta(days=LAST_DAYS[place - 1] + 1) if place else None
    return first, last


# ── A share of revenue ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RevenueRule:
    """What of a project's revenue comes back: a share, for so many years, up to a share of the grant, declared within so many days."""

    share_basis_points: int
    years: int
    cap_basis_points: int
    days: int
    measures: tuple[Mapping[str, object], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of revenue: from a day to before another, to be declared by a day."""

    number: int
    since: date
    until: date
    declare_by: date


def revenue_years(rule: RevenueRule, ended_before: date) -> tuple[Year, ...]:
    """This will give the years in which revenue counts, from the end of the project on."""
    found = []
    for number in range(1, rule.years + 1):
        since, until = months.after(ended_before, 12 * (number - 1)), months.after(ended_before, 12 * number)
        found.append(Year(number, since, until, until + timedelta(days=rule.days)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RevenueShare:
    """What of a declared revenue comes back, and what it was made from."""

    revenue_cents: int
    share_cents: int
    cap_cents: int
    before_cents: int
    amount_cents: int

    def as_json(self) -> dict[str, int]:
        """This will be kept beside the declaration."""
        told = {"revenue_cents": self.revenue_cents, "share_cents": self.share_cents, "cap_cents": self.cap_cents}
        return {**told, "before_cents": self.before_cents, "amount_cents": self.amount_cents}


def revenue_share(rule: RevenueRule, revenue_cents: int, *, grant_cents: int, before_cents: int) -> RevenueShare:
    """This will give the share of a year's revenue, never more than the cap leaves after earlier years; rounded down to the cent."""
    share = money.portion(revenue_cents, rule.share_basis_points, WHOLE_BASIS_POINTS)
    cap = money.portion(grant_cents, rule.cap_basis_points, WHOLE_BASIS_POINTS)
    return RevenueShare(revenue_cents, share, cap, before_cents, max(0, min(share, cap - before_cents)))
