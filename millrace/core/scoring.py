"""Adds up what assessors scored against a scheme's criteria — e.g. 70, 80 and 60 at weights 40:35:25 make 71.0 of 100.

Marks are whole numbers from 0 to 100. Weights come from the scheme's version; where they were never published they are
illustrative and every total made with them is labelled so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOWEST_MARK, HIGHEST_MARK = 0, 100


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion and its weight in percent; `is_illustrative` where the weight was not published."""

    id: str
    weight_percent: int
    is_illustrative: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one criterion's mark: missing, unknown, or out_of_range."""

    code: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Summary:
    """All reviews of a case together: means per criterion and in all, in tenths of a mark; the spread is highest less lowest total."""

    review_count: int
    total_tenths: int
    spread_tenths: int
    by_criterion_tenths: Mapping[str, int]
    is_illustrative: bool


def problems(criteria: Sequence[Criterion], marks: Mapping[str, int]) -> tuple[Problem, ...]:
    """This will say what keeps marks from being a whole review."""
    known = {criterion.id for criterion in criteria}
    found = [Problem("unknown", name) for name in sorted(set(marks) - known)]
    for criterion in criteria:
        mark = marks.get(criterion.id)
        if mark is None:
            found.append(Problem("missing", criterion.id))
        elif not LOWEST_MARK <= mark <= HIGHEST_MARK:
            found.append(Problem("out_of_range", criterion.id))
    return tuple(found)


def total_tenths(criteria: Sequence[Criterion], marks: Mapping[str, int]) -> int:
    """This will give one review's weighted mean in tenths of a mark, rounded half up."""
    weight = sum(criterion.weight_percent for criterion in criteria)
    if weight <= 0:
        raise ValueError("a weighted mean needs some positive weight")
    return _divided(10 * sum(criterion.weight_percent * marks[criterion.id] for criterion in criteria), weight)


def summary(criteria: Sequence[Criterion], reviews: Sequence[Mapping[str, int]]) -> Summary | None:
    """This will put whole reviews together; None when there are none yet."""
    if not reviews:
        return None
    totals = [total_tenths(criteria, marks) for marks in reviews]
    means = {criterion.id: _divided(10 * sum(marks[criterion.id] for marks in reviews), len(reviews)) for criterion in criteria}
    return Summary(
        review_count=len(reviews),
        total_tenths=_divided(sum(totals), len(totals)),
        spread_tenths=max(totals) - min(totals),
        by_criterion_tenths=means,
        is_illustrative=any(criterion.is_illustrative for criterion in criteria),
    )


def _divided(amount: int, by: int) -> int:
    return (2 * amount + by) // (2 * by)
