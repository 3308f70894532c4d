"""The reports an agreement asks for: which, of which time, by which day — and what an overdue one stops.

For example, a project of 18 months with a report each half-year: two progress reports, each due a month after its half-year, and a
final report with audited accounts, due three months after the end.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from millrace.core import months

PROGRESS = "progress"
FINAL = "final"
# Figures a report with audited accounts states, which the books can be held against.
RECEIVED = "received"
SPENT = "spent"
UNSPENT = "unspent"


@dataclass(frozen=True)
class Schedule:
    """What a scheme asks for: a progress report each so many months (0: none), due so many days after; and a final one."""

    every_months: int
    progress_days: int
    final_days: int
    is_audited: bool


@dataclass(frozen=True)
class Due:
    """One report of the terms: the time it covers, and the last day on which it is in time."""

    number: int
    kind: str
    covers_from: date
    covers_before: date
    due_on: date
    is_audited: bool = False

    def to_data(self) -> dict[str, Any]:
        """This will give plain data for storing."""
        days = {name: getattr(self, name).isoformat() for name in ("covers_from", "covers_before", "due_on")}
        return {"number": self.number, "kind": self.kind, **days, "is_audited": self.is_audited}


def from_data(data: Mapping[str, Any]) -> Due:
    """This will read one report of the terms back."""
    days = {name: date.fromisoformat(data[name]) for name in ("covers_from", "covers_before", "due_on")}
    return Due(data["number"], data["kind"], **days, is_audited=data["is_audited"])


def plan(asked: Schedule, starts_on: date, ends_before: date) -> tuple[Due, ...]:
    """This will date the reports of a project: progress at each interval that ends before the project does, then the final one."""
    found: list[Due] = []
    begun = starts_on
    while asked.every_months:
        over = months.after(starts_on, asked.every_months * (len(found) + 1))
        if over >= ends_before:
            break
        found.append(Due(len(found) + 1, PROGRESS, begun, over, over + timedelta(days=asked.progress_days)))
        begun = over
    last = Due(len(found) + 1, FINAL, starts_on, ends_before, ends_before + timedelta(days=asked.final_days), asked.is_audited)
    return (*found, last)


def moved(planned: Sequence[Due], starts_on: date, ends_before: date, *, reported: Collection[int] = ()) -> tuple[Due, ...]:
    """This will date the reports again for a later end, at the same intervals: the final one moves, and progress reports may be added.

    Progress reports keep their days, also one that is overdue, and so does whatever was handed in.
    """
    if not planned:
        return ()
    again = {one.number: one for one in plan(_schedule(planned), starts_on, ends_before)}
    again |= {one.number: one for one in planned if one.kind == PROGRESS or one.number in reported}
    return tuple(again[number] for number in sorted(again))


def _schedule(planned: Sequence[Due]) -> Schedule:
    """The intervals that a plan was made with."""
    final = next(one for one in planned if one.kind == FINAL)
    first = next((one for one in planned if one.kind == PROGRESS), None)
    every = months.between(first.covers_from, first.covers_before) if first else 0
    days = (first.due_on - first.covers_before).days if first else 0
    return Schedule(every, days, (final.due_on - final.covers_before).days, final.is_audited)


def overdue(planned: Iterable[Due], handed_in: Collection[int], on: date) -> tuple[Due, ...]:
    """This will give the reports whose day is past and that were not handed in, or were returned; they stop every release."""
    return tuple(one for one in planned if one.due_on < on and one.number not in handed_in)


@dataclass(frozen=True)
class Figure:
    """One figure of audited accounts beside that of the books. `head` names a head of expenditure, where it is of one."""

    of: str
    head: str
    stated_cents: int
    booked_cents: int

    @property
    def difference_cents(self) -> int:
        """How much more the accounts state than the books."""
        return self.stated_cents - self.booked_cents


@dataclass(frozen=True)
class Books:
    """What the funder's own books say of a project: paid to it, allowed of its spending per head, and paid beyond what was earned."""

    received_cents: int
    spent_cents: Mapping[str, int]
    unspent_cents: int


def reconciled(stated: Mapping[str, int], books: Books) -> tuple[Figure, ...]:
    """This will set each stated figure beside the books: received, spent under each head, unspent.

    `stated` is keyed "received", "unspent" and "spent:<head>"; a head that only one side knows counts as nothing on the other.
    """
    heads = dict.fromkeys([*books.spent_cents, *(key.partition(":")[2] for key in stated if key.startswith(f"{SPENT}:"))])
    spent = [Figure(SPENT, head, stated.get(f"{SPENT}:{head}", 0), books.spent_cents.get(head, 0)) for head in heads]
    return (
        Figure(RECEIVED, "", stated.get(RECEIVED, 0), books.received_cents),
        *spent,
        Figure(UNSPENT, "", stated.get(UNSPENT, 0), books.unspent_cents),
    )
