"""Keeps the sheet up with the seals, and rebuilds it from the timeline — e.g. a withdrawal sealed a moment ago, now in the figures.

The projection is generic: it knows the columns (`core/asat.py`), never the events' kinds. One case's sealed assertions are
folded anew whenever one is added; rows already there are only ever closed.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction
from psycopg import Cursor as Psycopg
from psycopg.types.json import Jsonb

from millrace.core import asat
from millrace.registers.sheet import models

SEALS_AT_ONCE = 20_000

COLUMNS = ("case_id", "valid_from", "valid_before", "known_from", "known_before", *asat.COLUMNS, asat.MEASURES)
Histories = dict[int, list[asat.Assertion]]

_TOUCHED = """
    SELECT DISTINCT e.case_id FROM timeline_seal s JOIN timeline_event e ON e.id = s.event_id
     WHERE s.number > %s AND s.number <= %s AND e.sheet IS NOT NULL AND e.case_id IS NOT NULL"""
_ASSERTIONS = """
    SELECT e.case_id, s.number, e.sheet_from, e.sheet FROM timeline_event e JOIN timeline_seal s ON s.event_id = e.id
     WHERE e.case_id = ANY(%s) AND s.number <= %s AND e.sheet IS NOT NULL ORDER BY e.case_id, s.number"""
_ALL_ASSERTIONS = """
    SELECT e.case_id, s.number, e.sheet_from, e.sheet FROM timeline_event e JOIN timeline_seal s ON s.event_id = e.id
     WHERE e.case_id IS NOT NULL AND s.number <= %s AND e.sheet IS NOT NULL ORDER BY e.case_id, s.number"""


def project() -> int:
    """This will bring the sheet up to the last seal, in steps; gives the number it stands at. Safe to call from anywhere, any time."""
    while True:
        with transaction.atomic():
            at, last = _step()
        if at >= last:
            return at


def _step() -> tuple[int, int]:
    cursor_row = models.Cursor.objects.select_for_update().get(pk=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM timeline_seal")
        last = int(cursor.fetchone()[0])
        upto = min(last, cursor_row.number + SEALS_AT_ONCE)
        if upto > cursor_row.number:
            cursor.execute(_TOUCHED, [cursor_row.number, upto])
            _write(_histories(cursor, [case for (case,) in cursor.fetchall()], upto), after=cursor_row.number)
            cursor_row.number = upto
            cursor_row.save()
    return upto, last


def _histories(cursor: Any, cases: list[int], upto: int) -> Histories:
    cursor.execute(_ASSERTIONS, [cases, upto])
    return dict(_by_case(cursor.fetchall()))


def _by_case(rows: Iterable[tuple[int, int, date, Any]]) -> Iterator[tuple[int, list[asat.Assertion]]]:
    for case, group in itertools.groupby(rows, key=lambda row: row[0]):
        yield case, [asat.Assertion(number, from_day, _values(sheet)) for _, number, from_day, sheet in group]


def _values(sheet: Any) -> dict[str, Any]:
    """Django reads jsonb as text on a raw cursor."""
    return json.loads(sheet) if isinstance(sheet, str) else dict(sheet)


def _write(histories: Histories, *, after: int) -> None:
    """This will close the rows that ended since seal `after` and add the rows that began since."""
    closed: dict[int, list[tuple[int, int, date]]] = defaultdict(list)
    added: list[tuple[Any, ...]] = []
    for case, assertions in histories.items():
        for row in asat.history(assertions):
            if row.known_from > after:
                added.append(values_of(case, row))
            elif row.known_before is not None and row.known_before > after:
                closed[row.known_before].append((case, row.known_from, row.valid_from))
    _close([(case, seal, day, number) for number, rows in closed.items() for case, seal, day in rows])
    copy_rows(added)


def _close(rows: list[tuple[int, int, date, int]]) -> None:
    if not rows:
        return
    cases, seals, days, numbers = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE sheet_row r SET known_before = closing.number
                 FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::bigint[]) AS closing (case_id, seal, day, number)
                WHERE r.case_id = closing.case_id AND r.known_from = closing.seal AND r.valid_from = closing.day""",
            [cases, seals, days, numbers],
        )


def values_of(case: int, row: asat.Row) -> tuple[Any, ...]:
    """This will give a fold's row in the order of the table's columns."""
    whole = asat.complete(row.values)
    columns = [list(value) if isinstance(value, tuple) else value for value in (whole[name] for name in asat.COLUMNS)]
    return (case, row.valid_from, row.valid_before, row.known_from, row.known_before, *columns, whole[asat.MEASURES])


def copy_rows(rows: Iterable[tuple[Any, ...]]) -> None:
    """This will add rows by COPY."""
    with connection.cursor() as cursor:
        raw: Psycopg[Any] = cursor.cursor
        with raw.copy(f"COPY sheet_row ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((*row[:-1], Jsonb(row[-1])))


def rebuild() -> int:
    """This will empty the sheet and fold the whole timeline again, in one transaction; gives the number it stands at."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor_row = models.Cursor.objects.select_for_update().get(pk=1)
        cursor.execute("SELECT coalesce(max(number), 0) FROM timeline_seal")
        upto = int(cursor.fetchone()[0])
        cursor.execute("DELETE FROM sheet_row")
        for batch in batched(folded(upto), 2_000):
            copy_rows(values_of(case, row) for case, rows in batch for row in rows)
        cursor_row.number = upto
        cursor_row.save()
    return upto


def folded(upto: int) -> Iterator[tuple[int, list[asat.Row]]]:
    """This will fold the timeline up to a seal, case after case, holding one case in memory at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ALL_ASSERTIONS, [upto])
        for case, assertions in _by_case(_stream(cursor)):
            yield case, asat.history(assertions)


def _stream(cursor: Any) -> Iterator[tuple[int, int, date, Any]]:
    while rows := cursor.fetchmany(2_000):
        yield from rows


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """This will give the items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
