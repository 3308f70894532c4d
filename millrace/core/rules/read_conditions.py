"""Reads conditions over facts from text, refusing what is malformed or unknown by file and line.

`require = { fact = "open_projects", less_than = 3 }` becomes a comparison; a misspelt fact or an
operator that does not fit its type becomes a finding.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.core.rules import conditions
from millrace.core.rules import facts as facts_
from millrace.core.rules.conditions import Comparison, Condition, Literal, OtherFact, ShareOf
from millrace.core.rules.facts import Fact, FactType
from millrace.core.rules.rulebook import Source
from millrace.core.toml_text import Table

NEVER = Comparison("", "is", Literal(False))


@dataclass(frozen=True, slots=True)
class Shelf:
    """What rules may refer to."""

    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]
    languages: tuple[str, ...]
    stages: Collection[str]
    tracks: Collection[str]
    units: Collection[str]
    versions: Collection[str]
    unit: str = ""  # what the scheme's amounts are counted in
    streams: Collection[str] = ()


def basis_points(written: str) -> int | None:
    """Read "70%" or "66.67%" as basis points; None when it is not a share."""
    whole, dot, part = written.removesuffix("%").partition(".")
    if not written.endswith("%") or not whole.isdecimal() or (dot and not (part.isdecimal() and len(part) <= 2)):
        return None
    return int(whole) * 100 + int(part.ljust(2, "0") if part else 0)


def when(table: Table, shelf: Shelf) -> Condition | None:
    """Read `when`, where it is there."""
    return condition(table.table("when"), shelf) if table.has("when") else None


def share_of(table: Table, key: str) -> int:
    """Read a share that is required, such as percent = "70%"."""
    share = basis_points(table.string(key))
    if share is None and table.has(key):
        table.lose(f"{key} is written like 50%, with at most two decimals", key, f'write it as {key} = "50%"')
    return share or 0


def condition(table: Table, shelf: Shelf) -> Condition:
    """Read a condition: all, any, not, or one comparison."""
    for word, made in (("all", conditions.All), ("any", conditions.Any)):
        if table.has(word):
            parts = tuple(condition(part, shelf) for part in table.tables(word))
            if not parts:
                table.lose(f"{word} needs at least one part", word, f"{word} = [{{ fact = …, is = … }}]")
            return made(parts)
    if table.has("not"):
        return conditions.Not(condition(table.table("not"), shelf))
    return _comparison(table, shelf)


def _comparison(table: Table, shelf: Shelf) -> Condition:
    fact = known_fact(table, "fact", shelf)
    operators = [operator for operator in conditions.OPERATORS if table.has(operator)]
    if len(operators) != 1:
        table.lose("a condition needs exactly one comparison", "fact", f"one of: {', '.join(conditions.OPERATORS)}")
        return NEVER
    operator = operators[0]
    written = table.anything(operator)
    if fact is None:
        return NEVER
    if fact.type not in conditions.OPERATORS[operator]:
        table.lose(f"{operator} does not fit {fact.name}, which is {fact.type}", operator, f"one of: {', '.join(_fitting(fact))}")
        return NEVER
    if isinstance(written, Mapping):
        return Comparison(fact.name, operator, _other(table.table(operator), fact, shelf))
    value = _literal(table, operator, fact, written)
    return NEVER if value is None else Comparison(fact.name, operator, Literal(value))


def _fitting(fact: Fact) -> list[str]:
    return [operator for operator, types in conditions.OPERATORS.items() if fact.type in types]


def known_fact(table: Table, key: str, shelf: Shelf) -> Fact | None:
    """Read the name of a fact and find it in the vocabulary."""
    name = table.string(key)
    if name and name not in shelf.facts:
        table.lose(f"the fact {name!r} is not in the vocabulary", key, "add it to facts.toml, or mend its spelling")
    return shelf.facts.get(name)


def _other(table: Table, fact: Fact, shelf: Shelf) -> conditions.Operand:
    is_share = table.has("share")
    other = known_fact(table, "of" if is_share else "fact", shelf)
    if other is not None and (other.type, other.unit) != (fact.type, fact.unit):
        mine, others = (f"{one.name} ({' in '.join(filter(None, (one.type, one.unit)))})" for one in (fact, other))
        table.complain(f"{mine} cannot be compared with {others}", "", "nothing is converted: compare facts of one unit")
    name = other.name if other else ""
    if not is_share:
        return OtherFact(name)
    share = basis_points(table.string("share"))
    if share is None:
        table.lose("a share is written like 50%", "share", 'write it as share = "50%", with at most two decimals')
    return ShareOf(share or 0, name)


def _literal(table: Table, operator: str, fact: Fact, written: Any) -> facts_.Value | None:
    if operator in ("one_of", "none_of", "includes_any") and not isinstance(written, list):
        table.lose(f"{operator} needs a list", operator, f"{operator} = [ … ]")
        return None
    as_list = isinstance(written, list)
    if fact.type is FactType.SHARE and isinstance(written, str):
        written = basis_points(written)
    try:
        if as_list:
            return tuple(str(facts_.checked(_single(fact), item)) for item in written)
        value = facts_.checked(_single(fact), written)
    except facts_.WrongFact as wrong:
        table.lose(f"{fact.name} {wrong.detail or wrong.code}", operator, f"write {fact.kind_in_words}")
        return None
    return (str(value),) if operator == "includes" else value


def _single(fact: Fact) -> Fact:
    """A set of choices is compared choice by choice."""
    if fact.type is not FactType.CHOICES:
        return fact
    return Fact(fact.name, FactType.CHOICE, fact.unit, fact.label, fact.question, fact.help, fact.established, fact.choices)
