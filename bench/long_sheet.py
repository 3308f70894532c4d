"""A sheet of many years in bulk — e.g. 1,000,000 cases of 8,000,000 rows told by 4,900,000 sealed events, for `bench figures`.

A few hundred lives (asked and refused, approved and paid, withdrawn; some corrected late) are folded by the pure core, then cast into
cases from month to month by the owner's connection: events in the order of their days, sealed by the sealer month by month, and the
sheet's rows as the fold of each life gives them, at its own days and seals. Events have short bodies: this is not for `millrace verify`.
"""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from millrace.core import asat
from millrace.site import database

LIVES = 400
BEGINS_ON, MONTHS = date(2020, 8, 1), 75
ZERO = date(2000, 1, 1)
SCHEMES = ("nifs", "nias", "raise-plus", "itsp", "mhkjfs", "tcfs", "prp", "tsssu", "tvp", "rth", "psts", "aiss")
SECTORS = ("biotechnology", "electrical", "environmental", "information", "foundation", "textile", "advanced", "other")
PLACES = ("hong_kong", "shenzhen", "guangzhou", "dongguan", "foshan")
Step = tuple[int, int, dict[str, Any]]  # days from the beginning: recorded on, so from; what it says


def lived(chance: random.Random) -> list[Step]:
    """This will make one life: what was recorded after how many days, and so from which."""

    def on(day: int, *names: str, **more: Any) -> dict[str, Any]:
        return {name: (ZERO + timedelta(day)).isoformat() for name in names} | more

    cents = chance.randrange(1, 3_000) * 1_000_000
    first = {"scheme": chance.choice(SCHEMES), "version": "v1", "stream": "", "track": "", "sector": chance.choice(SECTORS), "unit": "HKD"}
    first |= {"lead_place": PLACES[0], "is_mainland_collaboration": chance.random() < 0.2, "requested_cents": cents}
    first |= {"partner_places": chance.sample(PLACES, 2)}
    steps: list[Step] = [(0, 0, on(0, "received_on", status="submitted", **first))]
    decided = chance.randrange(30, 120)
    ending = chance.random()
    if ending < 0.22:
        steps.append((decided, decided, on(decided, "screened_on", "refused_on", status="refused")))
        if chance.random() < 0.5:
            steps.insert(1, (decided // 2, decided // 2, on(decided // 2, "screened_on", status="screened")))
        return steps
    if ending < 0.29:
        steps.append((decided, decided, on(decided, "withdrawn_on", status="withdrawn")))
        return steps
    given = cents * chance.randrange(50, 100) // 100
    steps.append((decided // 2, decided // 2, on(decided // 2, "screened_on", "supported_on", status="recommended")))
    steps.append((decided, decided, on(decided, "approved_on", status="approved", approved_cents=given)))
    agreed = decided + chance.randrange(10, 60)
    if ending < 0.36:
        steps.append((agreed, agreed, on(agreed, "withdrawn_on", status="declined")))
        return steps
    steps.append((agreed, agreed, on(agreed, "agreed_on", status="in_force", committed_cents=given)))
    paid = agreed + chance.randrange(100, 300)
    steps.append((paid, paid, {"paid_cents": given // 2}))
    if ending < 0.48:
        steps.append((paid + 20, decided, {"approved_cents": given - 1_000_000 if given > 1_000_000 else given}))  # a correction, late
    if ending < 0.80:
        done = paid + chance.randrange(100, 400)
        steps.append((done, done, on(done, "completed_on", status="completed", paid_cents=given)))
    return steps


def fill(target: database.Database, cases: int) -> int:
    """This will add the cases with their events, seals and rows; gives the number of rows the sheet then has."""
    from millrace.registers.people.models import Person
    from millrace.registers.sheet.models import Cursor, Row
    from millrace.registers.timeline import sealer
    from millrace.testing.making import Making

    began = time.perf_counter()
    made = Making(first=1 + Person.objects.count()).case()
    before, after = sealer.last_number(), _months(MONTHS)
    with target.connect("owner") as owner:
        owner.autocommit = True
        # Several commands at once, with values.
        owner.cursor_factory = psycopg.ClientCursor
        owner.execute("SET work_mem = '256MB'")
        owner.execute("SET synchronous_commit = off")
        _lives(owner)
        owner.execute(_CASES, {"count": cases, "begins": BEGINS_ON, "days": MONTHS * 30, "lead": made.lead_id, "by": made.opened_by_id})
        owner.execute(_SAYINGS)
        (first,) = owner.execute("SELECT last_value FROM timeline_event_ids").fetchone() or (0,)
        owner.execute(_NUMBERED, {"before": before, "first": first, "until": after})
        for month in range(MONTHS):
            owner.execute(_EVENTS, {"by": made.opened_by_id, "month": month, "begins": BEGINS_ON})
            sealer.seal(datetime.combine(_months(month + 1), datetime.min.time(), UTC), is_story=True)
        (last,) = owner.execute("SELECT max(id) FROM timeline_event").fetchone() or (0,)
        owner.execute("SELECT setval('timeline_event_ids', %s)", [last])
        owner.execute(_ROWS)
        owner.execute("UPDATE sheet_cursor SET number = (SELECT max(number) FROM timeline_seal)")
        for table in ("life", "life_row", "case", "said", "numbered"):
            owner.execute(f"DROP TABLE bench_{table}")  # names of this file
        owner.execute("VACUUM ANALYZE")
    rows, took = Row.objects.count(), time.perf_counter() - began
    print(f"\n({cases:,} cases, {Cursor.objects.get().number:,} seals and {rows:,} rows of the sheet written in {took:,.0f} s)", flush=True)
    return rows


def _months(count: int) -> date:
    months = BEGINS_ON.month - 1 + count
    return date(BEGINS_ON.year + months // 12, 1 + months % 12, 1)


def _lives(owner: psycopg.Connection[Any]) -> None:
    """This will write the lives and their folds, days counted from the beginning and seals by the place of their event."""
    chance = random.Random(LIVES)
    owner.execute("CREATE UNLOGGED TABLE bench_life (life int, place int, recorded int, since int, says jsonb)")
    columns = ", ".join(f"{name} {_TYPES[column.type]}" for name, column in asat.COLUMNS.items())
    owner.execute(f"CREATE UNLOGGED TABLE bench_life_row (life int, since int, until int, known int, known_until int, {columns})")
    lives = [lived(chance) for _ in range(LIVES)]
    with owner.cursor().copy("COPY bench_life FROM STDIN") as copy:
        for life, steps in enumerate(lives):
            for place, (recorded, since, says) in enumerate(steps):
                copy.write_row((life, place, recorded, since, json.dumps(says)))
    with owner.cursor().copy("COPY bench_life_row FROM STDIN") as copy:
        for life, steps in enumerate(lives):
            for row in _folded(steps):
                copy.write_row((life, *row))


_TYPES = {"text": "text", "whole": "int", "cents": "bigint", "yes_no": "boolean", "day": "int", "codes": "text[]"}


def _folded(steps: list[Step]) -> Iterator[tuple[Any, ...]]:
    said = [asat.Assertion(place, ZERO + timedelta(since), says) for place, (_, since, says) in enumerate(steps)]
    for row in asat.history(said):
        whole = asat.complete(row.values)
        values = [_cell(whole[name]) for name in asat.COLUMNS]
        yield _cell(row.valid_from), _cell(row.valid_before), row.known_from, row.known_before, *values


def _cell(value: Any) -> Any:
    if isinstance(value, date):
        return (value - ZERO).days
    return list(value) if isinstance(value, tuple) else value


_DAYS = [name for name, column in asat.COLUMNS.items() if column.type == "day"]
_CASES = """
CREATE UNLOGGED TABLE bench_case AS
    SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) AS id, (number * 7919) %% 400 AS life,
           %(begins)s::date + (number * %(days)s / %(count)s)::int AS begins
      FROM generate_series(0, %(count)s::bigint - 1) AS number;
INSERT INTO cases_case (
    id, reference, title, search_text, scheme, stream, track, sector, beneficiary, stage_number, status, status_on, lead_id,
    opened_at, opened_by_id, submitted_at, requested_cents, approved_cents, paid_cents, unit, is_test, is_demonstration)
SELECT id, 'BENCH-' || lpad(id::text, 8, '0'), 'A line', '', 'nifs', '', '', '', '', 1, 'submitted', begins, %(lead)s,
       begins, %(by)s, begins,
       100000000, 0, 0, 'HKD', false, true FROM bench_case"""
# Numbered in the order of their days, those of one day by case; what would be recorded after the last month is not told.
_SAYINGS = """
CREATE UNLOGGED TABLE bench_said AS
    SELECT c.id AS "case", c.begins, l.life, l.place, c.begins + l.recorded AS recorded, c.begins + l.since AS since, l.says
      FROM bench_case c JOIN bench_life l USING (life)"""
_NUMBERED = """
CREATE UNLOGGED TABLE bench_numbered AS
    SELECT s.*, %(before)s + n AS number, %(first)s + n AS event
      FROM (SELECT *, row_number() OVER (ORDER BY recorded, "case", place) AS n FROM bench_said WHERE recorded < %(until)s) AS s;
CREATE INDEX ON bench_numbered ("case", place) INCLUDE (number);
CREATE INDEX ON bench_numbered (recorded);
ANALYZE bench_numbered"""
# Days of a life are told from its beginning; here they get their own.
_EVENTS = """
INSERT INTO timeline_event (
    id, kind, command, case_id, fund, by_id, happened_on, recorded_at, visibility, facts, sheet, sheet_from, body, sha256)
SELECT event, 'case_corrected', md5('bench ' || event)::uuid, "case", '', %(by)s, recorded, recorded, 'party', '{}',
       (SELECT jsonb_object_agg(key, CASE WHEN key LIKE '%%\\_on'
                                          THEN to_jsonb(begins + ((value #>> '{}')::date - DATE '2000-01-01')) ELSE value END)
          FROM jsonb_each(says)), since, event::text, sha256(convert_to(event::text, 'UTF8'))
  FROM bench_numbered
 WHERE recorded >= %(begins)s::date + make_interval(months => %(month)s)
   AND recorded < %(begins)s::date + make_interval(months => %(month)s + 1) ORDER BY bench_numbered.event"""
_ROWS = f"""
INSERT INTO sheet_row (case_id, valid_from, valid_before, known_from, known_before, {", ".join(asat.COLUMNS)}, measures)
SELECT c.id, c.begins + r.since, c.begins + r.until, f.number, u.number,
       {", ".join(f"c.begins + r.{name}" if name in _DAYS else f"r.{name}" for name in asat.COLUMNS)}, '{{}}'
  FROM bench_case c JOIN bench_life_row r USING (life)
  JOIN bench_numbered f ON f."case" = c.id AND f.place = r.known
  LEFT JOIN bench_numbered u ON u."case" = c.id AND u.place = r.known_until
 ORDER BY f.number"""  # noqa: S608  # names of core/asat.py
