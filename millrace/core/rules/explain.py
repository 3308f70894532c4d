"""Says a verdict in words, out of the version's own text in the reader's language.

"The Government pays one part to the company's two …" fail: required HK$20,000,000, found
HK$19,600,000 as you declared; "A further HK$400,000 of your own money would qualify."
"""

from dataclasses import dataclass
from datetime import date

from millrace.core import money, texts
from millrace.core.rules import conditions
from millrace.core.rules.bodies import (
    Body,
    Ceiling,
    CumulativeCeiling,
    Floor,
    LumpSum,
    Percent,
    Points,
    RelativeCeiling,
    Requirement,
    Term,
    TrackChoice,
)
from millrace.core.rules.facts import Fact, FactType
from millrace.core.rules.rulebook import Rule, SchemeVersion, Source
from millrace.core.rules.verdict import Change, Check, Outcome, Plain, RuleVerdict, Verdict
from millrace.core.support import Step


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison in words: what was found of which fact, how it stands, what was required."""

    label: str
    required: str
    found: str
    standing: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Sentence:
    """One rule of a verdict in words."""

    rule: str
    kind: str
    outcome: Outcome
    is_gate: bool
    statement: str
    findings: tuple[Finding, ...]
    remedies: tuple[str, ...]
    clause: str
    source: Source | None
    source_title: str
    is_published: bool
    label: str  # "not published; illustrative", or ""
    why: str
    limits_amount: bool


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One line of the arithmetic: how deep it stands, what it is and how much."""

    depth: int
    label: str
    value: str
    clause: str
    is_binding: bool


_STEPS_OF_RULES = frozenset({"share", "percent", "lump", "product", "slice", "ceiling", "room", "higher_of"})


def sentences(said: Verdict, version: SchemeVersion, language: str) -> tuple[Sentence, ...]:
    """Say every rule of a verdict, in the order of the rules."""
    speaker = _Speaker(version, _key(language))
    rules = {rule.id: rule for rule in version.rules}
    return tuple(speaker.sentence(one, rules[one.rule]) for one in said.rules)


def amount_lines(said: Verdict, version: SchemeVersion, language: str) -> tuple[AmountLine, ...]:
    """Say the arithmetic of the amount, parts before what is made of them."""
    speaker = _Speaker(version, _key(language))
    binding = {rule.rule for rule in said.rules if rule.limits_amount}
    return tuple(speaker.steps(said.amount, 0, binding))


def value_text(value: Plain | None, unit: str, version: SchemeVersion, language: str, fact: str = "") -> str:
    """Say one value with its unit, as it is said everywhere."""
    return _Speaker(version, language).value(value, unit, version.vocabulary.facts.get(fact))


def _key(language: str) -> str:
    """Write a language as texts are keyed: zh_hant, however the reader's program writes it."""
    return language.lower().replace("-", "_")


@dataclass(frozen=True, slots=True)
class _Speaker:
    version: SchemeVersion
    language: str

    def word(self, word: str) -> str:
        return self.version.vocabulary.words[word].said_in(self.language)

    def label(self, fact: str) -> str:
        known = self.version.vocabulary.facts.get(fact)
        return known.label.said_in(self.language) if known else self.word("support")

    def value(self, value: Plain | None, unit: str, fact: Fact | None = None) -> str:
        if value is None:
            return self.word("not_known")
        if isinstance(value, bool):
            return self.word("yes" if value else "no")
        if isinstance(value, int):
            return self._number(value, unit)
        chosen = value if isinstance(value, list) else [value]
        if fact is not None and fact.type in (FactType.CHOICE, FactType.CHOICES):
            named = {choice.id: choice.label.said_in(self.language) for choice in fact.choices}
            return " / ".join(named.get(one, one) for one in chosen)
        return " / ".join(self._day(one) if unit == "day" else one for one in chosen)

    def _number(self, value: int, unit: str) -> str:
        if unit in money.CURRENCIES:
            return money.written(value, currency=unit)
        if unit == "basis_points":
            return f"{value / 100:g}%"
        words = self.version.vocabulary
        named = (words.units_of_one.get(unit) if value == 1 else None) or words.units.get(unit)
        if named is None:
            return f"{value:,}"
        gap = " " if self.language.startswith("en") else ""
        return f"{value:,}{gap}{named.said_in(self.language)}"

    def _day(self, written: str) -> str:
        first, _, last = written.partition("/")
        days = [self._one_day(date.fromisoformat(day)) for day in (first, last) if day]
        return " – ".join(days)

    def _one_day(self, day: date) -> str:
        return f"{day.day} {day:%B} {day.year}" if self.language.startswith("en") else f"{day.year}年{day.month}月{day.day}日"

    def sentence(self, said: RuleVerdict, rule: Rule) -> Sentence:
        leaves = said.check.leaves() if said.check else []
        source = self.version.sources.get(said.source)
        return Sentence(
            rule=said.rule,
            kind=said.kind,
            outcome=said.outcome,
            is_gate=said.is_gate,
            statement=self.statement(rule),
            findings=tuple(self.finding(leaf) for leaf in leaves),
            remedies=self.remedies(rule, said),
            clause=rule.heading.said_in(self.language),
            source=source,
            source_title=source.title.said_in(self.language) if source else "",
            is_published=said.is_published,
            label="" if said.is_published else self.word("illustrative"),
            why=rule.why.said_in(self.language),
            limits_amount=said.limits_amount,
        )

    def statement(self, rule: Rule) -> str:
        value, unit, fact = _stated(rule.body, self.version)
        said = self.value(value, unit, self.version.vocabulary.facts.get(fact)) if value is not None else ""
        return texts.filled(rule.statement.said_in(self.language), {"required": said} if said else {})

    def finding(self, check: Check) -> Finding:
        fact = self.version.vocabulary.facts.get(check.fact)
        return Finding(
            label=self.word("points") if check.unit == "points" and not check.fact else self.label(check.fact),
            required=self.required(check, fact),
            found=self.value(check.found, check.unit, fact),
            standing=self.word(check.standing) if check.standing else "",
            outcome=check.outcome,
        )

    def required(self, check: Check, fact: Fact | None) -> str:
        value = self.value(check.required, check.unit, fact)
        if check.required is None or check.how not in ("at_least", "at_most", "more_than", "less_than", "is_not"):
            return value
        return texts.filled(self.word(check.how), {"required": value})

    def remedies(self, rule: Rule, said: RuleVerdict) -> tuple[str, ...]:
        """Say what would change the outcome: the rule's own remedy where it failed, filled for each
        change; the general phrase where something is only not yet known."""
        if said.outcome is Outcome.PASS or not said.is_gate:
            return ()
        told: dict[str, None] = {}
        wording = rule.remedy.said_in(self.language)
        for change in said.changes:
            if change.by == 0:
                continue  # nothing to change: the rule waits for another fact
            is_own = said.outcome is Outcome.FAIL and bool(wording) and change.how not in ("tell", "prove", "wait")
            template = wording if is_own else self.word(change.how)
            told.setdefault(texts.filled(template, self.places(change)))
        if not told and wording and said.outcome is Outcome.FAIL:
            told.setdefault(wording)
        return tuple(told)

    def places(self, change: Change) -> dict[str, str]:
        fact = self.version.vocabulary.facts.get(change.fact)
        return {
            "fact": self.label(change.fact),
            "required": self.value(change.to, change.unit, fact),
            "difference": self.value(change.by, change.unit, fact),
        }

    def steps(self, step: Step, depth: int, binding: set[str]) -> list[AmountLine]:
        lines = [line for part in step.parts for line in self.steps(part, depth + 1, binding)]
        rule = next((rule for rule in self.version.rules if rule.id == step.rule), None)
        is_of_rule = rule is not None and step.kind in _STEPS_OF_RULES
        return [
            *lines,
            AmountLine(
                depth=depth,
                label=self.step_label(step),
                value=self.value(step.value, step.unit),
                clause=rule.heading.said_in(self.language) if rule and is_of_rule else "",
                is_binding=step.rule in binding and is_of_rule,
            ),
        ]

    def step_label(self, step: Step) -> str:
        first, second = step.ratio
        places = {"fact": self.label(step.fact), "government": str(first), "partner": str(second)}
        if step.kind in ("percent", "slice"):
            places["percent"] = self.value(first, "basis_points")
        if step.kind == "band":
            places |= {"from": self.value(first, step.unit), "to": self.value(second, step.unit)}
        is_open = step.kind == "band" and not second
        return texts.filled(self.word("band_above" if is_open else step.kind), places)


def statement(rule: Rule, version: SchemeVersion, language: str) -> str:
    """Say a rule, its value filled in."""
    return _Speaker(version, _key(language)).statement(rule)


def _stated(body: Body, version: SchemeVersion) -> tuple[Plain | None, str, str]:
    """Give the value that a rule's statement speaks of: {required}."""
    match body:
        case Ceiling() | Floor() | CumulativeCeiling():
            return body.amount_cents, version.unit, ""
        case RelativeCeiling():
            return body.basis_points, "basis_points", ""
        case Percent():
            return body.rates[-1].number, "basis_points", ""
        case LumpSum():
            return body.amounts[-1].number, version.unit, ""
        case Points():
            return body.at_least, "points", ""
        case Requirement():
            return _first_literal(body.require, version)
        case TrackChoice():
            return _first_literal(body.when, version)
        case Term() if isinstance(body.value, (int, str)):
            return body.value, body.unit, ""
        case _:
            return None, "", ""


def _first_literal(condition: conditions.Condition, version: SchemeVersion) -> tuple[Plain | None, str, str]:
    for comparison in conditions.comparisons(condition):
        if isinstance(comparison.operand, conditions.Literal):
            value = comparison.operand.value
            plain = value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
            return plain, version.vocabulary.facts[comparison.fact].unit, comparison.fact
    return None, "", ""
