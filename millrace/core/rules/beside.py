"""What a scheme says beside its rules and its money: hours of a facility that come with a grant, and what must be kept a register of.

For example AISS: the GPU-hours asked for, out of the hours of the supercomputing centre; NIFS: machinery, kept for some years.
"""

from dataclasses import dataclass

from millrace.core.texts import Text

NOTHING_SAID = Text()


@dataclass(frozen=True, slots=True)
class Allocated:
    """What of a facility a grant brings: out of which fund, in which unit, and the fact that says how much was asked for."""

    facility: str
    fund: str
    unit: str
    of: str
    is_published: bool
    why: Text
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a project must keep a register of: equipment under these heads, kept so many years after the agreement's end; and the
    fact that its titles to intellectual property establish when a case is closed ("" where none is asked)."""

    heads: tuple[str, ...] = ()
    years: int = 0
    team_share: str = ""
    is_published: bool = True
    why: Text = NOTHING_SAID


NOTHING_KEPT = Kept()
