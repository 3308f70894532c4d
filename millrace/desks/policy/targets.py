"""The plan's targets beside what came of them — e.g. smart production lines: about 30 in 2022, over 100 on 30 July 2025, over 130 by 2027.

The outturn is the figure that the policy names for a target, at the day and seal asked; nothing is worked out that nobody published.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core.figures.answer import Stated
from millrace.core.figures.definition import Figure, FigureVersion, FromSheet, FromStatements
from millrace.core.figures.rounding import ToldIn
from millrace.core.figures.stated import Statement, Statements
from millrace.core.pictures import slope
from millrace.core.policy_folder.blueprint import Milestone, Target
from millrace.core.refusal import Refusal
from millrace.desks.policy.asked import Asked
from millrace.stages.learn import queries as learn
from millrace.stages.learn import wording
from millrace.stages.learn.queries import Known
from millrace.web import words
from millrace.web.forms import said


@dataclass(frozen=True)
class Came:
    """One outturn: the day it speaks of, its number, as it is put, and its source."""

    on: date
    is_day_about: bool
    number: float
    told: str
    source: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Held:
    """One target, with what came of it, oldest first, and where the figure of that answers."""

    target: Target
    title: str
    came: tuple[Came, ...]
    figure_address: str
    differs: str

    @property
    def last(self) -> Came | None:
        """Give the last outturn."""
        return self.came[-1] if self.came else None

    @property
    def is_drawn(self) -> bool:
        """Say whether there is a slope to draw: two numbers at least, at two times."""
        return len({point.at for point in (*self.aimed, *self.came_points)}) > 1

    @property
    def aimed(self) -> list[slope.Point]:
        """Place the base and the milestones in the middle of their years: which day of it is not said."""
        told = [*([self.target.base] if self.target.base else []), *self.target.milestones]
        return [slope.Point(one.year + 0.5, float(one.number), said(one.value)) for one in told if one.number is not None]

    @property
    def came_points(self) -> list[slope.Point]:
        """Place the outturns at their days."""
        return [slope.Point(_at(one.on), one.number, one.told) for one in self.came]


def _at(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / date(day.year, 12, 31).timetuple().tm_yday


def held(asked: Asked) -> list[Held]:
    """This will give every target of the plan with its outturn."""
    known = Known(asked.last)
    return [_held(asked, known, target) for target in asked.blueprint.targets]


def _held(asked: Asked, known: Known, target: Target) -> Held:
    named = target.outturn
    figure = known.figures_at(asked.seal).get(named.figure) if named else None
    version = figure.version_on(asked.as_at) if figure else None
    if named is None or figure is None or version is None:
        return Held(target, said(target.title), (), "", "")
    came = _stated(asked, known, figure, version, named.measure)
    return Held(target, said(target.title), came, asked.address(f"/figures/{figure.name}/"), said(named.note))


def _stated(asked: Asked, known: Known, figure: Figure, version: FigureVersion, measure: str) -> tuple[Came, ...]:
    reads = version.reads
    if isinstance(reads, FromSheet):
        return _counted(asked, known, figure)
    series = known.series_at(asked.seal).get(reads.series)
    if not isinstance(reads, FromStatements) or not isinstance(series, Statements) or measure not in series.measures:
        return ()
    told = [(table, value) for table in series.stating((measure,)) for value in table.of((measure,)) if not value.group]
    return tuple(_came(table, value, series, version.told_in(figure.currency)) for table, value in told if table.as_at <= asked.as_at)


def _came(table: Statement, value: Stated, series: Statements, told_in: ToldIn) -> Came:
    put = wording.put(series.measures[value.measure].unit, value.number, told_in, value.qualifier)
    source = table.source
    return Came(table.as_at, table.is_day_about, float(value.number), put, said(source.title), source.address, said(table.note))


def _counted(asked: Asked, known: Known, figure: Figure) -> tuple[Came, ...]:
    """A target may be told by a count of this system's own cases."""
    try:
        given = learn.ask(figure.name, as_at=asked.as_at, seal=asked.seal, known=known)
    except Refusal:
        return ()
    return (Came(given.answer.as_at, False, float(given.answer.count), words.count(given.answer.count), "", ""),)


def milestone(one: Milestone | None) -> str:
    """This will tell a base or a milestone with its year."""
    return f"{said(one.value)} ({one.year})" if one else ""


def day(came: Came) -> str:
    """This will tell the day an outturn speaks of; where only its month is known, the month."""
    return words.month(came.on) if came.is_day_about else words.day(came.on)


def rows(found: list[Held]) -> list[dict[str, Any]]:
    """This will lay the targets out for the page."""
    return [
        {
            "held": one,
            "base": milestone(one.target.base),
            "milestones": [milestone(each) for each in one.target.milestones],
            "note": said(one.target.note),
            "source": said(one.target.source.title),
            "day": day(one.last) if one.last else "",
        }
        for one in found
    ]
