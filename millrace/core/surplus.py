"""Works out what becomes of what a stage leaves over — e.g. HK$2m never released and HK$1m paid and not earned, carried into stage 2.

Two things can be left of a stage: grant that was never released, and money that was paid and that no decided claim has earned. The
scheme's rule says which share of both is carried forward within the agreement; the rest goes back. What was never released goes back to
the envelope with the dated terms; what was paid is asked back by a debt, as any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from millrace.core.terms import Stage, Terms

WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Surplus:
    """What a stage leaves over, in cents, and the terms that follow: `carried_unearned_cents` stays with the payee for the next stage,
    `ask_back_cents` is to be paid back."""

    unreleased_cents: int
    unearned_cents: int
    carried_cents: int
    returned_cents: int
    carried_unearned_cents: int
    ask_back_cents: int
    after: Terms

    @property
    def is_nothing(self) -> bool:
        return not (self.unreleased_cents or self.unearned_cents)


def of_stage(terms: Terms, stage: int, *, released: Mapping[int, int], earned_cents: int, carried_basis_points: int) -> Surplus:
    """This will settle one stage: `released` by instalment, `earned_cents` by its decided claims. A part carried is rounded down.

    Carried grant is added to the last instalment of the next stage, and is released there at that stage's own ratio; without a next
    stage, or an instalment in it, nothing is carried.
    """
    own = [one for one in terms.instalments if one.stage == stage]
    unreleased = terms.stage(stage).grant_cents - sum(released.get(one.number, 0) for one in own)
    unearned = max(0, sum(released.get(one.number, 0) for one in own) - earned_cents)
    following = [one for one in terms.instalments if one.stage == stage + 1]
    share = carried_basis_points if following else 0
    carried, kept = (amount * share // WHOLE_BASIS_POINTS for amount in (unreleased, unearned))
    last = following[-1].number if following else 0
    instalments = [
        replace(one, planned_cents=min(one.planned_cents, released.get(one.number, 0)))
        if one.stage == stage
        else replace(one, planned_cents=one.planned_cents + carried)
        if one.number == last
        else one
        for one in terms.instalments
    ]
    moved = {stage: -unreleased - kept, stage + 1: carried + kept}
    after = replace(
        terms,
        grant_cents=terms.grant_cents - unreleased + carried,
        stages=tuple(_moved(one, moved.get(one.number, 0)) for one in terms.stages),
        instalments=tuple(instalments),
    )
    return Surplus(unreleased, unearned, carried, unreleased - carried, kept, unearned - kept, after)


def _moved(stage: Stage, cents: int) -> Stage:
    return replace(stage, grant_cents=stage.grant_cents + cents)
