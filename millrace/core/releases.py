"""Decides how much of an instalment may be released now, with the arithmetic shown to the enterprise.

For example, an instalment of HK$10m planned at 1:2 with only HK$18m verified is re-sized to HK$9m, because the verified matching
money carries no more; the missing HK$1m stays committed and follows when HK$2m more is verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.core import matching
from millrace.core.claims import Step

# What a release of an instalment waits for besides matching money.
ON_ACCEPTANCE = "acceptance"
ON_MILESTONE = "milestone"
ON_COMPLETION = "completion"
ON_ADVANCE = "advance"
ON_CLAIM = "claim"
BASES = (ON_ACCEPTANCE, ON_MILESTONE, ON_COMPLETION, ON_ADVANCE, ON_CLAIM)
EARNED = (ON_COMPLETION, ON_CLAIM)  # pays no more than decided claims earned
WITHOUT_MILESTONE = (ON_ACCEPTANCE, ON_ADVANCE, ON_CLAIM)


@dataclass(frozen=True)
class Instalment:
    """A planned release: how much, in which stage, and what it waits for.

    On completion, or claim by claim, it pays no more than decided claims have earned; on acceptance or a milestone it pays as
    planned. An advance is paid on request, before anything is earned: it is the most that may be asked for, and what nobody asked
    for is paid with what claims earn.
    """

    number: int
    stage: int
    planned_cents: int
    basis: str = ON_MILESTONE
    milestones: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ValueError(f"unknown basis {self.basis!r}")


@dataclass(frozen=True)
class Position:
    """Where the case stands when a release is asked for; every amount in cents.

    `payable_cents` is what decided claims earned and no release has paid yet, `committed_cents` what the ledger still holds.
    `requested_cents` is what was asked for as an advance, `undrawn_cents` what of the stage's advances was not paid out, and
    `uncleared_cents` what of those paid out no decided claim has covered yet.
    """

    open_stage: int
    released_cents: int
    payable_cents: int
    committed_cents: int
    sources: Sequence[matching.Source]
    accepted_milestones: frozenset[int] = frozenset()
    has_open_claim: bool = False
    has_verified_account: bool = True
    is_suspended: bool = False
    has_overdue_report: bool = False
    has_open_finding: bool = False
    requested_cents: int = 0
    undrawn_cents: int = 0
    uncleared_cents: int = 0


@dataclass(frozen=True)
class Release:
    """The answer: how much, from which matching money, by which arithmetic — and, where it is nothing, what blocks it."""

    amount_cents: int
    drawn: tuple[matching.Drawn, ...]
    steps: tuple[Step, ...]
    blocks: tuple[str, ...] = ()
    limited_by: str = ""

    @property
    def matching_cents(self) -> int:
        return sum(drawn.amount_cents for drawn in self.drawn)


def _blocks(instalment: Instalment, position: Position) -> list[str]:
    found = []
    if position.is_suspended:
        found.append("suspended")
    if instalment.stage > position.open_stage:
        found.append("stage_not_open")
    if set(instalment.milestones) - position.accepted_milestones:
        found.append("milestones_not_accepted")
    if position.has_open_claim and instalment.basis in EARNED:
        found.append("claim_undecided")
    if not position.has_verified_account:
        found.append("account_not_verified")
    if position.has_overdue_report:
        found.append("report_overdue")
    if position.has_open_finding:
        found.append("finding_open")
    return found


def _limits(instalment: Instalment, position: Position, ratio: matching.Ratio, usable_cents: int) -> list[Step]:
    planned = instalment.planned_cents + (position.undrawn_cents if instalment.basis in EARNED else 0)
    left = max(0, planned - position.released_cents)
    steps = [
        Step("planned_left", left, {"planned_cents": planned, "released_cents": position.released_cents}),
        Step("committed_left", position.committed_cents),
    ]
    if instalment.basis == ON_ADVANCE:
        steps.append(Step("advance_asked", max(0, position.requested_cents - position.released_cents)))
    if instalment.basis in EARNED:
        steps.append(Step("payable_left", position.payable_cents, {"uncleared_cents": position.uncleared_cents}))
    carried = matching.carried(ratio, usable_cents)
    if carried is not None:
        values = {"verified_cents": usable_cents, "grant": ratio.grant, "matching": ratio.matching}
        steps.append(Step("matching_carries", carried, values))
    return steps


_NOTHING_BECAUSE = {
    "planned_left": "already_released",
    "committed_left": "nothing_committed",
    "payable_left": "nothing_payable",
    "matching_carries": "no_verified_matching",
    "advance_asked": "advance_not_asked",
}


def _in_kind(position: Position, share: matching.Share, usable_cents: int) -> tuple[Step, ...]:
    """Where in kind is limited to a share, this will say how much was verified and how much of it counts now, for the reader."""
    verified = sum(source.verified_cents for source in position.sources if source.kind == matching.IN_KIND)
    cash = sum(source.verified_cents for source in position.sources if source.kind == matching.CASH)
    if not verified or share.numerator == share.denominator:
        return ()
    values = {"cash_cents": cash, "numerator": share.numerator, "denominator": share.denominator}
    return Step("in_kind_verified", verified), Step("in_kind_counts", usable_cents - cash, values)


def _nothing_because(step: Step) -> str:
    """An advance that claims have not covered yet is cleared before anything more is paid."""
    return "advance_to_clear" if step.code == "payable_left" and step.values.get("uncleared_cents") else _NOTHING_BECAUSE[step.code]


def size(instalment: Instalment, position: Position, *, ratio: matching.Ratio, in_kind_share: matching.Share = matching.WHOLE) -> Release:
    """This will give the release as the least of its limits, and use up matching money for exactly that amount.

    A limit of nothing is a block with its name; so are a suspension, a stage not opened, a milestone not accepted, a claim not
    decided, a payee account that two people have not verified, an overdue report and a finding of an inspection not cleared.
    """
    usable = matching.usable(position.sources, in_kind_share)
    limits, told = _limits(instalment, position, ratio, usable), _in_kind(position, in_kind_share, usable)
    blocks = _blocks(instalment, position) + [_nothing_because(step) for step in limits if step.amount_cents <= 0]
    least = min(limits, key=lambda step: step.amount_cents)
    if blocks:
        return Release(0, (), (*told, *limits, Step("release", 0)), tuple(blocks), least.code)
    amount = least.amount_cents
    uses = matching.needed(ratio, amount)
    steps = (*told, *limits, Step("release", amount), Step("matching_used", uses, {"grant": ratio.grant, "matching": ratio.matching}))
    limited_by = "" if amount == limits[0].amount_cents else least.code
    return Release(amount, matching.draw(position.sources, uses, in_kind_share), steps, (), limited_by)
