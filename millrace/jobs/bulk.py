"""Fills a database with many cases by COPY — e.g. 100,000 cases from the two hundred of the demonstration, for `bench pages`.

Cases lived through the actions are copied with everything that is theirs (`jobs/lives.py`): new ids, references and hashes, the
events' bodies written anew, money moved in the shared accounts as the copied postings say. A copy is what the actions would have
given, then sealed and projected; a property test holds the two equal and `verify` finds nothing wrong. Needs the owner's
connection, since the application may write neither seals nor postings.
"""

import base64
import functools
import hashlib
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.apps import apps
from django.db import transaction
from django.db.models import BinaryField, JSONField
from psycopg import sql
from psycopg.types.json import Jsonb

from millrace.core.ledger import Account, Move
from millrace.jobs import lives
from millrace.jobs.lives import Life, Table, Values
from millrace.jobs.models import Cursor
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.people import queries as people
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

CASES_AT_ONCE = 500
NAMESPACE = uuid.UUID("5b1f0c0a-3f0e-4f7e-9d0b-6a1d5f0c2b11")
DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
# Numbers inside an event's facts or a row's JSON that are ids, by the name they go by.
IDS_IN_JSON = {"organisation": lives.ORGANISATION, "sponsor": lives.ORGANISATION, "lead": lives.ORGANISATION}


@dataclass
class Books:
    """Where the next ids of each table come from."""

    owner: psycopg.Connection[Any]
    last: dict[Table, int] = field(default_factory=dict)

    def next_id(self, table: Table) -> int:
        if table not in self.last:
            named = {"table": sql.Identifier(table._meta.db_table), "pk": sql.Identifier(lives.pk_of(table))}
            (highest,) = self.owner.execute(sql.SQL("SELECT coalesce(max({pk}), 0) FROM {table}").format(**named)).fetchone() or (0,)
            if lives.label(table) == lives.EVENT:
                (given,) = self.owner.execute("SELECT last_value FROM timeline_event_ids").fetchone() or (0,)
                highest = max(highest, given)
            self.last[table] = highest
        self.last[table] += 1
        return self.last[table]

    def keep(self) -> None:
        """This will let the sequences go on where the copies ended."""
        for table, last in self.last.items():
            if lives.label(table) == lives.EVENT:
                self.owner.execute("SELECT setval('timeline_event_ids', %s)", [last])
            else:
                self.owner.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table._meta.db_table, lives.pk_of(table), last])


def multiply(count: int, *, sources: Sequence[int | Life], owner: psycopg.Connection[Any], at: datetime, spread_days: int = 0) -> None:
    """This will add `count` cases as `copy` does, seal them on the story's clock and project them.

    Reactions are moved past the new seals: what they would do was done for the originals.
    """
    copy(count, sources=sources, owner=owner, at=at, spread_days=spread_days)
    last = sealer.seal(at, is_story=True)
    sheet.project()
    Cursor.objects.update(number=last.number if last else 0)


def copy(count: int, *, sources: Sequence[int | Life], owner: psycopg.Connection[Any], at: datetime, spread_days: int = 0) -> None:
    """This will add `count` cases, copies of `sources` in turn, up to `spread_days` earlier than those; not yet sealed.

    Sources are cases' ids, or lives gathered before, where one fills step by step.
    """
    templates = [case if isinstance(case, Life) else lives.gather(case) for case in sources]
    _fund(templates, count, at)
    books, first = Books(owner), Case.objects.latest("pk").pk + 1
    for start in range(0, count, CASES_AT_ONCE):
        turns = range(start, min(count, start + CASES_AT_ONCE))
        copies = [Copy(templates[turn % len(templates)], first + turn, books, -(turn % (spread_days + 1))) for turn in turns]
        with owner.transaction():
            _write(owner, copies)
            _move_shared(owner, templates, copies)
            books.keep()


class Copy:
    """One copy of a life: every id it takes, and every text that changes with it."""

    def __init__(self, life: Life, number: int, books: Books, shift_days: int) -> None:
        self.life, self.number = life, number
        self.shift = timedelta(days=shift_days)
        self.ids: dict[Table, dict[Any, Any]] = {}
        for table in lives.in_order():
            self._take_ids(table, books)
        self.texts: dict[str, str] = {}
        for table, rows in life.rows.items():
            for row in rows:
                self.texts |= {row[name]: self.fresh(row[name], name, table) for name in fresh_columns(table) if _is_text(row[name])}
        (case,), (lead,) = life.rows[apps.get_model(lives.CASE)], life.rows[apps.get_model(lives.ORGANISATION)]
        named = {case["reference"]: self.texts[case["reference"]], lead["name"]: f"{lead['name']} {number}"}
        self.inside = {**named, **{old.lower(): new.lower() for old, new in named.items()}}

    def _take_ids(self, table: Table, books: Books) -> None:
        related = lives.referenced(table).get(lives.pk_of(table))
        taken: dict[Any, Any] = {}
        for row in self.life.rows.get(table, ()):
            old = row[lives.pk_of(table)]
            taken[old] = self.ids[related][old] if related else books.next_id(table)
        self.ids[table] = taken

    def fresh(self, value: Any, name: str, table: Table) -> Any:
        """This will give a value that no other copy has, of the same kind and length."""
        if isinstance(value, uuid.UUID):
            return uuid.uuid5(NAMESPACE, f"{value} {self.number}")
        if isinstance(value, bytes | memoryview):
            return hashlib.sha256(bytes(value) + str(self.number).encode()).digest()[: len(value)]
        if isinstance(value, str) and value:
            if name == "reference":
                return f"{value.split('-')[0]}-{_spoken(value, self.number)}"
            if re.fullmatch(r"[0-9a-f]{64}", value):
                return hashlib.sha256(f"{value} {self.number}".encode()).hexdigest()
            tail = f"-{self.number}"
            longest = getattr(table._meta.get_field(name), "max_length", None) or 10**6
            return value[: longest - len(tail)] + tail
        return value

    def rows(self, table: Table) -> Iterator[Values]:
        """This will give the copy's rows of a table."""
        related, fresh = lives.referenced(table), fresh_columns(table)
        for row in self.life.rows.get(table, ()):
            new = {name: self._value(name, value) for name, value in row.items()}
            new |= {name: self.fresh(row[name], name, table) for name in fresh}
            new |= {name: self.ids[other].get(row[name], row[name]) for name, other in related.items()}
            if not related.get(lives.pk_of(table)):
                new[lives.pk_of(table)] = self.ids[table][row[lives.pk_of(table)]]
            yield self._finished(table, row, new)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, date) and self.shift:
            return value + self.shift
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict | list):
            return self._json(value)
        return value

    def _text(self, value: str) -> str:
        if value in self.texts:
            return self.texts[value]
        for old, new in self.inside.items():
            if old in value:
                value = value.replace(old, new)
        if self.shift and len(value) < 40 and DAY.fullmatch(value):
            return (date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)).__add__(self.shift).isoformat()
        return value

    def _json(self, value: Any, key: str = "") -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {name: self._json(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self._json(part, key) for part in value]
        if key in IDS_IN_JSON and type(value) is int:
            return self.ids[apps.get_model(IDS_IN_JSON[key])].get(value, value)
        return value

    def _finished(self, table: Table, row: Values, new: Values) -> Values:
        """This will write what is made of other columns: an event's body and hash, an account's key, an organisation's name."""
        match lives.label(table):
            case lives.EVENT:
                named = ("id", "kind", "fund", "visibility")
                ids = {name: new[f"{name}_id"] for name in ("organisation", "person", "by", "on_behalf_of", "caused_by")}
                body = {**self._json(json.loads(row["body"])), **ids, **{name: new[name] for name in named}, "command": new["command"]}
                new["body"] = timeline.canonical({**body, "facts": new["facts"], "sheet": new["sheet"]})
                new["sha256"] = hashlib.sha256(new["body"].encode()).digest()
            case "ledger.Account":
                keyed = (new[name] for name in ("kind", "unit", "fund", "scheme", "financial_year", "case_id", "sponsor_id", "form"))
                new["key"] = Account(*keyed).key
        return new


def _is_text(value: Any) -> bool:
    """This will say whether a fresh value's old text may be looked for elsewhere: a short one could mean anything."""
    return isinstance(value, str) and len(value) >= 8


def _spoken(reference: str, number: int) -> str:
    """This will make the tail of a reference that betrays no count, such as 7KQ2-M4XD-3WPA."""
    digest = base64.b32encode(hashlib.sha256(f"{reference} {number}".encode()).digest()).decode()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


@functools.cache
def fresh_columns(table: Table) -> set[str]:
    """This will name a table's columns that must differ between copies: one of each unique set that names no copied row."""
    if lives.label(table) == lives.EVENT:
        return {"command"}
    copied = {*lives.referenced(table), lives.pk_of(table), "key"}
    return {names[-1] for names in lives.uniques(table) if not set(names) & copied}


def _write(owner: psycopg.Connection[Any], copies: Sequence[Copy]) -> None:
    for table in lives.in_order():
        if not any(table in copy.life.rows for copy in copies):
            continue
        fields = lives.columns(table)
        names = sql.SQL(", ").join(sql.Identifier(each.column) for each in fields)
        copying = sql.SQL("COPY {table} ({names}) FROM STDIN").format(table=sql.Identifier(table._meta.db_table), names=names)
        with owner.cursor() as cursor, cursor.copy(copying) as into:
            for copy in copies:
                for row in copy.rows(table):
                    into.write_row([_stored(each, row[each.attname]) for each in fields])


def _stored(column: Any, value: Any) -> Any:
    if isinstance(column, JSONField):
        return None if value is None else Jsonb(value)
    return bytes(value) if isinstance(column, BinaryField) and value is not None else value


def _move_shared(owner: psycopg.Connection[Any], templates: Sequence[Life], copies: Sequence[Copy]) -> None:
    """This will change the shared accounts' balances (an envelope's, a year's cash) as the copied postings do."""
    change: defaultdict[int, int] = defaultdict(int)
    for copy in copies:
        for account, amount in shared(copy.life).items():
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
