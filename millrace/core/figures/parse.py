"""Reads figure definitions and official series from the texts of policy files; a mistake is refused with its file and line.

Refused, for example: a table whose sectors add up to more than rounding allows away from its printed total, or one in dollars
under a heading of millions.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from millrace.core import asat, money
from millrace.core.figures import figure_file, told_as
from millrace.core.figures.answer import Source, Stated
from millrace.core.figures.definition import (
    DIFFERENCES,
    OPERATORS,
    Beside,
    Condition,
    Difference,
    Figure,
    FigureVersion,
    FromSeries,
    FromSheet,
    FromStatements,
)
from millrace.core.figures.figure_file import File, MalformedFile
from millrace.core.figures.series import NUMBERS, Group, Mapped, Row, Series, Table, Vintage
from millrace.core.figures.stated import QUALIFIERS, UNITS, Measure, Statement, Statements, adds_up
from millrace.core.texts import Text

__all__ = ["MalformedFile", "figure", "series"]

SCALES = {"unit": 0, "thousand": 3, "million": 6}


def figure(name: str, text: str) -> Figure:
    """Read one figure; `name` is its file's path, whose last part without ending is the figure's name."""
    file = File(name, text)
    file.only(file.content, {"title", "question", "currency", "versions", "each_is_public"})
    currency = file.need(file.content, "currency", str)
    tables = enumerate(file.content.get("versions", []))
    versions = [_version(file, table, file.line_of("[[versions]]", index), currency) for index, table in tables]
    if not versions:
        raise file.refuse("a figure needs at least one of [[versions]]")
    if [version.starts_on for version in versions] != sorted({version.starts_on for version in versions}):
        raise file.refuse("versions must start one after the other", "starts_on")
    is_each_public = file.content.get("each_is_public", False)
    if not isinstance(is_each_public, bool):
        raise file.refuse("“each_is_public” is true or false", "each_is_public")
    if not is_each_public and any(isinstance(one.reads, FromSheet) and one.reads.adds_up for one in versions):
        # Small numbers are withheld by the cases of a group, which such a sum does not tell.
        raise file.refuse("a figure that adds up a measure counts cases that are each public: “each_is_public = true”", "adds_up")
    title, question = file.text(file.content, "title"), file.text(file.content, "question")
    return Figure(figure_file.stem(name), title, question, currency, tuple(versions), is_each_public)


# What a version may say, whatever it reads.
_ALWAYS = {"version", "starts_on", "definition", "beside", "unit", "rounding"}


def _version(file: File, table: Mapping[str, Any], at: int, currency: str) -> FigureVersion:
    named, starts_on = file.need(table, "version", str, after=at), file.need(table, "starts_on", date, after=at)
    definition = file.text(table, "definition", after=at)
    beside = _beside(file, table["beside"], at) if "beside" in table else None
    reads = _from_publication(file, table, at) if "series" in table else _from_sheet(file, table, at)
    institutional = _institutional(file, table, reads, at)
    unit = told_as.unit(file, table, at, reads, currency)
    return FigureVersion(
        named, starts_on, definition, reads, beside, institutional, unit, told_as.rounding(file, table, at, unit, currency)
    )


def _institutional(file: File, table: Mapping[str, Any], reads: FromSeries | FromStatements | FromSheet, at: int) -> tuple[str, ...]:
    """Read which schemes of a count by scheme are institutions."""
    named = file.need(table, "institutional", list, after=at) if "institutional" in table else []
    if named and not (isinstance(reads, FromSheet) and reads.group_by == "scheme"):
        raise file.refuse("“institutional” names schemes of a figure grouped by scheme", "institutional", after=at)
    return tuple(named)


def _from_publication(file: File, table: Mapping[str, Any], at: int) -> FromSeries | FromStatements:
    named = file.need(table, "series", str, after=at)
    if "measures" in table:
        if "beside" in table:
            raise file.refuse("a count stands beside a table, not beside numbers stated: leave “beside” out", "beside", after=at)
        file.only(table, {*_ALWAYS, "series", "measures"}, after=at)
        return FromStatements(named, tuple(file.need(table, "measures", list, after=at)))
    if table.get("whole_table") is True:
        file.only(table, {*_ALWAYS, "series", "whole_table"}, after=at)
        return FromSeries(named, ("",))
    file.only(table, {*_ALWAYS, "series", "programmes"}, after=at)
    programmes = tuple(file.need(table, "programmes", list, after=at))
    if "" in programmes or not programmes:
        raise file.refuse("name the programmes, or say “whole_table = true”", "programmes", after=at)
    return FromSeries(named, programmes)


def _beside(file: File, table: Any, at: int) -> Beside:
    if not isinstance(table, dict):
        raise file.refuse("“beside” is a table naming a figure", "beside", after=at)
    file.only(table, {"figure", "groups", "differences"}, after=at)
    differences = table.get("differences", {})
    for kind in differences:
        if kind not in DIFFERENCES:
            raise file.refuse(f"a difference is one of {', '.join(sorted(DIFFERENCES))}", kind, after=at)
    explained = tuple(Difference(kind, file.text(differences, kind, after=at)) for kind in differences)
    return Beside(file.need(table, "figure", str, after=at), tuple(file.need(table, "groups", list, after=at)), explained)


def _from_sheet(file: File, table: Mapping[str, Any], at: int) -> FromSheet:
    file.only(table, {*_ALWAYS, "amount", "adds_up", "group_by", "conditions", "institutional"}, after=at)
    conditions = tuple(_condition(file, each, at) for each in table.get("conditions", []))
    amount, group_by = table.get("amount", ""), file.need(table, "group_by", str, after=at)
    if amount and (amount not in asat.COLUMNS or asat.COLUMNS[amount].type != "cents"):
        raise file.refuse(f"“{amount}” is not a column of money in the sheet", "amount", after=at)
    if group_by not in asat.COLUMNS or asat.COLUMNS[group_by].type != "text":
        raise file.refuse(f"“{group_by}” is not a column of the sheet to group by", "group_by", after=at)
    return FromSheet(amount, conditions, group_by, _adds_up(file, table, at))


def _adds_up(file: File, table: Mapping[str, Any], at: int) -> str:
    """Read the measure of a case that is added up in place of the cases, or none."""
    if "adds_up" not in table:
        return ""
    named: str = file.need(table, "adds_up", str, after=at)
    if not asat.MEASURE.fullmatch(named):
        raise file.refuse("a measure's name is of small letters, digits and underscores", "adds_up", after=at)
    if "amount" in table:
        raise file.refuse("a figure adds up a measure or money, not both", "amount", after=at)
    return named


def _condition(file: File, table: Mapping[str, Any], at: int) -> Condition:
    column = file.need(table, "column", str, after=at)
    operators = table.keys() & OPERATORS
    file.only(table, {"column", *OPERATORS}, after=at)
    if column not in asat.COLUMNS:
        raise file.refuse(f"the sheet has no column “{column}”", column, after=at)
    if len(operators) != 1:
        raise file.refuse(f"a condition has exactly one of {', '.join(sorted(OPERATORS))}", column, after=at)
    operator = operators.pop()
    value = table[operator]
    if operator == "any_by_as_at":
        others = tuple(value) if isinstance(value, list) else ()
        if not others or any(each not in asat.COLUMNS or asat.COLUMNS[each].type != "day" for each in (column, *others)):
            raise file.refuse("“any_by_as_at” names other columns that hold a day", column, after=at)
        return Condition(column, operator, others)
    if operator.endswith("by_as_at"):
        if asat.COLUMNS[column].type != "day" or value is not True:
            raise file.refuse(f"“{operator} = true” reads a column that holds a day", column, after=at)
        return Condition(column, operator)
    wanted = list(value) if operator.endswith("_of") else [value]
    try:
        read = tuple(asat.COLUMNS[column].read(each) for each in wanted)
    except ValueError as wrong:
        raise file.refuse(f"“{column}”: {wrong}", column, after=at) from None
    return Condition(column, operator, read if operator.endswith("_of") else read[0])


def series(name: str, text: str) -> Series | Statements:
    """Read one series: tables of programmes, or statements of measures. A table whose parts do not add up is refused."""
    file = File(name, text)
    return _statements(file) if "measures" in file.content else _tables(file)


def _named(file: File, *parts: str) -> dict[str, dict[str, Text]]:
    """Read the words of each part, code by code."""
    return {part: {key: file.text(file.content[part], key) for key in file.content.get(part, {})} for part in parts}


def _sources(file: File) -> dict[str, Source]:
    return {key: figure_file.source(file, key, table) for key, table in file.content.get("sources", {}).items()}


def _currency(file: File) -> str:
    currency: str = file.need(file.content, "currency", str)
    if currency not in money.CURRENCIES:
        raise file.refuse(f"“{currency}” is not a currency that is known", "currency")
    return currency


def _scale(file: File, currency: str) -> int:
    scale = SCALES.get(file.need(file.content, "amounts_in", str))
    if scale is None:
        raise file.refuse(f"“amounts_in” is one of {', '.join(SCALES)}", "amounts_in")
    return scale + money.decimals_of(currency)


def _tables(file: File) -> Series:
    file.only(file.content, {"title", "currency", "amounts_in", "largest_amount", "programmes", "sectors", "vintages", "sources", "tables"})
    currency = _currency(file)
    named = _named(file, "programmes", "sectors")
    vintages = _vintages(file, named["sectors"])
    reader = _Reader(file, _scale(file, currency), named["programmes"], named["sectors"], _sources(file))
    tables = [reader.table(table, file.line_of("[[tables]]", index)) for index, table in enumerate(file.content.get("tables", []))]
    if len({(table.as_at, table.version) for table in tables}) < len(tables):
        raise file.refuse("two tables of the same day need different versions", "version")
    _of_one_vintage(file, tables, vintages)
    tables.sort(key=lambda table: (table.as_at, table.version))
    title = file.text(file.content, "title")
    return Series(figure_file.stem(file.name), title, currency, named["programmes"], named["sectors"], tuple(tables), vintages)


def _vintages(file: File, sectors: Mapping[str, Text]) -> dict[str, Vintage]:
    """Read the lists of sectors; each sector stands in one of them where there are any, and in one group of a mapping at most."""
    found: dict[str, Vintage] = {}
    for name, table in file.content.get("vintages", {}).items():
        at = file.line_of(f"[vintages.{name}]", 0)
        file.only(table, {"title", "sectors", "maps"}, after=at)
        listed = tuple(file.need(table, "sectors", list, after=at))
        taken = {sector for one in found.values() for sector in one.sectors}
        for sector in listed:
            if sector not in sectors or sector in taken:
                raise file.refuse(f"“{sector}” is not named in [sectors], or stands in another list too", f'"{sector}"', after=at)
        mapped = _mapped(file, name, table["maps"], found, listed) if "maps" in table else None
        found[name] = Vintage(file.text(table, "title", after=at), listed, mapped)
    return found


def _mapped(file: File, name: str, table: Mapping[str, Any], older: Mapping[str, Vintage], listed: tuple[str, ...]) -> Mapped:
    at = file.line_of(f"[vintages.{name}.maps]", 0)
    file.only(table, {"from", "groups", "unmapped", "is_published"}, after=at)
    before = file.need(table, "from", str, after=at)
    if before not in older:
        raise file.refuse(f"there is no list “{before}” above this one", "from", after=at)
    groups = [Group(tuple(one.get("before", ())), tuple(one.get("after", ()))) for one in file.need(table, "groups", list, after=at)]
    for known, sides in ((older[before].sectors, [one.before for one in groups]), (listed, [one.after for one in groups])):
        named = [sector for side in sides for sector in side]
        wrong = next((sector for sector in named if sector not in known or named.count(sector) > 1), None)
        if wrong is not None or not all(sides):
            what = f"“{wrong}” is not of that list, or is in two groups" if wrong else "a group names sectors before and after"
            raise file.refuse(what, f'"{wrong}"' if wrong else "groups", after=at)
    return Mapped(before, tuple(groups), file.text(table, "unmapped", after=at), file.need(table, "is_published", bool, after=at))


def _of_one_vintage(file: File, tables: list[Table], vintages: Mapping[str, Vintage]) -> None:
    for index, table in enumerate(tables):
        used = {row.sector for row in table.rows if row.sector}
        if vintages and used and not any(used <= set(one.sectors) for one in vintages.values()):
            raise file.refuse("the sectors of one table are of one list", after=file.line_of("[[tables]]", index))


def _statements(file: File) -> Statements:
    file.only(file.content, {"title", "currency", "amounts_in", "largest_amount", "measures", "groups", "sources", "statements"})
    currency = _currency(file)
    reader = _Statements(file, _scale(file, currency), _measures(file), _named(file, "groups")["groups"], _sources(file))
    rows = enumerate(file.content.get("statements", []))
    tables = [reader.statement(table, file.line_of("[[statements]]", index)) for index, table in rows]
    if len({(table.as_at, table.source.id, table.version) for table in tables}) < len(tables):
        raise file.refuse("two statements of the same day and source need different versions", "version")
    tables.sort(key=lambda table: (table.as_at, table.version))
    title = file.text(file.content, "title")
    return Statements(figure_file.stem(file.name), title, currency, reader.measures, reader.groups, tuple(tables))


def _measures(file: File) -> dict[str, Measure]:
    found = {}
    for key, table in file.content["measures"].items():
        if not isinstance(table, dict) or table.get("unit") not in UNITS:
            raise file.refuse(f"the measure “{key}” has a unit, one of {', '.join(sorted(UNITS))}", key)
        found[key] = Measure(file.text(table, "title"), table["unit"])
    return found


class _Statements:
    """Reads the statements of one file, which share its scale, measures, groups and sources."""

    def __init__(
        self, file: File, digits: int, measures: Mapping[str, Measure], groups: Mapping[str, Text], sources: Mapping[str, Source]
    ) -> None:
        self.file, self.digits, self.measures, self.groups, self.sources = file, digits, measures, groups, sources
        self.largest = figure_file.printed(file, file.need(file.content, "largest_amount", str), 0, digits=digits)

    def statement(self, table: Mapping[str, Any], at: int) -> Statement:
        """Read what one source said as at one day."""
        file = self.file
        file.only(table, {"as_at", "is_day_about", "version", "source", "note", "values"}, after=at)
        source = self.sources.get(file.need(table, "source", str, after=at))
        if source is None:
            raise file.refuse(f"there is no source “{table['source']}” in this file", "source", after=at)
        values = tuple(self.value(row, at) for row in file.need(table, "values", list, after=at))
        if len({(value.measure, value.group) for value in values}) < len(values):
            raise file.refuse("the same measure and group stand twice in one statement", after=at)
        for measure in self.measures:
            if not adds_up(values, measure):
                raise file.refuse(f"the groups of “{measure}” do not add up to its total", f'"{measure}"', after=at)
        note = file.text(table, "note", after=at) if "note" in table else Text()
        as_at, version = file.need(table, "as_at", date, after=at), file.need(table, "version", int, after=at)
        return Statement(as_at, table.get("is_day_about") is True, version, source, values, note)

    def value(self, row: list[Any], at: int) -> Stated:
        """Read one number: [measure, group or "", "number"] or [measure, group or "", "over" | "about" | "nearly", "number"]."""
        file = self.file
        if len(row) not in (3, 4) or row[0] not in self.measures or (row[1] and row[1] not in self.groups):
            raise file.refuse('a value is [measure, group or "", "number"], each named above', *[f'"{cell}"' for cell in row[:1]], after=at)
        qualifier = row[2] if len(row) == 4 else ""
        if qualifier not in QUALIFIERS:
            raise file.refuse(f"a number may be put as {', '.join(sorted(QUALIFIERS - {''}))}", f'"{qualifier}"', after=at)
        unit = self.measures[row[0]].unit
        number = figure_file.printed(file, row[-1], at, digits=self.digits if unit == "money" else 0, places=2 if unit == "percent" else 0)
        if unit == "money" and number > self.largest:
            raise file.refuse(f"{row[-1]} is above the largest amount this file can hold: wrong unit?", str(row[-1]), after=at)
        return Stated(row[0], row[1], number, qualifier)


class _Reader:
    """Reads the tables of one series, which share its scale, programmes, sectors and sources."""

    def __init__(
        self, file: File, digits: int, programmes: Mapping[str, Text], sectors: Mapping[str, Text], sources: Mapping[str, Source]
    ) -> None:
        self.file, self.digits = file, digits
        self.programmes, self.sectors, self.sources = programmes, sectors, sources
        self.largest = self.cents(file.need(file.content, "largest_amount", str), 0)

    def cents(self, written: Any, at: int) -> int:
        """Read an amount as it was printed ("1,031.2") into minor units, exactly."""
        return int(figure_file.printed(self.file, written, at, digits=self.digits, places=0))

    def table(self, table: Mapping[str, Any], at: int) -> Table:
        """Read one published table."""
        file = self.file
        file.only(table, {"as_at", "version", "source", "rounding", "note", "rows", "complete"}, after=at)
        source = self.sources.get(file.need(table, "source", str, after=at))
        if source is None:
            raise file.refuse(f"there is no source “{table['source']}” in this file", "source", after=at)
        read = Table(
            file.need(table, "as_at", date, after=at),
            file.need(table, "version", int, after=at),
            source,
            self.cents(file.need(table, "rounding", str, after=at), at),
            tuple(self.row(row, at) for row in file.need(table, "rows", list, after=at)),
            file.text(table, "note", after=at) if "note" in table else Text(),
            self._complete(table, at),
        )
        self._adds_up(read, at)
        self._holds(read, at)
        return read

    def _complete(self, table: Mapping[str, Any], at: int) -> frozenset[str]:
        """Read which of its numbers the programmes' rows hold whole."""
        named = self.file.need(table, "complete", list, after=at) if "complete" in table else []
        if not set(named) <= NUMBERS:
            raise self.file.refuse(f"“complete” lists which of {' and '.join(sorted(NUMBERS))} the rows hold whole", "complete", after=at)
        return frozenset(named)

    def row(self, row: list[Any], at: int) -> Row:
        """Read one row: [programme, sector or "", count, "amount"]."""
        if len(row) != 4 or type(row[2]) is not int:
            raise self.file.refuse('a row is [programme, sector or "", count, "amount"]', *[str(cell) for cell in row[:1]], after=at)
        programme, sector, count, written = row
        if (programme and programme not in self.programmes) or (sector and sector not in self.sectors):
            raise self.file.refuse(f"“{programme}” or “{sector}” is not named above", f'"{programme}"', f'"{sector}"', after=at)
        if count < 0:
            raise self.file.refuse(f"a count is 0 or more, not {count}: write it as it was printed", f'"{programme}"', str(count), after=at)
        amount = self.cents(written, at)
        if amount > self.largest:
            raise self.file.refuse(f"{written} is above the largest amount this series can hold: wrong unit?", str(written), after=at)
        return Row(programme, sector, count, amount)

    def _adds_up(self, table: Table, at: int) -> None:
        keys = [(row.programme, row.sector) for row in table.rows]
        if len(set(keys)) < len(keys):
            raise self.file.refuse("the same programme and sector stand twice in one table", after=at)
        for programme in self.programmes:
            parts = table.breakdown_of(programme)
            if parts is None:
                continue
            if parts.lines_count != parts.count or abs(parts.difference_cents) > parts.allowance_cents:
                what = f"the sectors of “{programme}” add up to {parts.lines_count} and {parts.lines_amount_cents}, not to its total"
                raise self.file.refuse(f"{what} of {parts.count} and {parts.amount_cents} cents", f'["{programme}", ""', after=at)

    def _holds(self, table: Table, at: int) -> None:
        """Refuse programmes that add up to more than the table's own total, or to less where they are said to be all of it."""
        parts = table.by_programme()
        if parts is None:
            return
        more, cents = parts.lines_count - parts.count, parts.lines_amount_cents - parts.amount_cents
        what = f"its programmes add up to {parts.lines_count} and {parts.lines_amount_cents} cents"
        total = f"its total of {parts.count} and {parts.amount_cents} cents"
        if more > 0 or cents > parts.allowance_cents:
            raise self.file.refuse(f"{what}, more than {total}: compare each row with the printed table", '["", ""', after=at)
        if ("count" in table.complete and more) or ("amount" in table.complete and cents < -parts.allowance_cents):
            remedy = "add the missing row, or leave out of “complete” what its rows do not hold whole"
            raise self.file.refuse(f"{what}, less than {total}: {remedy}", '["", ""', after=at)
