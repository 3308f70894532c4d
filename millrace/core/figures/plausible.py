"""Sets the tables of a series beside each other: what a project costs does not change a thousandfold from one table to the next.

The fund for better living stands with 43.1 for 15 projects; written as 43,100, in thousands under a heading of millions, it is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from millrace.core.figures import parse
from millrace.core.figures.figure_file import File, MalformedFile
from millrace.core.figures.series import Row, Series, Table
from millrace.core.figures.stated import Statement, Statements

# A wrong unit is a thousand times off or more; three hundred leaves it room to grow in between, the other way.
LEAP = 300
# From so many projects on both sides on, their mean cannot be meant to leap: of fewer, one alone may make it.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Leap:
    """A number that is `times` as large, or as small, as the same one beside it; `is_certain` where that cannot be meant."""

    file: str
    line: int
    what: str
    remedy: str
    is_certain: bool


def series(name: str, text: str) -> Series | Statements:
    """Read a series that is to be published. Refused beside what `parse` refuses: the first leap that cannot be meant, which is one of
    money per project, of ten projects or more in both of two neighbouring tables."""
    read = parse.series(name, text)
    for leap in leaps(name, text, read):
        if leap.is_certain:
            raise MalformedFile(leap.file, leap.line, f"{leap.what}: {leap.remedy}")
    return read


def leaps(name: str, text: str, series: Series | Statements) -> Iterator[Leap]:
    """List what leaps from one table, or one statement of a measure of money, to the next of the same."""
    file = File(name, text)
    if isinstance(series, Statements):
        yield from _of_statements(file, series)
        return
    keys = dict.fromkeys((row.programme, row.sector) for table in series.tables for row in table.rows)
    for key in keys:
        told = [(table, row) for table in series.latest() for row in table.rows if (row.programme, row.sector) == key]
        for before, after in pairwise([(table, row) for table, row in told if row.count and row.amount_cents]):
            if found := _leap(file, before, after):
                yield found


def _leap(file: File, before: tuple[Table, Row], after: tuple[Table, Row]) -> Leap | None:
    (was, old), (now, new) = before, after
    times = max(_times(old, was, new, now), _times(new, now, old, was))
    if times < LEAP:
        return None
    named = f"“{new.programme}”{f' in “{new.sector}”' if new.sector else ''}" if new.programme else "the total"
    what = f"a project of {named} comes to {_how_often(times)} times as much or as little as at {was.as_at}, the table before"
    at = _heading(file, "tables", now.as_at, now.version)
    line = file.refuse("", f'["{new.programme}", "{new.sector}"', after=at).line
    return Leap(file.name, line, what, _remedy(file), min(old.count, new.count) >= ENOUGH)


def _times(small: Row, one: Table, large: Row, other: Table) -> Fraction:
    """Give how many times as much a project of the second is at least, whatever the printed amounts were before rounding."""
    least = Fraction(large.amount_cents - other.rounding_cents, large.count)
    return least / Fraction(small.amount_cents + one.rounding_cents, small.count)


def _of_statements(file: File, series: Statements) -> Iterator[Leap]:
    """Statements are of one source each and tell no number of projects beside the money: a leap of theirs may be meant."""
    money = [name for name, measure in series.measures.items() if measure.unit == "money"]
    for name in money:
        told = [(table, value.number) for table in series.standing() for value in table.of((name,)) if not value.group and value.number]
        for (was, old), (now, new) in pairwise(told):
            times = max(Fraction(old) / Fraction(new), Fraction(new) / Fraction(old))
            if times >= LEAP:
                yield _stated(file, name, was, now, times)


def _stated(file: File, name: str, was: Statement, now: Statement, times: Fraction) -> Leap:
    what = f"“{name}” is {_how_often(times)} times as much or as little as at {was.as_at}, the statement before"
    at = _heading(file, "statements", now.as_at, now.version, now.source.id)
    return Leap(file.name, file.refuse("", f'["{name}"', after=at).line, what, _remedy(file), False)


def _how_often(times: Fraction) -> str:
    return f"{round(Decimal(times.numerator) / Decimal(times.denominator)):,}"


def _remedy(file: File) -> str:
    unit = file.content["amounts_in"]
    return f"“amounts_in” says {unit}, so one of the two is in another unit: write both as amounts in {unit}"


def _heading(file: File, kind: str, *wanted: object) -> int:
    """Give the line of the table or statement of a day, version and, where it is named, source."""
    keys = ("as_at", "version", "source")[: len(wanted)]
    found = (index for index, one in enumerate(file.content[kind]) if tuple(one[key] for key in keys) == wanted)
    return file.line_of(f"[[{kind}]]", next(found))
