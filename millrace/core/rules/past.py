"""Past cases as columns: who, when, what was said of them then, and the facts they were judged on — e.g. 3,000 NIFS cases under v2.

All cases of one `Past` were judged by one version, whose vocabulary its columns are written in; another version reads them in its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from millrace.core.rules import columns
from millrace.core.rules.columns import Column, Ints
from millrace.core.rules.facts import Fact, FactType, Standing, Vocabulary
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.tri import FAIL, PASS, UNKNOWN, Bools
from millrace.core.rules.verdict import Outcome

Codes = NDArray[np.int8]
CODES: Mapping[str, int] = {Outcome.FAIL: FAIL, Outcome.UNKNOWN: UNKNOWN, Outcome.PASS: PASS}
OUTCOMES = {code: Outcome(outcome) for outcome, code in CODES.items()}
_NUMBERS = frozenset({FactType.MONEY, FactType.COUNT, FactType.SHARE})


@dataclass(frozen=True, slots=True)
class Judgement:
    """One case as it was judged: its number and reference, the day, what each rule of the version said in order, the amount, and
    the facts as they were frozen beside the verdict."""

    case: int
    reference: str
    verdict: int
    on: date
    outcomes: Sequence[str]
    amount_cents: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """Cases that one version judged. `said` holds a row for each case and a column for each of the version's rules; `amounts` holds
    what was given, nothing where no amount was known."""

    cases: Ints
    references: NDArray[np.bytes_]
    verdicts: Ints
    days: Ints
    said: Codes
    amounts: Ints
    facts: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.cases)

    def only(self, rows: Bools) -> "Past":
        """Keep some of the cases."""
        if rows.all():
            return self
        facts = {name: one.picked(rows) for name, one in self.facts.items()}
        return Past(
            self.cases[rows], self.references[rows], self.verdicts[rows], self.days[rows], self.said[rows], self.amounts[rows], facts
        )

    def fit(self, version: SchemeVersion) -> Codes:
        """Say whether each case fitted then, windows left aside."""
        places = [place for place, rule in enumerate(version.rules) if rule.is_gate and rule.kind != "window"]
        return np.asarray(self.said[:, places].min(axis=1, initial=PASS), np.int8)


def laid_out(version: SchemeVersion, judged: Iterable[Judgement]) -> Past:
    """Lay out cases judged by a version. A stored fact that its vocabulary does not have is refused."""
    rows = list(judged)
    known = version.vocabulary.facts
    return Past(
        cases=np.array([row.case for row in rows], np.int64),
        references=np.array([row.reference.encode() for row in rows], np.bytes_),
        verdicts=np.array([row.verdict for row in rows], np.int64),
        days=np.array([row.on.toordinal() for row in rows], np.int64),
        said=np.array([[CODES[one] for one in row.outcomes] for row in rows], np.int8).reshape(len(rows), len(version.rules)),
        amounts=np.array([row.amount_cents or 0 for row in rows], np.int64),
        facts={name: _column(known[name], [row.facts.get(name) for row in rows]) for name in version.facts_used},
    )


def _column(fact: Fact, told: Sequence[Mapping[str, Any] | None]) -> Column:
    """Write one frozen fact of many cases: each value with its standing, or nothing."""
    encode = _encoder(fact)
    values = np.array([0 if one is None else encode(one["value"]) for one in told], np.int64)
    known = np.array([one is not None for one in told], np.bool_)
    declared = np.array([one is not None and one["standing"] == Standing.DECLARED for one in told], np.bool_)
    return columns.column(values, known=known, declared=declared)


def _encoder(fact: Fact) -> Any:
    if fact.type is FactType.DAY:
        return lambda value: date.fromisoformat(value).toordinal()
    places = {choice.id: place for place, choice in enumerate(fact.choices)}
    if fact.type is FactType.CHOICE:
        return places.__getitem__
    if fact.type is FactType.CHOICES:
        return lambda value: sum(1 << places[one] for one in set(value))
    return int


def together(parts: Sequence[Past]) -> Past:
    """Put cases of one version after one another."""
    if len(parts) == 1:
        return parts[0]
    facts = {name: columns.together([part.facts[name] for part in parts]) for name in parts[0].facts}
    names = ("cases", "references", "verdicts", "days", "said", "amounts")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Past(**arrays, facts=facts)


def read_by(version: SchemeVersion, known: Vocabulary, facts: Mapping[str, Column]) -> dict[str, Column]:
    """Write columns of one vocabulary as another version reads them: a fact or a choice that it does not have is not known, as
    `facts.read_known` reads stored facts."""
    return dict(_carried(version.vocabulary.facts, known, facts))


def _carried(wanted: Vocabulary, known: Vocabulary, facts: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    for name, column in facts.items():
        fact = wanted.get(name)
        if fact is None or fact.derived is not None:
            continue
        told = known[name]
        if fact.type is told.type and fact.type in (FactType.CHOICE, FactType.CHOICES):
            yield name, _other_choices(fact, told, column)
        elif fact.type is told.type or {fact.type, told.type} <= _NUMBERS:
            yield name, column


def _other_choices(fact: Fact, told: Fact, column: Column) -> Column:
    """Give each choice its place among another version's; a value with a choice that is not among them is not known."""
    places = {choice.id: place for place, choice in enumerate(fact.choices)}
    moved = [places.get(choice.id, -1) for choice in told.choices]
    if moved == list(range(len(moved))):
        return column
    known = np.ones(len(column.values), np.bool_) if column.known is None else column.known
    if fact.type is FactType.CHOICE:
        values = np.array(moved, np.int64)[column.values]
        return columns.column(np.maximum(values, 0), known=known & (values >= 0), declared=column.declared)
    values = np.zeros(len(column.values), np.int64)
    for before, after in enumerate(moved):
        chosen = (column.values >> before & 1).astype(np.bool_)
        if after < 0:
            known = known & ~chosen
        else:
            values |= chosen.astype(np.int64) << after
    return columns.column(values, known=known, declared=column.declared)
