"""Statements: numbers an authority published one by one, each with its day, source and how firmly it was put.

On 30 July 2025 the reply LCQ8 stated 66 applications supported and "over 100" lines: two measures, the second qualified as "over".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from millrace.core.figures.answer import Answer, NotYetBegun, Source, Stated
from millrace.core.figures.definition import FigureVersion, FromStatements
from millrace.core.texts import Text

# What a measure is measured in; money is kept in minor units of the series' currency, the rest as it was printed.
UNITS = frozenset({"count", "money", "percent", "working_days"})
# How a number was put where it was not given exactly.
QUALIFIERS = frozenset({"", "over", "about", "nearly"})


@dataclass(frozen=True, slots=True)
class Measure:
    """What is stated: its words and its unit."""

    title: Text
    unit: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said as at a day (`is_day_about` where only the month or the year is known); a correction is the same day
    and source again with a higher version."""

    as_at: date
    is_day_about: bool
    version: int
    source: Source
    values: tuple[Stated, ...]
    note: Text

    def of(self, measures: tuple[str, ...]) -> tuple[Stated, ...]:
        """Give what it states of these measures, in their order."""
        return tuple(value for measure in measures for value in self.values if value.measure == measure)


@dataclass(frozen=True, slots=True)
class Statements:
    """A named collection of statements about the same measures."""

    name: str
    title: Text
    currency: str
    measures: Mapping[str, Measure]
    groups: Mapping[str, Text]
    tables: tuple[Statement, ...]

    def stating(self, measures: tuple[str, ...]) -> list[Statement]:
        """List the statements that give the first of the measures, oldest first. The other measures stand with it where that
        statement gives them: no number is completed from another day."""
        return [table for table in self.standing() if table.of(measures[:1])]

    def standing(self) -> list[Statement]:
        """List the last version of each day and source, oldest first."""
        latest: dict[tuple[date, str], Statement] = {}
        for table in sorted(self.tables, key=lambda table: (table.as_at, table.version)):
            latest[table.as_at, table.source.id] = table
        return list(latest.values())


def answer(version: FigureVersion, statements: Statements, as_at: date) -> Answer | NotYetBegun:
    """Answer a figure with the last statement for a day not after `as_at`; before the first there is no answer."""
    reads = version.reads
    if not isinstance(reads, FromStatements):
        raise TypeError("a figure counted or tabled is not read from statements")
    tables = statements.stating(reads.measures)
    if not tables or as_at < tables[0].as_at:
        return NotYetBegun(tables[0].as_at if tables else version.starts_on)
    table = [table for table in tables if table.as_at <= as_at][-1]
    return Answer(
        as_at,
        table.as_at,
        version.version,
        0,
        0,
        (),
        table.source,
        table.version,
        stated=table.of(reads.measures),
        is_day_about=table.is_day_about,
    )


def adds_up(values: tuple[Stated, ...], measure: str) -> bool:
    """Say whether the groups of a measure add up to its total, where both are stated exactly; otherwise nothing can be said."""
    own = [value for value in values if value.measure == measure]
    totals, groups = [value for value in own if not value.group], [value for value in own if value.group]
    if not totals or not groups or any(value.qualifier for value in own):
        return True
    return sum((value.number for value in groups), Decimal(0)) == totals[0].number
