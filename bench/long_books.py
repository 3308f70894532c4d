"""Books of many years in bulk — e.g. 10,000,000 postings of 10,000 awards, for `bench books`.

The demonstration's awards are copied (`jobs/bulk.py`), then each lives through payments without end: voted, reserved, committed, released
on verified matching money and paid, eleven postings told by one event, most in the order of their days and one in a hundred up to two
months late. Events are sealed step by step and days kept as the nightly work keeps them. The owner's connection writes what the
application may not; the laws are not bent: `millrace verify` finds nothing wrong.
"""

from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql

from millrace.site import database

EACH = 11
AT_ONCE = 25_000
BEGINS_ON, ENDS_ON = date(2016, 4, 1), date(2026, 10, 31)
AT = datetime(2026, 11, 1, tzinfo=UTC)
RUNS = 4  # of keeping days, over the last sixth of what was sealed
CASE_KINDS = ("reserved", "committed", "due", "paid", "sponsor", "match_pledged", "match_evidenced", "match_verified", "match_consumed")
# What one payment moves. Of a kind that no case owns, the account is the fund's, the envelope's, or the year's.
MOVES = """
    (1, a.appropriation, a.available), (2, a.available, a.reserved), (3, a.reserved, a.committed), (4, a.committed, a.due),
    (5, a.due, a.paid), (6, y.cash_vote, y.cash_available), (7, y.cash_available, y.cash_spent), (8, a.sponsor, a.match_pledged),
    (9, a.match_pledged, a.match_evidenced), (10, a.match_evidenced, a.match_verified), (11, a.match_verified, a.match_consumed)"""

AWARDS = """
CREATE UNLOGGED TABLE bench_award AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, award.* FROM (
        SELECT DISTINCT ON (c.id) c.id, c.reference, c.lead_id AS lead, a.fund, a.scheme, a.unit
          FROM cases_case c JOIN ledger_account a ON a.case_id = c.id AND a.kind = 'paid' AND a.unit = 'HKD' AND NOT c.is_test
         ORDER BY c.id, a.fund, a.scheme) AS award"""
PAYMENTS = """
CREATE UNLOGGED TABLE bench_payment AS
    SELECT number, (number - 1) / 25000 AS step, %(first)s + number AS event, a.place, day,
           began || '-' || lpad(((began + 1) %% 100)::text, 2, '0') AS year, 100 * (1 + (number * 7919) %% 5000) AS amount
      FROM generate_series(1, %(count)s::bigint) AS number
      JOIN bench_award a ON a.place = (number * 7907) %% (SELECT count(*) FROM bench_award)
     CROSS JOIN LATERAL (SELECT greatest(%(begins)s::date, %(begins)s::date + (number * %(days)s / %(count)s)::int
           - CASE WHEN number %% 100 = 0 THEN (number / 100 %% 60)::int ELSE 0 END) AS day) AS dated
     CROSS JOIN LATERAL (SELECT extract(year FROM day - interval '3 months')::int AS began) AS begun"""
YEARS = """
CREATE UNLOGGED TABLE bench_year AS
    SELECT DISTINCT a.fund, a.scheme, a.unit, p.year FROM bench_payment p JOIN bench_award a ON a.place = p.place"""
EVENTS = """
INSERT INTO timeline_event (id, kind, command, case_id, fund, by_id, happened_on, recorded_at, visibility, facts, body, sha256)
SELECT event, 'payment_settled', command, id, '', %(by)s, day, %(at)s, 'party', facts::jsonb, body, sha256(convert_to(body, 'UTF8'))
  FROM (
    SELECT p.event, p.day, a.id, command, facts, format(
        '{"by":%%s,"case":"%%s","caused_by":null,"command":"%%s","facts":%%s,"fund":"","happened_on":"%%s","id":%%s,"kind":"payment_settled",'
        '"on_behalf_of":null,"organisation":null,"person":null,"recorded_at":"%%s","scheme_version":null,"sheet":null,"sheet_from":null,'
        '"visibility":"party"}', %(by)s::bigint, a.reference, command, facts, p.day, p.event, %(said)s::text) AS body
      FROM bench_payment p JOIN bench_award a ON a.place = p.place
     CROSS JOIN LATERAL (SELECT md5('bench ' || p.event)::uuid AS command) AS named
     CROSS JOIN LATERAL (SELECT format('{"amount_cents":%%s,"settled_on":"%%s"}', p.amount, p.day) AS facts) AS told
     WHERE p.step = %(step)s ORDER BY p.event
  ) AS written"""
POSTINGS = f"""
INSERT INTO ledger_posting (source_id, target_id, amount, event_id, happened_on, recorded_at)
SELECT move.source, move.target, p.amount, p.event, p.day, %(at)s
  FROM bench_payment p JOIN bench_award a ON a.place = p.place
  JOIN bench_year y ON (y.fund, y.scheme, y.unit, y.year) = (a.fund, a.scheme, a.unit, p.year)
 CROSS JOIN LATERAL (VALUES {MOVES}) AS move (number, source, target)
 ORDER BY p.event, move.number"""  # noqa: S608  # constants of this file
BALANCES = """
UPDATE ledger_balance b SET balance = b.balance + moved.change
  FROM (SELECT account, sum(change) AS change FROM ledger_posting p
         CROSS JOIN LATERAL (VALUES (p.source_id, -p.amount), (p.target_id, p.amount)) AS side (account, change)
         WHERE p.event_id > %(first)s AND p.event_id <= %(last)s GROUP BY account) AS moved
 WHERE b.account_id = moved.account"""


def fill(target: database.Database, postings: int) -> None:
    """This will add payments to the awards there are until the ledger has `postings`, seal them and keep days."""
    from millrace.jobs.models import Cursor
    from millrace.registers.ledger import kept_days
    from millrace.registers.people import queries as people
    from millrace.registers.sheet import actions as sheet
    from millrace.registers.timeline import sealer
    from millrace.stages.deliver import keeping

    with target.connect("owner") as owner:
        count = -(-(postings - _number(owner, "SELECT count(*) FROM ledger_posting")) // EACH)
        if count <= 0:
            return
        first = _number(owner, "SELECT last_value FROM timeline_event_ids")
        owner.execute("SET work_mem = '256MB'")
        owner.execute("SET maintenance_work_mem = '512MB'")
        owner.execute("SET synchronous_commit = off")
        # Nothing of the bulk's is checked row by row: every key is added again below, and so checked as a whole.
        owner.execute(AWARDS)
        client = psycopg.ClientCursor(owner)
        client.execute(PAYMENTS, {"first": first, "count": count, "begins": BEGINS_ON, "days": (ENDS_ON - BEGINS_ON).days})
        owner.execute("CREATE INDEX ON bench_payment (step)")
        owner.execute(YEARS)
        _open_accounts(owner)
        values = {"by": people.system_person().pk, "at": AT, "said": AT.isoformat()}
        for step in range(-(-count // AT_ONCE)):
            owner.execute(EVENTS, {**values, "step": step})
            sealer.seal(AT, is_story=True)
        owner.execute("SELECT setval('timeline_event_ids', %s)", [first + count])
        _write_postings(owner)
        owner.execute(BALANCES, {"first": first, "last": first + count})
        owner.execute("DROP TABLE bench_award, bench_payment, bench_year")
        sheet.project()
        keeping.keep_up(AT)
        Cursor.objects.update(number=sealer.last_number())
        owner.execute("VACUUM ANALYZE")
    last = sealer.last_number()
    # Half of what a run waits for is not kept yet, as on any day; before that, runs far apart, so that what was known between them counts.
    newest = last - kept_days.STEP // 2 // EACH
    for run in range(RUNS):
        kept_days.keep_days(through_seal=newest - (RUNS - 1 - run) * count // (6 * RUNS))


def _number(owner: psycopg.Connection[Any], question: sql.SQL | str) -> int:
    (found,) = owner.execute(question).fetchone() or (0,)
    return int(found or 0)


def _open_accounts(owner: psycopg.Connection[Any]) -> None:
    """This will open every account the payments touch, and put its id beside the award or the year it is of."""
    kinds = [("bench_award", kind, "a.fund, a.scheme, ''", "a.id, NULL, ''") for kind in CASE_KINDS[:4]]
    kinds += [("bench_award", kind, "'', '', ''", "a.id, a.lead, 'cash'") for kind in CASE_KINDS[4:]]
    kinds += [("bench_award", "available", "a.fund, a.scheme, ''", "NULL, NULL, ''")]
    kinds += [("bench_award", "appropriation", "a.fund, '', ''", "NULL, NULL, ''")]
    kinds += [("bench_year", "cash_vote", "a.fund, '', a.year", "NULL, NULL, ''")]
    kinds += [("bench_year", kind, "a.fund, a.scheme, a.year", "NULL, NULL, ''") for kind in ("cash_available", "cash_spent")]
    for table, kind, envelope, whose in kinds:
        outside = str(kind in ("appropriation", "cash_vote", "sponsor")).lower()
        case, sponsor, form = whose.split(", ")
        key = f"concat_ws('|', '{kind}', a.unit, {envelope}, coalesce({case}::text, ''), coalesce({sponsor}::text, ''), {form})"
        opened = f"ledger_open({key}, '{kind}', a.unit, {envelope}, {case}, {sponsor}, {form}, {outside})"
        owner.execute(f"ALTER TABLE {table} ADD COLUMN {kind} bigint")
        owner.execute(f"UPDATE {table} a SET {kind} = {opened}")  # noqa: S608  # names of this file


def _write_postings(owner: psycopg.Connection[Any]) -> None:
    """This will write them all at once, and make the indexes and keys of the table anew after."""
    indexes = owner.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ledger_posting' AND indexname NOT LIKE '%_pkey'"
    ).fetchall()
    keys = owner.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ledger_posting'::regclass AND contype = 'f'"
    ).fetchall()
    for name, _definition in keys:
        owner.execute(sql.SQL("ALTER TABLE ledger_posting DROP CONSTRAINT {}").format(sql.Identifier(name)))
    for name, _definition in indexes:
        owner.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    owner.execute(POSTINGS, {"at": AT})
    for _name, definition in indexes:
        owner.execute(definition)
    for name, definition in keys:
        owner.execute(sql.SQL("ALTER TABLE ledger_posting ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(definition)))
