"""An answer as everyone may read it: small groups, and enough others to keep them from being worked out, are not in it.

Withdrawn by scheme, in all 26: TSSSU's 3 and NIFS's 9 are withheld, RAISe+'s 14 is told.
"""

from dataclasses import replace

from millrace.core import suppression
from millrace.core.figures.answer import Answer, Compared
from millrace.core.figures.definition import Beside

TOTAL = None


def guarded(told: Answer, below: int) -> Answer:
    """Leave out of an answer counted over cases the groups of fewer than `below` cases, and what would tell them; 0 leaves all in.

    A withheld group's money goes with its count. The whole is withheld only where its groups cannot hide in it.
    """
    (part,) = told.breakdowns
    counts: dict[suppression.Cell, int] = {TOTAL: part.count, **{line.key: line.count for line in part.lines}}
    held = suppression.withheld(counts, [suppression.Line(tuple(line.key for line in part.lines), TOTAL)], below)
    if not held:
        return told
    shown = replace(
        part,
        lines=tuple(line for line in part.lines if line.key not in held),
        withheld=tuple(line.key for line in part.lines if line.key in held),
    )
    if TOTAL in held:
        return replace(told, count=0, amount_cents=0, is_total_withheld=True, breakdowns=(replace(shown, count=0, amount_cents=0),))
    return replace(told, breakdowns=(shown,))


def may_stand_beside(compared: Compared, beside: Beside, own: Answer, below: int) -> bool:
    """Say whether this system's own count may be told beside a published one: no group of it is withheld from everyone, and neither
    it nor what explains the difference is a small number of cases."""
    if own.is_total_withheld or set(beside.groups) & set(own.breakdowns[0].withheld):
        return False
    return not any(0 < abs(count) < below for count in (compared.count, *(each.count for each in compared.classes)))
