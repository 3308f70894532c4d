"""Fills the ledger of a throwaway database by SQL — e.g. 10,000 awards and 10,000,000 postings over three years, sealed as they came.

Not through the actions: events and seals are plain rows and only the books are whole. Every award is reserved and committed once;
then instalments fall due and are paid, over and over, out of the year's cash. Balances are what the postings add up to, and the
days are kept run after run, as the nights of those years would have kept them.
"""

import time
import uuid
from datetime import UTC, date, datetime
from typing import Any

from millrace.core.ledger import Account, Envelope

ENVELOPE = Envelope("itf-nifs", "nifs", "HKD")
FIRST_DAY, DAYS = date(2023, 4, 1), 1_096
YEARS = ("2023-24", "2024-25", "2025-26")
PER_EVENT = 5
AT = datetime(2023, 4, 1, 4, tzinfo=UTC)

# Event n happens on its day in order; of a hundred, one is recorded three days late.
_EVENTS = """
    INSERT INTO timeline_event (id, kind, command, by_id, happened_on, recorded_at, visibility, facts, body, sha256, fund)
    SELECT %(first)s + n, 'instalment_released', gen_random_uuid(), %(by)s, on_day, on_day, 'case', '{}', '{}', '\\x00', 'itf-nifs'
      FROM (SELECT n, %(begin)s::date + (n * %(days)s / %(count)s)::int - CASE WHEN n %% 100 = 0 THEN 3 ELSE 0 END AS on_day
              FROM generate_series(0, %(count)s - 1) AS n) told"""
_SEALS = """
    INSERT INTO timeline_seal (number, event_id, chain, sealed_at, is_story)
    SELECT %(seal)s + row_number() OVER (ORDER BY id), id, '\\x00', happened_on + interval '30 hours', true
      FROM timeline_event WHERE id >= %(first)s ORDER BY id"""
# Even places of an event make an instalment due, odd ones pay it; the fifth spends the year's cash for both payments.
_POSTINGS = """
    INSERT INTO ledger_posting (source_id, target_id, amount, event_id, happened_on, recorded_at)
    SELECT CASE WHEN part = 4 THEN %(cash)s::bigint[] ELSE CASE part %% 2 WHEN 0 THEN %(committed)s::bigint[] ELSE %(due)s::bigint[] END END
               [CASE WHEN part = 4 THEN 1 + year ELSE award END],
           CASE WHEN part = 4 THEN %(spent)s::bigint[] ELSE CASE part %% 2 WHEN 0 THEN %(due)s::bigint[] ELSE %(paid)s::bigint[] END END
               [CASE WHEN part = 4 THEN 1 + year ELSE award END],
           CASE WHEN part = 4 THEN 200 ELSE 100 END, event, happened_on, recorded_at
      FROM (SELECT e.id AS event, e.happened_on, e.recorded_at, part,
                   1 + ((e.id - %(first)s) * 2 + part / 2) * 7919 %% %(awards)s AS award,
                   CASE WHEN e.happened_on >= '2025-04-01' THEN 2 WHEN e.happened_on >= '2024-04-01' THEN 1 ELSE 0 END AS year
              FROM timeline_event e CROSS JOIN generate_series(0, 4) AS part WHERE e.id >= %(first)s ORDER BY e.id, part) told"""
_BALANCES = """
    WITH moved AS (
        SELECT account, sum(change) AS change FROM (
            SELECT target_id AS account, amount AS change FROM ledger_posting WHERE event_id >= %(first)s
            UNION ALL SELECT source_id, -amount FROM ledger_posting WHERE event_id >= %(first)s) each GROUP BY account)
    UPDATE ledger_balance b SET balance = b.balance + moved.change FROM moved WHERE moved.account = b.account_id"""


def fill(owner: Any, cases: list[Any], *, postings: int, by: Any, runs: int = 30) -> None:
    """This will give the cases this many postings more between them, and keep the days in so many runs; `owner` owns the tables."""
    began = time.perf_counter()
    accounts = _prepared(cases, postings, by)
    count = postings // PER_EVENT
    (first,) = owner.execute("SELECT max(id) + 1 FROM timeline_event").fetchone()
    (seal,) = owner.execute("SELECT coalesce(max(number), 0) FROM timeline_seal").fetchone()
    told = {"first": first, "count": count, "by": by.pk, "begin": FIRST_DAY, "days": DAYS, "seal": seal, "awards": len(cases), **accounts}
    owner.execute("SET work_mem = '256MB'")
    with owner.transaction():
        owner.execute("ALTER TABLE timeline_event DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE ledger_posting DISABLE TRIGGER USER")
        for statement in (_EVENTS, _SEALS, _POSTINGS, _BALANCES):
            owner.execute(statement, told)
        owner.execute("ALTER TABLE timeline_event ENABLE TRIGGER USER")
        owner.execute("ALTER TABLE ledger_posting ENABLE TRIGGER USER")
        owner.execute("SELECT setval('timeline_event_ids', %s)", [first + count])
    owner.execute("VACUUM ANALYZE")
    print(f"({postings:,} postings of {count:,} events filled in {time.perf_counter() - began:,.0f} s)", flush=True)
    began, written = time.perf_counter(), 0
    for number in range(1, runs + 1):
        row = owner.execute("SELECT ledger_keep_days(50000, %s)", [seal + count * number // runs]).fetchone()
        written += row[0]
    owner.execute("VACUUM ANALYZE ledger_keptday")
    print(f"({written:,} days kept in {runs} runs in {time.perf_counter() - began:,.0f} s)", flush=True)


def _prepared(cases: list[Any], postings: int, by: Any) -> dict[str, list[int]]:
    """Opens the accounts and puts in what the postings will draw on."""
    from django.db import transaction

    from millrace.registers.ledger import actions, books
    from millrace.registers.timeline import actions as timeline
    from millrace.registers.timeline import sealer

    whole = postings * 200
    opened: dict[str, list[int]] = {kind: [] for kind in ("committed", "due", "paid")}
    with transaction.atomic():
        told: dict[str, Any] = {"by": by, "at": AT, "fund": "itf-nifs", "facts": {}, "happened_on": FIRST_DAY}
        event = timeline.record("scheme_version_published", command=uuid.uuid4(), **told)
        when: dict[str, Any] = {"event": event.pk, "on": FIRST_DAY, "at": AT}
        envelope = actions.envelope(ENVELOPE.fund, ENVELOPE.scheme, ENVELOPE.unit)
        actions.appropriate(envelope, whole, **when)
        for year in YEARS:
            actions.provide_cash(envelope, year, whole, **when)
        for case in cases:
            part = whole // len(cases) // 2
            actions.reserve(case, part, envelope=envelope, **when)
            actions.commit(case, part, envelope=envelope, **when)
            for kind, ids in opened.items():
                ids.append(books.open_account(envelope.account(kind, case=case.pk)))
    sealer.seal(AT, is_story=True)
    by_year = {
        kind: [books.open_account(envelope.account(kind, financial_year=year)) for year in YEARS]
        for kind in ("cash_available", "cash_spent")
    }
    return {**opened, "cash": by_year["cash_available"], "spent": by_year["cash_spent"]}


def hottest() -> Account:
    """This will name the account with the most postings: the last year's cash."""
    return ENVELOPE.account("cash_available", financial_year=YEARS[-1])
