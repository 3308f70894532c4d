"""What each rule says of the facts: its outcome, the reading it rests on, and what would change it.

Of HK$19,600,000 where HK$20,000,000 of the company's own money is needed, `one-to-two` says: fail, and HK$400,000 more would do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.core import money
from millrace.core.rules import amounts, conditions, verdict
from millrace.core.rules import facts as facts_
from millrace.core.rules.amounts import Part
from millrace.core.rules.bench import Bench
from millrace.core.rules.bodies import (
    Allowance,
    Ceiling,
    CumulativeCeiling,
    Floor,
    LumpSum,
    OpenCall,
    Percent,
    Points,
    Ratio,
    RelativeCeiling,
    Requirement,
    Tiers,
    TrackChoice,
)
from millrace.core.rules.rulebook import Rule, facts_of_rule
from millrace.core.rules.verdict import Change, Check, Outcome
from millrace.core.support import Step


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule says."""

    outcome: Outcome
    check: Check | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What every rule is read with: the facts, what the rules give part by part, and the amount that comes of it."""

    bench: Bench
    parts: tuple[Part, ...]
    amount: Step


def said(reading: Reading, rule: Rule) -> Said:
    """Read one rule. A rule whose `when` does not hold passes; one that would fail, but of which it is not known whether it
    counts, is not yet known."""
    counts = reading.bench.holds(rule.when)
    if counts is Outcome.FAIL:
        return Said(Outcome.PASS)
    found = _said(reading, rule)
    if counts is Outcome.UNKNOWN and found.outcome is Outcome.FAIL:
        return Said(Outcome.UNKNOWN, found.check, found.changes)
    return found


def _said(reading: Reading, rule: Rule) -> Said:
    bench = reading.bench
    match rule.body:
        case Requirement():
            return _requirement(bench, rule.body)
        case Ratio() | Percent() | LumpSum() | Allowance() | Tiers():
            return _giving(reading, rule)
        case Ceiling() | RelativeCeiling():
            return _ceiling(reading, rule)
        case Floor():
            return _floor(bench, rule.body, reading.amount)
        case CumulativeCeiling():
            return _cumulative(bench, rule.body)
        case Points():
            return _points(bench, rule.body)
        case TrackChoice():
            check = bench.read(rule.body.when)
            return Said(check.outcome, check)
        case OpenCall():
            return _open_call(bench)
        case _:
            return Said(Outcome.PASS)


def _requirement(bench: Bench, body: Requirement) -> Said:
    applies = bench.holds(body.when)
    if applies is Outcome.FAIL:
        return Said(Outcome.PASS)
    check = bench.read(body.require, is_limit=body.is_limit)
    outcome = check.outcome
    if applies is Outcome.UNKNOWN and outcome is Outcome.FAIL:
        outcome = Outcome.UNKNOWN
    return Said(outcome, check, bench.changes(check))


def _giving(reading: Reading, rule: Rule) -> Said:
    """Ask of a rule that gives whether anything of it counts, whether it is known, and whether the partners' money covers what
    support leaves of the cost."""
    mine = [part for part in reading.parts if part.rule == rule.id]
    if any(part.matching for part in mine):
        return _matching(reading, rule)
    if not mine:
        return Said(Outcome.PASS if isinstance(rule.body, Ratio) else Outcome.FAIL)
    if all(part.step.value is not None for part in mine):
        return Said(Outcome.PASS)
    return Said(Outcome.UNKNOWN, None, _untold(reading.bench, rule))


def _untold(bench: Bench, rule: Rule) -> tuple[Change, ...]:
    named = dict.fromkeys(part for fact in facts_of_rule(rule) for part in facts_.parts_of(fact, bench.vocabulary))
    asked = getattr(rule.body, "asked", "")
    facts = [bench.vocabulary[name] for name in named if name != asked and facts_.value_of(name, bench.facts, bench.vocabulary) is None]
    return tuple(conditions.tell(fact) for fact in facts)


def _matching(reading: Reading, rule: Rule) -> Said:
    """Ask, for each of the partners' moneys, whether it covers what support leaves of the costs it is matched with.

    While the amount is not known the ratio alone says the least that is needed: less than that
    fails already, more is not yet known.
    """
    values = [part.step.value for part in reading.parts]
    known = [value for value in values if value is not None]
    granted: Sequence[int | None] = values
    is_final = reading.amount.value is not None and len(known) == len(values)
    if is_final and sum(known) > 0:
        assert reading.amount.value is not None
        granted = money.share_out(reading.amount.value, known)
    needed: dict[str, list[int | None]] = {}
    for part, grant in zip(reading.parts, granted, strict=True):
        if part.rule == rule.id and part.matching:
            cost = part.cost.value if part.cost else None
            needed.setdefault(part.matching, []).append(None if cost is None or grant is None else cost - grant)
    checks = [_match_check(reading.bench, fact, leaves, is_final) for fact, leaves in needed.items()]
    check = checks[0] if len(checks) == 1 else Check("all", verdict.all_of(c.outcome for c in checks), parts=tuple(checks))
    return Said(check.outcome, check, reading.bench.changes(check))


def _match_check(bench: Bench, matching: str, leaves: Sequence[int | None], is_final: bool) -> Check:
    found = facts_.value_of(matching, bench.facts, bench.vocabulary)
    known = [left for left in leaves if left is not None]
    needed = sum(known) if len(known) == len(leaves) else None
    outcome = Outcome.UNKNOWN
    if found is not None and needed is not None and isinstance(found.value, int):
        if found.value < needed:
            outcome = Outcome.FAIL
        elif is_final:
            outcome = Outcome.PASS
    return Check(
        "at_least",
        outcome,
        fact=matching,
        required=needed,
        found=None if found is None else facts_.plain_value(found.value),
        unit=bench.vocabulary[matching].unit,
        standing="" if found is None else str(found.standing),
    )


def _ceiling(reading: Reading, rule: Rule) -> Said:
    """A ceiling limits and refuses nothing; it is open only while what it is reckoned from is not known."""
    limit = amounts.ceiling(reading.bench, rule)
    assert limit is not None
    given = [part.step.value for part in reading.parts if part.step.value is not None]
    found = sum(given) if len(given) == len(reading.parts) else None
    outcome = Outcome.PASS if limit.value is not None else Outcome.UNKNOWN
    check = Check("at_most", outcome, required=limit.value, found=found, unit=reading.bench.version.unit)
    return Said(outcome, check, () if limit.value is not None else _untold(reading.bench, rule))


def _floor(bench: Bench, body: Floor, amount: Step) -> Said:
    unit = bench.version.unit
    outcome = Outcome.UNKNOWN
    changes: tuple[Change, ...] = ()
    if amount.value is not None:
        outcome = Outcome.PASS if amount.value >= body.amount_cents else Outcome.FAIL
        if outcome is Outcome.FAIL:
            changes = (Change("", "raise", to=body.amount_cents, by=body.amount_cents - amount.value, unit=unit),)
    check = Check("at_least", outcome, required=body.amount_cents, found=amount.value, unit=unit)
    return Said(outcome, check, changes)


def _cumulative(bench: Bench, body: CumulativeCeiling) -> Said:
    """Fail only when nothing is left of the ceiling; otherwise what is left bounds the amount."""
    comparison = conditions.Comparison(body.used, "less_than", conditions.Literal(body.amount_cents))
    check = bench.read(comparison, is_limit=True)
    return Said(check.outcome, check, tuple(change for change in bench.changes(check) if change.how != "lower"))


def _points(bench: Bench, body: Points) -> Said:
    """Add the points of what holds; pass as soon as they suffice, fail only when what is still open could not make them suffice."""
    held = [bench.read(award.when) for award in body.awards]
    sure = sum(award.points for award, check in zip(body.awards, held, strict=True) if check.outcome is Outcome.PASS)
    possible = sure + sum(award.points for award, check in zip(body.awards, held, strict=True) if check.outcome is Outcome.UNKNOWN)
    outcome = Outcome.PASS if sure >= body.at_least else Outcome.FAIL if possible < body.at_least else Outcome.UNKNOWN
    check = Check("at_least", outcome, required=body.at_least, found=sure, unit="points")
    wanted: list[Change] = []
    for change in [change for one in held if one.outcome is outcome for change in bench.changes(one)]:
        if change not in wanted:
            wanted.append(change)
    return Said(outcome, check, () if outcome is Outcome.PASS else tuple(wanted))


def _open_call(bench: Bench) -> Said:
    is_open = bench.version.call_on(bench.on) is not None
    coming = sorted(call.opens_on for call in bench.version.calls if call.opens_on > bench.on)
    changes: tuple[Change, ...] = ()
    if not is_open and coming:
        changes = (Change("", "wait", to=coming[0].isoformat(), unit="day"),)
    required = [f"{call.opens_on}/{call.closes_on}" for call in bench.version.calls]
    outcome = Outcome.PASS if is_open else Outcome.FAIL
    return Said(outcome, Check("open_call", outcome, required=required, found=bench.on.isoformat(), unit="day"), changes)
