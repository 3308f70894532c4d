"""Reads figure definitions and official series from the texts of policy files; a mistake is refused with its file and line.

Refused, for example: a table whose sectors add up to more than rounding allows away from its printed total, or one in dollars
under a heading of millions.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from millrace.core import asat, money, texts
from millrace.core.figures.answer import Source
from millrace.core.figures.definition import OPERATORS, Condition, Figure, FigureVersion, FromSeries, FromSheet
from millrace.core.figures.series import Row, Series, Table
from millrace.core.texts import Text

LANGUAGES = ("en", "zh_hant", "zh_hans")
QUALITIES = ("primary", "news", "secondary")
SCALES = {"unit": 0, "thousand": 3, "million": 6}


class MalformedFile(ValueError):
    """A policy file that cannot be read as it stands: which file, at which line, and what to do about it."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}, line {line}: {what}")
        self.file, self.line, self.what = file, line, what


class _File:
    """One file while it is read: its parsed content, and where in its text a word stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        try:
            self.content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            line = next((int(word.rstrip(",)")) for word, before in _pairs(str(wrong)) if before == "line"), 1)
            raise MalformedFile(name, line, f"this is not TOML: {wrong}") from None

    def refuse(self, what: str, *words: str, after: int = 0) -> MalformedFile:
        """Make the refusal, at the first line from `after` on that holds every one of the words."""
        found = (number for number, line in enumerate(self.lines, 1) if number > after and all(word in line for word in words))
        return MalformedFile(self.name, next(found, max(after, 1)), what)

    def line_of(self, heading: str, index: int) -> int:
        """Give the line of the n-th table of this heading."""
        found = [number for number, line in enumerate(self.lines, 1) if line.strip() == heading]
        return found[index] if index < len(found) else 0

    def text(self, table: Mapping[str, Any], key: str, *, after: int = 0) -> Text:
        """Read a text that must be worded in every language."""
        wording = table.get(key)
        if not isinstance(wording, dict) or not all(wording.get(language) for language in LANGUAGES):
            raise self.refuse(f"“{key}” must be worded in {', '.join(LANGUAGES)}", key, after=after)
        return texts.text(wording)

    def need(self, table: Mapping[str, Any], key: str, kind: type, *, after: int = 0) -> Any:
        """Read a value that must be there and of a kind."""
        value = table.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refuse(f"“{key}” must be given, as {kind.__name__}", key, after=after)
        return value

    def only(self, table: Mapping[str, Any], allowed: set[str], *, after: int = 0) -> None:
        """Refuse a key that means nothing here: a misspelt condition must not silently count everything."""
        for key in table.keys() - allowed:
            raise self.refuse(f"“{key}” is not known here; known are {', '.join(sorted(allowed))}", key, after=after)


def _pairs(message: str) -> list[tuple[str, str]]:
    words = message.split()
    return list(zip(words[1:], words, strict=False))


def figure(name: str, text: str) -> Figure:
    """Read one figure; `name` is its file's path, whose last part without ending is the figure's name."""
    file = _File(name, text)
    file.only(file.content, {"title", "question", "currency", "versions"})
    versions = [_version(file, table, file.line_of("[[versions]]", index)) for index, table in enumerate(file.content.get("versions", []))]
    if not versions:
        raise file.refuse("a figure needs at least one of [[versions]]")
    if [version.starts_on for version in versions] != sorted({version.starts_on for version in versions}):
        raise file.refuse("versions must start one after the other", "starts_on")
    currency = file.need(file.content, "currency", str)
    return Figure(_stem(name), file.text(file.content, "title"), file.text(file.content, "question"), currency, tuple(versions))


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].removesuffix(".toml")


def _version(file: _File, table: Mapping[str, Any], at: int) -> FigureVersion:
    named, starts_on = file.need(table, "version", str, after=at), file.need(table, "starts_on", date, after=at)
    definition = file.text(table, "definition", after=at)
    if "series" in table:
        file.only(table, {"version", "starts_on", "definition", "series", "programmes"}, after=at)
        programmes = tuple(file.need(table, "programmes", list, after=at))
        return FigureVersion(named, starts_on, definition, FromSeries(file.need(table, "series", str, after=at), programmes))
    file.only(table, {"version", "starts_on", "definition", "amount", "group_by", "conditions"}, after=at)
    conditions = tuple(_condition(file, each, at) for each in table.get("conditions", []))
    amount, group_by = table.get("amount", ""), file.need(table, "group_by", str, after=at)
    if amount and (amount not in asat.COLUMNS or asat.COLUMNS[amount].type != "cents"):
        raise file.refuse(f"“{amount}” is not a column of money in the sheet", "amount", after=at)
    if group_by not in asat.COLUMNS or asat.COLUMNS[group_by].type != "text":
        raise file.refuse(f"“{group_by}” is not a column of the sheet to group by", "group_by", after=at)
    return FigureVersion(named, starts_on, definition, FromSheet(amount, conditions, group_by))


def _condition(file: _File, table: Mapping[str, Any], at: int) -> Condition:
    column = file.need(table, "column", str, after=at)
    operators = table.keys() & OPERATORS
    file.only(table, {"column", *OPERATORS}, after=at)
    if column not in asat.COLUMNS:
        raise file.refuse(f"the sheet has no column “{column}”", column, after=at)
    if len(operators) != 1:
        raise file.refuse(f"a condition has exactly one of {', '.join(sorted(OPERATORS))}", column, after=at)
    operator = operators.pop()
    value = table[operator]
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


def series(name: str, text: str) -> Series:
    """Read one series; every table whose parts do not add up within its rounding is refused."""
    file = _File(name, text)
    file.only(file.content, {"title", "currency", "amounts_in", "largest_amount", "programmes", "sectors", "sources", "tables"})
    currency = file.need(file.content, "currency", str)
    scale = SCALES.get(file.need(file.content, "amounts_in", str))
    if scale is None or currency not in money.CURRENCIES:
        raise file.refuse(f"“amounts_in” is one of {', '.join(SCALES)}, “currency” one that is known", "amounts_in")
    named = {part: {key: file.text(file.content[part], key) for key in file.content.get(part, {})} for part in ("programmes", "sectors")}
    sources = {key: _source(file, key, table) for key, table in file.content.get("sources", {}).items()}
    reader = _Reader(file, scale + money.decimals_of(currency), named["programmes"], named["sectors"], sources)
    tables = [reader.table(table, file.line_of("[[tables]]", index)) for index, table in enumerate(file.content.get("tables", []))]
    if len({(table.as_at, table.version) for table in tables}) < len(tables):
        raise file.refuse("two tables of the same day need different versions", "version")
    tables.sort(key=lambda table: (table.as_at, table.version))
    return Series(_stem(name), file.text(file.content, "title"), currency, named["programmes"], named["sectors"], tuple(tables))


def _source(file: _File, key: str, table: Mapping[str, Any]) -> Source:
    at = file.line_of(f"[sources.{key}]", 0)
    file.only(table, {"title", "address", "quality"}, after=at)
    quality = file.need(table, "quality", str, after=at)
    if quality not in QUALITIES:
        raise file.refuse(f"“quality” is one of {', '.join(QUALITIES)}", "quality", after=at)
    return Source(key, file.text(table, "title", after=at), file.need(table, "address", str, after=at), quality)


class _Reader:
    """Reads the tables of one series, which share its scale, programmes, sectors and sources."""

    def __init__(
        self, file: _File, digits: int, programmes: Mapping[str, Text], sectors: Mapping[str, Text], sources: Mapping[str, Source]
    ) -> None:
        self.file, self.digits = file, digits
        self.programmes, self.sectors, self.sources = programmes, sectors, sources
        self.largest = self.cents(file.need(file.content, "largest_amount", str), 0)

    def cents(self, written: Any, at: int) -> int:
        """Read an amount as it was printed ("1,031.2") into minor units, exactly."""
        try:
            amount = Decimal(str(written).replace(",", "")).scaleb(self.digits)
        except InvalidOperation:
            raise self.file.refuse(f"{written!r} is not an amount", str(written), after=at) from None
        if isinstance(written, float) or amount != amount.to_integral_value() or amount < 0:
            raise self.file.refuse(f"write {written!r} as it was printed, in quotes and without a sign", str(written), after=at)
        return int(amount)

    def table(self, table: Mapping[str, Any], at: int) -> Table:
        """Read one published table."""
        file = self.file
        file.only(table, {"as_at", "version", "source", "rounding", "note", "rows"}, after=at)
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
        )
        self._adds_up(read, at)
        return read

    def row(self, row: list[Any], at: int) -> Row:
        """Read one row: [programme, sector or "", count, "amount"]."""
        if len(row) != 4 or not isinstance(row[2], int):
            raise self.file.refuse('a row is [programme, sector or "", count, "amount"]', *[str(cell) for cell in row[:1]], after=at)
        programme, sector, count, written = row
        if (programme and programme not in self.programmes) or (sector and sector not in self.sectors):
            raise self.file.refuse(f"“{programme}” or “{sector}” is not named above", f'"{programme}"', f'"{sector}"', after=at)
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
