"""Draws a target as a slope from its base, and what came of it beside — e.g. about 30 lines in 2022, over 130 by 2027, over 100 by 2025.

Heights are in proportion from nought, so that twice as high is twice as many.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from millrace.core.pictures.drawing import Dot, Path, Picture, Shape, Words, line, width_of

WIDTH, HEIGHT = 400.0, 190.0
LEFT, RIGHT, TOP, FOOT = 10.0, 390.0, 30.0, 158.0


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time, in years, as it was put: the middle of 2022 is 2022.5."""

    at: float
    value: float
    told: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A point and where it stands."""

    point: Point
    x: float
    y: float


def placed(*lines: Sequence[Point]) -> tuple[tuple[Placed, ...], ...]:
    """Place lines of points on one scale of years and one of values."""
    every = [point for each in lines for point in each]
    if not every:
        return tuple(() for _each in lines)
    first, last = span(every)
    most = max(point.value for point in every)
    across = (RIGHT - LEFT) / (last - first)
    up = (FOOT - TOP) / most if most > 0 else 0.0
    return tuple(tuple(Placed(point, LEFT + (point.at - first) * across, FOOT - point.value * up) for point in each) for each in lines)


def span(points: Sequence[Point]) -> tuple[int, int]:
    """Give the whole years that hold every point: from the first day of one to the last of another."""
    return math.floor(min(point.at for point in points)), math.floor(max(point.at for point in points)) + 1


def drawn(target: Sequence[Point], outturn: Sequence[Point]) -> Picture:
    """Draw the target's slope as a broken line and the outturn as a whole one, each value told at its point."""
    aimed, came = placed(sorted(target, key=_at), sorted(outturn, key=_at))
    shapes: list[Shape] = [Path(line([(LEFT, FOOT), (RIGHT, FOOT)]), "axis")]
    if len(aimed) > 1:
        shapes.append(Path(line((each.x, each.y) for each in aimed), "aim"))
    if len(came) > 1:
        shapes.append(Path(line((each.x, each.y) for each in came), "came"))
    shapes += [Dot(each.x, each.y, 4.5, "aim-dot") for each in aimed]
    shapes += [Dot(each.x, each.y, 5, "came-dot") for each in came]
    taken: list[tuple[float, float, float, float]] = []
    # The last outturn is what the picture is looked at for: its words are placed first.
    for each, kind in (
        [(each, "label") for each in came[-1:]] + [(each, "words") for each in aimed] + [(each, "label") for each in came[:-1]]
    ):
        _label(each, kind, taken, shapes)
    return Picture(WIDTH, HEIGHT, (*shapes, *_years(*span([*target, *outturn])))) if target or outturn else Picture(WIDTH, HEIGHT, ())


def _at(point: Point) -> float:
    return point.at


def _label(each: Placed, kind: str, taken: list[tuple[float, float, float, float]], shapes: list[Shape]) -> None:
    """Write a value above its point, or below it, where nothing is written yet; one that fits nowhere is told by the table alone."""
    wide = width_of(each.point.told, 12.5)
    left = min(max(each.x - wide / 2, 0.0), WIDTH - wide)
    for y in (each.y - 10, each.y + 20):
        room = (left - 4, y - 12, left + wide + 4, y + 3)
        if 0 < y < FOOT + 2 and not any(_overlap(room, other) for other in taken):
            taken.append(room)
            shapes.append(Words(left, y, each.point.told, kind))
            return


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _years(first: int, before: int) -> list[Shape]:
    """Write each year below its middle, those that would stand on another left out; the first and the last always stand."""
    wide, last = (RIGHT - LEFT) / (before - first), before - 1
    every = math.ceil(44 / wide)
    between = [year for year in range(first + every, last, every) if last - year >= every]
    years = sorted({first, *between, last})
    words = [Words(LEFT + (year - first + 0.5) * wide, 176, str(year), "words", "middle") for year in years]
    edges = [LEFT + place * wide for place in range(before - first + 1)]
    return [*words, *(Path(line([(x, FOOT), (x, FOOT + 4)]), "axis") for x in edges)]
