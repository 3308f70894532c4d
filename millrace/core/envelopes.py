"""How near an envelope is to its end, and when what is promised falls due — e.g. 8% left of NIFS, and HK$400m asked of HK$160m.

A warning stops nothing: the ledger refuses what is not there. It says so before somebody promises it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Nearness:
    """An envelope's approved commitment in cents: all of it, what is left, and what undecided cases ask for.

    `low_basis_points` is the share of the whole below which what is left is little.
    """

    voted: int
    available: int
    asked: int
    low_basis_points: int

    @property
    def is_low(self) -> bool:
        return self.voted > 0 and self.available * 10_000 < self.voted * self.low_basis_points

    @property
    def short_by(self) -> int:
        """How much more undecided cases ask for than is left; nothing where it is enough."""
        return max(0, self.asked - self.available)

    def after(self, amount: int) -> "Nearness":
        """This will tell how near it is once an amount of what is asked has been approved."""
        return Nearness(self.voted, self.available - amount, max(0, self.asked - amount), self.low_basis_points)


@dataclass(frozen=True, slots=True)
class YearDue:
    """What falls due in a financial year by the agreed instalments, against the cash provided for it (None: none yet)."""

    year: str
    due: int
    provided: int | None

    @property
    def short_by(self) -> int:
        return max(0, self.due - (self.provided or 0))


def by_year(
    planned: Iterable[tuple[date, int]], provided: dict[str, int], *, today: date, year_of: Callable[[date], str]
) -> tuple[YearDue, ...]:
    """This will add up instalments not yet released, as (day, cents), by financial year; what is overdue falls due this year.

    `provided` is what is left to pay from in each year.
    """
    due: Counter[str] = Counter()
    for day, cents in planned:
        due[year_of(max(day, today))] += cents
    now = year_of(today)
    years = sorted({*due, *(year for year in provided if year >= now)})
    return tuple(YearDue(year, due[year], provided.get(year)) for year in years)
