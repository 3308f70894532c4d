"""The answer to a figure: one count and one sum, its breakdowns, and where each comes from.

As at 31 January 2024: 472 projects, HK$1,212.8m; by programme 380 and 92; MHKJFS by sector adds up to HK$181.5m where
HK$181.6m was printed, which the rounding of the printed rows allows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from millrace.core.figures.definition import Beside, FigureVersion, FromSheet
from millrace.core.texts import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One group of a breakdown."""

    key: str
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A total divided by something; what the lines add up to beside what was printed as their total.

    `allowance_cents` is how far apart rounding lets the two sums of money be; counts are never rounded. `withheld` names the groups
    that are not told to everyone, which have no line then.
    """

    by: str  # programme | sector | a column of the sheet
    of: str  # the programme divided, or "" for the whole figure
    lines: tuple[Line, ...]
    count: int
    amount_cents: int
    allowance_cents: int = 0
    withheld: tuple[str, ...] = ()

    @property
    def lines_count(self) -> int:
        """Add up the lines' counts."""
        return sum(line.count for line in self.lines)

    @property
    def lines_amount_cents(self) -> int:
        """Add up the lines' money."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def difference_cents(self) -> int:
        """Give the printed total less the lines' sum."""
        return self.amount_cents - self.lines_amount_cents


@dataclass(frozen=True, slots=True)
class Source:
    """Where a published table was read, and how firmly it stands: primary, news or secondary."""

    id: str
    title: Text
    address: str
    quality: str


@dataclass(frozen=True, slots=True)
class Stated:
    """One number as an authority stated it: of a measure, for one group of it or in all (""), exactly or "over", "about", "nearly".

    Money is in minor units; any other number is as printed.
    """

    measure: str
    group: str
    number: Decimal
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a figure says: asked for `as_at`, answered with what was so on `speaks_of`.

    Where even the total is withheld from the reader, its count and amount are nothing and are not shown.
    A figure read from statements has them in `stated`; its count and amount are then nothing and are not shown. Of a whole table whose
    rows hold all its projects, `apart_cents` is the money that no row holds: that of institutions.
    """

    as_at: date
    speaks_of: date
    version: str
    count: int
    amount_cents: int
    breakdowns: tuple[Breakdown, ...]
    source: Source | None = None
    table_version: int = 0
    rounding_cents: int = 0
    stated: tuple[Stated, ...] = ()
    is_day_about: bool = False
    is_total_withheld: bool = False
    apart_cents: int | None = None

    @property
    def is_earlier(self) -> bool:
        """Say whether it answers with an earlier published day than the one asked about."""
        return self.speaks_of < self.as_at


@dataclass(frozen=True, slots=True)
class NotYetBegun:
    """The no of a figure: the day asked about is before its first."""

    first_day: date


@dataclass(frozen=True, slots=True)
class Drift:
    """One line of the figure as it differs between two answers."""

    key: str
    count_before: int
    count_after: int
    cents_before: int
    cents_after: int


def counted(version: FigureVersion, cases: Iterable[Mapping[str, Any]], as_at: date) -> Answer:
    """Count this system's own cases, each given as its sheet on `as_at` — the pure twin of the SQL that figures run."""
    reads = version.reads
    if not isinstance(reads, FromSheet):
        raise TypeError("a figure read from a series is not counted over cases")
    groups: dict[str, tuple[int, int]] = {}
    for values in cases:
        if all(condition.holds(values, as_at) for condition in reads.conditions):
            key = str(values.get(reads.group_by) or "")
            count, cents = groups.get(key, (0, 0))
            groups[key] = (count + reads.weight(values), cents + int(values.get(reads.amount) or 0))
    return of_groups(version, ((key, *sums) for key, sums in groups.items() if sums[0]), as_at)


def of_groups(version: FigureVersion, groups: Iterable[tuple[str, int, int]], as_at: date) -> Answer:
    """Make the answer from (group, count, cents): the one place where SQL's groups and the pure count become an answer."""
    reads = version.reads
    by = reads.group_by if isinstance(reads, FromSheet) else ""
    lines = tuple(Line(*group) for group in sorted(groups))
    count, cents = sum(line.count for line in lines), sum(line.amount_cents for line in lines)
    return Answer(as_at, as_at, version.version, count, cents, (Breakdown(by, "", lines, count, cents),))


def drift(before: Answer, after: Answer) -> tuple[Drift, ...]:
    """List the groups of the first breakdown whose count or money differs between two answers, those told in both."""
    was = {line.key: line for part in before.breakdowns[:1] for line in part.lines}
    now = {line.key: line for part in after.breakdowns[:1] for line in part.lines}
    untold = {key for told in (before, after) for part in told.breakdowns[:1] for key in part.withheld}
    none = Line("", 0, 0)
    pairs = [(key, was.get(key, none), now.get(key, none)) for key in sorted((was.keys() | now.keys()) - untold)]
    return tuple(
        Drift(key, old.count, new.count, old.amount_cents, new.amount_cents)
        for key, old, new in pairs
        if (old.count, old.amount_cents) != (new.count, new.amount_cents)
    )


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a total adds: the cases of projects, and those of institutions."""

    project: Line
    institutional: Line


def kinds(told: Answer, institutional: tuple[str, ...]) -> Kinds | None:
    """Divide a count by scheme into projects and institutions; None where it names no institutions, or where a group is withheld,
    which the sums would tell."""
    if not institutional or any(part.withheld for part in told.breakdowns):
        return None
    inside = [line for part in told.breakdowns[:1] for line in part.lines if line.key in institutional]
    count, cents = sum(line.count for line in inside), sum(line.amount_cents for line in inside)
    return Kinds(Line("project", told.count - count, told.amount_cents - cents), Line("institutional", count, cents))


@dataclass(frozen=True, slots=True)
class Class:
    """One part of the difference between a published number and the system's own, by its class."""

    kind: str
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Compared:
    """This system's own count beside a published one; the classes add up to own less published."""

    count: int
    amount_cents: int
    classes: tuple[Class, ...]


def kept_endings(version: FigureVersion) -> FigureVersion:
    """Give the same count without its conditions that leave out what ended by the day: what it counts more was withdrawn."""
    reads = version.reads
    if not isinstance(reads, FromSheet):
        raise TypeError("only a count over cases leaves out what ended")
    return replace(version, reads=replace(reads, conditions=tuple(each for each in reads.conditions if each.operator != "not_by_as_at")))


def _sum_of(beside: Beside, told: Answer) -> tuple[int, int]:
    lines = [line for part in told.breakdowns[:1] for line in part.lines if line.key in beside.groups or not beside.groups]
    return sum(line.count for line in lines), sum(line.amount_cents for line in lines)


def compared(published: Answer, beside: Beside, own: Answer, with_ended: Answer, institutional: tuple[str, ...] = ()) -> Compared:
    """Explain own less published by class: first what ended and so left the own count; then, beside a table that tells the money of
    institutions apart and counts none of them, the institutions' own cases less that money; what is left is rounding where the printed
    number allows all of it, and otherwise a matter of definition (which cases each side counts)."""
    count, cents = _sum_of(beside, own)
    all_count, all_cents = _sum_of(beside, with_ended)
    ended = Class("withdrawn", count - all_count, cents - all_cents)
    apart = Class("institutional", 0, 0)
    if published.apart_cents is not None:
        groups = set(institutional) & set(beside.groups or institutional)
        inside = [line for part in with_ended.breakdowns[:1] for line in part.lines if line.key in groups]
        own_cents = sum(line.amount_cents for line in inside)
        apart = Class("institutional", sum(line.count for line in inside), own_cents - published.apart_cents)
    rest_count = all_count - published.count - apart.count
    rest_cents = all_cents - published.amount_cents - apart.amount_cents
    is_rounding = not rest_count and abs(rest_cents) <= published.rounding_cents
    classes = (ended, apart, Class("rounding" if is_rounding else "definition", rest_count, rest_cents))
    return Compared(count, cents, tuple(each for each in classes if each.count or each.amount_cents))
