"""Compares two versions over past cases: who gains, who loses, by how much, and which rules flip.

Run over the cases of 2023, the version of 8 January 2024 lets in the second applications that the
one of 2020 refused, and the reason is `projects-at-a-time`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core.rules import facts as facts_
from millrace.core.rules import judge
from millrace.core.rules.facts import Facts
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case as it was judged: its reference, its day and its frozen facts."""

    reference: str
    on: date
    facts: Facts


@dataclass(frozen=True, slots=True)
class Difference:
    """One case under both versions."""

    reference: str
    on: date
    before: Outcome
    after: Outcome
    before_cents: int
    after_cents: int
    flipped: tuple[str, ...]

    @property
    def change_cents(self) -> int:
        """Give how much more the later version gives."""
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole comparison. Cases that the later version cannot judge, for want of a fact that
    nobody asked then, are counted apart and never as losers."""

    differences: tuple[Difference, ...]
    cannot_judge: tuple[str, ...]

    @property
    def gainers(self) -> tuple[Difference, ...]:
        """List the cases that get more."""
        return tuple(one for one in self.differences if one.change_cents > 0)

    @property
    def losers(self) -> tuple[Difference, ...]:
        """List the cases that get less."""
        return tuple(one for one in self.differences if one.change_cents < 0)

    def change_by_year(self) -> dict[int, int]:
        """Add up the change in commitment by the year of the case's day."""
        years: dict[int, int] = {}
        for one in self.differences:
            years[one.on.year] = years.get(one.on.year, 0) + one.change_cents
        return dict(sorted(years.items()))

    def reasons(self) -> dict[str, int]:
        """Count the rules whose outcome differs."""
        counts: dict[str, int] = {}
        for one in self.differences:
            for rule in one.flipped:
                counts[rule] = counts.get(rule, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def compare(old: SchemeVersion, new: SchemeVersion, cases: Iterable[PastCase]) -> Comparison:
    """Judge every case under both versions. Windows are left aside: a past case's day is seldom in
    a draft's window."""
    return with_stored(((case, _judged(old, case)) for case in cases), new)


def with_stored(judged: Iterable[tuple[PastCase, Verdict]], new: SchemeVersion) -> Comparison:
    """Judge cases under a new version and set each beside the verdict it was given, whichever version that was under."""
    differences = []
    cannot = []
    for case, before in judged:
        after = _judged(new, case)
        if after.fit is Outcome.UNKNOWN and before.fit is not Outcome.UNKNOWN:
            cannot.append(case.reference)
        else:
            differences.append(_difference(case, before, after))
    return Comparison(tuple(differences), tuple(cannot))


def _judged(version: SchemeVersion, case: PastCase) -> Verdict:
    known = {name: value for name, value in case.facts.items() if name in version.vocabulary.facts}
    return judge.judge(version, known, on=case.on)


def _difference(case: PastCase, before: Verdict, after: Verdict) -> Difference:
    return Difference(
        reference=case.reference,
        on=case.on,
        before=before.fit,
        after=after.fit,
        before_cents=_given(before),
        after_cents=_given(after),
        flipped=tuple(_flipped(before, after)),
    )


def _given(said: Verdict) -> int:
    return said.amount_cents or 0 if said.fit is Outcome.PASS else 0


def _flipped(before: Verdict, after: Verdict) -> Iterator[str]:
    earlier = {rule.rule: rule.outcome for rule in before.rules if rule.is_gate and rule.kind != "window"}
    later = {rule.rule: rule.outcome for rule in after.rules if rule.is_gate and rule.kind != "window"}
    for rule in sorted(earlier.keys() | later.keys()):
        # A rule that a version does not have lets everything through.
        if earlier.get(rule, Outcome.PASS) is not later.get(rule, Outcome.PASS):
            yield rule


def past_case(reference: str, on: date, stored: Mapping[str, Any], version: SchemeVersion) -> PastCase:
    """Read a case's frozen facts, as stored beside its verdict."""
    return PastCase(reference, on, facts_.read(version.vocabulary.facts, stored))
