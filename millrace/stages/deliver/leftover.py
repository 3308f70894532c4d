"""Gathers what a stage left over and what stands against settling it — e.g. HK$2m of RAISe+ stage 1 once stage 2 is open.

The arithmetic is `core/surplus`; nothing here changes anything.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop as _

from millrace.core import surplus
from millrace.core.policy_folder.handling import Found
from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import standing
from millrace.stages.deliver.models import Claim, StageSettlement

CARRIED = "stage-surplus-carried"
OBSTACLES = {
    "no-rule-of-surplus": _("The policy does not say what becomes of what a stage leaves over."),
    "stage-not-over": _("A stage is settled once the next one is open."),
    "stage-settled": _("This stage was settled already."),
    "claim-undecided": _("A claim of the stage is not yet decided."),
    "stage-not-accounted": _("No claim of the stage is decided, so that nobody knows what was spent in it."),
    "given-back-already": _("Part of the grant went back to its envelope already, with a final account that no longer stands."),
    "earned-not-released": _("Its claims earned more than was released: release that first."),
}


@dataclass(frozen=True)
class Leftover:
    """One stage as it would be settled now; `obstacle` says, in a code, why it cannot be."""

    terms: Terms
    stage: int
    released_cents: int
    earned_cents: int
    rule: Found | None
    found: surplus.Surplus
    obstacle: str = ""


def of_stage(case: Case, stage: int, on: date) -> Leftover | None:
    """This will work out one stage's surplus; None where the agreement has no such stage."""
    agreed = standing.agreed_by(case, on)
    if agreed is None or stage not in {one.number for one in agreed.terms.stages}:
        return None
    terms, rule = agreed.terms, policy.handling().found(CARRIED, case.scheme, on)
    released: Counter[int] = Counter()
    for one in standing.releases_of(case):
        released[one.instalment] += one.amount_cents
    out = sum(released[one.number] for one in terms.instalments if one.stage == stage)
    claims = [claim for claim in standing.claims_of(case) if claim.stage_number == stage]
    earned = sum(claim.payable_cents for claim in claims if claim.state == Claim.State.DECIDED)
    share = rule.number if rule else 0
    found = surplus.of_stage(terms, stage, released=released, earned_cents=earned, carried_basis_points=share)
    is_whole = standing.statement_of(case).total("committed", terms.unit) >= terms.grant_cents - sum(released.values())
    return Leftover(terms, stage, out, earned, rule, found, _obstacle(case, stage, claims, earned > out, rule) or _given_back(is_whole))


def _given_back(is_whole: bool) -> str:
    return "" if is_whole else "given-back-already"


def _obstacle(case: Case, stage: int, claims: list[Claim], is_owed_more: bool, rule: Found | None) -> str:
    if rule is None:
        return "no-rule-of-surplus"
    if stage >= case.stage_number:
        return "stage-not-over"
    if StageSettlement.objects.filter(case=case, stage_number=stage).exists():
        return "stage-settled"
    if any(claim.state == Claim.State.SUBMITTED for claim in claims):
        return "claim-undecided"
    if not any(claim.state == Claim.State.DECIDED for claim in claims):
        return "stage-not-accounted"
    return "earned-not-released" if is_owed_more else ""


def settled_stages(case: Case) -> list[StageSettlement]:
    """This will give the stages settled so far, in order; only a case beyond its first stage has any."""
    return list(StageSettlement.objects.filter(case=case).order_by("stage_number")) if case.stage_number > 1 else []
