"""What a scheme will probably commit and pay in each financial year, from its open cases and its agreements — never from a guess.

HK$40m asked by NIFS cases that the committee has before it, of which cases like them got 62.5% in money: HK$25m, in the years in which
decisions come and agreements pay. Where fewer than `LEAST_DECIDED` like cases were decided there is no share, only the two bounds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from millrace.core.rules.columns import Ints

# Below this, one case decided otherwise would move a share by a tenth.
LEAST_DECIDED = 10
WHOLE = 10_000
# The year of money that nothing seen so far places in time.
NOT_PLACED = ""


@dataclass(frozen=True, slots=True)
class History:
    """What became of decided cases that passed through one stage: how many there were and how many were supported, what the rules
    gave all of them, and what was approved, in minor units."""

    decided: int = 0
    supported: int = 0
    given_cents: int = 0
    approved_cents: int = 0

    @property
    def share(self) -> int | None:
        """The part of what the rules gave that was approved, in basis points and at most the whole; None for too few cases."""
        if self.decided < LEAST_DECIDED or self.given_cents <= 0:
            return None
        return min(WHOLE, self.approved_cents * WHOLE // self.given_cents)


@dataclass(frozen=True, slots=True)
class Opened:
    """Open cases as columns: each one's stage as a place in `stages`, what the rules give it in minor units, and the ordinal of the day
    it was received."""

    stages: tuple[str, ...]
    stage: Ints
    amounts: Ints
    received: Ints

    def __len__(self) -> int:
        return len(self.amounts)


@dataclass(frozen=True, slots=True)
class Curve:
    """How agreements of a scheme pay: of `WHOLE`, how much so many days after they begin. Empty while there is no agreement."""

    days: tuple[int, ...] = ()
    weights: tuple[int, ...] = ()
    agreement_count: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """An amount if no open case is supported, as cases like them were (None: too few were decided), and if all are."""

    low: int = 0
    expected: int | None = 0
    high: int = 0

    def __add__(self, other: "Range") -> "Range":
        """Add two amounts; what has no expectation leaves the sum without one."""
        both = None if self.expected is None or other.expected is None else self.expected + other.expected
        return Range(self.low + other.low, both, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Year:
    """One financial year: what will be newly committed, what will be paid, and what of that is promised already."""

    year: str
    commitment: Range
    cash: Range
    promised: int


@dataclass(frozen=True, slots=True)
class Stage:
    """The open cases of one stage, what the rules give them, and the history their share is taken from."""

    name: str
    count: int
    amount: Range
    history: History


@dataclass(frozen=True, slots=True)
class Forecast:
    """The whole: years in order, money not placed in time last, and the stages it rests on."""

    years: tuple[Year, ...]
    stages: tuple[Stage, ...]
    promised: int
    decision_days: int | None
    curve: Curve

    @property
    def commitment(self) -> Range:
        """All that will be newly committed."""
        return sum((one.commitment for one in self.years), Range())

    @property
    def cash(self) -> Range:
        """All that will be paid."""
        return sum((one.cash for one in self.years), Range())

    def exceeds(self, available: int, which: str) -> str | None:
        """Name the year in which new commitments come to more than what is available, in one reading: low, expected or high."""
        total = 0
        for one in self.years:
            amount = getattr(one.commitment, which)
            if amount is None:
                return None
            total += amount
            if total > available:
                return one.year
        return None


def forecast(
    opened: Opened,
    histories: Mapping[str, History],
    *,
    promises: Iterable[tuple[date | None, int]],
    decision_days: int | None,
    curve: Curve,
    today: date,
    year_of: Callable[[date], str],
) -> Forecast:
    """Lay out open cases and promises by year.

    `promises` are instalments not yet released, as (day, or None where none is agreed, minor units); what is overdue falls due today.
    A case is decided `decision_days` after it was received (None: today), at the earliest today, and then paid as `curve` says.
    """
    shares = [histories.get(stage, History()).share for stage in opened.stages]
    known = np.array([share is not None for share in shares], np.bool_)
    rates = np.array([share or 0 for share in shares], np.int64)
    likely = _part(opened.amounts, rates[opened.stage])
    decided = np.maximum(opened.received + (decision_days or 0), today.toordinal())
    lacks = bool(len(opened)) and not bool(known[opened.stage].all())

    commitments = _by_year(decided, {"high": opened.amounts, "expected": likely}, year_of)
    cash = _paid(decided, opened.amounts, likely, curve, year_of)
    promised: Counter[str] = Counter()
    for day, cents in promises:
        promised[NOT_PLACED if day is None else year_of(max(day, today))] += cents
    names = sorted({*promised, *commitments["high"], *cash["high"]} - {NOT_PLACED})
    if NOT_PLACED in promised or NOT_PLACED in cash["high"]:
        names.append(NOT_PLACED)

    def ranged(amounts: Mapping[str, Counter[str]], year: str, least: int) -> Range:
        is_open = lacks and bool(amounts["high"][year])
        return Range(least, None if is_open else least + amounts["expected"][year], least + amounts["high"][year])

    years = tuple(Year(name, ranged(commitments, name, 0), ranged(cash, name, promised[name]), promised[name]) for name in names)
    return Forecast(years, tuple(_stages(opened, histories, likely)), sum(promised.values()), decision_days, curve)


def _part(amounts: Ints, basis_points: Ints | int) -> Ints:
    """Take so many basis points, rounded down, of amounts of any size."""
    whole = amounts // WHOLE
    return np.asarray(whole * basis_points + (amounts - whole * WHOLE) * basis_points // WHOLE, np.int64)


def _stages(opened: Opened, histories: Mapping[str, History], likely: Ints) -> Iterable[Stage]:
    for place, name in enumerate(opened.stages):
        mine = opened.stage == place
        count = int(mine.sum())
        if count:
            history = histories.get(name, History())
            expected = None if history.share is None else int(likely[mine].sum())
            yield Stage(name, count, Range(0, expected, int(opened.amounts[mine].sum())), history)


def _by_year(days: Ints, amounts: Mapping[str, Ints], year_of: Callable[[date], str]) -> dict[str, Counter[str]]:
    """Add amounts up by the year of their day."""
    found: dict[str, Counter[str]] = {name: Counter() for name in amounts}
    each, places = np.unique(days, return_inverse=True)
    years = [year_of(date.fromordinal(int(day))) for day in each]
    for name, cents in amounts.items():
        totals = np.zeros(len(each), np.int64)
        np.add.at(totals, places, cents)
        for year, total in zip(years, totals.tolist(), strict=True):
            found[name][year] += total
    return found


def _paid(days: Ints, high: Ints, expected: Ints, curve: Curve, year_of: Callable[[date], str]) -> dict[str, Counter[str]]:
    """Spread amounts as agreements pay; the last part takes what rounding leaves, but of what is expected no part takes more than all
    would: what is left of it goes to the parts before."""
    found: dict[str, Counter[str]] = {"high": Counter(), "expected": Counter()}
    if not curve.days:
        if len(high):
            found["high"][NOT_PLACED], found["expected"][NOT_PLACED] = int(high.sum()), int(expected.sum())
        return found
    most, likely = _parts(high, curve), _parts(expected, curve)
    left = np.maximum(likely[-1] - most[-1], 0)
    likely[-1] = likely[-1] - left
    for place in reversed(range(len(most) - 1)):
        more = np.minimum(left, most[place] - likely[place])
        likely[place], left = likely[place] + more, left - more
    for place, later in enumerate(curve.days):
        for name, totals in _by_year(days + later, {"high": most[place], "expected": likely[place]}, year_of).items():
            found[name].update(totals)
    return found


def _parts(amounts: Ints, curve: Curve) -> list[Ints]:
    """Take the parts of amounts, each rounded down but the last."""
    parts = [_part(amounts, weight) for weight in curve.weights[:-1]]
    return [*parts, np.asarray(amounts - sum(parts), np.int64)]


def curve_of(plans: Sequence[Sequence[tuple[int, int]]]) -> Curve:
    """Pool agreements into one curve: each is its instalments as (days after it begins, minor units); every agreement counts by its
    money. Days are taken together by thirties, so that a month's difference makes no part of its own."""
    totals: Counter[int] = Counter()
    for plan in plans:
        for later, cents in plan:
            totals[max(0, later) // 30 * 30] += cents
    whole = sum(totals.values())
    if whole <= 0:
        return Curve()
    days = tuple(sorted(day for day, cents in totals.items() if cents))
    weights = [totals[day] * WHOLE // whole for day in days]
    weights[-1] += WHOLE - sum(weights)
    return Curve(days, tuple(weights), len(plans))


def spread(cents: int, curve: Curve, begins: date) -> list[tuple[date | None, int]]:
    """Lay out one amount that begins to be paid on a day; without a curve nothing places it."""
    if not curve.days:
        return [(None, cents)]
    parts = [cents * weight // WHOLE for weight in curve.weights[:-1]]
    days = [date.fromordinal(begins.toordinal() + later) for later in curve.days]
    return list(zip(days, [*parts, cents - sum(parts)], strict=True))


def left_to_pay(outstanding: int, planned: Iterable[tuple[date, int]]) -> list[tuple[date | None, int]]:
    """Lay out what is outstanding of an agreement by its instalments, the earliest first; what no instalment plans has no day."""
    found: list[tuple[date | None, int]] = []
    for day, cents in sorted(planned):
        part = min(max(0, cents), outstanding)
        if part > 0:
            found.append((day, part))
            outstanding -= part
    return [*found, (None, outstanding)] if outstanding > 0 else found


def middle(days: Sequence[int]) -> int | None:
    """Give the median, the lower of two, of how long decisions took; None for too few."""
    return sorted(days)[(len(days) - 1) // 2] if len(days) >= LEAST_DECIDED else None
