"""A scheme and its versions as frozen values: rules with their clause and source, calls, steps of
the workflow, criteria, stages, form and letters.

NIFS has three versions: of 27 July 2020, of 8 January 2024, and of June 2025, whose day is not
known — so `versions_on(2025-06-15)` gives two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from millrace.core import reports
from millrace.core.dated import Dated, Reading, Start
from millrace.core.letters import Letter
from millrace.core.rules import bodies, conditions, facts
from millrace.core.rules.beside import NOTHING_KEPT, Allocated, Kept
from millrace.core.rules.bodies import (
    Allowance,
    Body,
    Ceiling,
    CumulativeCeiling,
    LumpSum,
    OpenCall,
    Percent,
    Points,
    Ratio,
    RelativeCeiling,
    Requirement,
    StageShare,
    Term,
    Tiers,
    TrackChoice,
)
from millrace.core.rules.conditions import Condition
from millrace.core.rules.facts import Counted, Fact
from millrace.core.rules.form import Form
from millrace.core.rules.verdict import Outcome
from millrace.core.spans import Span
from millrace.core.texts import Text

NOTHING_SAID = Text()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it stood in one version: what it says, from when, and where that is published.

    `statement` is the rule in words; `remedy` says what would satisfy it and may hold {required},
    {found} and {difference}. `heading` is the clause in every language, `clause` in the policy's
    first. An unpublished rule has `why` instead. It counts only where `when` holds, and is judged at
    the `moments` named: application, award, claim.
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
    when: Condition | None = None
    moments: tuple[str, ...] = ("application", "award")

    @property
    def is_gate(self) -> bool:
        """Say whether it lets in or refuses an application: what is not published, only said, or judged at claims alone does not."""
        return self.is_published and self.kind not in ("track", "term") and "application" in self.moments

    @property
    def clause(self) -> str:
        """Give the clause as records and logs name it."""
        return self.heading.wordings[0][1] if self.heading.wordings else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One invitation: the days on which applications are taken, both included; the last one until `closing_hour`, where one is set."""

    id: str
    title: Text
    opens_on: date
    closes_on: date
    source: str = ""
    closing_hour: str = ""  # "17:00", in the funder's zone

    @property
    def days(self) -> Span[date]:
        """Give the span of its days."""
        return Span(self.opens_on, date.fromordinal(self.closes_on.toordinal() + 1))


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One step a case passes through, and who takes it (a body's name may change over time). `streams` and `tracks` name
    those whose cases pass through it (empty: all); `partner` is the other funder of a joint step, of which `body` is the
    authority (`place` where it is, `programme` what it funds its side from, `currency` what it pays in); `decides` says that the
    committee's own recommendation is the decision."""

    kind: str
    body: Dated[Text]
    source: str
    is_published: bool
    why: Text
    streams: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    partner: Text = NOTHING_SAID
    place: Text = NOTHING_SAID
    programme: Text = NOTHING_SAID
    currency: str = ""
    decides: bool = False


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
    on: str  # acceptance | milestone | completion | advance | claim


NO_RULE: Dated[str] = Dated(())


@dataclass(frozen=True, slots=True)
class Payment:
    """How the grant is paid: on completion, by instalment per stage, or by the use of a facility alone."""

    basis: str  # on_completion | by_instalment | by_use
    instalments: tuple[Instalment, ...]
    is_published: bool
    why: Text
    source: str
    part_months: Dated[str] = NO_RULE  # how part of a month of an allowance counts, from which day


@dataclass(frozen=True, slots=True)
class Changing:
    """Which kinds of change to an agreement a programme officer may sign; every other kind is the authority's."""

    by_officer: tuple[str, ...]
    is_published: bool
    why: Text
    source: str


@dataclass(frozen=True, slots=True)
class Reporting:
    """Which reports a project gives, and when."""

    schedule: reports.Schedule
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
    is_start_published: bool
    start_why: Text
    title: Text
    short_title: Text
    summary: Text
    note: Text
    currency: str
    unit: str  # what amounts are counted in: the currency's minor units, or hours of a facility
    fund: str
    applicants: tuple[str, ...]
    rules: tuple[Rule, ...]
    calls: tuple[Call, ...]
    steps: tuple[WorkflowStep, ...]
    criteria: tuple[Criterion, ...]
    streams: tuple[Named, ...]
    stream_from: str  # the fact that names a case's stream
    tracks: tuple[Named, ...]
    stages: tuple[Named, ...]
    payment: Payment
    changing: Changing | None
    reporting: Reporting | None
    vocabulary: Vocabulary
    sources: Mapping[str, Source]
    form: Form
    letters: Mapping[str, Letter]
    languages: tuple[str, ...]
    text: str
    sha256: str
    allocations: tuple[Allocated, ...] = ()
    kept: Kept = NOTHING_KEPT

    def rule(self, rule: str) -> Rule:
        """Find one rule."""
        return next(found for found in self.rules if found.id == rule)

    def call_on(self, day: date) -> Call | None:
        """Give the call open on the day."""
        return next((call for call in self.calls if day in call.days), None)

    @property
    def is_always_open(self) -> bool:
        """Say whether no window binds anybody."""
        return not any(isinstance(rule.body, OpenCall) for rule in self.rules)

    @property
    def says_open_all_year(self) -> Rule | None:
        """Give the rule that says applications are taken all year round, be it only from some; None where nothing says so."""
        told = (rule for rule in self.rules if isinstance(rule.body, Term) and rule.body.is_open_all_year)
        return next(told, None) or next((rule for rule in self.rules if isinstance(rule.body, OpenCall) and rule.when is not None), None)

    def binds_to_calls(self, known: facts.Facts) -> bool:
        """Say whether an applicant of whom this is known applies only while a call is open: R&D Centres apply to ITSP all year."""
        windows = [rule for rule in self.rules if isinstance(rule.body, OpenCall)]
        return any(rule.when is None or not self._is_ruled_out(rule.when, known) for rule in windows)

    def _is_ruled_out(self, when: Condition, known: facts.Facts) -> bool:
        return conditions.read(when, known, self.vocabulary.facts).outcome is Outcome.FAIL

    @property
    def is_open_all_year_to_some(self) -> bool:
        """Say whether there may be applicants whom no window of it binds."""
        return all(rule.when is not None for rule in self.rules if isinstance(rule.body, OpenCall))

    @property
    def measures(self) -> dict[str, str]:
        """Name what the system must establish before judging: fact → measure, of this scheme as a whole."""
        return {name: counted.measure for name, counted in self.counted.items() if counted == Counted(counted.measure)}

    @property
    def counted(self) -> dict[str, Counted]:
        """Name what the system must count before judging: fact → what of which scheme and stream."""
        return {fact.name: fact.counted for fact in self.vocabulary.facts.values() if fact.counted is not None}

    @property
    def counts_of_beneficiary(self) -> bool:
        """Say whether a limit of it is of the organisation that benefits, over all cases that name it."""
        return any(counted.of == facts.BENEFICIARY for counted in self.counted.values())

    @property
    def found_by_committee(self) -> tuple[Fact, ...]:
        """List what the committee that decides establishes: whether a case is special and exceptional."""
        spoken = [self.vocabulary.facts[name] for name in self.facts_used if name in self.vocabulary.facts]
        return tuple(fact for fact in spoken if fact.established == "committee")

    @property
    def asked(self) -> str:
        """Name the fact that holds the amount asked for; "" where nobody asks."""
        return next((rule.body.asked for rule in self.rules if isinstance(rule.body, bodies.Giving) and rule.body.asked), "")

    def workflow(self, stream: str = "", track: str = "") -> tuple[WorkflowStep, ...]:
        """List the steps that a case of the stream passes through, on the track it was put on (none yet: every step)."""
        mine = (step for step in self.steps if not step.streams or stream in step.streams)
        return tuple(step for step in mine if not step.tracks or not track or track in step.tracks)

    @property
    def facts_used(self) -> tuple[str, ...]:
        """Name the facts the rules speak of, derived ones followed to their parts, in order."""
        used = _used.get(self.sha256)
        if used is None:
            used = tuple(dict.fromkeys(part for rule in self.rules for fact in facts_of_rule(rule) for part in self.parts_of(fact)))
            # A version's hash is of all it says; one that was not read from a text has none.
            if self.sha256:
                _used[self.sha256] = used
        return used

    def parts_of(self, fact: str) -> tuple[str, ...]:
        """Follow a derived fact to the facts it is made of; any other is itself."""
        return facts.parts_of(fact, self.vocabulary.facts)


_used: dict[str, tuple[str, ...]] = {}


def facts_of_rule(rule: Rule) -> list[str]:
    """Name the facts one rule speaks of, those of its `when` first."""
    return [*_facts_when(rule.when), *facts_of(rule.body)]


def facts_of(body: Body) -> list[str]:
    """Name the facts a body speaks of, in order."""
    match body:
        case Requirement():
            return [*_facts_when(body.when), *sorted(conditions.facts_of(body.require))]
        case TrackChoice():
            return sorted(conditions.facts_of(body.when))
        case Points():
            return [name for award in body.awards for name in _facts_when(award.when)]
        case Ceiling():
            return [body.per] if body.per else []
        case RelativeCeiling():
            return [body.of]
        case CumulativeCeiling():
            return [body.used]
        case Ratio() | Percent() | LumpSum() | Allowance() | Tiers():
            named = _facts_given(body)
            return [*named, body.asked] if body.asked else named
        case _:
            return []


def _facts_given(body: bodies.Giving) -> list[str]:
    match body:
        case Ratio():
            return [name for share in body.shares for name in _share_facts(share)]
        case Percent():
            choosing = [name for rate in body.rates for name in _facts_when(rate.when)]
            return [*choosing, body.of, *([body.matching] if body.matching else [])]
        case LumpSum():
            return [name for amount in body.amounts for name in _facts_when(amount.when)]
        case Allowance():
            return [name for line in body.lines for name in (line.heads, line.months)]
        case Tiers():
            return [body.of]


def _facts_when(when: Condition | None) -> list[str]:
    return [] if when is None else sorted(conditions.facts_of(when))


def _share_facts(share: StageShare) -> list[str]:
    return [*_facts_when(share.when), share.cost, *([share.matching] if share.matching else [])]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A standing offer and all its versions, oldest first; of those that cannot be read any more, only when they began."""

    slug: str
    versions: tuple[SchemeVersion, ...]
    unread: tuple[Start, ...] = ()

    def versions_on(self, day: date) -> Reading[SchemeVersion]:
        """Give the version in force on the day, or each that may have been. One that cannot be read stays in force: the one before
        it does not come back in its place."""
        begun: list[tuple[Start, SchemeVersion | None]] = [
            *((one.starts, one) for one in self.versions),
            *((one, None) for one in self.unread),
        ]
        found = Dated(tuple(sorted(begun, key=lambda each: each[0]))).on(day)
        return Reading(tuple(version for version in found.candidates if version is not None))

    def version(self, version: str) -> SchemeVersion:
        """Find one version."""
        return next(found for found in self.versions if found.id == version)
