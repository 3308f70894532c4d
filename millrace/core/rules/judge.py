"""The one reading of the rules: a version, facts and a day in; a verdict out.

The finder, the form's preview, submission, the officer's "why?", the API and replay all call
`judge`; HK$45,000,000 of cost under NIFS gives HK$15,000,000 in each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from millrace.core import money, support
from millrace.core.rules import conditions, verdict
from millrace.core.rules import facts as facts_
from millrace.core.rules.facts import Facts
from millrace.core.rules.rulebook import (
    Ceiling,
    CumulativeCeiling,
    Floor,
    OpenCall,
    Ratio,
    Requirement,
    Rule,
    Scheme,
    SchemeVersion,
    StageShare,
    TrackChoice,
)
from millrace.core.rules.verdict import Change, Check, Outcome, RuleVerdict, Verdict
from millrace.core.support import Step


@dataclass(frozen=True, slots=True)
class Readings:
    """The verdicts of every version that may have been in force on a day, earlier version first:
    none before the scheme began, more than one while a start is in doubt."""

    verdicts: tuple[Verdict, ...]
    may_not_have_begun: bool = False

    @property
    def is_in_doubt(self) -> bool:
        """Say whether an officer must choose a reading and record the choice."""
        return len(self.verdicts) > 1 or self.may_not_have_begun


def readings(scheme: Scheme, facts: Facts, *, on: date, as_told: bool = False) -> Readings:
    """Judge under every version that may have been in force on the day."""
    held = scheme.versions_on(on)
    doubt = bool(scheme.versions) and scheme.versions[0].starts.has_begun(on) is None
    return Readings(tuple(judge(version, facts, on=on, as_told=as_told) for version in held.candidates), doubt)


def judge(version: SchemeVersion, facts: Facts, *, on: date, as_told: bool = False) -> Verdict:
    """Judge facts under one version on one day.

    `as_told` reads limits from declared facts too, for a finder or a preview; without it a limit on
    a declared fact is not yet known. The same arguments always give the same verdict.
    """
    bench = _Bench(version, facts, on, as_told)
    amount = _amount(bench)
    said = tuple(_finished(bench, rule, _said(bench, rule, amount), amount) for rule in version.rules)
    used = {name: facts[name] for name in version.facts_used if name in facts}
    return Verdict(
        scheme=version.scheme,
        version=version.id,
        version_sha256=version.sha256,
        on=on,
        as_told=as_told,
        outcome=verdict.all_of(rule.outcome for rule in said if rule.is_gate),
        rules=said,
        amount=amount,
        track=_track(version, said),
        facts=facts_.to_data(used),
    )


def amount_by_stage(version: SchemeVersion, said: Verdict) -> dict[str, int]:
    """Divide a verdict's amount among the stages in proportion to each stage's share; the one part
    of a scheme without stages has the name ""."""
    bench = _Bench(version, facts_.read(version.vocabulary.facts, said.facts), said.on, said.as_told)
    shares = _shares(bench)
    values = [step.value or 0 for _, share, step in shares]
    if said.amount.value is None or sum(values) == 0:
        return {}
    divided: dict[str, int] = {}
    for (_, share, _), part in zip(shares, money.share_out(said.amount.value, values), strict=True):
        divided[share.stage] = divided.get(share.stage, 0) + part
    return divided


@dataclass(frozen=True, slots=True)
class _Bench:
    """What lies before the judge."""

    version: SchemeVersion
    facts: Facts
    on: date
    as_told: bool

    def read(self, condition: conditions.Condition, *, is_limit: bool = False) -> Check:
        proof = is_limit and not self.as_told
        return conditions.read(condition, self.facts, self.version.vocabulary.facts, needs_proof=proof)

    def holds(self, condition: conditions.Condition | None) -> Outcome:
        return Outcome.PASS if condition is None else self.read(condition).outcome

    def number(self, fact: str) -> int | None:
        found = facts_.value_of(fact, self.facts, self.version.vocabulary.facts)
        return found.value if found is not None and type(found.value) is int else None

    def proven_number(self, fact: str) -> int | None:
        found = facts_.value_of(fact, self.facts, self.version.vocabulary.facts)
        is_told = found is not None and found.standing is facts_.Standing.DECLARED
        return None if is_told and not self.as_told else self.number(fact)


def _shares(bench: _Bench) -> list[tuple[Rule, StageShare, Step]]:
    """List the shares that count: what the ratio gives of each stage's cost."""
    found = []
    for rule in bench.version.rules:
        if not isinstance(rule.body, Ratio):
            continue
        for share in rule.body.shares:
            counts = bench.holds(share.when)
            if counts is Outcome.FAIL:
                continue
            cost = bench.number(share.cost) if counts is Outcome.PASS else None
            given = support.given(share.cost, cost, unit=bench.version.currency)
            step = support.share(given, government=share.government, partner=share.partner, rule=rule.id)
            found.append((rule, share, step))
    return found


def _amount(bench: _Bench) -> Step:
    """Work out what the rules would give, as arithmetic."""
    unit = bench.version.currency
    parts = [support.total([step for _, _, step in _shares(bench)], unit=unit)]
    for rule in bench.version.rules:
        if isinstance(rule.body, Ceiling):
            parts.append(support.ceiling(rule.body.amount_cents, unit=unit, rule=rule.id))
        elif isinstance(rule.body, CumulativeCeiling):
            used = support.given(rule.body.used, bench.proven_number(rule.body.used), unit=unit)
            parts.append(support.room(rule.body.amount_cents, used, rule=rule.id))
        elif isinstance(rule.body, Ratio) and rule.body.asked:
            asked = bench.number(rule.body.asked)
            if asked is not None:
                parts.append(support.given(rule.body.asked, asked, unit=unit))
    return support.lower_of(parts, unit=unit)


def _said(bench: _Bench, rule: Rule, amount: Step) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    """Read one rule: its outcome, the reading it rests on, and what would change it."""
    match rule.body:
        case Requirement():
            return _requirement(bench, rule.body)
        case Ratio():
            return _matching(bench, rule, amount)
        case Ceiling():
            return Outcome.PASS, _ceiling_check(bench, rule.body, amount), ()
        case Floor():
            return _floor(bench, rule.body, amount)
        case CumulativeCeiling():
            return _cumulative(bench, rule.body)
        case TrackChoice():
            check = bench.read(rule.body.when)
            return check.outcome, check, ()
        case OpenCall():
            return _open_call(bench)
        case _:
            return Outcome.PASS, None, ()


def _finished(bench: _Bench, rule: Rule, said: tuple[Outcome, Check | None, tuple[Change, ...]], amount: Step) -> RuleVerdict:
    outcome, check, changes = said
    bound = support.binding(amount)
    return RuleVerdict(
        rule=rule.id,
        kind=rule.kind,
        outcome=outcome,
        clause=rule.clause,
        source=rule.source,
        is_gate=rule.is_published and rule.kind not in ("track", "term"),
        is_published=rule.is_published,
        limits_amount=bound is not None and bound.rule == rule.id,
        check=check,
        changes=changes,
    )


def _requirement(bench: _Bench, body: Requirement) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    applies = bench.holds(body.when)
    if applies is Outcome.FAIL:
        return Outcome.PASS, None, ()
    check = bench.read(body.require, is_limit=body.is_limit)
    outcome = check.outcome
    if applies is Outcome.UNKNOWN and outcome is Outcome.FAIL:
        outcome = Outcome.UNKNOWN
    return outcome, check, conditions.changes(check, bench.facts, bench.version.vocabulary.facts)


def _matching(bench: _Bench, rule: Rule, amount: Step) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    """Ask, stage by stage, whether the partners' money covers what support leaves of the cost.

    While the amount is not known the ratio alone says the least that is needed: less than that
    fails already, more is not yet known.
    """
    shares = _shares(bench)
    values = [step.value for _, _, step in shares]
    known = [value for value in values if value is not None]
    granted: Sequence[int | None] = values
    is_final = amount.value is not None and len(known) == len(values)
    if is_final and sum(known) > 0:
        assert amount.value is not None
        granted = money.share_out(amount.value, known)
    checks = [
        _match_check(bench, share, step.parts[0].value, part, is_final)
        for (owner, share, step), part in zip(shares, granted, strict=True)
        if owner.id == rule.id
    ]
    check = checks[0] if len(checks) == 1 else Check("all", verdict.all_of(c.outcome for c in checks), parts=tuple(checks))
    return check.outcome, check, conditions.changes(check, bench.facts, bench.version.vocabulary.facts)


def _match_check(bench: _Bench, share: StageShare, cost: int | None, granted: int | None, is_final: bool) -> Check:
    vocabulary = bench.version.vocabulary.facts
    found = facts_.value_of(share.matching, bench.facts, vocabulary)
    needed = None if cost is None or granted is None else cost - granted
    outcome = Outcome.UNKNOWN
    if found is not None and needed is not None and isinstance(found.value, int):
        if found.value < needed:
            outcome = Outcome.FAIL
        elif is_final:
            outcome = Outcome.PASS
    return Check(
        "at_least",
        outcome,
        fact=share.matching,
        required=needed,
        found=None if found is None else facts_.plain_value(found.value),
        unit=vocabulary[share.matching].unit,
        standing="" if found is None else str(found.standing),
    )


def _ceiling_check(bench: _Bench, body: Ceiling, amount: Step) -> Check:
    by_ratio = support.total([step for _, _, step in _shares(bench)], unit=bench.version.currency)
    return Check("at_most", Outcome.PASS, required=body.amount_cents, found=by_ratio.value, unit=bench.version.currency)


def _floor(bench: _Bench, body: Floor, amount: Step) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    outcome = Outcome.UNKNOWN
    changes: tuple[Change, ...] = ()
    if amount.value is not None:
        outcome = Outcome.PASS if amount.value >= body.amount_cents else Outcome.FAIL
        if outcome is Outcome.FAIL:
            short = body.amount_cents - amount.value
            changes = (Change("", "raise", to=body.amount_cents, by=short, unit=bench.version.currency),)
    check = Check("at_least", outcome, required=body.amount_cents, found=amount.value, unit=bench.version.currency)
    return outcome, check, changes


def _cumulative(bench: _Bench, body: CumulativeCeiling) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    """Fail only when nothing is left of the ceiling; otherwise what is left bounds the amount."""
    comparison = conditions.Comparison(body.used, "less_than", conditions.Literal(body.amount_cents))
    check = bench.read(comparison, is_limit=True)
    changes = conditions.changes(check, bench.facts, bench.version.vocabulary.facts)
    return check.outcome, check, tuple(change for change in changes if change.how != "lower")


def _open_call(bench: _Bench) -> tuple[Outcome, Check | None, tuple[Change, ...]]:
    is_open = bench.version.call_on(bench.on) is not None
    coming = sorted(call.opens_on for call in bench.version.calls if call.opens_on > bench.on)
    changes: tuple[Change, ...] = ()
    if not is_open and coming:
        changes = (Change("", "wait", to=coming[0].isoformat(), unit="day"),)
    required = [f"{call.opens_on}/{call.closes_on}" for call in bench.version.calls]
    outcome = Outcome.PASS if is_open else Outcome.FAIL
    return outcome, Check("open_call", outcome, required=required, found=bench.on.isoformat(), unit="day"), changes


def _track(version: SchemeVersion, said: Sequence[RuleVerdict]) -> str | None:
    """Name the first track whose condition holds, or else the scheme's first (its ordinary) one;
    None while an earlier condition is not yet known."""
    for rule, outcome in ((version.rule(one.rule), one.outcome) for one in said if one.kind == "track"):
        assert isinstance(rule.body, TrackChoice)
        if outcome is Outcome.PASS:
            return rule.body.track
        if outcome is Outcome.UNKNOWN:
            return None
    return version.tracks[0].id if version.tracks else ""


def with_facts(said: Verdict, version: SchemeVersion, changed: Facts) -> Verdict:
    """Judge again with some facts replaced: "what if you brought HK$0.4m more?"."""
    before = facts_.read(version.vocabulary.facts, said.facts)
    return judge(version, {**before, **changed}, on=said.on, as_told=said.as_told)
