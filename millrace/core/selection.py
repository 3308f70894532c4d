"""Decides whether a selection made for the funder stands — e.g. four start-ups for HK$5m of the HK$6m left of a university's block grant.

The one who selects is trusted with whom, not with how much: the sum keeps to what is left of the block grant, each amount to the
rules and to what was asked for, and nobody chooses where they have an interest.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockGrant:
    """What may be given in all, and what of it was granted or selected before."""

    block_cents: int
    used_cents: int

    @property
    def left_cents(self) -> int:
        """What may still be selected."""
        return max(0, self.block_cents - self.used_cents)


@dataclass(frozen=True, slots=True)
class Member:
    """Someone of the panel, by line of its record: the case they declared an interest in (None: none), and whether they left for it."""

    line: int
    interest_in: int | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One candidate: selected for an amount, or not and why. `most_cents` is what the rules give (None: not known)."""

    case: int
    is_selected: bool
    amount_cents: int
    most_cents: int | None
    requested_cents: int
    has_reason: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a selection does not stand: a code, and the case or the member's line it is about (0: the whole)."""

    code: str
    about: int = 0


def problems(grant: BlockGrant, members: Sequence[Member], choices: Sequence[Choice]) -> tuple[Problem, ...]:
    """This will say everything that stands against a selection, the whole first."""
    found = []
    if not members:
        found.append(Problem("nobody_present"))
    if not choices:
        found.append(Problem("nothing_chosen"))
    if selected_cents(choices) > grant.left_cents:
        found.append(Problem("above_block_grant"))
    found += [Problem("interested_stayed", one.line) for one in members if one.interest_in is not None and not one.has_left]
    for choice in choices:
        taking_part = [one for one in members if one.interest_in != choice.case]
        if members and not taking_part:
            found.append(Problem("nobody_without_interest", choice.case))
        found += [Problem(code, choice.case) for code in _of(choice)]
    return tuple(found)


def selected_cents(choices: Sequence[Choice]) -> int:
    """This will add up what a selection gives."""
    return sum(choice.amount_cents for choice in choices if choice.is_selected)


def _of(choice: Choice) -> list[str]:
    if not choice.is_selected:
        return [] if choice.has_reason else ["no_reason"]
    if choice.amount_cents <= 0:
        return ["no_amount"]
    most = choice.requested_cents if choice.most_cents is None else min(choice.most_cents, choice.requested_cents)
    return ["above_rules"] if choice.most_cents is None or choice.amount_cents > most else []
