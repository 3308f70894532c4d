"""Answers "which scheme fits me?" for every published scheme from the same rules that judge an application.

A company with HK$30,000,000 of cost and HK$20,000,000 of its own fits NIFS and not RAISe+; each reason names its clause.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import explain, judge
from millrace.core.rules import facts as facts_
from millrace.core.rules.facts import Fact
from millrace.core.rules.rulebook import Call, Scheme, SchemeVersion
from millrace.core.rules.verdict import Outcome, Verdict
from millrace.registers.policy import queries as policy

# How a fact is changed where it is an amount, a number or a day.
FIGURES = frozenset({"raise", "lower"})
COMMITTEE = "committee"


@dataclass(frozen=True)
class Reading:
    """What one version says."""

    version: SchemeVersion
    verdict: Verdict


@dataclass(frozen=True)
class Found:
    """What a scheme says to one set of facts: one reading, or several while a version's start is in doubt."""

    slug: str
    readings: tuple[Reading, ...]

    @property
    def first(self) -> Reading:
        """The reading shown: of the version that is in force for certain."""
        return self.readings[0]

    @property
    def is_in_doubt(self) -> bool:
        return len(self.readings) > 1

    @property
    def fit(self) -> Outcome:
        """Whether the scheme fits, windows aside; not yet known where readings differ."""
        fits = {reading.verdict.fit for reading in self.readings}
        return fits.pop() if len(fits) == 1 else Outcome.UNKNOWN

    @property
    def is_near(self) -> bool:
        """Whether figures alone stand against it, which an applicant may change: HK$400,000 more of its own, a month less."""
        against = [rule for reading in self.readings for rule in reading.verdict.rules if rule.is_gate and rule.kind != "window"]
        failed = [rule for rule in against if rule.outcome is Outcome.FAIL]
        return self.fit is Outcome.FAIL and all(rule.changes and all(change.how in FIGURES for change in rule.changes) for rule in failed)

    @property
    def is_open_all_year(self) -> bool:
        """Whether no window binds the applicant who was told of: an R&D Centre applies to ITSP at any time."""
        version, told = self.first.version, self.first.verdict.facts
        return not version.binds_to_calls(facts_.read(version.vocabulary.facts, told))

    @property
    def open_call(self) -> Call | None:
        """The call open on the day, of a scheme that is not always open."""
        return self.first.version.call_on(self.first.verdict.on)

    @property
    def next_call(self) -> Call | None:
        """The next call announced."""
        coming = [call for call in self.first.version.calls if call.opens_on > self.first.verdict.on]
        return min(coming, key=lambda call: call.opens_on, default=None)

    @property
    def takes_applications(self) -> bool:
        return all(rule.outcome is not Outcome.FAIL for rule in self.first.verdict.rules if rule.kind == "window")


def find(plain: Mapping[str, Any], *, on: date, schemes: Iterable[Scheme]) -> list[Found]:
    """This will read every scheme's rules over what was told, those that fit first; a fact that a scheme does not speak of is left
    aside for that scheme."""
    found = [one for scheme in schemes if (one := judged(scheme, plain, on=on)) is not None]
    order = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.FAIL: 2}
    return sorted(found, key=lambda one: (order[one.fit], not one.takes_applications, one.slug))


def judged(scheme: Scheme, plain: Mapping[str, Any], *, on: date, by_officer: bool = False) -> Found | None:
    """This will judge what was told under the scheme's version or versions of the day; None before the scheme began.

    Everything told is declared: limits are read as told, and the verdict says so. What a committee establishes is not established by
    an applicant's word, and is left aside; only an officer may ask what would be if a committee found it.
    """
    readings = []
    for version in scheme.versions_on(on).candidates:
        theirs = set() if by_officer else {fact.name for fact in version.found_by_committee}
        known = {name: value for name, value in plain.items() if name in version.vocabulary.facts and name not in theirs}
        read = facts_.read(version.vocabulary.facts, known)
        readings.append(Reading(version, judge.judge(version, read, on=on, as_told=True)))
    return Found(scheme.slug, tuple(readings)) if readings else None


def must_be_known(plain: Mapping[str, Any], schemes: Sequence[Scheme]) -> None:
    """This will refuse a fact that no published scheme speaks of, or a value of the wrong kind, by its name."""
    vocabulary: dict[str, Fact] = {}
    for scheme in schemes:
        for version in scheme.versions:
            vocabulary.update(version.vocabulary.facts)
    try:
        facts_.read(vocabulary, plain)
    except facts_.WrongFact as wrong:
        raise wrong_fact(wrong, vocabulary) from None


def wrong_fact(wrong: facts_.WrongFact, vocabulary: facts_.Vocabulary) -> Refusal:
    """This will say in a sentence which fact cannot be read, and what would do."""
    values = {"fact": wrong.fact, "detail": wrong.detail or wrong.code, "known": ", ".join(sorted(vocabulary))}
    if wrong.code == "unknown_fact":
        what, step = _("There is no fact named “%(fact)s”."), _("Use one of: %(known)s.")
    elif wrong.code == "negative":
        what, step = _("“%(fact)s” cannot be less than zero."), _("Write it without the minus sign.")
    elif wrong.code == "not_a_choice":
        what, step = _("“%(fact)s” cannot be read: %(detail)s."), ""
    else:
        what, step = _("“%(fact)s” cannot be read: it %(detail)s."), _("Give money in cents, shares in basis points, days as 2024-01-08.")
    return Refusal("wrong-fact", what=what, next_step=step, field=wrong.fact, status=422, values=values)


def questions(schemes: Iterable[Scheme], on: date) -> list[Fact]:
    """This will list the few facts the finder asks, in the order in which rules speak of them."""
    asked: dict[str, Fact] = {}
    for version in _in_force(schemes, on):
        fed = [question.feeds for question in version.form.questions() if question.feeds]
        for name in (*version.facts_used, *fed):
            fact = version.vocabulary.facts[name]
            if fact.is_asked_in_finder and fact.established != COMMITTEE:
                asked.setdefault(name, fact)
    return list(asked.values())


def questions_of(version: SchemeVersion) -> list[Fact]:
    """This will list every fact that one version's rules need and a person can tell, and, where a committee establishes some of them
    by yes or no, what the form lets an applicant ask of it by yes or no."""
    known = version.vocabulary.facts
    fed = [question.feeds for question in version.form.questions() if question.feeds] if version.found_by_committee else []
    asking = [name for name in fed if known[name].type is facts_.FactType.FLAG]
    facts = [known[name] for name in dict.fromkeys((*version.facts_used, *asking))]
    return [fact for fact in facts if fact.question and fact.established != COMMITTEE]


def _in_force(schemes: Iterable[Scheme], on: date) -> Iterable[SchemeVersion]:
    return [version for scheme in schemes for version in scheme.versions_on(on).candidates]


def schemes_at(at: datetime) -> list[Scheme]:
    """This will list the schemes published by a moment."""
    return policy.published_schemes(at)


def as_data(found: Found, language: str) -> dict[str, Any]:
    """This will give one scheme's answer as plain data, for programs and the command line alike."""
    version = found.first.version
    return {
        "scheme": found.slug,
        "title": version.title.said_in(language),
        "fit": str(found.fit),
        "takes_applications": found.takes_applications,
        "in_doubt": found.is_in_doubt,
        "readings": [reading_data(reading.verdict, reading.version, language) for reading in found.readings],
    }


def reading_data(said: Verdict, version: SchemeVersion, language: str) -> dict[str, Any]:
    """This will give one verdict as plain data with its sentences beside it."""
    sentences = explain.sentences(said, version, language)
    lines = explain.amount_lines(said, version, language)
    return {
        "version": version.id,
        "starts_on": str(version.starts),
        "is_start_published": version.is_start_published,
        "outcome": str(said.outcome),
        "fit": str(said.fit),
        "amount_minor": said.amount_cents,
        "currency": version.currency,
        "unit": version.unit,
        "track": said.track,
        "reasons": [
            {
                "rule": one.rule,
                "outcome": str(one.outcome),
                "decides": one.is_gate,
                "statement": one.statement,
                "findings": [
                    {"fact": finding.label, "required": finding.required, "found": finding.found, "standing": finding.standing}
                    for finding in one.findings
                ],
                "would_change": list(one.remedies),
                "clause": one.clause,
                "source": {"title": one.source_title, "address": one.source.url} if one.source else None,
                "is_published": one.is_published,
            }
            for one in sentences
        ],
        "arithmetic": [{"depth": line.depth, "label": line.label, "value": line.value, "decides": line.is_binding} for line in lines],
        "verdict": said.to_data(),
        "sha256": said.sha256,
    }
