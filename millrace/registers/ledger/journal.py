"""Writes the whole ledger for outsiders, as it stood on a day — e.g. every cent of NIFS up to 31 March, for an auditor's own tools.

The postings are read in one pass and the balances asserted at the end by another question, so that neither can hide the other's
mistake. Only references, kinds of event and numbers are told: no name leaves the house this way.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from millrace.core import beancount
from millrace.registers.cases.models import Case
from millrace.registers.ledger import models, queries
from millrace.registers.people import prepared

BATCH = 5_000

_POSTED = """
    SELECT p.happened_on, p.event_id, s.number, e.kind, coalesce(c.reference, ''), p.source_id, p.target_id, p.amount
      FROM ledger_posting p
      JOIN timeline_event e ON e.id = p.event_id
      JOIN timeline_seal s ON s.event_id = p.event_id AND s.number <= %s
      LEFT JOIN cases_case c ON c.id = e.case_id
     WHERE p.happened_on <= %s
     ORDER BY p.happened_on, s.number, p.id"""


def beancount_lines(*, on: date, seal: int, title: str, currency: str) -> Iterator[str]:
    """This will write the books at the end of day `on`, as known at seal number `seal`, in Beancount's language, piece by piece.

    Every account is opened, every event's postings follow by day, and each balance is asserted on the next morning, as the
    database's own sum gives it. What a later seal recorded is left out. One snapshot is read, however long the reading takes.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        held = queries.trial_balance(on=on, seal=seal)
        numbers = {row.key: row.pk for row in models.Account.objects.only("key")}
        cases = {account.case for account in held if account.case is not None}
        references = _references(cases)
        names = {
            numbers[account.key]: (beancount.name(account, references.get(account.case or 0, "")), account.unit, amount)
            for account, amount in held.items()
        }
        notes = (f"The books at the end of {on}, as known at seal {seal}.", "Each entry names the event that tells of it, and its seal.")
        yield beancount.heading(title, currency, notes)
        yield from _entries(on, seal, names)


def _references(cases: Iterable[int]) -> dict[int, str]:
    """The references of cases, of more than a statement takes values for: they go in as one."""
    return dict(Case.objects.filter(pk__in=prepared.among(prepared.ids(cases))).values_list("pk", "reference"))


_Named = dict[int, tuple[str, str, int]]


def _entries(on: date, seal: int, names: _Named) -> Iterator[str]:
    met: set[int] = set()
    with connection.chunked_cursor() as cursor:
        cursor.cursor.itersize = BATCH
        cursor.execute(_POSTED, [seal, on])
        for (day, event, number, kind, reference), rows in groupby(cursor, key=lambda row: row[:5]):
            postings = [row[5:] for row in rows]
            for account in {account for source, target, _amount in postings for account in (source, target)} - met:
                met.add(account)
                yield beancount.opened(names[account][0], names[account][1], day)
            yield beancount.entry(day, kind, reference, (("event", event), ("seal", number)), _legs(postings, names))
    yield "\n"
    for account in sorted(met, key=lambda account: names[account][0]):
        name, unit, amount = names[account]
        yield beancount.assertion(on + timedelta(days=1), name, amount, unit)


def _legs(postings: Sequence[tuple[Any, ...]], names: _Named) -> list[beancount.Leg]:
    legs = []
    for source, target, amount in postings:
        legs.append(beancount.Leg(names[source][0], -amount, names[source][1]))
        legs.append(beancount.Leg(names[target][0], amount, names[target][1]))
    return legs
