"""Fills a database with many cases by COPY — e.g. 100,000 cases from the two hundred of the demonstration, for `bench pages`.

Cases lived through the actions are copied with everything that is theirs (`jobs/lives.py`, cast in `jobs/moulds.py`): new ids,
references and hashes, the events' bodies written anew, money moved in the shared accounts as the copied postings say. A copy is
what the actions would have given, then sealed and projected; a property test holds the two equal and `verify` finds nothing
wrong. Needs the owner's connection, since the application may write neither seals nor postings.
"""

import contextlib
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.apps import apps
from django.db import transaction
from psycopg import sql

from millrace.core.ledger import Account, Move
from millrace.jobs import lives, moulds
from millrace.jobs.lives import Life, Table
from millrace.jobs.models import Cursor
from millrace.registers.ledger import actions as ledger
from millrace.registers.people import queries as people
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.deliver import keeping

CASES_AT_ONCE = 500
WRITERS = 2


@dataclass
class Books:
    """Where the next ids of each table come from."""

    last: dict[Table, int] = field(default_factory=dict)

    @classmethod
    def opened(cls, owner: psycopg.Connection[Any]) -> "Books":
        """This will read the highest id of every table that may be copied."""
        books = cls()
        for table in lives.in_order():
            named = {"table": sql.Identifier(table._meta.db_table), "pk": sql.Identifier(lives.pk_of(table))}
            (highest,) = owner.execute(sql.SQL("SELECT coalesce(max({pk}), 0) FROM {table}").format(**named)).fetchone() or (0,)
            if lives.label(table) == lives.EVENT:
                (given,) = owner.execute("SELECT last_value FROM timeline_event_ids").fetchone() or (0,)
                highest = max(highest, given)
            books.last[table] = highest
        return books

    def take(self, counts: Mapping[Table, int]) -> dict[Table, int]:
        """This will set ids aside and give the first of each table."""
        first = {table: self.last[table] + 1 for table in counts}
        for table, count in counts.items():
            self.last[table] += count
        return first

    def keep(self, owner: psycopg.Connection[Any]) -> None:
        """This will let the sequences go on after the ids taken."""
        for table, number in self.last.items():
            if lives.label(table) == lives.EVENT:
                owner.execute("SELECT setval('timeline_event_ids', %s)", [number])
            elif number and lives.pk_of(table) not in lives.referenced(table):
                owner.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table._meta.db_table, lives.pk_of(table), number])


def multiply(count: int, *, sources: Sequence[int | Life], owner: psycopg.Connection[Any], at: datetime, spread_days: int = 0) -> None:
    """This will add `count` cases as `copy` does, seal them on the story's clock and project them.

    Reactions are moved past the new seals: what they would do was done for the originals.
    """
    copy(count, sources=sources, owner=owner, at=at, spread_days=spread_days)
    last = sealer.seal(at, is_story=True)
    sheet.project()
    keeping.keep_up(at)
    Cursor.objects.update(number=last.number if last else 0)


def copy(count: int, *, sources: Sequence[int | Life], owner: psycopg.Connection[Any], at: datetime, spread_days: int = 0) -> None:
    """This will add `count` cases, copies of `sources` in turn, up to `spread_days` earlier than those; not yet sealed.

    Sources are cases' ids, or lives gathered before, where one fills step by step; those that cannot be lived twice are passed over.
    """
    told = (case if isinstance(case, Life) else lives.gather(case) for case in sources)
    cast = [moulds.Mould(life) for life in told if not life.is_unrepeatable]
    _fund([mould.life for mould in cast], count, at)
    moved = [shared(mould.life) for mould in cast]
    books = Books.opened(owner)
    batches = _batches(cast, count, Books(dict(books.last)), spread_days)
    for turn in range(count):
        books.take(cast[turn % len(cast)].taken)
    books.keep(owner)
    with contextlib.ExitStack() as stack:
        writers = [owner, *(stack.enter_context(_another(owner)) for _ in range(WRITERS - 1))]
        with futures.ThreadPoolExecutor(WRITERS) as pool:
            shelf = Shelf(batches)
            for done in [pool.submit(_write_all, writer, shelf, moved) for writer in writers]:
                done.result()


@dataclass(frozen=True)
class Batch:
    """Copies poured together: their turns and the text of each table."""

    turns: range
    poured: Mapping[Table, str]


def _batches(cast: Sequence[moulds.Mould], count: int, books: Books, spread_days: int) -> Iterator[Batch]:
    """This will pour batch after batch."""
    first = books.last[apps.get_model(lives.CASE)] + 1
    for start in range(0, count, CASES_AT_ONCE):
        turns = range(start, min(count, start + CASES_AT_ONCE))
        lines: dict[Table, list[str]] = {table: [] for table in lives.in_order()}
        for turn in turns:
            mould = cast[turn % len(cast)]
            shift = timedelta(days=-(turn % (spread_days + 1)))
            for table, text in mould.pour(moulds.Turn(first + turn, shift, books.take(mould.taken))):
                lines[table].append(text)
        yield Batch(turns, {table: "".join(texts) for table, texts in lines.items() if texts})


class Shelf:
    """Hands each batch to one writer, which pours it while the other's database process still checks the last one."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self.batches, self.lock = batches, threading.Lock()

    def next(self) -> Batch | None:
        with self.lock:
            return next(self.batches, None)


def _another(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(**owner.info.get_parameters(), password=owner.info.password, autocommit=True)


def _write_all(owner: psycopg.Connection[Any], shelf: Shelf, moved: Sequence[Mapping[int, int]]) -> None:
    """This will write batches until none is left; the shared accounts last, so that two writers hold them only for a moment."""
    while batch := shelf.next():
        with owner.transaction():
            _write(owner, batch.poured)
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _move_shared(owner, [moved[turn % len(moved)] for turn in batch.turns])


def _write(owner: psycopg.Connection[Any], poured: Mapping[Table, str]) -> None:
    for table, lines in poured.items():
        names = sql.SQL(", ").join(sql.Identifier(each.column) for each in lives.columns(table))
        copying = sql.SQL("COPY {table} ({names}) FROM STDIN").format(table=sql.Identifier(table._meta.db_table), names=names)
        with owner.cursor() as cursor, cursor.copy(copying) as into:
            into.write(lines)


def _move_shared(owner: psycopg.Connection[Any], moved: Iterable[Mapping[int, int]]) -> None:
    """This will change the shared accounts' balances (an envelope's, a year's cash) as the copied postings do."""
    change: defaultdict[int, int] = defaultdict(int)
    for each in moved:
        for account, amount in each.items():
            change[account] += amount
    for account, amount in sorted(change.items()):
        owner.execute("UPDATE ledger_balance SET balance = balance + %s WHERE account_id = %s", [amount, account])


def shared(life: Life) -> dict[int, int]:
    """This will give what a life's postings add to, or take from, accounts that are not its own."""
    postings = life.rows.get(apps.get_model("ledger.Posting"), [])
    own = life.ids.get(apps.get_model("ledger.Account"), set())
    change: defaultdict[int, int] = defaultdict(int)
    for row in postings:
        for name, sign in (("source_id", -1), ("target_id", 1)):
            if row[name] not in own:
                change[row[name]] += sign * row["amount"]
    return dict(change)


def _fund(templates: Sequence[Life], count: int, at: datetime) -> None:
    """This will put into each envelope, and each year's cash, what the copies will take beyond what is there."""
    needed: defaultdict[int, int] = defaultdict(int)
    for place, life in enumerate(templates):
        turns = count // len(templates) + (place < count % len(templates))
        for account, amount in shared(life).items():
            needed[account] -= amount * turns
    accounts = {row.pk: row for row in _accounts(needed)}
    moves = list(_top_up({accounts[pk].value(): amount for pk, amount in needed.items()}))
    if not moves:
        return
    with transaction.atomic():
        facts = {"fund": moves[0].target.fund, "scheme": "", "unit": moves[0].target.unit, "voted_cents": 0, "cash": {}}
        by = people.system_person()
        event = timeline.record("envelope_funded", command=uuid.uuid4(), by=by, at=at, fund=moves[0].target.fund, facts=facts)
        ledger.post(moves, event=event.pk, on=event.happened_on, at=at)


def _accounts(ids: Iterable[int]) -> Any:
    return apps.get_model("ledger.Account")._default_manager.filter(pk__in=list(ids))


def _top_up(needed: dict[Account, int]) -> Iterator[Move[Account]]:
    from_outside = {"available": "appropriation", "cash_available": "cash_vote"}
    for account, amount in sorted(needed.items()):
        if amount > 0 and account.kind in from_outside:
            yield Move(Account(from_outside[account.kind], account.unit, account.fund, "", account.financial_year), account, amount)
