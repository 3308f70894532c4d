"""Checks the books against the pure core — e.g. that an envelope's balance is the sum of every posting ever made to it.

The postings are read once, by the day they count from, so that each kept day is held against what had been posted by then.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db import connection

from millrace.core import ledger
from millrace.core.findings import Part
from millrace.registers.ledger import models
from millrace.registers.timeline.models import Seal

AT_ONCE = 20_000
_POSTINGS = """
    SELECT p.source_id, p.target_id, p.amount, p.happened_on, s.number
      FROM ledger_posting p LEFT JOIN timeline_seal s ON s.event_id = p.event_id ORDER BY p.happened_on"""


@dataclass
class Reading:
    """A kept day as known through a seal, with what its run did not know of that day: what it changed, and what of it came in."""

    pk: int
    day: date
    through_seal: int
    unknown: Counter[int] = field(default_factory=Counter)
    came_in: Counter[int] = field(default_factory=Counter)


def verify() -> Part:
    """This will recompute every balance and every kept day from the postings alone, and see that no unit gained or lost anything."""
    part = Part("ledger", {"accounts": 0, "postings": 0, "kept days": 0})
    recomputed = _recomputed(part)
    totals: defaultdict[str, int] = defaultdict(int)
    for row in models.Account.objects.select_related("balance_row").order_by("pk").iterator(chunk_size=2_000):
        part.counts["accounts"] += 1
        stored, expected = row.balance_row.balance, recomputed.pop(row.pk, 0)
        totals[row.unit] += stored
        if stored != expected:
            part.found("balance", row.key, f"holds {stored:,}; its postings add up to {expected:,}")
        if stored < 0 and row.kind not in ledger.OUTSIDE_KINDS:
            part.found("floor", row.key, f"is below zero: {stored:,}")
        if row.key != row.value().key:
            part.found("key", row.key, "is keyed as another account")
    for account in sorted(recomputed):
        part.found("account", f"account {account}", "has postings and no row")
    for unit, total in totals.items():
        if total:
            part.found("conservation", unit, f"all accounts together hold {total:,} instead of nothing")
    part.counts["units"] = ", ".join(sorted(totals)) or "none"
    return part


def _recomputed(part: Part) -> Counter[int]:
    """Every account's balance from the postings alone; on the way, each kept day is held against it."""
    readings = [Reading(*row) for row in models.KeptDay.objects.order_by("day", "pk").values_list("pk", "day", "through_seal")]
    names, returned = _names() if readings else ({}, set())
    days = sorted({reading.day for reading in readings})
    running: Counter[int] = Counter()
    entered: Counter[int] = Counter()
    kept = {day: [reading for reading in readings if reading.day == day] for day in days}
    checked = 0
    for place, moves in groupby(_moves(part, readings), key=lambda each: bisect_left(days, each[0])):
        for day in days[checked:place]:
            _compare(part, kept[day], running, entered, names)
        checked = max(checked, place)
        for account, change in ledger.net(_counted(moves, entered, returned)).items():
            running[account] += change
    for day in days[checked:]:
        _compare(part, kept[day], running, entered, names)
    return running


def _counted(moves: Iterable[tuple[date, ledger.Move[int]]], entered: Counter[int], returned: set[int]) -> Iterator[ledger.Move[int]]:
    """The moves alone, each counted where all that came in counts: only now, since the grouping reads one move ahead."""
    for _day, move in moves:
        if move.target in returned:
            entered[move.target] += move.amount
        yield move


def _moves(part: Part, readings: list[Reading]) -> Iterator[tuple[date, ledger.Move[int]]]:
    """Every posting by its day; a kept reading is told of those that its run did not know."""
    days = [reading.day for reading in readings]
    earliest = _least_from_here_on([reading.through_seal for reading in readings])
    with connection.chunked_cursor() as cursor:
        cursor.cursor.itersize = AT_ONCE
        cursor.execute(_POSTINGS)
        for source, target, amount, day, seal in cursor:
            part.counts["postings"] += 1
            move = ledger.Move(source, target, amount)
            if days and day <= days[-1]:
                place = bisect_left(days, day)
                if seal is None or seal > earliest[place]:
                    for reading in readings[place:]:
                        if seal is None or seal > reading.through_seal:
                            reading.unknown[target] += amount
                            reading.unknown[source] -= amount
                            reading.came_in[target] += amount
            yield day, move


def _least_from_here_on(seals: list[int]) -> list[int]:
    found: list[int] = []
    for seal in reversed(seals):
        found.append(min(seal, found[-1]) if found else seal)
    return found[::-1]


def _names() -> tuple[dict[int, tuple[str, ...]], set[int]]:
    """By which names each account is added up, and the accounts of which all that came in counts."""
    rows = list(models.Account.objects.values_list("pk", "fund", "scheme", "unit", "kind", "financial_year"))
    return {pk: tuple(names) for pk, *names in rows}, {row[0] for row in rows if row[4] in ledger.PASSING_KINDS}


def _compare(part: Part, readings: list[Reading], running: Counter[int], entered: Counter[int], names: dict[int, tuple[str, ...]]) -> None:
    """Holds what is kept of a day against what had been posted by then, less what its run did not know."""
    for reading in readings:
        part.counts["kept days"] += 1
        expected, came_in = Counter(running), Counter(entered)
        for account, change in reading.unknown.items():
            expected[account] -= change
        for account in came_in:
            came_in[account] -= reading.came_in[account]
        accounts, balances, told = models.KeptDay.objects.values_list("accounts", "balances", "totals").get(pk=reading.pk)
        if dict(zip(accounts, balances, strict=True)) != {account: held for account, held in expected.items() if held}:
            part.found("kept", f"{reading.day}", f"as known through seal {reading.through_seal:,} is not what its postings add up to")
        totals: Counter[tuple[str, ...]] = Counter()
        for account in {*expected, *came_in}:
            totals[names[account]] += (came_in if names[account][3] in ledger.PASSING_KINDS else expected)[account]
        if {tuple(each): held for *each, held in told if held} != {name: held for name, held in totals.items() if held}:
            part.found("kept", f"{reading.day}", f"as known through seal {reading.through_seal:,} has totals its accounts do not add up to")


def replayed() -> dict[ledger.Account, int]:
    """This will make the books again from the timeline, event after event as they were sealed, with the pure core.

    An event whose moves the core does not permit, or that would take an account below zero, is a mistake of the program.
    """
    accounts = {row.pk: row.value() for row in models.Account.objects.all()}
    numbers = dict(Seal.objects.values_list("event_id", "number"))
    postings = sorted(models.Posting.objects.filter(event__seal__isnull=False).order_by("pk"), key=lambda one: numbers[one.event_id])
    books: dict[ledger.Account, int] = {}
    for event, rows in groupby(postings, key=lambda one: one.event_id):
        moves = [ledger.Move(accounts[one.source_id], accounts[one.target_id], one.amount, one.corrects_id) for one in rows]
        after = ledger.apply(books, moves)
        if not isinstance(after, dict):
            raise ValueError(f"event {event}: {after}")
        books = after
    return {account: held for account, held in books.items() if held}
