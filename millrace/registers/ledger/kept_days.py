"""What accounts held at the end of a past day, as known now or at a seal — e.g. every envelope on 31 March as the auditor knew it in May.

Starts from the nearest kept day and adds what it does not have: what was sealed after its run, and what happened after it. Where
nothing is kept yet, everything is added up.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

Names = tuple[str, str, str, str, str]
"""Fund, scheme, unit, kind and financial year."""

STEP = 20_000

_RUNS = """
    SELECT (SELECT max(seal) FROM ledger_keptrun WHERE seal <= %(seal)s),
           (SELECT latest_on FROM ledger_keptrun WHERE seal >= %(seal)s ORDER BY seal LIMIT 1)"""
_KEPT = """
    SELECT DISTINCT ON (asked.day) k.id, k.day FROM unnest(%(days)s::date[]) AS asked (day)
      JOIN ledger_keptday k ON k.day <= asked.day AND k.from_seal <= %(run)s AND k.through_seal >= %(run)s
     ORDER BY asked.day, k.day DESC"""
# Sealed after the kept run, and known at the moment asked about.
_LATER = """
    SELECT event_id FROM timeline_seal WHERE number > %(run)s AND (%(seal)s::bigint IS NULL OR number <= %(seal)s)
    UNION ALL SELECT event_id FROM timeline_pending WHERE %(seal)s::bigint IS NULL"""
_SIDES = "CROSS JOIN LATERAL (VALUES (p.target_id, p.amount), (p.source_id, -p.amount)) AS side (account, change)"
_IS_KNOWN = """(%(seal)s::bigint IS NULL
    OR EXISTS (SELECT 1 FROM timeline_seal s WHERE s.event_id = p.event_id AND s.number <= %(seal)s))"""
# The same asked posting by posting: as EXISTS the planner would join all postings there are with all seals before it looks at the days.
_IS_KNOWN_EACH = """(%(seal)s::bigint IS NULL
    OR (SELECT s.number FROM timeline_seal s WHERE s.event_id = p.event_id) <= %(seal)s)"""
_BALANCES = f"""
    SELECT account, sum(change)::bigint FROM (
        SELECT unnest(accounts) AS account, unnest(balances) AS change FROM ledger_keptday WHERE id = %(kept)s
        UNION ALL
        SELECT side.account, side.change FROM ({_LATER}) later JOIN ledger_posting p ON p.event_id = later.event_id {_SIDES}
         WHERE p.happened_on <= %(kept_on)s
        UNION ALL
        SELECT side.account, side.change FROM ledger_posting p {_SIDES}
         WHERE p.happened_on > %(kept_on)s AND p.happened_on <= %(on)s AND {_IS_KNOWN}
    ) moved WHERE %(only)s::bigint IS NULL OR account = %(only)s GROUP BY account"""  # noqa: S608  # constants of this file
_NAMES = "a.fund, a.scheme, a.unit, a.kind, a.financial_year"
_COUNTED = "CASE WHEN a.kind IN ('returned', 'unreturned') THEN greatest(side.change, 0) ELSE side.change END"
_LATE_TOTALS = f"""
    SELECT p.happened_on, {_NAMES}, sum({_COUNTED})::bigint
      FROM ({_LATER}) later JOIN ledger_posting p ON p.event_id = later.event_id {_SIDES} JOIN ledger_account a ON a.id = side.account
     WHERE p.happened_on <= %(kept_on)s GROUP BY p.happened_on, {_NAMES}"""  # noqa: S608  # constants of this file
# Each part's postings are read by the index of days, each account is looked up by itself (OFFSET 0): how many days and how many accounts
# those are is only guessed, and by the guess every posting, and every account for each, would be tried.
_TOTALS = f"""
    SELECT side.place, {_NAMES}, sum({_COUNTED})::bigint FROM (
        SELECT part.place, side.account, sum(side.change) AS change
          FROM unnest(%(after)s::date[], %(through)s::date[]) WITH ORDINALITY AS part (after, through, place)
         CROSS JOIN LATERAL (SELECT * FROM ledger_posting WHERE happened_on > part.after AND happened_on <= part.through OFFSET 0) p
         {_SIDES}
         WHERE {_IS_KNOWN_EACH} GROUP BY part.place, side.account, side.change > 0
    ) side CROSS JOIN LATERAL (SELECT * FROM ledger_account WHERE id = side.account OFFSET 0) a
     GROUP BY side.place, {_NAMES}"""  # noqa: S608  # constants of this file


@dataclass(frozen=True)
class _Known:
    """As known at a seal (None: now): up to which run days are kept, and the last day of which anything was known."""

    seal: int | None
    run: int
    latest_on: date


def _known(seal: int | None) -> _Known:
    rows = _rows(_RUNS, seal=2**62 if seal is None else seal)
    run, latest_on = rows[0]
    return _Known(seal, run or 0, latest_on or date.max)


def _rows(question: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def balances_at(on: date, seal: int | None = None, *, only: int | None = None) -> dict[int, int]:
    """This will give what every account, or only one, held at the end of day `on`, by id; those that held nothing may be left out."""
    known = _known(seal)
    kept = _rows(_KEPT, days=[on], run=known.run)
    base, base_on = kept[0] if kept else (0, date.min)
    through = min(on, known.latest_on)
    return dict(_rows(_BALANCES, kept=base, kept_on=base_on, on=through, seal=seal, run=known.run, only=only))


def totals_at(days: Sequence[date], seal: int | None = None) -> list[Counter[Names]]:
    """This will give every envelope's accounts added up by kind and year at the end of each day; `days` in order.

    Of what passes through (`PASSING_KINDS`) it gives all that ever came in.
    """
    known = _known(seal)
    kept = [(pk, day) for pk, day in _rows(_KEPT, days=list(days), run=known.run)]
    stored = dict(_rows("SELECT id, totals::text FROM ledger_keptday WHERE id = ANY(%(ids)s)", ids=[pk for pk, _day in kept]))
    late = _rows(_LATE_TOTALS, kept_on=kept[-1][1], seal=seal, run=known.run) if kept else []
    begun, starts = Counter[Names](), []
    reached = date.min
    for day in days:
        base = max((one for one in kept if one[1] <= day), key=lambda one: one[1], default=None)
        is_nearer = base is not None and base[1] > reached
        starts.append((base if is_nearer else None, base[1] if is_nearer and base else reached))
        reached = day
    after, through = [start for _base, start in starts], [min(day, known.latest_on) for day in days]
    moved: list[Counter[Names]] = [Counter() for _day in days]
    for place, *names, change in _rows(_TOTALS, after=after, through=through, seal=seal):
        moved[place - 1][_named(names)] += change
    found = []
    for (base, _start), change in zip(starts, moved, strict=True):
        if base is not None:
            begun = _stored(stored[base[0]])
            for happened_on, *names, amount in late:
                if happened_on <= base[1]:
                    begun[_named(names)] += amount
        begun = Counter(begun)
        begun.update(change)
        found.append(begun)
    return found


def _named(names: Sequence[Any]) -> Names:
    fund, scheme, unit, kind, year = names
    return fund, scheme, unit, kind, year


def _stored(text: str) -> Counter[Names]:
    return Counter({_named(names): amount for *names, amount in json.loads(text)})


def keep_days(*, through_seal: int | None = None, step: int = STEP) -> int:
    """This will keep the days that were filled since the last run, once `step` postings have come; and say how many it wrote."""
    with transaction.atomic():
        rows = _rows("SELECT coalesce(max(number), 0) FROM timeline_seal")
        run = rows[0][0] if through_seal is None else through_seal
        return int(_rows("SELECT ledger_keep_days(%(step)s, %(run)s)", step=step, run=run)[0][0])
