"""A case's life cast once as text with places to fill — e.g. one paid NIFS grant, from which 400 copies are poured in a second.

What differs between copies — ids, hashes, references, days — is a place; everything else is text made once, in the form that
PostgreSQL's COPY reads. A copy is then one filling-in per table, not one walk through every value of every row.
"""

import base64
import functools
import hashlib
import json
import operator
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, JSONField

from millrace.core import letters
from millrace.core.ledger import Account
from millrace.jobs import lives
from millrace.jobs.lives import Life, Table, Values
from millrace.registers.cases import searching
from millrace.registers.timeline import actions as timeline

LETTER = "messages.Letter"
NAMESPACE = uuid.UUID("5b1f0c0a-3f0e-4f7e-9d0b-6a1d5f0c2b11")
DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
HASH = re.compile(r"[0-9a-f]{64}")
# Numbers inside an event's facts or a row's JSON that are ids, by the name they go by.
IDS_IN_JSON = {"organisation": lives.ORGANISATION, "sponsor": lives.ORGANISATION, "lead": lives.ORGANISATION}
# A place stands in a text as its number between two characters of the private use area; one that is a number itself loses its quotes.
TEXT, NUMBER, END = "\ue000", "\ue002", "\ue001"
BARE = re.compile(f'"{NUMBER}(\\d+){END}"')
MARK = re.compile(f"[{TEXT}{NUMBER}](\\d+){END}")
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True)
class Turn:
    """One copy to be made: its number, how many days it moves, and the first id it takes of each table."""

    number: int
    shift: timedelta
    first: Mapping[Table, int]


Place = Callable[[Turn], str]


@dataclass(frozen=True)
class Form:
    """A text with places, filled from the list of all values."""

    text: str
    pick: Callable[[Sequence[str]], Any] | None

    @classmethod
    def of(cls, marked: str) -> "Form":
        """This will read the places of a text; they are filled by the C-speed `%` of strings."""
        parts = MARK.split(marked)
        numbers = [int(number) for number in parts[1::2]]
        text = "%s".join(part.replace("%", "%%") for part in parts[::2])
        return cls(text, operator.itemgetter(*numbers) if numbers else None)

    def fill(self, values: Sequence[str]) -> str:
        return self.text % (self.pick(values) if self.pick else ())


class Mould:
    """One life as text: which ids it takes, how each place is filled, and the rows of each table."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.places: list[Place] = []
        self.numbers: dict[Any, int] = {}
        self.bodies: list[Form] = []
        self.written: list[str] = []
        self.ids: dict[Table, dict[Any, str]] = {}
        self.taken: dict[Table, int] = {}
        for table in lives.in_order():
            self._take_ids(table)
        self.texts = self._fresh_texts()
        (case,), (lead,) = life.rows[apps.get_model(lives.CASE)], life.rows[apps.get_model(lives.ORGANISATION)]
        own = f"{lead['name']} {self._number()}"
        named = {case["reference"]: self.texts[case["reference"]], lead["name"]: own}
        lower = {
            searching.folded(case["reference"]): self._lower_reference(case["reference"]),
            searching.folded(lead["name"]): searching.folded(own),
        }
        self.inside = {**named, **lower}
        for row in life.rows.get(apps.get_model(LETTER), ()):
            # What filled a place of the letter stands inside its words, and is the copy's own there too, such as a payment's number.
            self.inside |= {value: self.texts[value] for value in row["values"].values() if value in self.texts}
            self.texts[row["sha256"]] = self._digest_of(row)
        marked = {table: "".join(self._line(table, row) for row in rows) for table, rows in life.rows.items()}
        self._place_bodies(marked)
        self.forms = {table: Form.of(text) for table, text in marked.items()}

    def pour(self, turn: Turn) -> list[tuple[Table, str]]:
        """This will give the copy's rows, table by table, as COPY reads them."""
        values = [place(turn) for place in self.places]
        for body in self.bodies:
            text = body.fill(values)
            values += [text.replace("\\", "\\\\"), hashlib.sha256(text.encode()).hexdigest()]
        return [(table, form.fill(values)) for table, form in self.forms.items()]

    # Places

    def _mark(self, key: Any, place: Place, *, sign: str = TEXT) -> str:
        """This will give the mark of a place, the same for the same key."""
        if key not in self.numbers:
            self.numbers[key] = len(self.places)
            self.places.append(place)
        return f"{sign}{self.numbers[key]}{END}"

    def _take_ids(self, table: Table) -> None:
        related = lives.referenced(table).get(lives.pk_of(table))
        rows = self.life.rows.get(table, ())
        if related:
            self.ids[table] = {row[lives.pk_of(table)]: self.ids[related][row[lives.pk_of(table)]] for row in rows}
            return
        self.taken[table] = len(rows)
        self.ids[table] = {row[lives.pk_of(table)]: self._id(table, rank) for rank, row in enumerate(rows)}

    def _id(self, table: Table, rank: int) -> str:
        return self._mark((table, rank), lambda turn: str(turn.first[table] + rank), sign=NUMBER)

    def _number(self) -> str:
        return self._mark("number", lambda turn: str(turn.number))

    def _day(self, value: date) -> str:
        return self._mark(("day", value.isoformat()), lambda turn: (value + turn.shift).isoformat())

    def _written_day(self, value: str) -> str:
        """A day written in JSON stays as it is written unless it moves."""
        read = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        return self._mark(("written", value), lambda turn: (read + turn.shift).isoformat() if turn.shift else value)

    def _lower_reference(self, reference: str) -> str:
        return self._mark(("lower", reference), lambda turn: fresh_reference(reference, turn.number).lower())

    def _fresh_texts(self) -> dict[str, str]:
        """Texts that differ between copies wherever they stand again: a short one could mean anything."""
        texts: dict[str, str] = {}
        for table, rows in self.life.rows.items():
            for row in rows:
                for name in fresh_columns(table):
                    if isinstance(row[name], str) and len(row[name]) >= 8:
                        texts[row[name]] = self._fresh(row[name], name, table)
        return texts

    def _digest_of(self, letter: Values) -> str:
        """The mark on a letter's paper, made of the copy's own words; wherever it stands again it is the same."""
        written = letters.digest_text(self._text(letter["subject"]), self._text(letter["body"]))

        def digest(turn: Turn) -> str:
            words = MARK.sub(lambda found: self.places[int(found[1])](turn), written)
            return hashlib.sha256(words.encode()).hexdigest()

        return self._mark(("letter", letter["sha256"]), digest)

    def _fresh(self, value: Any, name: str, table: Table) -> Any:
        """This will give the place of a value that no other copy has, of the same kind and length."""
        if isinstance(value, uuid.UUID):
            return self._mark(("uuid", value), lambda turn: str(uuid.uuid5(NAMESPACE, f"{value} {turn.number}")))
        if isinstance(value, bytes | memoryview):
            kept = bytes(value)
            return self._mark(("bytes", kept), lambda turn: hashlib.sha256(kept + str(turn.number).encode()).digest()[: len(kept)].hex())
        if not isinstance(value, str) or not value:
            return value
        if name == "reference":
            return self._mark(("reference", value), lambda turn: fresh_reference(value, turn.number))
        if HASH.fullmatch(value):
            return self._mark(("hash", value), lambda turn: hashlib.sha256(f"{value} {turn.number}".encode()).hexdigest())
        if set(value) & set('"\\\t\n\r'):
            raise ValueError(f"{lives.label(table)}.{name} holds a sign that JSON or COPY would have to escape")
        longest = getattr(table._meta.get_field(name), "max_length", None) or 10**6
        return self._mark(("tail", value, longest), lambda turn: _with_tail(value, turn.number, longest))

    # Rows

    def _line(self, table: Table, row: Values) -> str:
        related, fresh = lives.referenced(table), fresh_columns(table)
        new = {name: self._value(name, value) for name, value in row.items()}
        new |= {name: self._fresh(row[name], name, table) for name in fresh}
        new |= {name: self.ids[other].get(row[name], row[name]) for name, other in related.items()}
        new[lives.pk_of(table)] = self.ids[table][row[lives.pk_of(table)]]
        self._finish(table, row, new)
        return "\t".join(_stored(each, row[each.attname], new[each.attname]) for each in lives.columns(table)) + "\n"

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, str):
            return self._text(value)
        return self._json(value) if isinstance(value, dict | list) else value

    def _text(self, value: str) -> str:
        if value in self.texts:
            return self.texts[value]
        for old, new in self.inside.items():
            if old in value:
                value = value.replace(old, new)
        return self._written_day(value) if len(value) < 40 and DAY.fullmatch(value) else value

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

    def _finish(self, table: Table, row: Values, new: Values) -> None:
        """This will write what is made of other columns: an event's body and hash, an account's key."""
        match lives.label(table):
            case lives.EVENT:
                named = ("id", "kind", "fund", "visibility")
                ids = {name: new[f"{name}_id"] for name in ("organisation", "person", "by", "on_behalf_of", "caused_by")}
                body = {**self._json(json.loads(row["body"])), **ids, **{name: new[name] for name in named}, "command": new["command"]}
                written = timeline.canonical({**body, "facts": new["facts"], "sheet": new["sheet"]})
                new["body"], new["sha256"] = (f"{TEXT}{name}{len(self.written)}{END}" for name in ("body", "hash"))
                self.written.append(_bare(written))
            case "ledger.Account":
                keyed = (new[name] for name in ("kind", "unit", "fund", "scheme", "financial_year", "case_id", "sponsor_id", "form"))
                new["key"] = Account(*keyed).key

    def _place_bodies(self, marked: dict[Table, str]) -> None:
        """This will number the bodies after every other place, since they are made of those; hashes follow their bodies."""
        event = apps.get_model(lives.EVENT)
        self.bodies = [Form.of(written) for written in self.written]
        for place in range(len(self.written)):
            number = len(self.places) + 2 * place
            for name, at in (("body", number), ("hash", number + 1)):
                marked[event] = marked[event].replace(f"{TEXT}{name}{place}{END}", f"{TEXT}{at}{END}")


def fresh_reference(reference: str, number: int) -> str:
    """This will make a reference that betrays no count, such as NIFS-7KQ2-M4XD-3WPA."""
    digest = base64.b32encode(hashlib.sha256(f"{reference} {number}".encode()).digest()).decode()
    return f"{reference.split('-')[0]}-{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def _with_tail(value: str, number: int, longest: int) -> str:
    tail = f"-{number}"
    return value[: longest - len(tail)] + tail


@functools.cache
def fresh_columns(table: Table) -> set[str]:
    """This will name a table's columns that must differ between copies: one of each unique set that names no copied row."""
    if lives.label(table) == lives.EVENT:
        return {"command"}
    copied = {*lives.referenced(table), lives.pk_of(table)}
    if lives.label(table) == "ledger.Account":
        copied.add("key")  # made of the copy's other columns
    return {names[-1] for names in lives.uniques(table) if not set(names) & copied}


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)


def _bare(written: str) -> str:
    """This will take the quotes from the places of a JSON text that are numbers."""
    return BARE.sub(f"{NUMBER}\\1{END}", written)


def _stored(column: Any, was: Any, value: Any) -> str:
    """This will write one value as COPY's text format has it; `was` is the value before places were put in it."""
    if value is None:
        return "\\N"
    if isinstance(column, JSONField):
        return _escaped(_bare(json.dumps(value, ensure_ascii=False)))
    if isinstance(column, BinaryField):
        return "\\\\x" + (value if isinstance(value, str) else bytes(value).hex())
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, int | uuid.UUID):
        return str(value)
    raise TypeError(f"{column} holds a {type(was).__name__}, which no mould can write yet")
