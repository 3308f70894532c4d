"""What a figure means, as dated data: where it is read, what is counted and added up, and how it is grouped.

The figure `approved-by-scheme` counts cases whose approval was so by the day asked about and whose offer was not declined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core import asat
from millrace.core.figures.rounding import USUAL, Rounding, ToldIn
from millrace.core.texts import Text

# Why a published number and the system's own may differ; what is left after the classes that can be counted is "definition".
DIFFERENCES = frozenset({"definition", "rounding", "withdrawn", "institutional"})
# What the cases of this system, or the rows of a published table, are counted as.
COUNTED = ("cases", "projects", "applications")
# How a condition may read a column of the sheet on the day asked about.
OPERATORS = frozenset({"is", "is_not", "one_of", "none_of", "by_as_at", "any_by_as_at", "not_by_as_at"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One column of the sheet read by one operator; `by_as_at` holds when the column's day is set and not after the day asked,
    `any_by_as_at` when that is so of the column or of one of those in `value`: a case supported or refused was processed."""

    column: str
    operator: str
    value: Any = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns it reads."""
        return (self.column, *self.value) if self.operator == "any_by_as_at" else (self.column,)

    def holds(self, values: Mapping[str, Any], as_at: date) -> bool:
        """Say whether a case's sheet, as it was on `as_at`, meets this condition."""
        found = values.get(self.column)
        if self.operator == "by_as_at":
            return found is not None and found <= as_at
        if self.operator == "any_by_as_at":
            days = [found, *(values.get(column) for column in self.value)]
            return any(day is not None and day <= as_at for day in days)
        if self.operator == "not_by_as_at":
            return found is None or found > as_at
        if self.operator in ("one_of", "none_of"):
            return (found in self.value) is (self.operator == "one_of")
        return (found == self.value) is (self.operator == "is")


@dataclass(frozen=True, slots=True)
class FromSeries:
    """Read from an official series: the programmes added together, or the table's own total (the programme "")."""

    series: str
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FromStatements:
    """Read from statements: the measures shown together."""

    series: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Why the published number and this system's own count may differ: a class, and what it means here."""

    kind: str
    text: Text


@dataclass(frozen=True, slots=True)
class Beside:
    """This system's own count that stands beside a published one: another figure, and which of its groups."""

    figure: str
    groups: tuple[str, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class FromSheet:
    """Counted over this system's own cases: the column of money added up (or none), the conditions, and the column grouped by.

    Where `adds_up` names a measure of a case, the count is the sum of that measure (production lines, say) and not of the cases.
    """

    amount: str
    conditions: tuple[Condition, ...]
    group_by: str
    adds_up: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns of the sheet this reads, each once, in a settled order."""
        named = [column for condition in self.conditions for column in condition.columns] + [self.group_by, self.amount]
        named += [asat.MEASURES] * bool(self.adds_up)
        return tuple(dict.fromkeys(column for column in named if column))

    def weight(self, values: Mapping[str, Any]) -> int:
        """Give what one case adds to the count: itself, or what is recorded of it of the measure added up."""
        return int((values.get(asat.MEASURES) or {}).get(self.adds_up, 0)) if self.adds_up else 1


@dataclass(frozen=True, slots=True)
class FigureVersion:
    """One meaning of a figure, for as-at days from `starts_on` until the next version starts; `institutional` names the schemes whose
    money is an institution's and no project's. `unit` says of what each of its numbers is (cases, HKD), in the order they are told; a
    definition published before units and roundings were said has neither, and its money is rounded as usual."""

    version: str
    starts_on: date
    definition: Text
    reads: FromSeries | FromStatements | FromSheet
    beside: Beside | None = None
    institutional: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    rounding: Rounding | None = None

    def told_in(self, currency: str) -> ToldIn:
        """Say how its money is told."""
        return ToldIn(currency, USUAL if self.rounding is None else self.rounding)

    @property
    def has_amount(self) -> bool:
        """Say whether it tells of money beside what it counts."""
        return not isinstance(self.reads, FromSheet) or bool(self.reads.amount)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's name, title and question, and its meanings in order of their days.

    Where `is_each_public`, every case it counts stands in the public register by itself, so that no group of it is too small to tell.
    """

    name: str
    title: Text
    question: Text
    currency: str
    versions: tuple[FigureVersion, ...]
    is_each_public: bool = False

    def version_on(self, as_at: date) -> FigureVersion | None:
        """Give the meaning in force for an as-at day; None before the first."""
        begun = [version for version in self.versions if version.starts_on <= as_at]
        return begun[-1] if begun else None
