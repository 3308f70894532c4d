"""Reads the vocabulary of facts and the sources of a policy from their text.

`[facts.total_cost] type = "money" …` becomes the fact that rules, form and finder share.
"""

from collections.abc import Collection
from dataclasses import replace

from millrace.core import money
from millrace.core.rules.facts import (
    APPLICANT,
    BENEFICIARY,
    COUNTED_OF,
    MEASURES,
    OF_ALL,
    RECORDED,
    Choice,
    Claimed,
    Counted,
    Derived,
    Fact,
    FactType,
    Recorded,
    Value,
    WrongFact,
    checked,
)
from millrace.core.rules.rulebook import Source, Vocabulary
from millrace.core.toml_text import Table

ESTABLISHED_BY = ("applicant", "system", "officer", "committee")

# The set phrases that explanations are made with; every policy words them in its languages.
WORDS = (
    "yes",
    "no",
    "not_known",
    "illustrative",
    "support",
    "fact",
    "share",
    "ceiling",
    "room",
    "total",
    "lower_of",
    "tell",
    "prove",
    "raise",
    "lower",
    "become",
    "not_be",
    "wait",
    "declared",
    "computed",
    "verified",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "is_not",
)

# Set phrases that only some arithmetic needs; a policy words those of the kinds of rule it has.
STEP_WORDS = ("percent", "lump", "rate", "product", "band", "band_above", "slice", "higher_of", "points")


def vocabulary(root: Table, *, currency: str, languages: Collection[str]) -> Vocabulary:
    """Read facts.toml."""
    words_table = root.table("words")
    words = {word: words_table.words(word, languages) for word in (*WORDS, *filter(words_table.has, STEP_WORDS))}
    units_table = root.table("units")
    units = {unit: units_table.words(unit, languages) for unit in units_table.names()}
    ones_table = root.table("units_of_one")
    ones = {unit: ones_table.words(unit, languages) for unit in ones_table.names()}
    for unit in ones:
        if unit not in units:
            ones_table.complain(f"the unit {unit!r} is not known", unit, f"one of: {', '.join(sorted(units))}")
    facts_table = root.table("facts")
    facts: dict[str, Fact] = {}
    for name in facts_table.names():
        facts[name] = _fact(facts_table.table(name), name, currency, languages, units)
    _check_derived(facts_table, facts)
    _check_claimed(facts_table, facts)
    return Vocabulary(facts, units, ones, words)


def _fact(table: Table, name: str, currency: str, languages: Collection[str], units: Collection[str]) -> Fact:
    kind = table.one_of("type", [str(one) for one in FactType])
    fact_type = FactType(kind) if kind in list(FactType) else FactType.FLAG
    established = table.one_of("established", ESTABLISHED_BY, "applicant")
    counted = _counted(table)
    if established == "system" and counted is None and not table.has("derived"):
        table.complain(
            "a fact that the system establishes must name its measure", "established", f"add measure, one of: {', '.join(MEASURES)}"
        )
    if established == "committee" and fact_type is not FactType.FLAG:
        table.complain("a committee establishes only yes or no", "established", 'type = "flag"')
    fact = Fact(
        name=name,
        type=fact_type,
        unit=_unit(table, fact_type, currency, units),
        label=table.words("label", languages),
        question=table.words("question", languages, is_required=established == "applicant" and not table.has("derived")),
        help=table.words("help", languages, is_required=False),
        established=established,
        choices=choices(table, languages),
        counted=counted,
        derived=_derived(table),
        is_asked_in_finder=table.flag("finder"),
        claimed=_claimed(table, fact_type),
    )
    return replace(fact, assumed=_assumed(table, fact), recorded=tuple(_recorded(item, fact) for item in table.tables("register")))


def _recorded(table: Table, fact: Fact) -> Recorded:
    """One row of what the register of organisations says: `where = { kind = "company" }, is = "company"`."""
    where_table = table.table("where")
    where = {}
    for column in where_table.names():
        written = where_table.anything(column)
        where[column] = where_table.strings(column) if isinstance(written, list) else (where_table.string(column),)
        if column not in RECORDED:
            where_table.complain(f"the register has no column {column!r}", column, f"one of: {', '.join(sorted(RECORDED))}")
    try:
        return Recorded(where, checked(fact, table.anything("is")))
    except WrongFact as wrong:
        table.lose(f"is: {wrong.detail or wrong.code}", "is", f"write {fact.kind_in_words}")
        return Recorded(where, "")


def _assumed(table: Table, fact: Fact) -> Value | None:
    written = table.anything("assumed")
    if written is None:
        return None
    if fact.established == "system":
        table.complain("what the system establishes may not be assumed", "assumed", "take it out")
    try:
        return checked(fact, written)
    except WrongFact as wrong:
        table.lose(f"assumed: {wrong.detail or wrong.code}", "assumed", f"write {fact.kind_in_words}")
        return None


def _counted(table: Table) -> Counted | None:
    measure = table.one_of("measure", MEASURES, "")
    scheme, stream = table.string("of_scheme", ""), table.string("of_stream", "")
    of = table.one_of("of_whom", COUNTED_OF, APPLICANT)
    said = next((key for key in ("of_scheme", "of_stream", "of_whom") if table.has(key)), "")
    if said and not measure:
        table.complain(f"{said} says what a measure counts; there is none", said, f"add measure, or take {said} out")
    if of == BENEFICIARY and measure in OF_ALL:
        table.complain(f"{measure} counts all applicants together, whoever benefits", "of_whom", "leave it out")
    return Counted(measure, scheme, stream, of) if measure else None


def _unit(table: Table, fact_type: FactType, currency: str, units: Collection[str]) -> str:
    if fact_type is FactType.COUNT:
        unit = table.string("unit")
        if unit and unit not in units:
            table.complain(f"the unit {unit!r} is not known", "unit", f"one of: {', '.join(sorted(units))}")
        return unit
    if fact_type is FactType.MONEY and table.has("unit"):
        return table.one_of("unit", money.CURRENCIES)
    return {FactType.MONEY: currency, FactType.SHARE: "basis_points", FactType.DAY: "day"}.get(fact_type, "")


def choices(table: Table, languages: Collection[str]) -> tuple[Choice, ...]:
    """Read a list of choices; two of one identifier are refused."""
    found: list[Choice] = []
    for item in table.tables("choices"):
        choice = Choice(item.string("id"), item.words("label", languages))
        if choice.id in [before.id for before in found]:
            item.complain(f"the choice {choice.id!r} stands twice", "id", "keep one")
        found.append(choice)
    return tuple(found)


def _derived(table: Table) -> Derived | None:
    if not table.has("derived"):
        return None
    made = table.table("derived")
    how = "difference" if made.has("difference") else "sum"
    parts = made.strings(how)
    if len(parts) < 2:
        table.complain("a derived fact is made from two facts or more", "derived", 'derived = { sum = ["a", "b"] }')
    return Derived(how, parts)


def _claimed(table: Table, fact_type: FactType) -> Claimed | None:
    """What claims make of a fact: `at_claim = { how = "share", of = "place_of_spending", place = "mainland", heads = ["manpower"] }`."""
    if not table.has("at_claim"):
        return None
    made = table.table("at_claim")
    how = made.one_of("how", ("sum", "share"))
    if fact_type is not {"sum": FactType.MONEY, "share": FactType.SHARE}.get(how):
        made.complain("a sum of claims is money, and a share of them a share", "how", f"a fact of type {fact_type} is made otherwise")
    claimed = Claimed(how, made.string("of", ""), made.string("place", ""), made.strings("heads"))
    if bool(claimed.of) != bool(claimed.place) or (how == "share" and not claimed.place):
        made.complain(
            "a place is a choice of the fact that `of` names; a share is of a place",
            "place",
            "name both of and place, or neither for a sum",
        )
    return claimed


def _check_claimed(facts_table: Table, facts: dict[str, Fact]) -> None:
    for name, fact in facts.items():
        of = fact.claimed.of if fact.claimed else ""
        if of and (of not in facts or fact.claimed is None or fact.claimed.place not in facts[of].choice_ids):
            facts_table.table(name).lose(f"{of!r} is no fact with that choice", "at_claim", "name a fact of choices and one of its choices")


def _check_derived(facts_table: Table, facts: dict[str, Fact]) -> None:
    for name, fact in facts.items():
        for part in fact.derived.parts if fact.derived else ():
            if part not in facts:
                facts_table.table(name).lose(f"{name} is made from the unknown fact {part!r}", "derived", "add it, or mend its spelling")
            elif (facts[part].type, facts[part].unit) != (fact.type, fact.unit):
                facts_table.table(name).complain(f"{name} and {part} are of different types or units", "derived", "nothing is converted")
        if fact.derived and _reaches(name, name, facts, frozenset()):
            facts_table.table(name).lose(
                f"{name} is made from itself (a circular reference)", "derived", "take it out of what it is made from"
            )


def _reaches(start: str, wanted: str, facts: dict[str, Fact], seen: frozenset[str]) -> bool:
    fact = facts.get(start)
    if fact is None or fact.derived is None or start in seen:
        return False
    return any(part == wanted or _reaches(part, wanted, facts, seen | {start}) for part in fact.derived.parts)


def sources(root: Table, languages: Collection[str]) -> dict[str, Source]:
    """Read sources.toml: where each rule and figure was published."""
    table = root.table("sources")
    found: dict[str, Source] = {}
    for name in table.names():
        item = table.table(name)
        found[name] = Source(
            id=name,
            title=item.words("title", languages),
            url=item.string("url", ""),
            quality=item.one_of("quality", ("P", "N", "S", "C")),
        )
    return found
