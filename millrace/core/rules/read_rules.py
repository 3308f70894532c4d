"""Reads rules and their conditions from text, refusing what is malformed or unknown by file and
line.

`require = { fact = "open_projects", less_than = 3 }` becomes a comparison; a misspelt fact or an
operator that does not fit its type becomes a finding.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core import dated
from millrace.core.rules import conditions
from millrace.core.rules import facts as facts_
from millrace.core.rules.conditions import Comparison, Condition, Literal, OtherFact, ShareOf
from millrace.core.rules.facts import Fact, FactType
from millrace.core.rules.rulebook import (
    Body,
    Ceiling,
    CumulativeCeiling,
    Floor,
    OpenCall,
    Ratio,
    Requirement,
    Rule,
    Source,
    StageShare,
    Term,
    TrackChoice,
)
from millrace.core.texts import Text
from millrace.core.toml_text import Table

_NEVER = Comparison("", "is", Literal(False))
_PLACES = {"statement": {"required"}, "remedy": {"required", "found", "difference"}}


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


def basis_points(written: str) -> int | None:
    """Read "70%" or "66.67%" as basis points; None when it is not a share."""
    whole, dot, part = written.removesuffix("%").partition(".")
    if not written.endswith("%") or not whole.isdecimal() or (dot and not (part.isdecimal() and len(part) <= 2)):
        return None
    return int(whole) * 100 + int(part.ljust(2, "0") if part else 0)


def condition(table: Table, shelf: Shelf) -> Condition:
    """Read a condition: all, any, not, or one comparison."""
    for word, made in (("all", conditions.All), ("any", conditions.Any)):
        if table.has(word):
            parts = tuple(condition(part, shelf) for part in table.tables(word))
            if not parts:
                table.complain(f"{word} needs at least one part", word)
            return made(parts)
    if table.has("not"):
        return conditions.Not(condition(table.table("not"), shelf))
    return _comparison(table, shelf)


def _comparison(table: Table, shelf: Shelf) -> Condition:
    fact = _known_fact(table, "fact", shelf)
    operators = [operator for operator in conditions.OPERATORS if table.has(operator)]
    if len(operators) != 1:
        table.complain("a condition needs exactly one comparison", "fact", f"one of: {', '.join(conditions.OPERATORS)}")
        return _NEVER
    operator = operators[0]
    written = table.anything(operator)
    if fact is None:
        return _NEVER
    if fact.type not in conditions.OPERATORS[operator]:
        table.complain(f"{operator} does not fit {fact.name}, which is {fact.type}", operator)
        return _NEVER
    if isinstance(written, Mapping):
        return Comparison(fact.name, operator, _other(table.table(operator), fact, shelf))
    value = _literal(table, operator, fact, written)
    return _NEVER if value is None else Comparison(fact.name, operator, Literal(value))


def _known_fact(table: Table, key: str, shelf: Shelf) -> Fact | None:
    name = table.string(key)
    if name and name not in shelf.facts:
        table.complain(f"the fact {name!r} is not in the vocabulary", key, "add it to facts.toml, or mend its spelling")
    return shelf.facts.get(name)


def _other(table: Table, fact: Fact, shelf: Shelf) -> conditions.Operand:
    is_share = table.has("share")
    other = _known_fact(table, "of" if is_share else "fact", shelf)
    if other is not None and other.type is not fact.type:
        table.complain(f"{fact.name} ({fact.type}) cannot be compared with {other.name} ({other.type})")
    name = other.name if other else ""
    if not is_share:
        return OtherFact(name)
    share = basis_points(table.string("share"))
    if share is None:
        table.complain("a share is written like 50%", "share")
    return ShareOf(share or 0, name)


def _literal(table: Table, operator: str, fact: Fact, written: Any) -> facts_.Value | None:
    if operator in ("one_of", "none_of", "includes_any") and not isinstance(written, list):
        table.complain(f"{operator} needs a list", operator)
        return None
    as_list = isinstance(written, list)
    if fact.type is FactType.SHARE and isinstance(written, str):
        written = basis_points(written)
    try:
        if as_list:
            return tuple(str(facts_.checked(_single(fact), item)) for item in written)
        value = facts_.checked(_single(fact), written)
    except facts_.WrongFact as wrong:
        table.complain(f"{fact.name} {wrong.detail or wrong.code}", operator)
        return None
    return (str(value),) if operator == "includes" else value


def _single(fact: Fact) -> Fact:
    """A set of choices is compared choice by choice."""
    if fact.type is not FactType.CHOICES:
        return fact
    return Fact(fact.name, FactType.CHOICE, fact.unit, fact.label, fact.question, fact.help, fact.established, fact.choices)


def _requirement(table: Table, shelf: Shelf) -> Body:
    when = condition(table.table("when"), shelf) if table.has("when") else None
    if not table.has("require"):
        table.complain("require is missing", remedy='add require = { fact = "…", is = … }')
        return Requirement(_NEVER, when)
    return Requirement(condition(table.table("require"), shelf), when)


def _limit(table: Table, shelf: Shelf) -> Body:
    body = _requirement(table, shelf)
    assert isinstance(body, Requirement)
    for name in sorted(conditions.facts_of(body.require)):
        fact = shelf.facts.get(name)
        if fact is not None and fact.established == "applicant" and fact.derived is None:
            table.complain(f"a limit may not rest on {name}, which the applicant declares", "require")
    return Requirement(body.require, body.when, is_limit=True)


def _ratio(table: Table, shelf: Shelf) -> Body:
    asked = table.string("asked", "")
    if asked:
        _money_fact(table, "asked", shelf)
    shares = tuple(_share(item, shelf) for item in table.tables("shares"))
    if not shares:
        table.complain("a ratio needs its shares", remedy="add [[….values.shares]] with government, partner, cost, matching")
    return Ratio(shares, asked)


def _share(table: Table, shelf: Shelf) -> StageShare:
    stage = table.string("stage", "")
    if stage and stage not in shelf.stages:
        table.complain(f"the stage {stage!r} is not in scheme.toml", "stage")
    return StageShare(
        government=table.integer("government", least=1),
        partner=table.integer("partner"),
        cost=_money_fact(table, "cost", shelf),
        matching=_money_fact(table, "matching", shelf),
        stage=stage,
        when=condition(table.table("when"), shelf) if table.has("when") else None,
    )


def _money_fact(table: Table, key: str, shelf: Shelf) -> str:
    fact = _known_fact(table, key, shelf)
    if fact is not None and fact.type is not FactType.MONEY:
        table.complain(f"{key} must be a fact of money; {fact.name} is {fact.type}", key)
    return fact.name if fact else ""


def _ceiling(table: Table, shelf: Shelf) -> Body:
    return Ceiling(table.integer("value_cents", least=1))


def _floor(table: Table, shelf: Shelf) -> Body:
    return Floor(table.integer("value_cents", least=1))


def _cumulative(table: Table, shelf: Shelf) -> Body:
    used = _money_fact(table, "used", shelf)
    if used and shelf.facts[used].established == "applicant":
        table.complain(f"a limit may not rest on {used}, which the applicant declares", "used")
    return CumulativeCeiling(table.integer("value_cents", least=1), used)


def _track(table: Table, shelf: Shelf) -> Body:
    track = table.string("track")
    if track and track not in shelf.tracks:
        table.complain(f"the track {track!r} is not in scheme.toml", "track")
    return TrackChoice(track, condition(table.table("when"), shelf))


def _window(table: Table, shelf: Shelf) -> Body:
    return OpenCall()


def _term(table: Table, shelf: Shelf) -> Body:
    unit = table.string("unit", "")
    if unit and unit not in shelf.units:
        table.complain(f"the unit {unit!r} is not known", "unit", f"one of: {', '.join(sorted(shelf.units))}")
    value = table.anything("value")
    if value is not None and type(value) not in (int, str, bool):
        table.complain("value must be a whole number, a text, true or false", "value")
        value = None
    return Term(value, unit)


BODIES: dict[str, Callable[[Table, Shelf], Body]] = {
    "requirement": _requirement,
    "limit": _limit,
    "ratio": _ratio,
    "ceiling": _ceiling,
    "floor": _floor,
    "cumulative_ceiling": _cumulative,
    "track": _track,
    "window": _window,
    "term": _term,
}


def rule_in(table: Table, rule: str, version: dated.Start, shelf: Shelf) -> Rule | None:
    """Read one rule as it stood in the version that began at `version`; None when it had not begun
    or was withdrawn."""
    kind = table.one_of("kind", BODIES)
    statement = _worded(table, "statement", shelf)
    remedy = _worded(table, "remedy", shelf)
    held: tuple[dated.Start, Table] | None = None
    for value in table.tables("values"):
        begun = start_of(value, "from")
        if begun.earliest <= version.earliest and (held is None or held[0] < begun):
            held = (begun, value)
    if kind not in BODIES or held is None:
        return None
    begun, value = held
    if value.flag("withdrawn"):
        return None
    own_statement = _worded(value, "statement", shelf, is_required=False)
    own_remedy = _worded(value, "remedy", shelf, is_required=False)
    is_published, why = published(value, shelf)
    return Rule(
        id=rule,
        kind=kind,
        body=BODIES[kind](value, shelf),
        statement=own_statement or statement,
        remedy=own_remedy or remedy,
        starts=begun,
        heading=value.words("clause", shelf.languages, is_required=is_published),
        source=source(value, shelf, is_required=is_published),
        is_published=is_published,
        why=why,
    )


def published(table: Table, shelf: Shelf) -> tuple[bool, Text]:
    """Read whether something was published; if not, it must say why it is here."""
    is_published = table.flag("published", True)
    return is_published, table.words("why", shelf.languages, is_required=not is_published)


def source(table: Table, shelf: Shelf, *, is_required: bool = True) -> str:
    """Read the name of a source and check that it is listed."""
    name = table.string("source") if is_required else table.string("source", "")
    if name and name not in shelf.sources:
        table.complain(f"the source {name!r} is not in sources.toml", "source")
    return name


def start_of(table: Table, key: str) -> dated.Start:
    """Read a start: a day, or a month when the day is not known."""
    written = table.anything(key)
    if isinstance(written, date):
        written = written.isoformat()
    try:
        return dated.start(written)
    except (ValueError, TypeError):
        table.complain(f"{key} must be a day such as 2024-01-08 or a month such as 2025-06, not {written!r}", key)
        return dated.Start(date.max, date.max)


def _worded(table: Table, key: str, shelf: Shelf, *, is_required: bool = True) -> Text:
    is_wanted = is_required and (key == "statement" or table.data.get("kind") not in ("term", "track", "ceiling", "window"))
    words = table.words(key, shelf.languages, is_required=is_wanted)
    for language, places in words.places.items():
        for place in sorted(places - _PLACES[key]):
            table.complain(f"{key} in {language} has the unknown place {{{place}}}", key, f"known: {sorted(_PLACES[key])}")
    return words
