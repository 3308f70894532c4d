"""Picks the one number a reference asks of an answer — e.g. of 472 projects and HK$1,212.8m the HK$1,031.2m of TCFS.

Money is in minor units, everything else as the figure has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from millrace.core.figures.answer import Answer, Line
from millrace.core.figures.reference import DAY


@dataclass(frozen=True, slots=True)
class Picked:
    """One number of an answer: its unit (count, money, percent, working_days or day) and how firmly it was put."""

    unit: str
    number: Decimal | date
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """The no of a pick: which word of the reference names nothing ("part" or "row"), and what could stand there."""

    word: str
    offered: tuple[str, ...]


def rows(answer: Answer) -> dict[str, Line]:
    """Name the rows of an answer: a group by its key, a group within a programme as programme/key."""
    return {f"{part.of}/{line.key}" if part.of else line.key: line for part in answer.breakdowns for line in part.lines if line.key}


def pick(answer: Answer, units: Mapping[str, str], part: str, row: str, *, has_amount: bool) -> Picked | Missing:
    """Pick a number; `units` are those of the measures stated, by name, where the answer has statements."""
    if part == DAY:
        return Picked(DAY, answer.speaks_of)
    return _stated(answer, units, part, row) if answer.stated else _counted(answer, part, row, has_amount)


def _counted(answer: Answer, part: str, row: str, has_amount: bool) -> Picked | Missing:
    parts = ("count", "amount") if has_amount else ("count",)
    if (part or "count") not in parts:
        return Missing("part", (*parts, DAY))
    named = rows(answer)
    if row and row not in named:
        return Missing("row", tuple(named))
    count, cents = (named[row].count, named[row].amount_cents) if row else (answer.count, answer.amount_cents)
    return Picked("money", Decimal(cents)) if part == "amount" else Picked("count", Decimal(count))


def _stated(answer: Answer, units: Mapping[str, str], part: str, row: str) -> Picked | Missing:
    measure = part or answer.stated[0].measure
    own = [each for each in answer.stated if each.measure == measure]
    if not own:
        return Missing("part", (*dict.fromkeys(each.measure for each in answer.stated), DAY))
    found = next((each for each in own if each.group == row), None)
    if found is None:
        return Missing("row", tuple(each.group for each in own if each.group))
    return Picked(units[measure], found.number, found.qualifier)
