"""Holds a series that is to be published against the one that stands: what was printed is kept, and corrected as a later version.

The table of 31 January 2024 stands with 32 projects of NIFS; written with 33 under the same version it is refused, with its line, and so
is a folder that leaves the table out, or the series with all its tables.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from millrace.core.figures import figure_file, parse
from millrace.core.figures.figure_file import File, MalformedFile
from millrace.core.figures.series import Series, Table
from millrace.core.figures.stated import Statement

Key = tuple[Hashable, ...]
Rows = dict[tuple[str, str], Hashable]


def edited(path: str, text: str, stands: str) -> MalformedFile | None:
    """Give the refusal of the first table or statement that is left out, or that says something else than it does where it stands under
    the same version."""
    new, old = parse.series(path, text), parse.series(path, stands)
    file, heading = File(path, text), "tables" if isinstance(new, Series) else "statements"
    if isinstance(new, Series) is not isinstance(old, Series):
        published = "tables" if isinstance(old, Series) else "statements"
        what = f"“{figure_file.stem(path)}” was published as {published} and is to be {heading}, so that what was published is left out"
        return file.refuse(f"{what}: keep it as published, and give the other a file of its own", f"[[{heading}]]")
    after: Mapping[Key, Table | Statement] = {_key(table): table for table in new.tables}
    for was in old.tables:
        table = after.get(_key(was))
        if table is None:
            return _left_out(file, heading, was, new.tables)
        if _rows(was) != _rows(table):
            return _refused(file, heading, was, table)
    return None


def file_left_out(path: str, stands: str) -> MalformedFile:
    """Make the refusal of a whole series that stands published and whose file is not in the folder."""
    old = parse.series(path, stands)
    what = (
        f"the file is left out, and with it what was published ({'tables' if isinstance(old, Series) else 'statements'}: {len(old.tables)})"
    )
    return MalformedFile(path, 1, f"{what}. Put the file back as it was published; write a correction in it as a later version")


def _left_out(file: File, heading: str, was: Table | Statement, kept: Sequence[Table | Statement]) -> MalformedFile:
    """Refuse at the heading before which it stood: that of the first that stands later, or the last there is."""
    later = [index for index, one in enumerate(file.content[heading]) if one["as_at"] > was.as_at] if kept else []
    at = file.line_of(f"[[{heading}]]", later[0] if later else len(kept) - 1) if kept else 1
    of = f" of “{was.source.id}”" if isinstance(was, Statement) else ""
    what = f"the {heading.removesuffix('s')} as at {was.as_at}, version {was.version}{of}, is left out, and it was published"
    remedy = f"put it back as published, and write a correction as the next version: the same day again with version = {was.version + 1}"
    return MalformedFile(file.name, at, f"{what}: {remedy}")


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
