"""How long the funder takes with an application, in working days, and how long it waits for the applicant — e.g. 7 days to a result.

Received on Thursday 17 April 2025 and screened on Wednesday 23 April: 2 working days, since the 18th, 19th and 21st are holidays.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from millrace.core import lifecycle

STAGE_OF = {
    **dict.fromkeys(("submitted", "information_needed"), "screening"),
    **dict.fromkeys(("screened", "under_assessment", "selected"), "assessment"),
    **dict.fromkeys(("recommended", "not_recommended", "jointly_supported"), "decision"),
}
# The last is the whole way: from receipt to the result.
RESULT = "result"
STAGES = ("screening", "assessment", "decision", RESULT)
WAITING = "information_needed"
# What the applicant ends is no result of the funder's.
ENDED_BY_APPLICANT = frozenset({"withdrawn", "lapsed"})


@dataclass(frozen=True, slots=True)
class Spell:
    """What a case was from a day on, until the next spell's day."""

    from_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One stage of one case: working days taken, working days the clock stood while the applicant was waited for, whether it is over,
    and whether it stands now."""

    stage: str
    days: int
    waited_days: int
    is_over: bool
    is_waiting: bool = False


class WorkingDays:
    """Counts working days as `Calendar.count` does, at once however far apart: sums are kept from the first day to the last.

    Outside those no day is counted.
    """

    def __init__(self, is_working_day: Callable[[date], bool], first: date, last: date) -> None:
        self.first = first
        days = (first + timedelta(days=day) for day in range((last - first).days + 1))
        self.sums = [0, *itertools.accumulate(is_working_day(day) for day in days)]

    def between(self, start: date, end: date) -> int:
        """Count the working days from a day up to, not including, another: received and answered on one day is 0."""
        return max(0, self._before(end) - self._before(start))

    def _before(self, day: date) -> int:
        return self.sums[min(max((day - self.first).days, 0), len(self.sums) - 1)]


def clocks(spells: Sequence[Spell], working: WorkingDays, today: date) -> list[Clock]:
    """Give the clock of each stage the case has come to, and of the whole way, its spells in the order of their days.

    The clock runs from receipt, and stands while information is waited for. A stage come back to goes on counting, and a result taken
    back is none until there is another. A stage that the applicant ended, by withdrawing or by not answering, has no clock.
    """
    inside = [at for at, spell in enumerate(spells) if spell.status in STAGE_OF]
    if not inside:
        is_decided = bool(spells) and spells[0].status not in lifecycle.DRAFT | ENDED_BY_APPLICANT
        return [Clock(RESULT, 0, 0, is_over=True)] if is_decided else []
    days, waited = dict.fromkeys(STAGES, 0), dict.fromkeys(STAGES, 0)
    for at in inside:
        until = spells[at + 1].from_on if at + 1 < len(spells) else today
        took, gone = waited if spells[at].status == WAITING else days, working.between(spells[at].from_on, until)
        took[STAGE_OF[spells[at].status]] += gone
        took[RESULT] += gone
    last, after = STAGE_OF[spells[inside[-1]].status], spells[inside[-1] + 1 :]
    come_to = {STAGE_OF[spells[at].status] for at in inside} | {RESULT}
    if after and after[0].status in ENDED_BY_APPLICANT:
        come_to -= {last, RESULT}
    is_waiting = not after and spells[-1].status == WAITING
    open_now = set() if after else {last, RESULT}
    return [
        Clock(stage, days[stage], waited[stage], stage not in open_now, is_waiting and stage in open_now)
        for stage in STAGES
        if stage in come_to
    ]


def within(days: Iterable[int], share_percent: int) -> int | None:
    """Give the fewest days within which at least this share of the cases was done (the nearest rank): 50 is the median; None of none."""
    ordered = sorted(days)
    return ordered[max(0, -(-len(ordered) * share_percent // 100) - 1)] if ordered else None
