"""Decides whether a committee could recommend on a case — e.g. of seven members five came, one left for the item: four of seven.

Members who stand in conflict have left for the item, or the recommendation does not count; a quorum is more than half of the
members called for the case.
"""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who was called for a case, who was present (or replied, by circulation), who left for it; all by person id.

    `declared` have filed their interests for this case; `conflicted` are in conflict with it.
    """

    called: frozenset[int]
    present: frozenset[int]
    left: frozenset[int]
    declared: frozenset[int]
    conflicted: frozenset[int]

    @property
    def deciding(self) -> frozenset[int]:
        """Those who took part in the recommendation."""
        return self.present - self.left


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the recommendation does not count, and whom it concerns."""

    code: str
    people: frozenset[int] = frozenset()


def quorum(called: Set[int]) -> int:
    """This will give how many must take part: more than half of those called, at least one."""
    return max(1, len(called) // 2 + 1)


def problems(sitting: Sitting) -> tuple[Problem, ...]:
    """This will say what keeps the recommendation from counting: every reason, not only the first."""
    named = (
        Problem("not_called", (sitting.present | sitting.left) - sitting.called),
        Problem("left_without_being_present", sitting.left - sitting.present),
        Problem("conflicted_stayed", sitting.deciding & sitting.conflicted),
        Problem("not_declared", sitting.deciding - sitting.declared - sitting.conflicted),
    )
    found = [problem for problem in named if problem.people]
    if len(sitting.deciding) < quorum(sitting.called):
        found.append(Problem("no_quorum", sitting.deciding))
    return tuple(found)
