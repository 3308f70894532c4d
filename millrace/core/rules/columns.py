"""Facts of many cases as columns, and conditions read over them — e.g. the total cost of a million applications, in cents.

A choice is the number of its place among the fact's choices, several choices are bits, a day is its ordinal; the twin of `facts`
and `conditions`, exact to the cent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from millrace.core import money
from millrace.core.rules import conditions, tri
from millrace.core.rules import facts as facts_
from millrace.core.rules.conditions import Comparison, Condition, Literal, OtherFact
from millrace.core.rules.facts import Fact, Facts, FactType, Standing, Value, Vocabulary
from millrace.core.rules.tri import Bools, Tri

Ints = NDArray[np.int64]
Narrow = NDArray[np.signedinteger]
_SAFE = 2**62
_EXACT = 2**50  # below it a quotient in floating point is wrong by less than two, and then mended
_KINDS = (np.int8, np.int16, np.int64)
BEYOND = np.int64(2**63 - 1)  # above any amount: what a limit that does not count is


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of many cases. `known` is None where all are; `declared` says where it was only declared; no value is larger than
    `bound` either way. Values are kept as narrow as they are: a flag is compared eight times as fast in a byte."""

    values: Narrow
    known: Bools | None = None
    declared: Bools | bool = True
    bound: int = 0

    def picked(self, rows: Bools) -> "Column":
        """Give the rows of a mask."""
        known = None if self.known is None else self.known[rows]
        return Column(self.values[rows], known, self.declared if isinstance(self.declared, bool) else self.declared[rows], self.bound)

    def part(self, rows: slice) -> "Column":
        """Give some of the rows."""
        known = None if self.known is None else self.known[rows]
        declared = self.declared if isinstance(self.declared, bool) else self.declared[rows]
        return Column(self.values[rows], known, declared, self.bound)


def column(values: Narrow, *, known: Bools | None = None, declared: Bools | bool = True) -> Column:
    """Make a column and note how large its values are; one that is known throughout, or nowhere declared, is kept as such."""
    bound = int(max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0)))))
    values = values.astype(next(kind for kind in _KINDS if bound <= np.iinfo(kind).max), copy=False)
    known = None if known is None or bool(known.all()) else known
    values = values if known is None else np.where(known, values, values.dtype.type(0))
    if not isinstance(declared, bool) and (not declared.any() or bool(declared.all())):
        declared = bool(declared.any())
    return Column(values, known, declared, bound)


def together(parts: Sequence[Column]) -> Column:
    """Put one fact's rows after one another."""
    known = [np.ones(len(one.values), np.bool_) if one.known is None else one.known for one in parts]
    declared = [np.broadcast_to(np.asarray(one.declared), (len(one.values),)) for one in parts]
    return column(np.concatenate([one.values for one in parts]), known=np.concatenate(known), declared=np.concatenate(declared))


def encoded(fact: Fact, value: Value) -> int:
    """Write one value as a whole number."""
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, date):
        return value.toordinal()
    places = {choice.id: place for place, choice in enumerate(fact.choices)}
    if isinstance(value, tuple):
        return sum(1 << places[one] for one in value)
    return places[value]


def of_cases(vocabulary: Vocabulary, cases: Sequence[Facts]) -> dict[str, Column]:
    """Lay out the facts of cases as columns, one for each fact that is not made of others."""
    found = {}
    for name, fact in vocabulary.items():
        if fact.derived is not None:
            continue
        told = [case.get(name) for case in cases]
        values = np.array([0 if one is None else encoded(fact, one.value) for one in told], np.int64)
        known = np.array([one is not None for one in told])
        declared = np.array([one is not None and one.standing is Standing.DECLARED for one in told])
        found[name] = column(values, known=known, declared=declared)
    return found


def both(first: Bools | None, second: Bools | None) -> Bools | None:
    """Say where both are known."""
    if first is None or second is None:
        return second if first is None else first
    return first & second


def portion(values: Ints, numerator: int, denominator: int, bound: int, *, up: bool = False) -> Ints:
    """Take a fraction of whole numbers, rounded down (or up), without ever leaving 64 bits."""
    common = math.gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
    if bound * numerator < _SAFE:
        whole = values if numerator == 1 else values * numerator
        return -(-whole // denominator) if up else whole // denominator
    quotient = values // denominator
    small = (values - quotient * denominator) * numerator
    return np.asarray(quotient * numerator + (-(-small // denominator) if up else small // denominator))


def share_out(amounts: Ints, weights: Ints) -> Ints:
    """Divide each amount by its weights, a row for each part, without losing a cent: largest remainder first, ties to the earlier part,
    as `money.share_out` does."""
    whole = weights.sum(axis=0)
    if max(int(amounts.max(initial=0)), int(whole.max(initial=0))) >= _EXACT:
        given = [money.share_out(*row) for row in zip(amounts.tolist(), weights.T.tolist(), strict=True)]
        return np.array(given, np.int64).T
    parts = (amounts * (weights / whole)).astype(np.int64)
    # The quotient may be wrong by one or two; what is left of the product, modulo 2**64, says by how much.
    rests = amounts * weights - parts * whole
    wrong = rests // whole
    parts, rests = parts + wrong, rests - wrong * whole
    left = amounts - parts.sum(axis=0)
    for place in range(len(parts)):
        # A part comes before another whose remainder is smaller, and before a later one whose remainder is the same.
        ahead = (rests[:place] >= rests[place]).sum(axis=0) + (rests[place + 1 :] > rests[place]).sum(axis=0)
        parts[place] += ahead < left
    return np.asarray(parts)


@dataclass(slots=True)
class Table:
    """Columns and the vocabulary they belong to; what is made of them — derived facts, readings — is made once."""

    vocabulary: Vocabulary
    columns: Mapping[str, Column]
    count: int
    as_told: bool
    _made: dict[str, Column] = field(default_factory=dict)
    _wide: dict[str, Ints] = field(default_factory=dict)
    _read: dict[tuple[int, bool], tuple[Condition, Tri]] = field(default_factory=dict)  # by identity: hashing reads the whole condition

    def fact(self, name: str) -> Column:
        """Give a fact's column: as told, assumed where nothing was told, or made of others."""
        if name not in self._made:
            self._made[name] = self._make(self.vocabulary[name])
        return self._made[name]

    def number(self, name: str) -> Ints:
        """Give a fact's values wide enough to reckon with."""
        if name not in self._wide:
            self._wide[name] = self.fact(name).values.astype(np.int64, copy=False)
        return self._wide[name]

    def _make(self, fact: Fact) -> Column:
        if fact.derived is not None:
            return self._derived(fact.derived.parts, is_sum=fact.derived.how == "sum")
        told = self.columns.get(fact.name)
        if told is None:
            told = Column(np.zeros(self.count, np.int8), np.zeros(self.count, np.bool_))
        if fact.assumed is None or told.known is None:
            return told
        assumed = encoded(fact, fact.assumed)
        declared = tri.either_of(told.declared, ~told.known)
        bound = max(told.bound, abs(assumed))
        # What is not known stands as nothing in every column.
        values = told.values if assumed == 0 else np.where(told.known, told.values.astype(np.int64, copy=False), assumed)
        return Column(values, None, declared, bound)

    def _derived(self, parts: Sequence[str], *, is_sum: bool) -> Column:
        first = self.fact(parts[0])
        values, known, declared, bound = self.number(parts[0]), first.known, first.declared, first.bound
        for name in parts[1:]:
            part, more = self.fact(name), self.number(name)
            values = values + more if is_sum else values - more
            known, declared, bound = both(known, part.known), tri.either_of(declared, part.declared), bound + part.bound
        return Column(values, known, declared, bound)

    def read(self, condition: Condition, *, needs_proof: bool = False) -> Tri:
        """Read a condition over all cases."""
        key = (id(condition), needs_proof)
        if key not in self._read:
            # The condition is kept with its reading: one made for the moment would leave its identity to the next.
            self._read[key] = (condition, self._reading(condition, needs_proof))
        return self._read[key][1]

    def _reading(self, condition: Condition, needs_proof: bool) -> Tri:
        if isinstance(condition, Comparison):
            return self._compare(condition, needs_proof)
        if isinstance(condition, conditions.Not):
            return tri.negated(self.read(condition.part, needs_proof=needs_proof))
        parts = [self.read(part, needs_proof=needs_proof) for part in condition.parts]
        return tri.all_of(parts) if isinstance(condition, conditions.All) else tri.any_of(parts)

    def holds(self, *when: Condition | None) -> Tri:
        """Say where all of the conditions hold."""
        told = [self.read(one) for one in when if one is not None]
        return told[0] if len(told) == 1 else tri.all_of(told) if told else tri.YES

    def _compare(self, comparison: Comparison, needs_proof: bool) -> Tri:
        found = self.fact(comparison.fact)
        known, declared = found.known, found.declared
        operand = comparison.operand
        if isinstance(operand, Literal):
            holds = _against_literal(self.vocabulary[comparison.fact], comparison.operator, found, operand.value)
        else:
            other = self.fact(operand.fact)
            known, declared = both(known, other.known), tri.either_of(declared, other.declared)
            required = self.number(operand.fact)
            if not isinstance(operand, OtherFact):
                is_up = comparison.operator in ("at_least", "more_than")
                required = portion(required, operand.basis_points, 10_000, other.bound, up=is_up)
            holds = _ordered(comparison.operator, found.values, required)
        if needs_proof and not self.as_told and declared is not False:
            known = both(known, tri.spread(tri.other(declared), self.count))
        return Tri(holds) if known is None else Tri(holds & known, ~known)


def _against_literal(fact: Fact, operator: str, found: Column, value: Value) -> Bools:
    if not isinstance(value, tuple):
        return _ordered(operator, found.values, encoded(fact, value))
    if fact.type is FactType.CHOICES:
        mask = np.int64(encoded(fact, value))
        held = found.values & mask
        return np.asarray(held == mask if operator == "includes" else held != 0)
    places = sorted({encoded(fact, (one,)).bit_length() - 1 for one in value})
    holds = found.values == places[0]
    for place in places[1:]:
        holds = holds | (found.values == place)
    return np.asarray(~holds if operator == "none_of" else holds)


def _ordered(operator: str, found: Narrow, required: Ints | int) -> Bools:
    match operator:
        case "is":
            return np.asarray(found == required)
        case "is_not":
            return np.asarray(found != required)
        case "at_least":
            return np.asarray(found >= required)
        case "at_most":
            return np.asarray(found <= required)
        case "more_than":
            return np.asarray(found > required)
        case _:
            return np.asarray(found < required)


def decoded(fact: Fact, number: int) -> facts_.Value:
    """Read a whole number back as a value of the fact."""
    if fact.type is FactType.FLAG:
        return bool(number)
    if fact.type is FactType.DAY:
        return date.fromordinal(number)
    if fact.type is FactType.CHOICE:
        return fact.choices[number].id
    if fact.type is FactType.CHOICES:
        return tuple(sorted(choice.id for place, choice in enumerate(fact.choices) if number >> place & 1))
    return number
