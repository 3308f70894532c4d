"""Works out what the rules of a version would give, as arithmetic: what each rule gives, added up, then the lowest of that and the limits.

FTRSS, HK$40,000,000 of pay at 1:1 and HK$200,000,000 of other cost at 4:1: HK$20,000,000 and HK$160,000,000, together HK$180,000,000.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from millrace.core import support
from millrace.core.rules import bodies
from millrace.core.rules.bench import Bench
from millrace.core.rules.bodies import (
    Allowance,
    AllowanceLine,
    Ceiling,
    CumulativeCeiling,
    LumpSum,
    Percent,
    Ratio,
    RelativeCeiling,
    Tiers,
)
from millrace.core.rules.rulebook import Rule
from millrace.core.rules.verdict import Outcome
from millrace.core.support import Step


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule gives for one stage or category: its arithmetic, and the cost and partners' money it is matched with."""

    rule: str
    step: Step
    stage: str = ""
    cost: Step | None = None
    matching: str = ""


def parts(bench: Bench) -> list[Part]:
    """List what counts of all that the rules give; a part of which it is not known whether it counts has no value."""
    return [part for rule in bench.version.rules if isinstance(rule.body, bodies.Giving) for part in _given(bench, rule, rule.body)]


def _given(bench: Bench, rule: Rule, body: bodies.Giving) -> Iterator[Part]:
    counts = bench.holds(rule.when)
    if counts is Outcome.FAIL:
        return
    is_counted = counts is Outcome.PASS
    match body:
        case Ratio():
            yield from _shares(bench, rule, body)
        case Percent():
            yield from _percent(bench, rule, body, is_counted)
        case LumpSum():
            chosen, amount = bench.chosen(body.amounts)
            if chosen is not Outcome.FAIL:
                value = amount.number if amount is not None and is_counted else None
                yield Part(rule.id, support.lump(value, unit=bench.version.unit, rule=rule.id), body.stage)
        case Allowance():
            lines = [_allowance(bench, rule, line, is_counted) for line in body.lines]
            yield Part(rule.id, replace(support.total(lines, unit=bench.version.unit), rule=rule.id), body.stage)
        case Tiers():
            tiers = [(tier.up_to, tier.basis_points) for tier in body.tiers]
            step = support.sliced(bench.given(body.of, is_counted=is_counted), tiers, rule=rule.id)
            yield Part(rule.id, support.higher_of(step, body.least, rule=rule.id) if body.least else step, body.stage)


def _shares(bench: Bench, rule: Rule, body: Ratio) -> Iterator[Part]:
    for share in body.shares:
        counts = bench.holds(rule.when, share.when)
        if counts is Outcome.FAIL:
            continue
        cost = bench.given(share.cost, is_counted=counts is Outcome.PASS)
        step = support.share(cost, government=share.government, partner=share.partner, rule=rule.id)
        yield Part(rule.id, step, share.stage, cost, share.matching)


def _percent(bench: Bench, rule: Rule, body: Percent, is_counted: bool) -> Iterator[Part]:
    chosen, rate = bench.chosen(body.rates)
    if chosen is Outcome.FAIL:
        return
    cost = bench.given(body.of, is_counted=is_counted)
    if rate is None:
        unknown = Step("percent", None, cost.unit, rule=rule.id, ratio=(body.rates[-1].number, 10_000), parts=(cost,))
        yield Part(rule.id, unknown, body.stage, cost, body.matching)
        return
    yield Part(rule.id, support.percent(cost, rate.number, rule=rule.id), body.stage, cost, body.matching)


def _allowance(bench: Bench, rule: Rule, line: AllowanceLine, is_counted: bool) -> Step:
    months = bench.given(line.months, is_counted=is_counted)
    if line.most_months is not None:
        months = support.lower_of([months, support.ceiling(line.most_months, unit=months.unit, rule="")], unit=months.unit)
    step = support.product(line.monthly, [bench.given(line.heads), months], unit=bench.version.unit, rule=rule.id)
    return step if line.basis_points == 10_000 else support.percent(step, line.basis_points, rule=rule.id)


def amount(bench: Bench, given: Sequence[Part]) -> Step:
    """Take the lowest of what is given together, every ceiling that applies, what is left of the cumulative ones, and what was
    asked for."""
    unit = bench.version.unit
    limits = [support.total([part.step for part in given], unit=unit)]
    asked_of: set[str] = set()
    for rule in bench.version.rules:
        if bench.holds(rule.when) is Outcome.FAIL:
            continue
        limits += _limits(bench, rule)
        asked = rule.body.asked if isinstance(rule.body, bodies.Giving) else ""
        if asked and asked not in asked_of and bench.number(asked) is not None:
            asked_of.add(asked)
            limits.append(bench.given(asked))
    return support.lower_of(limits, unit=unit)


def _limits(bench: Bench, rule: Rule) -> list[Step]:
    limit = ceiling(bench, rule)
    if limit is not None:
        return [limit if bench.holds(rule.when) is Outcome.PASS else Step("ceiling", None, bench.version.unit, rule=rule.id)]
    if isinstance(rule.body, CumulativeCeiling):
        is_counted = bench.holds(rule.when) is Outcome.PASS
        used = support.given(rule.body.used, bench.proven_number(rule.body.used) if is_counted else None, unit=bench.version.unit)
        return [support.room(rule.body.amount_cents, used, rule=rule.id)]
    return []


def ceiling(bench: Bench, rule: Rule) -> Step | None:
    """Give a ceiling's limit as arithmetic; None for any other rule."""
    unit = bench.version.unit
    match rule.body:
        case Ceiling() if rule.body.per:
            return support.product(rule.body.amount_cents, [bench.given(rule.body.per)], unit=unit, rule=rule.id, kind="ceiling")
        case Ceiling():
            return support.ceiling(rule.body.amount_cents, unit=unit, rule=rule.id)
        case RelativeCeiling():
            return support.percent(bench.given(rule.body.of), rule.body.basis_points, rule=rule.id)
        case _:
            return None
