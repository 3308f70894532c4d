"""Says a verdict in words, out of the version's own text in the reader's language.

"The Government pays one part to the company's two …" fail: required HK$20,000,000, found
HK$19,600,000 as you declared; "A further HK$400,000 of your own money would qualify."
"""

import functools
from collections.abc import Container, Iterable, Mapping
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


def sentences(
    said: Verdict, version: SchemeVersion, language: str, *, outcomes: Container[Outcome] = tuple(Outcome)
) -> tuple[Sentence, ...]:
    """Say every rule of a verdict that came out as one of `outcomes`, in the order of the rules."""
    return rule_sentences((one for one in said.rules if one.outcome in outcomes), version, language)


def rule_sentences(said: Iterable[RuleVerdict], version: SchemeVersion, language: str) -> tuple[Sentence, ...]:
    """Say some rules, such as those judged at a claim."""
    speaker = _speaker(version, language)
    return tuple(speaker.sentence(one, speaker.heard[one.rule]) for one in said)


def amount_lines(said: Verdict, version: SchemeVersion, language: str) -> tuple[AmountLine, ...]:
    """Say the arithmetic of the amount, parts before what is made of them."""
    binding = {rule.rule for rule in said.rules if rule.limits_amount}
    return tuple(_speaker(version, language).steps(said.amount, 0, binding))


def value_text(value: Plain | None, unit: str, version: SchemeVersion, language: str, fact: str = "") -> str:
    """Say one value with its unit, as it is said everywhere."""
    return _speaker(version, language).value(value, unit, version.vocabulary.facts.get(fact))


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a rule says of itself in one language, whatever the facts."""

    statement: str
    remedy: str
    clause: str
    why: str
    source: Source | None
    source_title: str


@dataclass(frozen=True, slots=True)
class _Speaker:
    """One version in one language."""

    version: SchemeVersion
    language: str
    words: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    heard: dict[str, _Heard]

    def word(self, word: str) -> str:
        return self.words[word]

    def label(self, fact: str) -> str:
        return self.labels[fact] if fact in self.labels else self.words["support"]

    def value(self, value: Plain | None, unit: str, fact: Fact | None = None) -> str:
        if value is None:
            return self.word("not_known")
        if isinstance(value, bool):
            return self.word("yes" if value else "no")
        if isinstance(value, int):
            return self._number(value, unit)
        chosen = value if isinstance(value, list) else [value]
        if fact is not None and fact.type in (FactType.CHOICE, FactType.CHOICES):
            named = self.choices[fact.name]
            return " / ".join([named.get(one, one) for one in chosen])
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
        is_english = self.language.startswith("en")
        return " – ".join(_one_day(day, is_english) for day in (first, last) if day)

    def sentence(self, said: RuleVerdict, heard: _Heard) -> Sentence:
        leaves = said.check.leaves() if said.check else []
        return Sentence(
            rule=said.rule,
            kind=said.kind,
            outcome=said.outcome,
            is_gate=said.is_gate,
            statement=heard.statement,
            findings=tuple([self.finding(leaf) for leaf in leaves]),
            remedies=self.remedies(heard.remedy, said),
            clause=heard.clause,
            source=heard.source,
            source_title=heard.source_title,
            is_published=said.is_published,
            label="" if said.is_published else self.word("illustrative"),
            why=heard.why,
            limits_amount=said.limits_amount,
        )

    def hear(self, rule: Rule) -> _Heard:
        value, unit, fact = _stated(rule.body, self.version)
        said = self.value(value, unit, self.version.vocabulary.facts.get(fact)) if value is not None else ""
        source = self.version.sources.get(rule.source)
        return _Heard(
            statement=texts.filled(rule.statement.said_in(self.language), {"required": said} if said else {}),
            remedy=rule.remedy.said_in(self.language),
            clause=rule.heading.said_in(self.language),
            why=rule.why.said_in(self.language),
            source=source,
            source_title=source.title.said_in(self.language) if source else "",
        )

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

    def remedies(self, wording: str, said: RuleVerdict) -> tuple[str, ...]:
        """Say what would change the outcome: the rule's own remedy where it failed, filled for each
        change; the general phrase where something is only not yet known."""
        if said.outcome is Outcome.PASS or not said.is_gate:
            return ()
        told: dict[str, None] = {}
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
        heard = self.heard.get(step.rule)
        is_of_rule = heard is not None and step.kind in _STEPS_OF_RULES
        return [
            *lines,
            AmountLine(
                depth=depth,
                label=self.step_label(step),
                value=self.value(step.value, step.unit),
                clause=heard.clause if heard and is_of_rule else "",
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
    return _speaker(version, language).hear(rule).statement


_MOST_KEPT = 128  # every version of every scheme in three languages, and a draft or two
_speakers: dict[tuple[str, str], _Speaker] = {}


def _speaker(version: SchemeVersion, language: str) -> _Speaker:
    """Make one who says a version in a language, or take the one made before: its hash is of all it says."""
    key = (version.sha256, language.lower().replace("-", "_"))
    found = _speakers.get(key)
    if found is None:
        found = _made(version, key[1])
        if version.sha256:
            if len(_speakers) >= _MOST_KEPT:
                _speakers.clear()
            _speakers[key] = found
    return found


def _made(version: SchemeVersion, language: str) -> _Speaker:
    words = {name: text.said_in(language) for name, text in version.vocabulary.words.items()}
    facts = version.vocabulary.facts
    labels = {name: fact.label.said_in(language) for name, fact in facts.items()}
    choices = {name: {one.id: one.label.said_in(language) for one in fact.choices} for name, fact in facts.items()}
    made = _Speaker(version, language, words, labels, choices, {})
    made.heard.update((rule.id, made.hear(rule)) for rule in version.rules)
    return made


@functools.lru_cache(maxsize=4_096)
def _one_day(written: str, is_english: bool) -> str:
    day = date.fromisoformat(written)
    return f"{day.day} {day:%B} {day.year}" if is_english else f"{day.year}年{day.month}月{day.day}日"


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
