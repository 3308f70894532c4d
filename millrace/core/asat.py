"""What was so on a day, as we knew it at a seal — e.g. what NIFS had approved by 31 March, before and after a late correction.

An event sealed as number n asserts columns' values from a day on. The value of a column on day x as known at seal n is the
assertion with the greatest from-day not after x among those sealed up to n; of two from the same day, the later sealed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column of the sheet: its type, and its value while nothing has been asserted."""

    name: str
    type: str
    default: Any = None

    def read(self, value: Any) -> Any:
        """This will turn an event's JSON value into the column's own, or raise ValueError: unknown shapes are never kept."""
        if value is None:
            return self.default
        return _READERS[self.type](value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def _day(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(_text(value))


def _codes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError("codes come as a list")
    return tuple(sorted({_text(code) for code in value}))


_READERS = {"text": _text, "whole": _whole, "cents": _whole, "yes_no": _yes_no, "day": _day, "codes": _codes}

_LIST: tuple[Column, ...] = (
    Column("status", "text", ""),
    Column("scheme", "text", ""),
    Column("version", "text", ""),
    Column("stream", "text", ""),
    Column("track", "text", ""),
    Column("sector", "text", ""),
    Column("stage_number", "whole", 1),
    Column("lead_place", "text", ""),
    Column("partner_places", "codes", ()),
    Column("is_mainland_collaboration", "yes_no", False),
    Column("requested_cents", "cents", 0),
    Column("approved_cents", "cents", 0),
    Column("committed_cents", "cents", 0),
    Column("paid_cents", "cents", 0),
    Column("unit", "text", ""),
    Column("received_on", "day"),
    Column("screened_on", "day"),
    Column("supported_on", "day"),
    Column("approved_on", "day"),
    Column("refused_on", "day"),
    Column("agreed_on", "day"),
    Column("completed_on", "day"),
    Column("withdrawn_on", "day"),
    Column("terminated_on", "day"),
    Column("closed_on", "day"),
    Column("is_test", "yes_no", False),
    Column("is_demonstration", "yes_no", False),
)
COLUMNS: Mapping[str, Column] = {column.name: column for column in _LIST}
# `measures` is one JSON object in the sheet, but each of its keys is asserted on its own: {"measures": {"smart_lines": 2}}
# leaves every other measure as it was.
MEASURES = "measures"
MEASURE = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Assertion:
    """What one sealed event says of one case: columns' values (as in the event's JSON) from a day on."""

    number: int
    from_day: date
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """Values that hold on the days from `valid_from` to before `valid_before`, as known from seal `known_from` to before
    `known_before`; None means without end. Only columns ever asserted are named; `measures.x` is the measure x."""

    valid_from: date
    valid_before: date | None
    known_from: int
    known_before: int | None
    values: Mapping[str, Any]


def read(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """This will turn the sheet part of an event into flat, typed values, or raise ValueError naming the column."""
    flat: dict[str, Any] = {}
    for name, value in sheet.items():
        if name == MEASURES:
            flat |= {f"{MEASURES}.{key}": _measured(key, measure) for key, measure in value.items()}
            continue
        if name not in COLUMNS:
            raise ValueError(f"the sheet has no column {name!r}")
        try:
            flat[name] = COLUMNS[name].read(value)
        except ValueError as wrong:
            raise ValueError(f"{name}: {wrong}") from wrong
    return flat


def _measured(key: str, value: Any) -> int | None:
    if not MEASURE.fullmatch(key):
        raise ValueError(f"{key!r} is not the name of a measure")
    try:
        return None if value is None else _whole(value)
    except ValueError as wrong:
        raise ValueError(f"{key}: {wrong}") from wrong


def complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """This will give every column of the sheet, those never asserted at their default, the measures gathered in one object."""
    whole = {name: values.get(name, column.default) for name, column in COLUMNS.items()}
    prefix = f"{MEASURES}."
    gathered = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    return whole | {MEASURES: {key: value for key, value in sorted(gathered.items()) if value is not None}}


def as_at(assertions: Iterable[Assertion], day: date, number: int) -> dict[str, Any] | None:
    """This will give the values on `day` as known at seal `number`, straight from the definition; None before the first."""
    latest: dict[str, tuple[date, int, Any]] = {}
    for assertion in assertions:
        if assertion.number > number or assertion.from_day > day:
            continue
        for name, value in read(assertion.values).items():
            said = (assertion.from_day, assertion.number, value)
            if name not in latest or said[:2] > latest[name][:2]:
                latest[name] = said
    return {name: said[2] for name, said in latest.items()} if latest else None


def history(assertions: Iterable[Assertion]) -> list[Row]:
    """This will fold one case's assertions into rows that do not overlap in both times; order of the input does not matter.

    For every day and seal exactly one row covers what `as_at` answers, from the first assertion on.
    """
    done: list[Row] = []
    current: list[Row] = []
    said: dict[str, set[date]] = {}
    for assertion in sorted(assertions, key=lambda each: each.number):
        values = read(assertion.values)
        ends = {name: _next_day(said.get(name, ()), assertion.from_day) for name in values}
        for name in values:
            said.setdefault(name, set()).add(assertion.from_day)
        current, closed = _revise(current, assertion, values, ends)
        done += closed
    return sorted(done + current, key=lambda row: (row.known_from, row.valid_from))


def _next_day(days: Iterable[date], after: date) -> date | None:
    return min((day for day in days if day > after), default=None)


def _revise(
    rows: list[Row], assertion: Assertion, values: Mapping[str, Any], ends: Mapping[str, date | None]
) -> tuple[list[Row], list[Row]]:
    """This will cut the current rows where the assertion changes a value; gives the rows now current and the rows now closed."""
    start, number = assertion.from_day, assertion.number
    kept, closed = [], []
    for row in _covering(rows, start, number):
        pieces = _pieces(row, start, values, ends)
        if row.known_from != number and pieces == [(row.valid_from, row.valid_before, row.values)]:
            kept.append(row)
            continue
        if row.known_from != number:
            closed.append(Row(row.valid_from, row.valid_before, row.known_from, number, row.values))
        kept += [Row(begin, end, number, None, content) for begin, end, content in pieces]
    return kept, closed


def _covering(rows: list[Row], start: date, number: int) -> list[Row]:
    """This will lead the rows with an empty one when the assertion starts before the first of them."""
    if not rows or start < rows[0].valid_from:
        return [Row(start, rows[0].valid_from if rows else None, number, None, {}), *rows]
    return rows


def _pieces(
    row: Row, start: date, values: Mapping[str, Any], ends: Mapping[str, date | None]
) -> list[tuple[date, date | None, Mapping[str, Any]]]:
    """This will cut one row at the days where an asserted value starts or stops differing from what the row says."""
    changes = {
        name: (start, ends[name])
        for name, value in values.items()
        if _overlap(row, start, ends[name]) and (name not in row.values or row.values[name] != value)
    }
    last_day = row.valid_before or date.max
    cuts = {cut for span in changes.values() for cut in span if cut and row.valid_from < cut < last_day}
    begins = sorted({row.valid_from, *cuts})
    ends_before: Sequence[date | None] = [*begins[1:], row.valid_before]
    found = []
    for begin, end in zip(begins, ends_before, strict=True):
        new = {name: values[name] for name, (first, last) in changes.items() if first <= begin and (last is None or begin < last)}
        found.append((begin, end, {**row.values, **new} if new else row.values))
    return found


def _overlap(row: Row, start: date, end: date | None) -> bool:
    return (row.valid_before is None or start < row.valid_before) and (end is None or row.valid_from < end)
