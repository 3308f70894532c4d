"""Keeps the envelopes' totals from one question to the next — e.g. what stands reserved of NIFS over 40,000 cases, without adding them all.

A total known at a seal never changes: it is added up once per process, and then only what was posted by later events is added to it.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import connection

from millrace.core import ledger
from millrace.registers.ledger.kept_days import Names

SEALS_BEHIND = 2_000
_NAMES = "a.fund, a.scheme, a.unit, a.kind, a.financial_year"
_NOW = f"""
    SELECT {_NAMES}, sum(b.balance)::bigint FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.kind = ANY(%(kinds)s) AND a.kind <> ALL(%(passing)s) GROUP BY {_NAMES}
    UNION ALL
    SELECT {_NAMES}, sum(p.amount)::bigint FROM ledger_account a JOIN ledger_posting p ON p.target_id = a.id
     WHERE a.kind = ANY(%(passing)s) GROUP BY {_NAMES}"""  # noqa: S608  # constants of this file
_SINCE = f"""
    WITH later AS (
        SELECT event_id FROM timeline_seal WHERE number > %(seal)s UNION ALL SELECT event_id FROM timeline_pending
    ), moved AS (
        SELECT p.target_id AS account, p.amount FROM ledger_posting p JOIN later ON later.event_id = p.event_id
        UNION ALL
        SELECT p.source_id, -p.amount FROM ledger_posting p JOIN later ON later.event_id = p.event_id
    )
    SELECT {_NAMES}, sum(CASE WHEN a.kind = ANY(%(passing)s) THEN greatest(moved.amount, 0) ELSE moved.amount END)::bigint
      FROM moved JOIN ledger_account a ON a.id = moved.account
     WHERE a.kind = ANY(%(kinds)s) GROUP BY {_NAMES}"""  # noqa: S608  # constants of this file


@dataclass(frozen=True)
class Kept:
    """The totals as known at a seal; the chained hash tells a database restored or begun anew from this one."""

    seal: int
    chain: bytes
    totals: Counter[Names]


_known: dict[str, Kept] = {}


def totals() -> Counter[Names]:
    """This will add up every envelope's accounts by kind and year, as they stand now; of what passes through, all that ever came in.

    Inside a page's read-only transaction only, where all questions see one moment: elsewhere they are added up afresh.
    """
    name = str(connection.settings_dict["NAME"])
    kept = _known.get(name)
    sees_one_moment, seals = _seals(kept.seal if kept else 0) if connection.in_atomic_block else (False, {})
    if not sees_one_moment:
        return _asked(_NOW)
    last = max(seals, default=0)
    if kept is None or last - kept.seal > SEALS_BEHIND or seals.get(kept.seal) != kept.chain:
        now = _asked(_NOW)
        at_seal = Counter(now)
        at_seal.subtract(_asked(_SINCE, seal=last))
        _known[name] = Kept(last, seals.get(last, b""), at_seal)
        return now
    found = Counter(kept.totals)
    found.update(_asked(_SINCE, seal=kept.seal))
    return found


_MOMENT = """
    SELECT current_setting('transaction_isolation') = 'repeatable read' AND current_setting('transaction_read_only')::bool, number, chain
      FROM (SELECT 1) AS always
      LEFT JOIN timeline_seal ON number = ANY(ARRAY[%(seal)s, (SELECT max(number) FROM timeline_seal)])"""


def _seals(kept: int) -> tuple[bool, dict[int, bytes]]:
    """This will say whether this transaction sees one moment, and give the chained hash of the kept seal and of the last."""
    with connection.cursor() as cursor:
        cursor.execute(_MOMENT, {"seal": kept})
        rows = cursor.fetchall()
    return bool(rows[0][0]), {int(number): bytes(chain) for _moment, number, chain in rows if number is not None}


def _asked(question: str, **values: int) -> Counter[Names]:
    kinds, passing = [*ledger.COMMITMENT_KINDS, ledger.UNRETURNED, *ledger.CASH_KINDS], list(ledger.PASSING_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(question, {"kinds": kinds, "passing": passing, **values})
        return Counter({(fund, scheme, unit, kind, year): int(amount) for fund, scheme, unit, kind, year, amount in cursor.fetchall()})
