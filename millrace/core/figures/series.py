"""Official series: tables as a funder published them, each with its day, source and rounding, and how a figure reads them.

The table of 31 January 2024 holds TCFS 380 / HK$1,031.2m and MHKJFS 92 / HK$181.6m, in all and by sector.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from millrace.core.figures.answer import Answer, Breakdown, Line, NotYetBegun, Source
from millrace.core.figures.definition import FigureVersion, FromSeries
from millrace.core.texts import Text

# What a figure reads that answers with a table's own total, which may hold money that belongs to no programme.
WHOLE_TABLE = ("",)
# What a row holds, and a table's programmes may hold whole.
NUMBERS = frozenset({"count", "amount"})


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row: a programme in all (no sector), or one sector of it; no programme is the table's own total."""

    programme: str
    sector: str
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Table:
    """One published table; a correction is the same day again under a higher version. Each printed amount may be off by
    `rounding_cents`. `complete` names the numbers (count, amount) of the total that the programmes' rows hold whole."""

    as_at: date
    version: int
    source: Source
    rounding_cents: int
    rows: tuple[Row, ...]
    note: Text
    complete: frozenset[str] = frozenset()

    def total_of(self, programme: str) -> Row | None:
        """Give a programme's row in all."""
        return next((row for row in self.rows if row.programme == programme and not row.sector), None)

    @property
    def programmes(self) -> tuple[Row, ...]:
        """Give the rows of all programmes, as printed."""
        return tuple(row for row in self.rows if row.programme and not row.sector)

    def by_programme(self) -> Breakdown | None:
        """Give the table's own total by programme; None where either was not published."""
        total = self.total_of("")
        if total is None or not self.programmes:
            return None
        lines = tuple(Line(row.programme, row.count, row.amount_cents) for row in self.programmes)
        return Breakdown("programme", "", lines, total.count, total.amount_cents, self.rounding_cents * (len(lines) + 1))

    def sectors_of(self, programme: str) -> tuple[Row, ...]:
        """Give a programme's rows by sector, as printed."""
        return tuple(row for row in self.rows if row.programme == programme and row.sector)

    def breakdown_of(self, programme: str) -> Breakdown | None:
        """Give a programme by sector beside its printed total; None where either was not published."""
        total, sectors = self.total_of(programme), self.sectors_of(programme)
        if total is None or not sectors:
            return None
        lines = tuple(Line(row.sector, row.count, row.amount_cents) for row in sectors)
        return Breakdown("sector", programme, lines, total.count, total.amount_cents, self.rounding_cents * (len(lines) + 1))


@dataclass(frozen=True, slots=True)
class Group:
    """Sectors of an older list and of a newer one that hold the same projects, as far as sums go."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a list of sectors stands to the list before it; what is in no group cannot be mapped."""

    before: str
    groups: tuple[Group, ...]
    why_unmapped: Text
    is_published: bool


@dataclass(frozen=True, slots=True)
class Vintage:
    """One list of sectors that tables were printed by, and how it stands to an older one."""

    title: Text
    sectors: tuple[str, ...]
    mapped: Mapped | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A named succession of tables about the same programmes, whose sectors may have been listed anew."""

    name: str
    title: Text
    currency: str
    programmes: Mapping[str, Text]
    sectors: Mapping[str, Text]
    tables: tuple[Table, ...]
    vintages: Mapping[str, Vintage] = field(default_factory=dict)

    def latest(self) -> list[Table]:
        """List the last version of each day's table, oldest day first."""
        latest: dict[date, Table] = {}
        for table in sorted(self.tables, key=lambda table: (table.as_at, table.version)):
            latest[table.as_at] = table
        return list(latest.values())

    def tables_with(self, programmes: tuple[str, ...]) -> list[Table]:
        """List the tables that give every one of the programmes in all: the last version of each day, oldest first."""
        return [table for table in self.latest() if all(table.total_of(programme) for programme in programmes)]


def answer(version: FigureVersion, series: Series, as_at: date) -> Answer | NotYetBegun:
    """Answer a figure from the last table published for a day not after `as_at`; before the first there is no answer."""
    reads = version.reads
    if not isinstance(reads, FromSeries):
        raise TypeError("a figure counted over cases is not read from a series")
    tables = series.tables_with(reads.programmes)
    if not tables or as_at < tables[0].as_at:
        return NotYetBegun(tables[0].as_at if tables else version.starts_on)
    table = [table for table in tables if table.as_at <= as_at][-1]
    totals = [row for programme in reads.programmes if (row := table.total_of(programme))]
    count, cents = sum(row.count for row in totals), sum(row.amount_cents for row in totals)
    shown = table.programmes if reads.programmes == WHOLE_TABLE else totals
    lines = tuple(Line(row.programme, row.count, row.amount_cents) for row in shown)
    by_sector = [found for programme in reads.programmes if (found := table.breakdown_of(programme))]
    parts = [Breakdown("programme", "", lines, count, cents, table.rounding_cents * (len(lines) + 1))] if lines else []
    apart = cents - sum(row.amount_cents for row in shown) if reads.programmes == WHOLE_TABLE and "count" in table.complete else None
    return Answer(
        as_at,
        table.as_at,
        version.version,
        count,
        cents,
        (*parts, *by_sector),
        table.source,
        table.version,
        table.rounding_cents,
        apart_cents=apart,
    )
