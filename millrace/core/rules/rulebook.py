"""A scheme and its versions as frozen values: rules with their clause and source, calls, steps of
the workflow, criteria, stages, form and letters.

NIFS has three versions: of 27 July 2020, of 8 January 2024, and of June 2025, whose day is not
known — so `versions_on(2025-06-15)` gives two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from millrace.core.dated import Dated, Reading, Start
from millrace.core.letters import Letter
from millrace.core.rules import conditions, facts
from millrace.core.rules.conditions import Condition
from millrace.core.rules.facts import Fact, Value
from millrace.core.rules.form import Form
from millrace.core.spans import Span
from millrace.core.texts import Text


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition that must hold, where `when` holds. A limit is read from facts that were
    computed or verified, never declared."""

    require: Condition
    when: Condition | None = None
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class StageShare:
    """The ratio of government to partner money for one stage (or for the whole): which fact holds
    the cost, and which the partners' money. It counts only where `when` holds."""

    government: int
    partner: int
    cost: str
    matching: str
    stage: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Support as a share of cost, by stage; never more than `asked`, once that is known."""

    shares: tuple[StageShare, ...]
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that one project may be given."""

    amount_cents: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a project must come to."""

    amount_cents: int


@dataclass(frozen=True, slots=True)
class CumulativeCeiling:
    """The most that one applicant may be given in all, counting what `used` says it was given."""

    amount_cents: int
    used: str


@dataclass(frozen=True, slots=True)
class TrackChoice:
    """The route of assessment that a case takes when the condition holds."""

    track: str
    when: Condition


@dataclass(frozen=True, slots=True)
class OpenCall:
    """Applications are taken only while a call is open."""


@dataclass(frozen=True, slots=True)
class Term:
    """A published (or illustrative) term that binds but is not judged from facts."""

    value: Value | None = None
    unit: str = ""


Body = Requirement | Ratio | Ceiling | Floor | CumulativeCeiling | TrackChoice | OpenCall | Term


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it stood in one version: what it says, from when, and where that is published.

    `statement` is the rule in words; `remedy` says what would satisfy it and may hold {required},
    {found} and {difference}. `heading` is the clause in every language, `clause` in the policy's
    first. An unpublished rule has `why` instead.
    """

    id: str
    kind: str
    body: Body
    statement: Text
    remedy: Text
    starts: Start
    heading: Text
    source: str
    is_published: bool
    why: Text

    @property
    def clause(self) -> str:
        """Give the clause as records and logs name it."""
        return self.heading.wordings[0][1] if self.heading.wordings else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One invitation: the days on which applications are taken, both included."""

    id: str
    title: Text
    opens_on: date
    closes_on: date
    source: str = ""

    @property
    def days(self) -> Span[date]:
        """Give the span of its days."""
        return Span(self.opens_on, date.fromordinal(self.closes_on.toordinal() + 1))


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One step a case passes through, and who takes it (a body's name may change over time)."""

    kind: str
    body: Dated[Text]
    source: str
    is_published: bool
    why: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """What assessors score, out of 100 in all; unpublished weights are illustrative."""

    id: str
    title: Text
    help: Text
    weight_percent: int
    is_published: bool
    is_weight_published: bool
    source: str


@dataclass(frozen=True, slots=True)
class Named:
    """A stream, track or stage: its identifier and title."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Instalment:
    """One release of money: its share of the stage's grant, and on what it is released."""

    stage: str
    percent: int
    on: str  # acceptance | milestone | completion


@dataclass(frozen=True, slots=True)
class Payment:
    """How the money is paid: on completion, or by instalment per stage."""

    basis: str  # on_completion | by_instalment
    instalments: tuple[Instalment, ...]
    is_published: bool
    why: Text
    source: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a version needs to explain itself: its facts, the names of units, and set phrases
    ("lower of", "not yet known"), in every language."""

    facts: Mapping[str, Fact]
    units: Mapping[str, Text]
    units_of_one: Mapping[str, Text]  # "project", where a language tells one from many
    words: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was published."""

    id: str
    title: Text
    url: str
    quality: str  # P primary, N news or mirror, S secondary, C computed here


@dataclass(frozen=True, slots=True)
class SchemeVersion:
    """A scheme as it stood from one start on. `sha256` is the hash of `text`, the canonical text
    that it was read from and can be read from again."""

    scheme: str
    id: str
    starts: Start
    title: Text
    short_title: Text
    summary: Text
    note: Text
    currency: str
    fund: str
    applicants: tuple[str, ...]
    rules: tuple[Rule, ...]
    calls: tuple[Call, ...]
    steps: tuple[WorkflowStep, ...]
    criteria: tuple[Criterion, ...]
    streams: tuple[Named, ...]
    tracks: tuple[Named, ...]
    stages: tuple[Named, ...]
    payment: Payment
    vocabulary: Vocabulary
    sources: Mapping[str, Source]
    form: Form
    letters: Mapping[str, Letter]
    languages: tuple[str, ...]
    text: str
    sha256: str

    def rule(self, rule: str) -> Rule:
        """Find one rule."""
        return next(found for found in self.rules if found.id == rule)

    def call_on(self, day: date) -> Call | None:
        """Give the call open on the day."""
        return next((call for call in self.calls if day in call.days), None)

    @property
    def is_always_open(self) -> bool:
        """Say whether applications are taken all year."""
        return not any(isinstance(rule.body, OpenCall) for rule in self.rules)

    @property
    def measures(self) -> dict[str, str]:
        """Name what the system must establish before judging: fact → measure."""
        return {fact.name: fact.measure for fact in self.vocabulary.facts.values() if fact.measure}

    @property
    def facts_used(self) -> tuple[str, ...]:
        """Name the facts the rules speak of, derived ones followed to their parts, in order."""
        named: dict[str, None] = {}
        for rule in self.rules:
            for fact in facts_of(rule.body):
                for part in self.parts_of(fact):
                    named.setdefault(part)
        return tuple(named)

    def parts_of(self, fact: str) -> tuple[str, ...]:
        """Follow a derived fact to the facts it is made of; any other is itself."""
        return facts.parts_of(fact, self.vocabulary.facts)


def facts_of(body: Body) -> list[str]:
    """Name the facts one rule speaks of, in order."""
    match body:
        case Requirement():
            when = () if body.when is None else sorted(conditions.facts_of(body.when))
            return [*when, *sorted(conditions.facts_of(body.require))]
        case Ratio():
            named = [name for share in body.shares for name in _share_facts(share)]
            return [*named, body.asked] if body.asked else named
        case CumulativeCeiling():
            return [body.used]
        case TrackChoice():
            return sorted(conditions.facts_of(body.when))
        case _:
            return []


def _share_facts(share: StageShare) -> list[str]:
    when = [] if share.when is None else sorted(conditions.facts_of(share.when))
    return [*when, share.cost, share.matching]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A standing offer and all its versions, oldest first."""

    slug: str
    versions: tuple[SchemeVersion, ...]

    def versions_on(self, day: date) -> Reading[SchemeVersion]:
        """Give the version in force on the day, or each that may have been."""
        return Dated(tuple((version.starts, version) for version in self.versions)).on(day)

    def version(self, version: str) -> SchemeVersion:
        """Find one version."""
        return next(found for found in self.versions if found.id == version)
