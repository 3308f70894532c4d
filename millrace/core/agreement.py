"""Composes the terms of an agreement from what a scheme offers, what was judged and what was applied for.

A RAISe+ grant of HK$50m becomes HK$30m in stage 1 at two to one and HK$20m in stage 2 at one to one, each in the scheme's own
instalments, each instalment after the first against a milestone of the application.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from millrace.core import allowances, matching, money, months, named_terms, releases, reports, terms
from millrace.core.rules import conditions, judge
from millrace.core.rules import facts as facts_
from millrace.core.rules.amounts import Part
from millrace.core.rules.bodies import Allowance as AllowanceRule
from millrace.core.rules.bodies import RelativeCeiling, Requirement
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
    named: Sequence[named_terms.Named] = ()


def compose(book: SchemeVersion, said: Verdict, applied: Applied, *, grant_cents: int, unit: str, starts_on: date) -> Composed:
    """This will write the terms of a grant; stages that the verdict gives nothing to are left out."""
    ends_before = months.after(starts_on, applied.months)
    stages = _stages(book, said, grant_cents)
    ids = dict(_numbered(book))
    shares = [] if book.payment.basis == "by_use" else _shares(book, {id: number for number, id in ids.items()}, stages)
    planned = terms.plan_instalments(stages, shares)
    milestones, titles = _milestones(planned, _rows(applied.answers, "milestones"), ids, ends_before)
    deliverables, delivered = _deliverables(_rows(applied.answers, "deliverables"), ids, stages, ends_before)
    monthly = _allowances(book, said, starts_on)
    entered = {ids[stage.number] for stage in stages}
    parts = [part for part in judge.parts_of(book, said) if part.stage in entered]
    written = terms.Terms(
        unit=unit,
        grant_cents=grant_cents,
        starts_on=starts_on,
        ends_before=ends_before,
        stages=stages,
        heads=_heads(book, applied.answers, parts, monthly),
        milestones=milestones,
        instalments=planned,
        pledges=_pledges(book, said, applied, list(dict.fromkeys(part.matching for part in parts if part.matching))),
        deliverables=deliverables,
        reports=reports.plan(book.reporting.schedule, starts_on, ends_before) if book.reporting else (),
        allocations=_allocations(book, applied.answers, grant_cents),
        allowances=monthly,
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
        terms.Stage(number, part, _ratio(mine[id]), _in_kind_share(book, mine[id]), _earns(mine[id]))
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


def _earns(parts: Sequence[Part]) -> matching.Share | None:
    """The share of its cost that a stage's grant pays, where some of that cost is matched by nobody: 70% of a list price is 7/10."""
    if not parts or all(part.matching for part in parts) or not all(part.cost and part.cost.value for part in parts):
        return None
    granted, cost = (sum(part.step.value or 0 for part in parts), sum(part.cost.value or 0 for part in parts if part.cost))
    divisor = math.gcd(granted, cost) or 1
    return matching.Share(granted // divisor, cost // divisor) if granted < cost else None


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


def _heads(
    book: SchemeVersion, answers: Mapping[str, Any], parts: Sequence[Part], monthly: Sequence[allowances.Allowance]
) -> tuple[terms.Head, ...]:
    """The plan of spending by head, from the tables that feed the costs; a table without heads is one head of its own name.

    A monthly allowance is a head of its own; what else is given without a cost is one head named by its rule.
    """
    totals = {head.code: head.approved_cents for head in _heads_of(book, answers, {part.cost.fact for part in parts if part.cost})}
    totals |= {one.code: one.monthly_cents * one.people * one.months for one in monthly}
    by_month = {rule.id for rule in book.rules if isinstance(rule.body, AllowanceRule)}
    for part in parts:
        if part.cost is None and part.step.value and part.rule not in by_month:
            totals[part.rule] = totals.get(part.rule, 0) + part.step.value
    if not totals:
        # What is given follows other money, such as a private investment; it is spent on what the plan of spending says.
        limits = {rule.body.of for rule in book.rules if isinstance(rule.body, RelativeCeiling)}
        return _heads_of(book, answers, limits)
    return tuple(terms.Head(code, cents) for code, cents in totals.items())


def _heads_of(book: SchemeVersion, answers: Mapping[str, Any], costs: Collection[str]) -> tuple[terms.Head, ...]:
    totals: dict[str, int] = {}
    for question in book.form.questions():
        if question.kind == "table" and question.feeds in costs:
            for row in _rows(answers, question.id):
                code = str(row.get("head") or question.id)
                totals[code] = totals.get(code, 0) + int(row.get(question.feeds_from) or 0)
    return tuple(terms.Head(code, cents) for code, cents in totals.items())


def _allowances(book: SchemeVersion, said: Verdict, on: date) -> tuple[allowances.Allowance, ...]:
    """What each person is paid a month, by the fact that counts them: two allowances for one person are paid as one."""
    given = {part.rule for part in judge.parts_of(book, said)}
    known = facts_.read(book.vocabulary.facts, said.facts)
    held = book.payment.part_months.on(on).candidates
    found: dict[str, allowances.Allowance] = {}
    for rule in book.rules:
        for line in rule.body.lines if isinstance(rule.body, AllowanceRule) and rule.id in given else ():
            people, months = _number(book, known, line.heads), _number(book, known, line.months)
            months = min(months, line.most_months) if line.most_months is not None else months
            before = found[line.heads].monthly_cents if line.heads in found else 0
            rate = before + line.monthly * line.basis_points // WHOLE_BASIS_POINTS
            if people and months:
                by = held[-1] if held else allowances.BY_DAYS
                found[line.heads] = allowances.Allowance(line.heads, rate, people, months, by, rule.clause)
    return tuple(found.values())


def _number(book: SchemeVersion, known: facts_.Facts, fact: str) -> int:
    value = facts_.value_of(fact, known, book.vocabulary.facts)
    return value.value if value is not None and type(value.value) is int else 0


def _allocations(book: SchemeVersion, answers: Mapping[str, Any], grant_cents: int) -> tuple[terms.Allocation, ...]:
    """What of a facility comes with the grant: the grant itself where it is counted in that unit, else what was asked for.

    Who is granted less money than they asked for is granted less of the facility in the same proportion, rounded down.
    """
    asked = _answered(book, answers, book.asked)
    found = []
    for one in book.allocations:
        amount = grant_cents if one.unit == book.unit else _answered(book, answers, one.of)
        if one.unit != book.unit and asked > grant_cents:
            amount = amount * grant_cents // asked
        if amount > 0:
            found.append(terms.Allocation(one.facility, one.fund, one.unit, amount))
    return tuple(found)


def _answered(book: SchemeVersion, answers: Mapping[str, Any], fact: str) -> int:
    """The whole number that was answered to the question of a fact; 0 where there is none."""
    given = (answers.get(question.id) for question in book.form.questions() if fact and question.feeds == fact)
    return next((value for value in given if type(value) is int), 0)


def _pledges(book: SchemeVersion, said: Verdict, applied: Applied, matched: Sequence[str]) -> tuple[terms.Pledge, ...]:
    """What partners and sponsors confirmed; what the rules counted beyond that is the lead's own to bring."""
    known = facts_.read(book.vocabulary.facts, said.facts)
    in_kind_facts = [rule.fact for fact in matched if (rule := _in_kind_rule(book, fact))]
    others_in_kind = sum(pledge.amount_cents for pledge in applied.pledges if pledge.form == matching.IN_KIND)
    others = sum(pledge.amount_cents for pledge in applied.pledges)
    in_kind = max(0, sum(_number(book, known, fact) for fact in in_kind_facts) - others_in_kind)
    cash = max(0, sum(_number(book, known, fact) for fact in matched) - others - in_kind)
    own = [terms.Pledge(applied.lead, matching.CASH, cash), terms.Pledge(applied.lead, matching.IN_KIND, in_kind)]
    return (*applied.pledges, *[pledge for pledge in own if pledge.amount_cents])
