"""Three answers over many cases at once: yes, no, or not yet known — e.g. which of a million applications meet a requirement.

The twin of `verdict.Outcome` and of `all_of`, `any_of` and `negated`, in arrays of booleans.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
FAIL, UNKNOWN, PASS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Tri:
    """`yes` where it holds, `maybe` where it is not yet known (None: nowhere); the two never overlap. A plain bool stands for all."""

    yes: Bools | bool
    maybe: Bools | None = None

    def not_failed(self) -> Bools | bool:
        """Say where it holds or may hold."""
        return self.yes if self.maybe is None else self.yes | self.maybe

    def codes(self, count: int) -> NDArray[np.int8]:
        """Give FAIL, UNKNOWN or PASS for each of so many cases."""
        if isinstance(self.yes, bool):
            codes = np.full(count, PASS if self.yes else FAIL, np.int8)
        else:
            codes = self.yes.view(np.int8) * np.int8(PASS)
        return codes if self.maybe is None else codes + self.maybe.view(np.int8)


YES = Tri(True)


def all_of(parts: Sequence[Tri]) -> Tri:
    """Fail if any fails; else not yet known if any is; else pass."""
    yes: Bools | bool = True
    possible: Bools | bool = True
    for part in parts:
        yes = yes & part.yes if yes is not True else part.yes
        possible = possible & part.not_failed() if possible is not True else part.not_failed()
    if all(part.maybe is None for part in parts):
        return Tri(yes)
    return Tri(yes, np.asarray(possible & np.logical_not(yes)))


def any_of(parts: Sequence[Tri]) -> Tri:
    """Pass if any passes; else not yet known if any is; else fail."""
    yes: Bools | bool = False
    possible: Bools | bool = False
    for part in parts:
        yes = yes | part.yes
        possible = possible | part.not_failed()
    if all(part.maybe is None for part in parts):
        return Tri(yes)
    return Tri(yes, np.asarray(possible & np.logical_not(yes)))


def negated(part: Tri) -> Tri:
    """Turn pass and fail round."""
    return Tri(np.logical_not(part.not_failed()), part.maybe)


def either(which: Bools, first: Tri, second: Tri) -> Tri:
    """Take the first answer where `which` says so, and the second elsewhere."""
    if first.maybe is None and second.maybe is None:
        return Tri(np.where(which, first.yes, second.yes))
    yes = np.where(which, first.yes, second.yes)
    possible = np.where(which, first.not_failed(), second.not_failed())
    return Tri(yes, np.asarray(possible & ~yes))


def where_it_applies(applies: Tri, said: Tri) -> Tri:
    """Read a rule that counts only where something applies: elsewhere it passes, and where that is not yet known it does not fail."""
    if applies is YES:
        return said
    yes = said.yes | np.logical_not(applies.not_failed())
    possible = said.not_failed() | np.logical_not(applies.yes)
    if applies.maybe is None and said.maybe is None:
        return Tri(yes)
    return Tri(yes, np.asarray(possible & np.logical_not(yes)))
