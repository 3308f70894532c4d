"""Holds a series that is to be published against the one that stands: what was printed is kept, and corrected as a later version.

The table of 31 January 2024 stands with 32 projects of NIFS; written with 33 under the same version it is refused, with its line.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from millrace.core.figures import parse
from millrace.core.figures.figure_file import File, MalformedFile
from millrace.core.figures.series import Series, Table
from millrace.core.figures.stated import Statement

Key = tuple[Hashable, ...]
Rows = dict[tuple[str, str], Hashable]


def edited(path: str, text: str, stands: str) -> MalformedFile | None:
    """Give the refusal of the first table or statement that says something else than it does where it stands under the same version."""
    new, old = parse.series(path, text), parse.series(path, stands)
    if isinstance(new, Series) is not isinstance(old, Series):
        return None
    heading = "tables" if isinstance(new, Series) else "statements"
    before: Mapping[Key, Table | Statement] = {_key(table): table for table in old.tables}
    for table in new.tables:
        was = before.get(_key(table))
        if was is not None and _rows(was) != _rows(table):
            return _refused(File(path, text), heading, was, table)
    return None


def _key(table: Table | Statement) -> Key:
    """A table is known by its day and version, a statement by its source too."""
    return (table.as_at, table.version, table.source.id if isinstance(table, Statement) else "")


def _rows(table: Table | Statement) -> Rows:
    if isinstance(table, Statement):
        return {(each.measure, each.group): (each.qualifier, each.number) for each in table.values}
    printed: Rows = {(row.programme, row.sector): (row.count, row.amount_cents) for row in table.rows}
    return printed | {("rounding", "is"): table.rounding_cents}


def _refused(file: File, heading: str, was: Table | Statement, table: Table | Statement) -> MalformedFile:
    old, new = _rows(was), _rows(table)
    name, group = next(key for key in (old | new) if old.get(key) != new.get(key))
    at = file.line_of(f"[[{heading}]]", next(index for index, one in enumerate(file.content[heading]) if _is(one, table)))
    how = "left out" if (name, group) not in new else "added" if (name, group) not in old else "changed"
    what = f"“{name}” {f'of “{group}” ' if group else ''}is {how} in what was published as at {table.as_at}, version {table.version}"
    remedy = f"keep it as published, and write it as the next version: the same day again with version = {table.version + 1}"
    words = ("rounding",) if (name, group) == ("rounding", "is") else (f'["{name}"', f'"{group}"')
    return file.refuse(f"{what}: {remedy}", *(words if how != "left out" else ("as_at",)), after=at)


def _is(written: Mapping[str, Any], table: Table | Statement) -> bool:
    is_source = not isinstance(table, Statement) or written["source"] == table.source.id
    return written["as_at"] == table.as_at and written["version"] == table.version and is_source
