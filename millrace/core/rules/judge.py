"""The one reading of the rules: a version, facts and a day in; a verdict out.

The finder, the form's preview, submission, the officer's "why?", the API and replay all call
`judge`; HK$45,000,000 of cost under NIFS gives HK$15,000,000 in each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from millrace.core import money
from millrace.core.rules import amounts, sayings, verdict
from millrace.core.rules import facts as facts_
from millrace.core.rules.bench import Bench
from millrace.core.rules.bodies import TrackChoice
from millrace.core.rules.facts import Facts
from millrace.core.rules.rulebook import Rule, Scheme, SchemeVersion
from millrace.core.rules.verdict import Outcome, RuleVerdict, Verdict
from millrace.core.support import Step, binding


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
    bench = Bench(version, facts, on, as_told)
    parts = amounts.parts(bench)
    amount = amounts.amount(bench, parts)
    reading = sayings.Reading(bench, tuple(parts), amount)
    bound = binding(amount)
    limiting = bound.rule if bound is not None else ""
    said = tuple([_finished(rule, sayings.said(reading, rule), limiting) for rule in version.rules])
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


def at_claim(version: SchemeVersion, facts: Facts, *, on: date) -> tuple[RuleVerdict, ...]:
    """Judge what is judged again at each claim, such as the share of spending in the Mainland, from facts of the claim."""
    return at_moment(version, facts, "claim", on=on)


def at_moment(version: SchemeVersion, facts: Facts, moment: str, *, on: date) -> tuple[RuleVerdict, ...]:
    """Judge the rules that are judged again at a later moment of a case, from what is known then."""
    bench = Bench(version, facts, on, as_told=True)
    nothing = Step("total", None, version.unit)
    reading = sayings.Reading(bench, (), nothing)
    again = [rule for rule in version.rules if moment in rule.moments]
    return tuple(_finished(rule, sayings.said(reading, rule)) for rule in again)


def parts_of(version: SchemeVersion, said: Verdict) -> list[amounts.Part]:
    """Give what each rule gave, part by part, when a verdict was reached: its cost, and the partners' money it is matched with."""
    facts = facts_.read(version.vocabulary.facts, said.facts)
    return amounts.parts(Bench(version, facts, said.on, said.as_told))


def amount_by_stage(version: SchemeVersion, said: Verdict) -> dict[str, int]:
    """Divide a verdict's amount among the stages in proportion to each stage's share; the one part
    of a scheme without stages has the name ""."""
    parts = parts_of(version, said)
    values = [part.step.value or 0 for part in parts]
    if said.amount.value is None or sum(values) == 0:
        return {}
    divided: dict[str, int] = {}
    for part, value in zip(parts, money.share_out(said.amount.value, values), strict=True):
        divided[part.stage] = divided.get(part.stage, 0) + value
    return divided


def _finished(rule: Rule, said: sayings.Said, limiting: str = "") -> RuleVerdict:
    return RuleVerdict(
        rule=rule.id,
        kind=rule.kind,
        outcome=said.outcome,
        clause=rule.clause,
        source=rule.source,
        is_gate=rule.is_gate,
        is_published=rule.is_published,
        limits_amount=rule.id == limiting,
        check=said.check,
        changes=said.changes,
    )


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
