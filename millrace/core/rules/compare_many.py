"""Compares a version with another, or with what was said then, over many past cases at once: who gains, who loses, and by which rule.

The twin of `compare` in columns: 100,000 past cases of NIFS are read again under a draft in some tens of milliseconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from millrace.core.rules import judge_many, past
from millrace.core.rules.bodies import CumulativeCeiling, Requirement
from millrace.core.rules.columns import Column, Ints, Table
from millrace.core.rules.compare import Difference
from millrace.core.rules.past import Codes, Past
from millrace.core.rules.rulebook import Rule, SchemeVersion, facts_of_rule
from millrace.core.rules.tri import PASS, UNKNOWN, Bools


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says of many cases: whether each fits, what it is given, and the outcome of each gate but windows."""

    fit: Codes
    given: Ints
    gates: Mapping[str, Codes]


@dataclass(frozen=True, slots=True)
class Compared:
    """Cases of one version under a draft, each beside what was said before.

    `unjudged` marks cases that could be judged before and that the draft cannot judge: they are nobody's gain or loss. `open_rules`
    says which rules of the draft leave them open, and `wanting` which facts are not told, or only declared where proof is needed.
    """

    references: Sequence[bytes]
    days: Ints
    before: Said
    after: Said
    unjudged: Bools
    turned: Mapping[str, Bools]
    open_rules: Mapping[str, int]
    wanting: Mapping[str, int]

    @property
    def change(self) -> Ints:
        """Give how much more each case gets; nothing for one that cannot be judged."""
        return np.where(self.unjudged, 0, self.after.given - self.before.given)

    def differences(self, rows: Ints) -> Iterator[Difference]:
        """Give some of the cases one by one."""
        for row in rows.tolist():
            yield Difference(
                reference=self.references[row].decode(),
                on=date.fromordinal(int(self.days[row])),
                before=past.OUTCOMES[int(self.before.fit[row])],
                after=past.OUTCOMES[int(self.after.fit[row])],
                before_cents=int(self.before.given[row]),
                after_cents=int(self.after.given[row]),
                flipped=tuple(sorted(rule for rule, where in self.turned.items() if where[row])),
            )


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole comparison, over the cases of every version."""

    groups: tuple[Compared, ...]

    @property
    def judged_count(self) -> int:
        """Count the cases that the draft can judge, or that nobody could."""
        return sum(int((~one.unjudged).sum()) for one in self.groups)

    @property
    def unjudged_count(self) -> int:
        """Count the cases that the draft cannot judge and that were judged before."""
        return sum(int(one.unjudged.sum()) for one in self.groups)

    def unjudged(self) -> list[str]:
        """Name the cases that the draft cannot judge."""
        return [one.references[row].decode() for one in self.groups for row in np.flatnonzero(one.unjudged).tolist()]

    def moved_count(self, direction: int) -> int:
        """Count the cases that get more (1) or less (-1)."""
        return sum(int((one.change * direction > 0).sum()) for one in self.groups)

    def moved_cents(self, direction: int) -> int:
        """Add up what is gained (1) or lost (-1)."""
        return sum(int(np.maximum(one.change * direction, 0).sum()) * direction for one in self.groups)

    def moved(self, direction: int) -> list[Difference]:
        """List the cases that get more (1) or less (-1)."""
        return [case for one in self.groups for case in one.differences(np.flatnonzero(one.change * direction > 0))]

    def largest(self, count: int) -> list[Difference]:
        """List the cases that move most, either way."""
        found: list[Difference] = []
        for one in self.groups:
            size = np.abs(one.change)
            rows = np.flatnonzero(size)
            rows = rows[np.argsort(-size[rows], kind="stable")[:count]]
            found += one.differences(rows)
        return sorted(found, key=lambda case: (-abs(case.change_cents), case.reference))[:count]

    def change_by_year(self, year_of: Callable[[date], str]) -> dict[str, int]:
        """Add up the change in what is given by the year in which a case was judged."""
        years: dict[str, int] = {}
        for one in self.groups:
            judged = ~one.unjudged
            days, places = np.unique(one.days[judged], return_inverse=True)
            changes = np.zeros(len(days), np.int64)
            np.add.at(changes, places, one.change[judged])
            for day, change in zip(days.tolist(), changes.tolist(), strict=True):
                name = year_of(date.fromordinal(day))
                years[name] = years.get(name, 0) + change
        return dict(sorted(years.items()))

    def reasons(self) -> dict[str, int]:
        """Count the rules whose outcome differs, those that turn most cases first."""
        return _added({rule: int((where & ~one.unjudged).sum()) for rule, where in one.turned.items()} for one in self.groups)

    def open_rules(self) -> dict[str, int]:
        """Count the rules that leave open the cases that cannot be judged."""
        return _added(one.open_rules for one in self.groups)

    def wanting(self) -> dict[str, int]:
        """Count the facts that are wanting in the cases that cannot be judged."""
        return _added(one.wanting for one in self.groups)


def _added(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in counted:
        for name, count in one.items():
            counts[name] = counts.get(name, 0) + count
    return dict(sorted(((name, count) for name, count in counts.items() if count), key=lambda item: (-item[1], item[0])))


def compare(held: Sequence[tuple[SchemeVersion, Past]], draft: SchemeVersion, before: SchemeVersion | None = None) -> Summary:
    """Set a draft beside `before`, or beside what was said of each case then. Windows are left aside: a past case's day is seldom
    in a draft's window."""
    return Summary(tuple(_compared(version, cases, draft, before) for version, cases in held if len(cases)))


def _compared(bound: SchemeVersion, cases: Past, draft: SchemeVersion, before: SchemeVersion | None) -> Compared:
    facts = past.read_by(draft, bound.vocabulary.facts, cases.facts)
    earlier = as_said(bound, cases) if before is None else judged(before, cases, past.read_by(before, bound.vocabulary.facts, cases.facts))
    later = judged(draft, cases, facts)
    unjudged = (later.fit == UNKNOWN) & (earlier.fit != UNKNOWN)
    open_rules, wanting = _wanting(draft, facts, later, unjudged)
    turned = dict(_turned(earlier, later, len(cases)))
    return Compared(cases.references.tolist(), cases.days, earlier, later, unjudged, turned, open_rules, wanting)


def as_said(version: SchemeVersion, cases: Past) -> Said:
    """Give what was said of each case when it was judged."""
    gates = {rule.id: cases.said[:, place] for place, rule in enumerate(version.rules) if rule.is_gate and rule.kind != "window"}
    fit = cases.fit(version)
    return Said(fit, np.where(fit == PASS, cases.amounts, 0), gates)


def judged(version: SchemeVersion, cases: Past, facts: Mapping[str, Column]) -> Said:
    """Judge the cases by a version, limits read strictly."""
    found = judge_many.judge(version, facts, on=cases.days, count=len(cases))
    gates = {rule.id: found.rules[rule.id] for rule in version.rules if rule.is_gate and rule.kind != "window"}
    return Said(found.fit, np.where((found.fit == PASS) & found.is_amount_known, found.amount, 0), gates)


def _turned(before: Said, after: Said, count: int) -> Iterator[tuple[str, Bools]]:
    """Say where each rule's outcome differs; a rule that a version does not have lets everything through."""
    through = np.full(count, PASS, np.int8)
    for rule in sorted(before.gates.keys() | after.gates.keys()):
        differs = before.gates.get(rule, through) != after.gates.get(rule, through)
        if differs.any():
            yield rule, differs


def _wanting(draft: SchemeVersion, facts: Mapping[str, Column], said: Said, unjudged: Bools) -> tuple[dict[str, int], dict[str, int]]:
    """Count, over the cases that cannot be judged, the rules that leave them open and the facts those rules want."""
    count = int(unjudged.sum())
    if not count:
        return {}, {}
    table = Table(draft.vocabulary.facts, {name: one.picked(unjudged) for name, one in facts.items()}, count, as_told=False)
    rules: dict[str, int] = {}
    wanted: dict[str, Bools] = {}
    for rule in draft.rules:
        is_open = said.gates[rule.id][unjudged] == UNKNOWN if rule.id in said.gates else np.zeros(count, np.bool_)
        if not is_open.any():
            continue
        rules[rule.id] = int(is_open.sum())
        for name in dict.fromkeys(part for fact in facts_of_rule(rule) for part in draft.parts_of(fact)):
            found = table.fact(name)
            missing = np.zeros(count, np.bool_) if found.known is None else ~found.known
            if _needs_proof(rule):
                missing = missing | found.declared
            wanted[name] = wanted.get(name, np.zeros(count, np.bool_)) | (is_open & missing)
    return rules, {name: int(where.sum()) for name, where in wanted.items()}


def _needs_proof(rule: Rule) -> bool:
    return isinstance(rule.body, CumulativeCeiling) or (isinstance(rule.body, Requirement) and rule.body.is_limit)
