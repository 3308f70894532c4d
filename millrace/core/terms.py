"""The dated terms of an agreement as values — stages with their ratios, cost heads, milestones, instalments, pledges, reports.

For example, NIFS: HK$10m of grant to HK$30m of cost, one stage at 1:2, paid in one instalment on completion; RAISe+: stage 1 at
2:1 and stage 2 at 1:1, each with its own milestones and instalments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from millrace.core import allowances as monthly
from millrace.core import claims, matching, money, releases
from millrace.core import reports as reports_


@dataclass(frozen=True)
class Stage:
    """One stage: its part of the grant, its ratio, and the greatest share that may be in kind.

    `earns` is the share of an allowed cost that the grant pays where nobody's matching money says it, such as 7/10 of a list price.
    """

    number: int
    grant_cents: int
    ratio: matching.Ratio
    in_kind_share: matching.Share = matching.WHOLE
    earns: matching.Share | None = None


@dataclass(frozen=True)
class Head:
    """A head of expenditure: the cost approved under it, and the scheme's own cap on it where there is one."""

    code: str
    approved_cents: int
    cap_cents: int | None = None
    clause: str = ""


@dataclass(frozen=True)
class Milestone:
    """A dated test of progress; `code` is the scheme's own (e.g. "completion"), its words come from the policy."""

    number: int
    stage: int
    due_on: date
    code: str


@dataclass(frozen=True)
class Deliverable:
    """Something handed over by a day, such as a prototype or a test report; its words are the applicant's own."""

    number: int
    stage: int
    due_on: date


@dataclass(frozen=True)
class MatchingDue:
    """How much matching money must be verified by when, for an instalment to be released in full."""

    instalment: int
    stage: int
    due_on: date
    amount_cents: int


@dataclass(frozen=True)
class Pledge:
    """Matching money a party undertook to bring: an organisation's id, cash or in kind, and how much."""

    sponsor: int
    form: str
    amount_cents: int


@dataclass(frozen=True)
class Allocation:
    """What may be used of a facility, in its own unit and out of its own envelope — beside the grant, or as the grant itself."""

    facility: str
    fund: str
    unit: str
    amount: int


@dataclass(frozen=True)
class Terms:
    """What was agreed, as it stands on a day; a change makes new terms and the old stay readable."""

    unit: str
    grant_cents: int
    starts_on: date
    ends_before: date
    stages: tuple[Stage, ...]
    heads: tuple[Head, ...]
    milestones: tuple[Milestone, ...]
    instalments: tuple[releases.Instalment, ...]
    pledges: tuple[Pledge, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    deliverables: tuple[Deliverable, ...] = ()
    reports: tuple[reports_.Due, ...] = ()
    # The change requests that made these terms of the first ones, by number.
    changes: tuple[int, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    allowances: tuple[monthly.Allowance, ...] = ()

    def __post_init__(self) -> None:
        if self.starts_on >= self.ends_before:
            raise ValueError("terms end after they begin")
        if sum(one.planned_cents for one in self.instalments) > self.grant_cents:
            raise ValueError("the instalments come to more than the grant")
        known = {stage.number for stage in self.stages}
        if ({one.stage for one in self.milestones} | {one.stage for one in self.instalments}) - known:
            raise ValueError("a milestone or instalment of a stage that is not in the terms")

    def stage(self, number: int) -> Stage:
        """This will give one stage's terms."""
        return next(stage for stage in self.stages if stage.number == number)

    def instalment(self, number: int) -> releases.Instalment | None:
        """This will give one planned instalment, or None."""
        return next((one for one in self.instalments if one.number == number), None)

    def milestone(self, number: int) -> Milestone | None:
        """This will give one milestone, or None."""
        return next((one for one in self.milestones if one.number == number), None)

    @property
    def matching_schedule(self) -> tuple[MatchingDue, ...]:
        """This will say by when how much matching money must be verified: what each instalment needs, by the day it waits for."""
        found = []
        for one in self.instalments:
            days = [milestone.due_on for milestone in self.milestones if milestone.number in one.milestones]
            needed = matching.needed(self.stage(one.stage).ratio, one.planned_cents)
            if needed:
                found.append(MatchingDue(one.number, one.stage, max(days, default=self.starts_on), needed))
        return tuple(found)

    def for_claims(self, allowed_before: Mapping[str, int], paid_months: Sequence[monthly.Engaged] = ()) -> claims.Terms:
        """This will give what a claim is held against, after what earlier claims were allowed under each head and for which months."""
        heads = {
            head.code: claims.Head(head.code, head.approved_cents, allowed_before.get(head.code, 0), head.cap_cents, head.clause)
            for head in self.heads
        }
        by_head = {one.code: one for one in self.allowances}
        return claims.Terms(self.starts_on, self.ends_before, heads, self.clauses, allowances=by_head, paid_months=paid_months)

    def to_data(self) -> dict[str, Any]:
        """This will give plain data for storing; `from_data` reads it back to equal terms."""
        data = asdict(self)
        days = {name: data[name].isoformat() for name in ("starts_on", "ends_before")}
        dated = {name: [{**one, "due_on": one["due_on"].isoformat()} for one in data[name]] for name in ("milestones", "deliverables")}
        return {**data, **days, **dated, "reports": [one.to_data() for one in self.reports]}


def _stage(data: Mapping[str, Any]) -> Stage:
    ratio, share = matching.Ratio(**data["ratio"]), matching.Share(**data["in_kind_share"])
    earns = matching.Share(**data["earns"]) if data.get("earns") else None
    return Stage(data["number"], data["grant_cents"], ratio, share, earns)


def from_data(data: Mapping[str, Any]) -> Terms:
    """This will read terms back from plain data; those written before deliverables and reports were dated have none."""
    return Terms(
        unit=data["unit"],
        grant_cents=data["grant_cents"],
        starts_on=date.fromisoformat(data["starts_on"]),
        ends_before=date.fromisoformat(data["ends_before"]),
        stages=tuple(_stage(one) for one in data["stages"]),
        heads=tuple(Head(**one) for one in data["heads"]),
        milestones=tuple(Milestone(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in data["milestones"]),
        instalments=tuple(releases.Instalment(**{**one, "milestones": tuple(one["milestones"])}) for one in data["instalments"]),
        pledges=tuple(Pledge(**one) for one in data["pledges"]),
        clauses=dict(data["clauses"]),
        deliverables=tuple(Deliverable(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in data.get("deliverables", ())),
        reports=tuple(reports_.from_data(one) for one in data.get("reports", ())),
        changes=tuple(data.get("changes", ())),
        allocations=tuple(Allocation(**one) for one in data.get("allocations", ())),
        allowances=tuple(monthly.Allowance(**one) for one in data.get("allowances", ())),
    )


def plan_instalments(stages: Iterable[Stage], shares: Iterable[tuple[int, int, str]]) -> tuple[releases.Instalment, ...]:
    """This will divide each stage's grant by (stage, percent, basis) to the cent, and give every instalment that waits for
    progress the milestone of the same number.

    Stage 1 of HK$30m at 50 percent on acceptance and 50 on a milestone is HK$15m and HK$15m.
    """
    planned = list(shares)
    found: list[releases.Instalment] = []
    for stage in stages:
        own = [(percent, basis) for number, percent, basis in planned if number == stage.number]
        amounts = money.share_out(stage.grant_cents, [percent for percent, _ in own]) if own else []
        for (_, basis), amount in zip(own, amounts, strict=True):
            number = len(found) + 1
            found.append(releases.Instalment(number, stage.number, amount, basis, () if basis in releases.WITHOUT_MILESTONE else (number,)))
    return tuple(found)
