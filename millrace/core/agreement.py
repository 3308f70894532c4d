"""Composes the terms of an agreement from what a scheme offers, what was judged and what was applied for.

A RAISe+ grant of HK$50m becomes HK$30m in stage 1 at two to one and HK$20m in stage 2 at one to one, each in the scheme's own
instalments, each instalment after the first against a milestone of the application.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from millrace.core import matching, money, months, releases, reports, terms
from millrace.core.rules import conditions, judge
from millrace.core.rules import facts as facts_
from millrace.core.rules.amounts import Part
from millrace.core.rules.bodies import Requirement
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.verdict import Verdict

WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Applied:
    """What was applied for: the answers, who leads, what partners and sponsors confirmed, and how long it takes."""

    answers: Mapping[str, Any]
    lead: int
    pledges: tuple[terms.Pledge, ...]
    months: int


@dataclass(frozen=True, slots=True)
class Composed:
    """The terms, and the applicant's own words for their milestones and deliverables by number."""

    terms: terms.Terms
    milestone_titles: Mapping[int, str]
    deliverable_titles: Mapping[int, str] = field(default_factory=dict)


def compose(book: SchemeVersion, said: Verdict, applied: Applied, *, grant_cents: int, unit: str, starts_on: date) -> Composed:
    """This will write the terms of a grant; stages that the verdict gives nothing to are left out."""
    ends_before = months.after(starts_on, applied.months)
    stages = _stages(book, said, grant_cents)
    ids = dict(_numbered(book))
    planned = terms.plan_instalments(stages, _shares(book, {id: number for number, id in ids.items()}, stages))
    milestones, titles = _milestones(planned, _rows(applied.answers, "milestones"), ids, ends_before)
    deliverables, delivered = _deliverables(_rows(applied.answers, "deliverables"), ids, stages, ends_before)
    entered = {ids[stage.number] for stage in stages}
    parts = [part for part in judge.parts_of(book, said) if part.stage in entered]
    written = terms.Terms(
        unit=unit,
        grant_cents=grant_cents,
        starts_on=starts_on,
        ends_before=ends_before,
        stages=stages,
        heads=_heads(book, applied.answers, parts),
        milestones=milestones,
        instalments=planned,
        pledges=_pledges(book, said, applied, list(dict.fromkeys(part.matching for part in parts if part.matching))),
        deliverables=deliverables,
        reports=reports.plan(book.reporting.schedule, starts_on, ends_before) if book.reporting else (),
    )
    return Composed(written, titles, delivered)


def _numbered(book: SchemeVersion) -> list[tuple[int, str]]:
    """Stages count from 1 in the scheme's order; a scheme without stages has one, named ""."""
    return list(enumerate([stage.id for stage in book.stages] or [""], start=1))


def _stages(book: SchemeVersion, said: Verdict, grant_cents: int) -> tuple[terms.Stage, ...]:
    weights = judge.amount_by_stage(book, said)
    entered = [(number, id) for number, id in _numbered(book) if weights.get(id, 0) > 0]
    parts = money.share_out(grant_cents, [weights[id] for _number, id in entered])
    given = judge.parts_of(book, said)
    mine = {id: [part for part in given if part.stage == id] for _number, id in entered}
    return tuple(
        terms.Stage(number, part, _ratio(mine[id]), _in_kind_share(book, mine[id]))
        for (number, id), part in zip(entered, parts, strict=True)
    )


def _ratio(parts: Sequence[Part]) -> matching.Ratio:
    """The ratio at which a stage is released: as the rule states it where one does, or what its categories of cost come to together.

    Pay at 1:1 and the rest at 4:1 is released at the ratio of their sums; what needs no partner's money at 1:0.
    """
    matched = [part for part in parts if part.matching and part.cost is not None]
    stated = {part.step.ratio for part in parts if part.step.kind == "share"}
    if len(parts) == len(matched) and len(stated) == 1 and all(part.step.kind == "share" for part in parts):
        return matching.Ratio(*stated.pop())
    granted = sum(part.step.value or 0 for part in parts)
    others = sum((part.cost.value or 0) - (part.step.value or 0) for part in matched if part.cost)
    divisor = math.gcd(granted, others) or 1
    return matching.Ratio(granted // divisor, others // divisor) if others else matching.Ratio(1, 0)


def _in_kind_rule(book: SchemeVersion, matched: str) -> conditions.Comparison | None:
    """The rule that caps a fact at a share of the stage's matching money: what is brought in kind."""
    for rule in book.rules:
        if isinstance(rule.body, Requirement):
            for comparison in conditions.comparisons(rule.body.require):
                operand = comparison.operand
                is_cap = comparison.operator == "at_most" and isinstance(operand, conditions.ShareOf)
                if is_cap and isinstance(operand, conditions.ShareOf) and operand.fact == matched:
                    return comparison
    return None


def _in_kind_share(book: SchemeVersion, parts: Sequence[Part]) -> matching.Share:
    found = next((rule for part in parts if part.matching and (rule := _in_kind_rule(book, part.matching))), None)
    if found is None or not isinstance(found.operand, conditions.ShareOf):
        return matching.WHOLE
    return matching.Share(found.operand.basis_points, WHOLE_BASIS_POINTS)


def _shares(book: SchemeVersion, numbers: Mapping[str, int], stages: Sequence[terms.Stage]) -> list[tuple[int, int, str]]:
    """The scheme's instalments by stage number; a stage it words none for is paid once, on completion."""
    planned = [(numbers.get(one.stage, stages[0].number), one.percent, one.on) for one in book.payment.instalments]
    worded = {number for number, _percent, _on in planned}
    return planned + [(stage.number, 100, releases.ON_COMPLETION) for stage in stages if stage.number not in worded]


def _rows(answers: Mapping[str, Any], question: str) -> list[Mapping[str, Any]]:
    given = answers.get(question)
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []


def _milestones(
    planned: Sequence[releases.Instalment], rows: Sequence[Mapping[str, Any]], ids: Mapping[int, str], ends_before: date
) -> tuple[tuple[terms.Milestone, ...], dict[int, str]]:
    """An instalment on progress waits for the milestone of its own number; a completion takes the stage's last.

    What the applicant listed beyond that follows with higher numbers, so that it is followed up although no money hangs on it.
    """
    found: list[terms.Milestone] = []
    titles: dict[int, str] = {}
    left = {number: sorted(_of_stage(rows, id), key=_due) for number, id in ids.items()}
    last_day = date.fromordinal(ends_before.toordinal() - 1)

    def add(number: int, stage: int, row: Mapping[str, Any] | None, code: str) -> None:
        due = _due(row or {})
        found.append(terms.Milestone(number, stage, date.fromisoformat(due) if due else last_day, code))
        if row and row.get("title"):
            titles[number] = str(row["title"])

    for instalment in sorted(planned, key=lambda one: one.basis != releases.ON_COMPLETION):
        if instalment.milestones:
            mine = left[instalment.stage]
            row = mine.pop(-1 if instalment.basis == releases.ON_COMPLETION else 0) if mine else None
            add(instalment.number, instalment.stage, row, instalment.basis)
    stages_planned = {instalment.stage for instalment in planned}
    extra = [(stage, row) for stage, own in left.items() if stage in stages_planned for row in own]
    for number, (stage, row) in enumerate(extra, start=len(planned) + 1):
        add(number, stage, row, "progress")
    return tuple(sorted(found, key=lambda one: one.number)), titles


def _deliverables(
    rows: Sequence[Mapping[str, Any]], ids: Mapping[int, str], stages: Sequence[terms.Stage], ends_before: date
) -> tuple[tuple[terms.Deliverable, ...], dict[int, str]]:
    """What is handed over at the end, or by the day the application names; a stage the grant does not reach has none."""
    numbers = {id: number for number, id in ids.items()}
    entered = {stage.number for stage in stages}
    last_day = date.fromordinal(ends_before.toordinal() - 1)
    found: list[terms.Deliverable] = []
    titles: dict[int, str] = {}
    for row in sorted(rows, key=_due):
        stage = numbers.get(str(row.get("stage") or ""), stages[0].number)
        if stage in entered and row.get("title"):
            due = min(date.fromisoformat(_due(row)), last_day) if _due(row) else last_day
            found.append(terms.Deliverable(len(found) + 1, stage, due))
            titles[len(found)] = str(row["title"])
    return tuple(found), titles


def _of_stage(rows: Sequence[Mapping[str, Any]], stage: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if not stage or row.get("stage") in (stage, None, "")]


def _due(row: Mapping[str, Any]) -> str:
    return str(row.get("due_on") or "")


def _heads(book: SchemeVersion, answers: Mapping[str, Any], parts: Sequence[Part]) -> tuple[terms.Head, ...]:
    """The plan of spending by head, from the tables that feed the costs; a table without heads is one head of its own name.

    What is given without a cost, such as monthly allowances, is one head named by its rule.
    """
    costs = {part.cost.fact for part in parts if part.cost}
    totals: dict[str, int] = {}
    for question in book.form.questions():
        if question.kind == "table" and question.feeds in costs:
            for row in _rows(answers, question.id):
                code = str(row.get("head") or question.id)
                totals[code] = totals.get(code, 0) + int(row.get(question.feeds_from) or 0)
    for part in parts:
        if part.cost is None and part.step.value:
            totals[part.rule] = totals.get(part.rule, 0) + part.step.value
    return tuple(terms.Head(code, cents) for code, cents in totals.items())


def _pledges(book: SchemeVersion, said: Verdict, applied: Applied, matched: Sequence[str]) -> tuple[terms.Pledge, ...]:
    """What partners and sponsors confirmed; what the rules counted beyond that is the lead's own to bring."""
    vocabulary = book.vocabulary.facts
    known = facts_.read(vocabulary, said.facts)

    def number(fact: str) -> int:
        value = facts_.value_of(fact, known, vocabulary)
        return value.value if value is not None and type(value.value) is int else 0

    in_kind_facts = [rule.fact for fact in matched if (rule := _in_kind_rule(book, fact))]
    others_in_kind = sum(pledge.amount_cents for pledge in applied.pledges if pledge.form == matching.IN_KIND)
    others = sum(pledge.amount_cents for pledge in applied.pledges)
    in_kind = max(0, sum(number(fact) for fact in in_kind_facts) - others_in_kind)
    cash = max(0, sum(number(fact) for fact in matched) - others - in_kind)
    own = [terms.Pledge(applied.lead, matching.CASH, cash), terms.Pledge(applied.lead, matching.IN_KIND, in_kind)]
    return (*applied.pledges, *[pledge for pledge in own if pledge.amount_cents])
