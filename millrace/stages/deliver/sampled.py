"""Gathers the population of an audit sample and proves a draw again — e.g. every line of claims decided in 2025-26, with its weight.

Decided lines never change, so the same days give the same lines; weights are kept with the sample as they were when it was drawn.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from millrace.core import claim_lines, claims, sampling
from millrace.core.policy_folder.handling import Found
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import queries
from millrace.stages.deliver.models import AuditSample, Claim, ClaimLine, SampledLine
from millrace.web import access, funder

LINES, CONFIDENCE = "sample-lines", "sample-confidence"
FLAGGED, RELATED = "risk-flagged", "risk-related"
MEASURES = (LINES, CONFIDENCE, FLAGGED, RELATED)


def measures(scheme: str, on: date) -> dict[str, Found]:
    """This will give the policy's measures of sampling for a scheme on a day."""
    found = {name: policy.handling().found(name, scheme, on) for name in MEASURES}
    return {name: one for name, one in found.items() if one is not None}


def lines_decided(scheme: str, first: date, last: date, unit: str) -> QuerySet[ClaimLine]:
    """This will pick the lines with something allowed of the claims decided on these days of the funder."""
    zone = funder.current().zone
    begins = datetime.combine(first, time.min, zone)
    ends = datetime.combine(date.fromordinal(last.toordinal() + 1), time.min, zone)
    of_claims = {"claim__state": Claim.State.DECIDED, "claim__decided_at__gte": begins, "claim__decided_at__lt": ends}
    rows = ClaimLine.objects.filter(**of_claims, claim__unit=unit, claim__case__is_test=False, allowed_cents__gt=0)
    return (rows.filter(claim__case__scheme=scheme) if scheme else rows).order_by("pk")


def population(rows: QuerySet[ClaimLine], *, flagged: int, related: int) -> list[sampling.Item]:
    """This will weigh each line by what is to be looked at on it: nothing, something, or a related supplier."""
    by_claim: dict[int, list[ClaimLine]] = {}
    for line in rows.select_related("claim__case"):
        by_claim.setdefault(line.claim_id, []).append(line)
    items = []
    for lines in by_claim.values():
        watched = queries.watch(lines[0].claim)
        values = [queries.line_value(line) for line in lines[0].claim.lines.order_by("number")]
        for line in lines:
            codes = {flag.code for flag in claim_lines.flags(queries.line_value(line), values, watched)}
            weight = related if "related_supplier" in codes else flagged if codes else sampling.WHOLE_BASIS_POINTS
            items.append(sampling.Item(line.pk, line.allowed_cents or 0, max(weight, sampling.WHOLE_BASIS_POINTS)))
    return items


def items_of(sample: AuditSample) -> list[sampling.Item]:
    """This will give the population as it was kept."""
    return [sampling.Item(*row) for row in sample.population]


def draw_of(sample: AuditSample) -> tuple[sampling.Drawn, ...]:
    """This will make the draw again from what was kept."""
    return sampling.draw(items_of(sample), count=sample.line_count, seed=sample.seed)


@dataclass(frozen=True)
class Proof:
    """Whether a sample is what its seed and its days give: the kept population has its hash, its lines are those of the claims, and the
    draw gives the same lines in the same order."""

    is_population_whole: bool
    are_lines_those_of_claims: bool
    is_draw_the_same: bool

    @property
    def holds(self) -> bool:
        return self.is_population_whole and self.are_lines_those_of_claims and self.is_draw_the_same


def proof(sample: AuditSample) -> Proof:
    """This will make the draw again and compare it with what was drawn."""
    items = items_of(sample)
    rows = lines_decided(sample.scheme, sample.decided_from, sample.decided_to, sample.unit).filter(claim__case__in=sample.cases)
    now = dict(rows.values_list("pk", "allowed_cents"))
    drawn = [one.item.key for one in draw_of(sample)]
    return Proof(
        is_population_whole=sampling.digest(items) == sample.population_sha256,
        are_lines_those_of_claims=now == {item.key: item.amount_cents for item in items},
        is_draw_the_same=drawn == list(sample.lines.order_by("position").values_list("line_id", flat=True)),
    )


def visible_samples(person: Person, at: datetime) -> list[AuditSample]:
    """This will list the samples a person may see, latest first: one with a single line of a case they may not see is not there."""
    seen = set(access.cases_visible_to(person, at, "read_money").values_list("pk", flat=True))
    rows = AuditSample.objects.select_related("drawn_by").defer("population").order_by("-number")
    return [row for row in rows if set(row.cases) <= seen]


def cases_to_draw_from(person: Person, at: datetime) -> QuerySet[Case]:
    """This will pick the cases whose lines a person may draw."""
    return access.cases_visible_to(person, at, "read_money")


def cost_in_error(sample: AuditSample, case: Case) -> int:
    """This will give the cost a sample found in error among the lines of a case."""
    return sample.lines.filter(line__claim__case=case).aggregate(sum=Sum("error_cents"))["sum"] or 0


def grant_in_error(sample: AuditSample) -> dict[int, int]:
    """This will give, by case, the grant that the cost found in error had earned: what a recovery may take up."""
    found: _Costs = defaultdict(dict)
    for row in sample.lines.filter(error_cents__gt=0).select_related("line__claim"):
        found[row.line.claim.case_id, row.line.claim.stage_number][row.line_id] = row.error_cents or 0
    return _grants(sample, found)


def grant_drawn_from(sample: AuditSample) -> dict[int, int]:
    """This will give, by case, the grant that all lines drawn from had earned, but for what was looked at and found right: however an
    error is extrapolated, no more of it can be in error."""
    errors = dict(sample.lines.values_list("line", "error_cents"))
    amounts = {item.key: item.amount_cents for item in items_of(sample)}
    found: _Costs = defaultdict(dict)
    for line, case, stage in ClaimLine.objects.filter(pk__in=amounts).values_list("pk", "claim__case", "claim__stage_number"):
        found[case, stage][line] = errors.get(line, amounts[line]) or 0
    return _grants(sample, found)


def _grants(sample: AuditSample, costs: "_Costs") -> dict[int, int]:
    """The grant that falls away with these costs, by case. Each stage's decision is made again without the errors of samples concluded
    before, then without these too; of one line the largest error counts, once."""
    cases = {case for case, _stage in costs}
    before: _Costs = defaultdict(dict)
    earlier = SampledLine.objects.filter(sample__concluded_at__lt=sample.concluded_at, line__claim__case__in=cases, error_cents__gt=0)
    for line, case, stage, cents in earlier.values_list("line", "line__claim__case", "line__claim__stage_number", "error_cents"):
        before[case, stage][line] = max(before[case, stage].get(line, 0), cents)
    decided = Claim.objects.filter(case__in=cases, state=Claim.State.DECIDED).order_by("number")
    # The last decision of a stage counts all cost allowed in it.
    steps = {(case, stage): steps for case, stage, steps in decided.values_list("case", "stage_number", "steps")}
    found: dict[int, int] = defaultdict(int)
    for stage, cost in costs.items():
        held = before[stage]
        both = held | {line: max(cents, held.get(line, 0)) for line, cents in cost.items()}
        lost = [claims.grant_lost(steps[stage], sum(each.values())) for each in (both, held)]
        found[stage[0]] += lost[0] - lost[1]
    return dict(found)


_Costs = defaultdict[tuple[int, int], dict[int, int]]
"""Costs of lines, by case and stage."""


def grant_beyond(sample: AuditSample) -> int:
    """This will give the grant that what was extrapolated beyond the errors found had earned: each error extrapolated as it was, with the
    share of it that its case's errors had earned, and no more than all the lines drawn from had earned."""
    grants = grant_in_error(sample)
    rows = sample.lines.values_list("line", "line__claim__case", "error_cents")
    cost = Counter[int]()
    for _line, case, error in rows:
        cost[case] += error or 0
    earned = {line: Fraction((error or 0) * grants[case], cost[case]) if cost[case] else 0 for line, case, error in rows}
    most = sum(grant_drawn_from(sample).values())
    return min(int(sampling.estimate(draw_of(sample), earned)), most) - sum(grants.values())


def told(result: dict[str, Any]) -> sampling.Extrapolation | None:
    """This will read a kept result back."""
    return sampling.Extrapolation(**result) if result else None
