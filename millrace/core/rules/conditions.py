"""Conditions over facts: comparisons joined by all, any and not, read with three answers.

"Incorporated in Hong Kong and fewer than three projects open" is All of two comparisons; while the
second fact is missing it is not yet known, unless the first already fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from millrace.core.rules import facts as facts_
from millrace.core.rules import verdict
from millrace.core.rules.facts import Fact, FactType, FactValue, Standing, Value
from millrace.core.rules.verdict import Check, Outcome

# How a comparison may be written, and for which types of fact.
_ORDERED = frozenset({FactType.MONEY, FactType.COUNT, FactType.SHARE, FactType.DAY})
_SINGLE = _ORDERED | {FactType.FLAG, FactType.CHOICE}
OPERATORS: dict[str, frozenset[FactType]] = {
    "is": _SINGLE,
    "is_not": _SINGLE,
    "at_least": _ORDERED,
    "at_most": _ORDERED,
    "more_than": _ORDERED,
    "less_than": _ORDERED,
    "one_of": frozenset({FactType.CHOICE}),
    "none_of": frozenset({FactType.CHOICE}),
    "includes": frozenset({FactType.CHOICES}),
    "includes_any": frozenset({FactType.CHOICES}),
}


@dataclass(frozen=True, slots=True)
class Literal:
    """A fixed value to compare with."""

    value: Value


@dataclass(frozen=True, slots=True)
class OtherFact:
    """Another fact to compare with."""

    fact: str


@dataclass(frozen=True, slots=True)
class ShareOf:
    """A share, in basis points, of another fact: "at most 50% of the partners' total"."""

    basis_points: int
    fact: str


Operand = Literal | OtherFact | ShareOf


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact compared with something by one operator."""

    fact: str
    operator: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition = Comparison | All | Any | Not


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Walk the comparisons of a condition in reading order."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from comparisons(condition.part)
    else:
        for part in condition.parts:
            yield from comparisons(part)


def facts_of(condition: Condition) -> frozenset[str]:
    """Name the facts a condition speaks of."""
    named: set[str] = set()
    for comparison in comparisons(condition):
        named.add(comparison.fact)
        if not isinstance(comparison.operand, Literal):
            named.add(comparison.operand.fact)
    return frozenset(named)


def read(condition: Condition, facts: facts_.Facts, vocabulary: facts_.Vocabulary, *, needs_proof: bool = False) -> Check:
    """Read a condition over facts.

    With `needs_proof` a comparison that rests on a declared fact is not yet known, whatever was
    declared: limits are read so.
    """
    if isinstance(condition, Comparison):
        return _compare(condition, facts, vocabulary, needs_proof)
    if isinstance(condition, Not):
        inner = read(condition.part, facts, vocabulary, needs_proof=needs_proof)
        return Check("not", verdict.negated(inner.outcome), parts=(inner,))
    parts = tuple(read(part, facts, vocabulary, needs_proof=needs_proof) for part in condition.parts)
    outcomes = [part.outcome for part in parts]
    if isinstance(condition, All):
        return Check("all", verdict.all_of(outcomes), parts=parts)
    return Check("any", verdict.any_of(outcomes), parts=parts)


def _compare(comparison: Comparison, facts: facts_.Facts, vocabulary: facts_.Vocabulary, needs_proof: bool) -> Check:
    fact = vocabulary[comparison.fact]
    found = facts_.value_of(fact.name, facts, vocabulary)
    required = _required(comparison, facts, vocabulary)
    standing = "" if found is None else str(_standing(found, comparison, facts, vocabulary))
    unproven = needs_proof and standing == Standing.DECLARED
    if found is None or required is None or unproven:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.PASS if _holds(comparison.operator, found.value, required) else Outcome.FAIL
    return Check(
        how=comparison.operator,
        outcome=outcome,
        fact=fact.name,
        required=None if required is None else facts_.plain_value(required),
        found=None if found is None else facts_.plain_value(found.value),
        unit=fact.unit,
        standing=standing,
        needs_proof=unproven,
    )


def _required(comparison: Comparison, facts: facts_.Facts, vocabulary: facts_.Vocabulary) -> Value | None:
    operand = comparison.operand
    if isinstance(operand, Literal):
        return operand.value
    other = facts_.value_of(operand.fact, facts, vocabulary)
    if other is None:
        return None
    if isinstance(operand, OtherFact):
        return other.value
    assert isinstance(other.value, int)
    whole = other.value * operand.basis_points
    # A floor is rounded up and a ceiling down: the stated share is never passed by a fraction.
    return -(-whole // 10_000) if comparison.operator in ("at_least", "more_than") else whole // 10_000


def _standing(found: FactValue, comparison: Comparison, facts: facts_.Facts, vocabulary: facts_.Vocabulary) -> Standing:
    if isinstance(comparison.operand, Literal):
        return found.standing
    other = facts_.value_of(comparison.operand.fact, facts, vocabulary)
    return facts_.weakest([found.standing] + ([other.standing] if other else []))


def _holds(operator: str, found: Value, required: Value) -> bool:
    if operator == "is":
        return found == required
    if operator == "is_not":
        return found != required
    if isinstance(required, tuple):
        chosen = set(found) if isinstance(found, tuple) else {found}
        meets = {
            "one_of": bool(chosen & set(required)),
            "none_of": not chosen & set(required),
            "includes": set(required) <= chosen,
            "includes_any": bool(chosen & set(required)),
        }
        return meets[operator]
    if isinstance(found, date) and isinstance(required, date):
        return _ordered(operator, found.toordinal(), required.toordinal())
    assert isinstance(found, int)
    assert isinstance(required, int)
    return _ordered(operator, found, required)


def _ordered(operator: str, found: int, required: int) -> bool:
    if operator == "at_least":
        return found >= required
    if operator == "at_most":
        return found <= required
    return found > required if operator == "more_than" else found < required


def changes(check: Check, facts: facts_.Facts, vocabulary: facts_.Vocabulary) -> tuple[verdict.Change, ...]:
    """List what would change a failed or unknown reading: the parts that failed, or those not yet known;
    for `all` every one of them is wanted, for `any` each would do."""
    if check.outcome is Outcome.PASS:
        return ()
    if check.how == "not":
        return tuple(_undo(leaf) for leaf in check.parts[0].leaves() if leaf.outcome is not Outcome.FAIL)
    if check.parts:
        at_fault = [part for part in check.parts if part.outcome is check.outcome]
        return tuple(change for part in at_fault for change in changes(part, facts, vocabulary))
    fact = vocabulary[check.fact]
    if check.found is None and fact.derived is not None:
        untold = [vocabulary[name] for name in facts_.parts_of(fact.name, vocabulary) if name not in facts]
        return tuple(tell(part) for part in untold)
    return (_change(check, fact),)


def tell(fact: Fact) -> verdict.Change:
    """Ask for a fact: the applicant tells it, or we establish it."""
    return verdict.Change(fact.name, "tell" if fact.established == "applicant" else "prove", unit=fact.unit)


def _undo(leaf: Check) -> verdict.Change:
    if leaf.found is None:
        return verdict.Change(leaf.fact, "tell", unit=leaf.unit)
    return verdict.Change(leaf.fact, "not_be", to=leaf.found, unit=leaf.unit)


def _change(check: Check, fact: Fact) -> verdict.Change:
    if check.needs_proof:
        return verdict.Change(fact.name, "prove", unit=fact.unit)
    if check.found is None or check.required is None:
        return tell(fact)
    if type(check.found) is int and type(check.required) is int:
        return _by_number(check.how, fact, check.found, check.required)
    how = "not_be" if check.how in ("is_not", "none_of") else "become"
    return verdict.Change(fact.name, how, to=check.required, unit=fact.unit)


def _by_number(operator: str, fact: Fact, found: int, required: int) -> verdict.Change:
    to = {"more_than": required + 1, "less_than": required - 1}.get(operator, required)
    if operator == "is_not":
        return verdict.Change(fact.name, "not_be", to=required, unit=fact.unit)
    how = "raise" if to > found else "lower"
    return verdict.Change(fact.name, how, to=to, by=abs(to - found), unit=fact.unit)
