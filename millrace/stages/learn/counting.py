"""A figure's conditions and sums as questions of the sheet — e.g. approved by the day and not withdrawn by then, by scheme.

The SQL twin of `core.figures.answer.counted`.
"""

import functools
import operator
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from millrace.core import asat
from millrace.core.figures.definition import Condition, FromSheet
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row

Group = tuple[str, int, int]
"""A group, the cases counted in it (or what they have of the measure added up), and the money."""


def groups(reads: FromSheet, rows: QuerySet[Row], as_at: date) -> list[Group]:
    """This will count rows of one day, those that meet the conditions on that day; a group that comes to nothing is left out."""
    grouped = met(reads, rows, as_at).order_by().values(reads.group_by).annotate(**sums(reads))
    return [(row[reads.group_by] or "", int(row["number"]), int(row["cents"])) for row in grouped if row["number"]]


def moved(reads: FromSheet, as_at: date, after: int, upto: int) -> list[Group]:
    """This will count what was so on a day of the rows that opened after a seal and up to another, and take off those that closed."""
    opened = Row.objects.filter(sheet.on_day(as_at), known_from__gt=after, known_from__lte=upto)
    closed = Row.objects.filter(sheet.on_day(as_at), known_before__gt=after, known_before__lte=upto)
    gone = [(part, -count, -cents) for part, count, cents in groups(reads, closed, as_at)]
    return [*groups(reads, opened, as_at), *gone]


def added_up(told: Iterable[Group]) -> list[Group]:
    """This will add groups of one name together; one that comes to nothing is left out."""
    counts, cents = Counter[str](), Counter[str]()
    for part, count, money in told:
        counts[part] += count
        cents[part] += money
    return [(part, count, cents[part]) for part, count in counts.items() if count]


def sums(reads: FromSheet) -> dict[str, Any]:
    """This will add up rows: their number, or the measure added up in its place, and the money."""
    cents = Sum(reads.amount, default=0) if reads.amount else Count("pk") * 0
    return {"number": Sum(measured(reads), default=0) if reads.adds_up else Count("pk"), "cents": cents}


def measured(reads: FromSheet) -> Any:
    """This will be the SQL of what one row has of the measure added up; no value where none was recorded."""
    return Cast(KeyTextTransform(reads.adds_up, asat.MEASURES), BigIntegerField())


def met(reads: FromSheet, rows: QuerySet[Row], as_at: date) -> QuerySet[Row]:
    """This will leave the rows that meet every condition of a figure on a day, and have the measure it adds up, if it does."""
    if reads.adds_up:
        rows = rows.filter(measures__has_key=reads.adds_up)
    for condition in reads.conditions:
        rows = rows.filter(meets(condition, as_at))
    return rows


def meets(condition: Condition, as_at: date) -> Q:
    """This will be the SQL of one condition on the sheet."""
    column, value = condition.column, condition.value
    match condition.operator:
        case "by_as_at":
            return Q(**{f"{column}__lte": as_at})
        case "any_by_as_at":
            return functools.reduce(operator.or_, (Q(**{f"{each}__lte": as_at}) for each in condition.columns))
        case "not_by_as_at":
            return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": as_at})
        case "one_of":
            return Q(**{f"{column}__in": value})
        case "none_of":
            return ~Q(**{f"{column}__in": value})
        case "is":
            return Q(**{column: value})
        case _:
            return ~Q(**{column: value})
