"""A Parquet extract of what figures are made of, up to a seal, for whoever of the funder counts in DuckDB — `millrace export parquet`.

A folder: the sheet's rows with both their times, the cases, the seals, what others published, and each figure as a query of it
(`figures.sql`). The same seal gives the same rows for ever. It is the funder's own, and its files say so: it names cases that are not
public. No name, contact detail or free text of anyone is in it, and no test of rules.
"""

import contextlib
import errno
import io
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import Cursor as Psycopg
from psycopg import sql

from millrace.core import asat
from millrace.core.figures import as_sql, parse
from millrace.core.figures.series import Series
from millrace.registers.policy.models import Publication
from millrace.registers.sheet.models import Row
from millrace.registers.timeline.models import Seal
from millrace.web import funder

AUDIENCE = "the funder's own: not for publication"
TEST = "test of rules"
ROWS_AT_ONCE = 122_880  # of a row group, the most that is held of a file
MEMORY = "512MB"
TYPES = {"text": "VARCHAR", "whole": "BIGINT", "cents": "BIGINT", "yes_no": "BOOLEAN", "day": "DATE", "codes": "VARCHAR[]"}
_TIMES = {"case": "BIGINT", "valid_from": "DATE", "valid_before": "DATE", "known_from": "BIGINT", "known_before": "BIGINT"}
_PUBLISHED = {"name": "VARCHAR", "known_from": "BIGINT", "known_before": "BIGINT", "day": "DATE", "table_version": "BIGINT"}
_SOURCE = {"currency": "VARCHAR", "quality": "VARCHAR", "source": "VARCHAR", "is_last": "BOOLEAN"}
COLUMNS: dict[str, dict[str, str]] = {
    "sheet": {**_TIMES, **{column.name: TYPES[column.type] for column in asat.COLUMNS.values()}, asat.MEASURES: "VARCHAR"},
    "cases": {"case": "BIGINT", "reference": "VARCHAR"},
    "seals": {"number": "BIGINT", "sealed_at": "TIMESTAMPTZ", "kind": "VARCHAR", "case": "BIGINT", "happened_on": "DATE"},
    "series": {
        **_PUBLISHED,
        "programme": "VARCHAR",
        "sector": "VARCHAR",
        "number": "BIGINT",
        "amount_cents": "BIGINT",
        "rounding_cents": "BIGINT",
        **_SOURCE,
    },
    "statements": {
        **_PUBLISHED,
        "place": "BIGINT",
        "is_day_about": "BOOLEAN",
        "measure": "VARCHAR",
        "part_of": "VARCHAR",
        "number": "DECIMAL(18, 2)",
        "put_as": "VARCHAR",
        "amount_cents": "BIGINT",
        **_SOURCE,
    },
}
# Rows that hold now and were approved stand together, and so do the others: a question reads the row groups that may answer it.
_SHEET = """
    SELECT case_id, valid_from, valid_before, known_from, CASE WHEN known_before <= {last} THEN known_before END, {columns}, measures
      FROM sheet_row WHERE known_from <= {last} AND NOT is_test
     ORDER BY coalesce(known_before <= {last}, FALSE), valid_before IS NOT NULL, approved_on IS NULL, known_from, case_id, valid_from"""
_CASES = """
    SELECT id, reference FROM cases_case
     WHERE NOT is_test AND id IN (SELECT case_id FROM sheet_row WHERE known_from <= {last} AND NOT is_test) ORDER BY id"""
_SEALS = """
    SELECT s.number, s.sealed_at, CASE WHEN c.id IS NOT NULL THEN e.kind END, c.id, CASE WHEN c.id IS NOT NULL THEN e.happened_on END
      FROM timeline_seal s JOIN timeline_event e ON e.id = s.event_id LEFT JOIN cases_case c ON c.id = e.case_id AND NOT c.is_test
     WHERE s.number <= {last} ORDER BY s.number"""


@dataclass
class Extracted:
    """How many rows each table has, and how many were withheld by which rule."""

    rows: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)


def write(folder: Path, seal: Seal) -> Extracted:
    """This will write the extract into an existing, empty folder, holding one group of rows in memory at a time."""
    told = Extracted()
    with _duck(folder, seal) as duck:
        for table, query in (("sheet", _SHEET), ("cases", _CASES), ("seals", _SEALS)):
            told.rows[table] = duck.poured(table, query)
        for table, rows in _published(seal).items():
            told.rows[table] = duck.written(table, rows)
    if tests := Row.objects.filter(known_from__lte=seal.number, is_test=True).count():
        told.withheld[TEST] = tests
    (folder / "figures.sql").write_text(figures_sql(seal), "utf-8")
    about = {"audience": AUDIENCE, "funder": funder.current().names.said_in("en"), "seal": seal.number, "chain": bytes(seal.chain).hex()}
    about |= {"sealed_at": seal.sealed_at.isoformat(), "rows": told.rows, "withheld": told.withheld, "columns": COLUMNS}
    (folder / "extract.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return told


def write_sheet(folder: Path, seal: Seal) -> int:
    """This will write the sheet's own table alone, and say how many rows it has."""
    with _duck(folder, seal) as duck:
        return duck.poured("sheet", _SHEET)


def figures_sql(seal: Seal) -> str:
    """This will write every figure published by the seal as a query of the extract, under a heading that says how to ask."""
    head = f"""-- {funder.current().names.said_in("en")}: each published figure as a query of this extract.
-- {AUDIENCE}. As known at seal {seal.number}, chained hash {bytes(seal.chain).hex()}.
--
-- In this folder: duckdb -init figures.sql
--   FROM "approved-by-scheme"(DATE '2026-03-31', {seal.number});           the answer as at a day, as known at a seal
--   FROM "approved-by-scheme cases"(DATE '2026-03-31', {seal.number});     the cases behind it, of figures counted over cases
--   SELECT seal_at(TIMESTAMPTZ '2026-04-01 00:00+08');             the seal that stands for a moment
-- The part - is the whole. Amounts are in minor units (cents); what is not money, in whole units of its own.

"""
    figures = "\n".join(as_sql.macros(name, published) for name, published in sorted(_figures(seal).items()))
    return f"{head}{as_sql.tables()}\n{as_sql.guard(seal.number)}\n{figures}"


def _figures(seal: Seal) -> dict[str, list[as_sql.Published]]:
    found: dict[str, list[as_sql.Published]] = {}
    for row, known_from, known_before in _spans("figure", seal):
        figure = parse.figure(f"figures/{row.name}.toml", row.text)
        found.setdefault(row.name, []).append(as_sql.Published(known_from, known_before, figure))
    return found


def _spans(kind: str, seal: Seal) -> Iterator[tuple[Publication, int, int | None]]:
    """This will give each publication with the seal it is known from, and the one the next of its name is known from."""
    numbers = dict(Seal.objects.filter(event_id__in=Publication.objects.values("event_id")).values_list("event_id", "number"))
    rows = [row for row in Publication.objects.filter(kind=kind) if numbers.get(row.event_id, seal.number + 1) <= seal.number]
    rows.sort(key=lambda row: (row.name, numbers[row.event_id]))
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        follows = after is not None and after.name == row.name
        yield row, numbers[row.event_id], numbers[after.event_id] if after and follows else None


def _published(seal: Seal) -> dict[str, list[tuple[Any, ...]]]:
    """This will give the rows of what others published: tables of programmes, and statements of measures."""
    found: dict[str, list[tuple[Any, ...]]] = {"series": [], "statements": []}
    for row, known_from, known_before in _spans("series", seal):
        read = parse.series(f"series/{row.name}.toml", row.text)
        known = (row.name, known_from, known_before)
        if isinstance(read, Series):
            last = {table.as_at: table.version for table in sorted(read.tables, key=lambda table: table.version)}
            found["series"] += [
                (
                    *(*known, table.as_at, table.version, each.programme, each.sector, each.count, each.amount_cents),
                    *(table.rounding_cents, read.currency, table.source.quality, table.source.address, table.version == last[table.as_at]),
                )
                for table in read.tables
                for each in table.rows
            ]
            continue
        standing = {id(table): place for place, table in enumerate(read.standing())}
        for table in read.tables:
            said = (table.source.quality, table.source.address, id(table) in standing)
            for each in table.values:
                is_money = read.measures[each.measure].unit == "money"
                values = (None, each.qualifier, int(each.number)) if is_money else (each.number, each.qualifier, None)
                where = (table.as_at, table.version, standing.get(id(table), -1), table.is_day_about, each.measure, each.group)
                found["statements"].append((*known, *where, *values, read.currency, *said))
    return found


@contextlib.contextmanager
def _duck(folder: Path, seal: Seal) -> "Iterator[_Duck]":
    """This will open an engine in memory that fetches nothing from anywhere; what it needs beyond its memory it keeps in the folder."""
    import duckdb  # 60 MB that no page needs

    config = {"memory_limit": MEMORY, "threads": 2, "temp_directory": str(folder / ".spilt")}
    with duckdb.connect(config={**config, "autoinstall_known_extensions": False, "autoload_known_extensions": False}) as engine:
        yield _Duck(engine, folder, seal)
    shutil.rmtree(folder / ".spilt", ignore_errors=True)


class _Duck:
    """Writes Parquet files into a folder, each from rows that pass through a pipe as CSV."""

    def __init__(self, engine: Any, folder: Path, seal: Seal) -> None:
        self.engine, self.folder, self.last = engine, folder, seal.number
        self.about = {"audience": AUDIENCE, "seal": str(seal.number), "chain": bytes(seal.chain).hex()}

    def poured(self, table: str, query: str) -> int:
        """This will write what PostgreSQL answers."""
        columns = sql.SQL(", ").join(
            sql.SQL("array_to_json({})" if column.type == "codes" else "{}").format(sql.Identifier(name))
            for name, column in asat.COLUMNS.items()
        )
        asked = sql.SQL(query).format(last=sql.Literal(self.last), columns=columns)

        def pour(pipe: io.BufferedWriter) -> None:
            with connection.cursor() as cursor:
                raw: Psycopg[Any] = cursor.cursor
                with raw.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(asked)) as copy:
                    for block in copy:
                        pipe.write(block)

        return self._from_pipe(table, pour)

    def written(self, table: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """This will write rows made here."""

        def pour(pipe: io.BufferedWriter) -> None:
            for row in rows:
                pipe.write((",".join(map(_cell, row)) + "\n").encode())

        return self._from_pipe(table, pour)

    def _from_pipe(self, table: str, pour: Callable[[io.BufferedWriter], None]) -> int:
        """This will pour the rows while the engine writes them in a thread of its own, and fail when either does."""
        reader, writer = os.pipe()
        copying = self._copy(table, reader)
        failed: list[Exception] = []

        def run() -> None:
            try:
                self.engine.execute(copying)
            except Exception as wrong:
                failed.append(wrong)
            finally:
                os.close(reader)  # so that whoever pours into a pipe nobody reads is told

        thread = threading.Thread(target=run, name=f"extract-{table}")
        thread.start()
        try:
            with os.fdopen(writer, "wb") as pipe:
                pour(pipe)
        except BrokenPipeError:
            pass
        finally:
            thread.join()
        if failed:
            raise OSError(errno.EIO, str(failed[0])) from failed[0]
        (count,) = self.engine.execute(f"SELECT count(*) FROM {as_sql.literal(str(self._path(table)))}").fetchone()  # noqa: S608  # quoted
        return int(count)

    def _path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def _copy(self, table: str, reader: int) -> str:
        read = {name: "JSON" if kind.endswith("[]") else kind for name, kind in COLUMNS[table].items()}
        named = ", ".join(f"{as_sql.literal(name)}: {as_sql.literal(kind)}" for name, kind in read.items())
        chosen = ", ".join(f"CAST({as_sql.name(name)} AS {kind}) AS {as_sql.name(name)}" for name, kind in COLUMNS[table].items())
        about = ", ".join(f"{key}: {as_sql.literal(value)}" for key, value in self.about.items())
        return f"""COPY (SELECT {chosen} FROM read_csv('/dev/fd/{reader}', header = false, auto_detect = false, delim = ',', quote = '"',
            escape = '"', nullstr = '', allow_quoted_nulls = false, parallel = false, columns = {{{named}}}))
            TO {as_sql.literal(str(self._path(table)))}
            (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_AT_ONCE}, KV_METADATA {{{about}}})"""  # noqa: S608  # all quoted


def _cell(value: Any) -> str:
    """As PostgreSQL writes CSV: no value is nothing, and a text is quoted, an empty one too."""
    if value is None:
        return ""
    return '"' + str(value).replace('"', '""') + '"'
