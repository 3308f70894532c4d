"""The lists of sectors an authority has printed its tables by, and how far one can be set beside the next.

Until 2024 the ITF printed 8 sectors, in 2025 technology areas: its biotechnology fell from 97 projects to 94, since what stands
under another name now was moved there. Sums are compared by the smallest groups of sectors that hold the same projects in both lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from millrace.core.figures.series import Series, Table
from millrace.core.texts import Text


@dataclass(frozen=True, slots=True)
class Side:
    """What one table says of one group: its sum over the rows found, and the sectors of the group that have none."""

    sectors: tuple[str, ...]
    count: int
    amount_cents: int
    missing: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """Say whether any of its sectors has a row."""
        return len(self.missing) < len(self.sectors)


@dataclass(frozen=True, slots=True)
class Across:
    """Two tables side by side: group by group, and what each holds that has no counterpart in the other list."""

    before: Table
    after: Table
    lines: tuple[tuple[Side, Side], ...]
    unmapped_before: Side
    unmapped_after: Side
    before_title: Text
    after_title: Text
    why_unmapped: Text
    is_published: bool


def across(series: Series, programmes: tuple[str, ...], as_at: date) -> Across | None:
    """Set the last table by the older list beside the last by the newer, for days not after `as_at`; None without one of each."""
    mapped = next((one for one in series.vintages.values() if one.mapped is not None), None)
    if mapped is None or mapped.mapped is None:
        return None
    older = series.vintages[mapped.mapped.before]
    tables = [table for table in series.latest() if table.as_at <= as_at]
    before = _last_by(tables, programmes, older.sectors)
    after = _last_by(tables, programmes, mapped.sectors)
    if before is None or after is None:
        return None
    groups = mapped.mapped.groups
    lines = tuple((_side(before, programmes, one.before), _side(after, programmes, one.after)) for one in groups)
    left = _side(before, programmes, _left(older.sectors, (one.before for one in groups)))
    new = _side(after, programmes, _left(mapped.sectors, (one.after for one in groups)))
    said = mapped.mapped
    return Across(before, after, lines, left, new, older.title, mapped.title, said.why_unmapped, said.is_published)


def _last_by(tables: Iterable[Table], programmes: tuple[str, ...], sectors: tuple[str, ...]) -> Table | None:
    """Find the last table that has a row of this list for every one of the programmes."""
    found = [
        table for table in tables if all(any(row.programme == each and row.sector in sectors for row in table.rows) for each in programmes)
    ]
    return found[-1] if found else None


def _side(table: Table, programmes: tuple[str, ...], sectors: tuple[str, ...]) -> Side:
    rows: Mapping[tuple[str, str], tuple[int, int]] = {
        (row.programme, row.sector): (row.count, row.amount_cents) for row in table.rows if row.programme in programmes
    }
    found = [rows[programme, sector] for programme in programmes for sector in sectors if (programme, sector) in rows]
    missing = tuple(sector for sector in sectors if not all((programme, sector) in rows for programme in programmes))
    return Side(sectors, sum(count for count, _ in found), sum(cents for _, cents in found), missing)


def _left(sectors: tuple[str, ...], named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    used = {sector for group in named for sector in group}
    return tuple(sector for sector in sectors if sector not in used)
