"""Three answers over many cases at once: yes, no, or not yet known — e.g. which of a million applications meet a requirement.

The twin of `verdict.Outcome` and of `all_of`, `any_of` and `negated`, in arrays of booleans.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
FAIL, UNKNOWN, PASS = 0, 1, 2


Answer = Bools | bool
"""One answer for each case, or one for all: an array meets a plain bool forty times as slowly as another array, so those are folded."""


def also(first: Answer, second: Answer) -> Answer:
    """Say where both hold."""
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    return first & second


def either_of(first: Answer, second: Answer) -> Answer:
    """Say where one of the two holds."""
    if isinstance(first, bool):
        return True if first else second
    if isinstance(second, bool):
        return True if second else first
    return first | second


def other(answer: Answer) -> Answer:
    """Say where it does not hold."""
    return not answer if isinstance(answer, bool) else ~answer


def spread(answer: Answer, count: int) -> Bools:
    """Give an answer for each of so many cases."""
    return np.full(count, answer) if isinstance(answer, bool) else answer


def _open(answer: Answer) -> Bools | None:
    """Give where it is not yet known; None where that is nowhere."""
    if isinstance(answer, bool):
        assert not answer, "what is not yet known of every case is told in an array"
        return None
    return answer


@dataclass(frozen=True, slots=True)
class Tri:
    """`yes` where it holds, `maybe` where it is not yet known (None: nowhere); the two never overlap. A plain bool stands for all."""

    yes: Answer
    maybe: Bools | None = None

    def not_failed(self) -> Answer:
        """Say where it holds or may hold."""
        return self.yes if self.maybe is None else either_of(self.yes, self.maybe)

    def codes(self, count: int) -> NDArray[np.int8]:
        """Give FAIL, UNKNOWN or PASS for each of so many cases."""
        if isinstance(self.yes, bool):
            codes = np.full(count, PASS if self.yes else FAIL, np.int8)
        else:
            codes = self.yes.view(np.int8) * np.int8(PASS)
        return codes if self.maybe is None else codes + self.maybe.view(np.int8)


YES = Tri(True)


def of(yes: Answer, possible: Answer) -> Tri:
    """Read where it holds and where it may."""
    return Tri(yes, _open(also(possible, other(yes))))


def all_of(parts: Sequence[Tri]) -> Tri:
    """Fail if any fails; else not yet known if any is; else pass."""
    yes: Answer = True
    possible: Answer = True
    is_open = False
    for part in parts:
        if is_open:
            possible = also(possible, part.not_failed())
        elif part.maybe is not None:  # until here, what may hold is what holds
            is_open, possible = True, also(yes, part.not_failed())
        yes = also(yes, part.yes)
    return of(yes, possible) if is_open else Tri(yes)


def any_of(parts: Sequence[Tri]) -> Tri:
    """Pass if any passes; else not yet known if any is; else fail."""
    yes: Answer = False
    open_at: Answer = False
    for part in parts:
        yes = either_of(yes, part.yes)
        if part.maybe is not None:
            open_at = either_of(open_at, part.maybe)
    return Tri(yes, _open(also(open_at, other(yes))))


def negated(part: Tri) -> Tri:
    """Turn pass and fail round."""
    return Tri(other(part.not_failed()), part.maybe)


def either(which: Bools, first: Tri, second: Tri) -> Tri:
    """Take the first answer where `which` says so, and the second elsewhere."""
    otherwise = ~which
    yes = either_of(also(which, first.yes), also(otherwise, second.yes))
    if first.maybe is None and second.maybe is None:
        return Tri(yes)
    return of(yes, either_of(also(which, first.not_failed()), also(otherwise, second.not_failed())))


def where_it_applies(applies: Tri, said: Tri) -> Tri:
    """Read a rule that counts only where something applies: elsewhere it passes, and where that is not yet known it does not fail."""
    if applies is YES:
        return said
    yes = either_of(said.yes, other(applies.not_failed()))
    if applies.maybe is None and said.maybe is None:
        return Tri(yes)
    return of(yes, either_of(said.not_failed(), other(applies.yes)))
