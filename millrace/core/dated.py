"""A value that changes over time, and a start that may be known only to its month.

The streamlined track of the New Industrialisation Funding Scheme began in "2025-06": on 15 June
2025 nobody can say from what was published whether it was in force, and a reading must say so.
"""

import calendar
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Value = TypeVar("Value")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Start:
    """The first day of something: on `earliest` at the soonest, by `latest` for certain."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError("a start cannot be certain before it is possible")

    @property
    def is_exact(self) -> bool:
        """Say whether the day is known."""
        return self.earliest == self.latest

    def has_begun(self, day: date) -> bool | None:
        """Say whether it had begun on the day: yes, no, or (None) in doubt."""
        if day < self.earliest:
            return False
        return True if day >= self.latest else None

    def __str__(self) -> str:
        return self.earliest.isoformat() if self.is_exact else f"{self.earliest:%Y-%m}"


def start(written: str) -> Start:
    """Read a start written as a day ("2024-01-08") or as a month ("2025-06")."""
    if _DAY.fullmatch(written):
        day = date.fromisoformat(written)
        return Start(day, day)
    month = _MONTH.fullmatch(written)
    if month is None:
        raise ValueError(f"a start is written 2025-06-30 or 2025-06, not {written!r}")
    year, number = int(month[1]), int(month[2])
    if not 1 <= number <= 12 or year < 1:
        raise ValueError(f"there is no month {written!r}")
    return Start(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """What a dated value was on a day: one value, or the several it may have been (earlier first);
    none before it began."""

    candidates: tuple[Value, ...]

    @property
    def is_in_doubt(self) -> bool:
        """Say whether more than one value may have held."""
        return len(self.candidates) > 1

    @property
    def value(self) -> Value | None:
        """Give the value when it is certain and there is one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class Dated(Generic[Value]):
    """Values in the order in which they began; each holds until the next begins."""

    entries: tuple[tuple[Start, Value], ...]

    def __post_init__(self) -> None:
        starts = [begun for begun, _ in self.entries]
        for before, after in itertools.pairwise(starts):
            if before.latest >= after.earliest:
                raise ValueError(f"the start {after} does not come clearly after {before}")

    def on(self, day: date) -> Reading[Value]:
        """Give the value on the day, or every value it may have been while a start is in doubt."""
        held: tuple[Value, ...] = ()
        for begun, value in self.entries:
            has_begun = begun.has_begun(day)
            if has_begun:
                held = (value,)
            elif has_begun is None:
                held = (*held, value)
        return Reading(held)

    def begins_in_doubt(self, day: date) -> bool:
        """Say whether the very first value may or may not have begun on the day."""
        return bool(self.entries) and self.entries[0][0].has_begun(day) is None


def dated(entries: Iterable[tuple[str, Value]]) -> Dated[Value]:
    """Build a dated value from (written start, value) pairs in any order; two starts that cannot
    be told apart are refused."""
    read = [(start(written), value) for written, value in entries]
    return Dated(tuple(sorted(read, key=lambda entry: entry[0])))
