"""Worked cases of a scheme: facts on a day and the verdict they must get, run on every load of a
draft and in the tests.

"A line of HK$60.0m gets HK$15.0m, because of the ceiling" is one; every rule needs one on each side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core.rules import bodies, judge
from millrace.core.rules import facts as facts_
from millrace.core.rules.rulebook import Rule, Scheme, SchemeVersion
from millrace.core.rules.verdict import Outcome, RuleVerdict, Verdict
from millrace.core.toml_text import Finding

_NO_YAML = "mend the text there: a quote, a colon or the indent is amiss"
_KEYS = {"title", "day", "version", "versions", "facts", "expect", "as_told"}
_EXPECTED = {"outcome", "amount_cents", "binds", "track", "rules", "change"}


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """One worked case and the line where it stands."""

    title: str
    on: date
    versions: tuple[str, ...]
    facts: dict[str, Any]
    expect: dict[str, Any]
    as_told: bool
    file: str
    line: int


def read(file: str, content: bytes, findings: list[Finding]) -> tuple[WorkedCase, ...]:
    """Read cases.yaml; what is malformed becomes findings with their lines."""
    import yaml  # 4 MB that a web worker, which reads published texts alone, never needs

    try:
        loader = (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)(content)
        root = loader.get_single_node()
        data = loader.construct_document(root) if root else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # What is wanting at the end is told at the last line, not at one after it.
        line = min(mark.line, content.count(b"\n")) + 1 if mark else 1
        findings.append(Finding(file, line, f"this is not YAML: {getattr(error, 'problem', error)}", _NO_YAML, True))
        return ()
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        findings.append(Finding(file, 1, "cases is missing", "add a list named cases"))
        return ()
    made = []
    for item, line in zip(data["cases"], _lines(root), strict=False):
        case = _case(file, item, line, findings)
        if case is not None:
            made.append(case)
    return tuple(made)


def _lines(root: Any) -> Iterator[int]:
    for key, value in root.value:
        if key.value == "cases":
            yield from (node.start_mark.line + 1 for node in value.value)


def _case(file: str, item: Any, line: int, findings: list[Finding]) -> WorkedCase | None:
    def complain(message: str, remedy: str) -> None:
        findings.append(Finding(file, line, message, remedy))

    if not isinstance(item, dict) or not isinstance(item.get("expect"), dict) or not isinstance(item.get("facts"), dict):
        complain("a worked case needs title, day, version, facts and expect", "add what is missing: facts and expect are tables")
        return None
    for key in sorted(set(item) - _KEYS) + sorted(set(item["expect"]) - _EXPECTED):
        complain(f"{key} is not known in a worked case", f"one of: {', '.join(sorted(_KEYS if key in item else _EXPECTED))}")
    if type(item.get("day")) is not date:
        complain("day must be a day such as 2024-01-08", "write the day on which the case is judged")
        return None
    versions = item.get("versions") or [item.get("version")]
    return WorkedCase(
        title=str(item.get("title", "")),
        on=item["day"],
        versions=tuple(str(version) for version in versions),
        facts=item["facts"],
        expect=item["expect"],
        as_told=bool(item.get("as_told", False)),
        file=file,
        line=line,
    )


def run(case: WorkedCase, scheme: Scheme) -> list[str]:
    """Judge a worked case and list in words where the verdict is not the expected one."""
    held = scheme.versions_on(case.on).candidates
    wrong = []
    if tuple(version.id for version in held) != case.versions:
        wrong.append(f"versions in force on {case.on}: {[version.id for version in held]}, not {list(case.versions)}")
    for version in held:
        try:
            wrong += [f"under {version.id}: {what}" for what in _differences(case, verdict_of(case, version))]
        except facts_.WrongFact as error:
            wrong.append(f"under {version.id}: {error}")
    return wrong


def verdict_of(case: WorkedCase, version: SchemeVersion) -> Verdict:
    """Judge a worked case under a version; facts the version does not speak of are left aside."""
    known = {name: value for name, value in case.facts.items() if name in version.vocabulary.facts}
    read_facts = facts_.read(version.vocabulary.facts, known, standing=None)
    return judge.judge(version, read_facts, on=case.on, as_told=case.as_told)


def _differences(case: WorkedCase, said: Verdict) -> Iterator[str]:
    expect = case.expect
    if "outcome" in expect and expect["outcome"] != said.outcome:
        yield f"outcome is {said.outcome}, not {expect['outcome']}"
    if "amount_cents" in expect and expect["amount_cents"] != said.amount_cents:
        yield f"amount is {said.amount_cents}, not {expect['amount_cents']}"
    if "track" in expect and expect["track"] != said.track:
        yield f"track is {said.track}, not {expect['track']}"
    binding = [rule.rule for rule in said.rules if rule.limits_amount]
    if "binds" in expect and [expect["binds"]] != binding:
        yield f"the amount is set by {binding}, not {expect['binds']}"
    outcomes = {rule.rule: rule.outcome for rule in said.rules}
    for rule, outcome in expect.get("rules", {}).items():
        if outcomes.get(rule) != outcome:
            yield f"{rule} is {outcomes.get(rule)}, not {outcome}"
    if "change" in expect:
        changes = [change for rule in said.failed for change in rule.changes]
        wanted = expect["change"]
        if not any(change.fact == wanted["fact"] and change.by == wanted["by"] for change in changes):
            yield f"no change of {wanted['fact']} by {wanted['by']} is offered"


def uncovered(scheme: Scheme, cases: Sequence[WorkedCase]) -> list[str]:
    """Name each rule, as it stands in some version, that no worked case puts on one of its sides."""
    return [f"{scheme.slug} {rule} from {start}: no case where {side}" for rule, start, side in missing_sides(scheme, cases)]


def missing_sides(scheme: Scheme, cases: Sequence[WorkedCase]) -> list[tuple[str, str, str]]:
    """Name the rule, the start of its value and the side that no worked case shows."""
    seen: dict[tuple[str, str], set[object]] = {}
    for case in cases:
        for version in scheme.versions_on(case.on).candidates:
            for rule in _verdict_rules(case, version):
                start = str(version.rule(rule.rule).starts)
                side: object = rule.limits_amount if rule.kind == "ceiling" else rule.outcome
                seen.setdefault((rule.rule, start), set()).add(side)
    missing = set()
    for version in scheme.versions:
        for rule_ in version.rules:
            for side in sides(rule_) - seen.get((rule_.id, str(rule_.starts)), set()) if rule_.is_published else ():
                missing.add((rule_.id, str(rule_.starts), _SIDES.get(side, f"it is {side}")))
    return sorted(missing)


_SIDES: dict[object, str] = {True: "it sets the amount", False: "it does not set the amount"}


def _verdict_rules(case: WorkedCase, version: SchemeVersion) -> tuple[RuleVerdict, ...]:
    try:
        return verdict_of(case, version).rules
    except facts_.WrongFact:
        return ()


def sides(rule: Rule) -> set[object]:
    """Name what worked cases must show of a rule: for a ceiling that it binds and that it does not, for what may fail both
    outcomes, for what only gives that it does."""
    match rule.body:
        case bodies.Term():
            return set()
        case bodies.Ceiling() | bodies.RelativeCeiling():
            return {True, False}
        case bodies.Allowance() | bodies.Tiers():
            return {Outcome.PASS}
        case bodies.Ratio() if not any(share.matching for share in rule.body.shares):
            return {Outcome.PASS}
        case bodies.Percent() if not rule.body.matching and not bodies.fails_where_nothing_applies(rule.body.rates):
            return {Outcome.PASS}
        case bodies.LumpSum() if not bodies.fails_where_nothing_applies(rule.body.amounts):
            return {Outcome.PASS}
        case _:
            return {Outcome.PASS, Outcome.FAIL}
