"""Reads the application form and the letters of a scheme from their text.

A question that feeds a fact of another type, or is shown after an answer nobody is asked for, is a
finding with its line.
"""

from collections.abc import Collection

from millrace.core import letters
from millrace.core.letters import Letter
from millrace.core.rules import read_facts
from millrace.core.rules.facts import FactType
from millrace.core.rules.form import COLUMN_KINDS, QUESTION_KINDS, Column, Form, Limits, Question, Section, ShownWhen, Slot
from millrace.core.rules.read_conditions import Shelf
from millrace.core.toml_text import Table

_FEEDS: dict[FactType, tuple[str, ...]] = {
    FactType.MONEY: ("money", "table"),
    FactType.COUNT: ("count", "table"),
    FactType.SHARE: ("share",),
    FactType.FLAG: ("flag",),
    FactType.CHOICE: ("choice",),
    FactType.CHOICES: ("choices",),
    FactType.DAY: ("day",),
}
PARTS = ("applicant", "partner", "sponsor")


def applies(table: Table, version: str, shelf: Shelf) -> bool:
    """Say whether something is part of a version; without `versions` it is part of all."""
    wanted = table.strings("versions")
    for name in wanted:
        if name not in shelf.versions:
            table.complain(f"the version {name!r} is not in scheme.toml", "versions", f"any of: {', '.join(shelf.versions)}")
    if wanted and not set(wanted).intersection(shelf.versions):
        table.give_up()
    return not wanted or version in wanted


def form(root: Table, version: str, shelf: Shelf) -> Form:
    """Read form.toml as it stands in one version."""
    sections = tuple(
        Section(
            id=table.string("id"),
            title=table.words("title", shelf.languages),
            intro=table.words("intro", shelf.languages, is_required=False),
            questions=tuple(_question(item, shelf) for item in table.tables("questions") if applies(item, version, shelf)),
            part=table.one_of("part", PARTS, "applicant"),
        )
        for table in root.tables("sections")
        if applies(table, version, shelf)
    )
    _check(root, version, shelf)
    return Form(sections)


def _question(table: Table, shelf: Shelf) -> Question:
    feeds = table.string("feeds", "")
    fact = shelf.facts.get(feeds)
    kind = table.one_of("kind", QUESTION_KINDS)
    if feeds and fact is None:
        table.lose(f"the fact {feeds!r} is not in the vocabulary", "feeds", "add it to facts.toml, or mend its spelling")
    elif fact is not None and fact.established == "committee":
        table.complain(f"the fact {feeds!r} is established by the committee, not by an applicant", "feeds", "leave feeds out")
    elif fact is not None and fact.derived is not None:
        table.complain(f"the fact {feeds!r} is made from others", "feeds", f"ask {' and '.join(fact.derived.parts)}")
    elif fact is not None and kind not in _FEEDS[fact.type]:
        fitting = ", ".join(_FEEDS[fact.type])
        table.complain(f"a question of kind {kind} cannot feed {feeds}, which is {fact.type}", "kind", f"one of: {fitting}")
    own = read_facts.choices(table, shelf.languages)
    columns = tuple(_column(item, shelf) for item in table.tables("columns"))
    return Question(
        id=table.string("id"),
        kind=kind,
        label=table.words("label", shelf.languages),
        help=table.words("help", shelf.languages, is_required=False),
        is_required=table.flag("required", True),
        unit=table.string("unit", fact.unit if fact else ""),
        feeds=feeds if fact else "",
        feeds_from=_feeding_column(table, kind, feeds, columns),
        feeds_where=_feeding_rows(table, columns),
        shown_when=_shown_when(table),
        choices=own or (fact.choices if fact else ()),
        columns=columns,
        limits=_limits(table),
        slot=_slot(table) if kind == "attachment" else None,
        is_personal=table.flag("personal"),
        beneficiary=_beneficiary(table, kind),
    )


def _beneficiary(table: Table, kind: str) -> str:
    """The kind of number by which an answer names who benefits: `beneficiary = "hk_br"`."""
    number = table.string("beneficiary", "")
    if number and (kind != "text" or table.flag("personal")):
        table.complain(
            "a question that names the beneficiary takes a registration number, as a text that is not personal",
            "beneficiary",
            'kind = "text", and leave personal out',
        )
    return number


def _feeding_column(table: Table, kind: str, feeds: str, columns: Collection[Column]) -> str:
    name = table.string("feeds_from", "")
    if kind == "table" and feeds and name not in [column.id for column in columns]:
        table.complain("a table that feeds a fact must name the column it adds up", "feeds", "add feeds_from")
    return name


def _feeding_rows(table: Table, columns: Collection[Column]) -> tuple[str, tuple[str, ...]] | None:
    if not table.has("feeds_where"):
        return None
    where = table.table("feeds_where")
    name, wanted = where.string("column"), where.strings("in")
    column = next((column for column in columns if column.id == name), None)
    if column is None or not set(wanted) <= {choice.id for choice in column.choices}:
        known = [each.id for each in columns if each.choices]
        said = (
            f"one of: {', '.join(choice.id for choice in column.choices)}"
            if column and column.choices
            else f"of a column: {', '.join(known)}"
        )
        table.complain("feeds_where must name a column and some of its choices", "feeds_where", said if known else "take it out")
    return name, wanted


def _column(table: Table, shelf: Shelf) -> Column:
    return Column(
        id=table.string("id"),
        kind=table.one_of("kind", COLUMN_KINDS),
        label=table.words("label", shelf.languages),
        is_required=table.flag("required", True),
        unit=table.string("unit", ""),
        choices=read_facts.choices(table, shelf.languages),
        limits=_limits(table),
    )


def _limits(table: Table) -> Limits:
    def limit(key: str) -> int | None:
        return table.integer(key) if table.has(key) else None

    found = Limits(limit("max_length"), limit("minimum"), limit("maximum"), limit("max_rows"), limit("min_rows"))
    if found.minimum is not None and found.maximum is not None and found.minimum > found.maximum:
        table.complain(f"minimum {found.minimum} is above maximum {found.maximum}", "minimum", "mend one of the two")
    return found


def _slot(table: Table) -> Slot:
    types = table.strings("types", ("pdf",))
    return Slot(types, table.integer("max_megabytes", 10, least=1) * 1_000_000, table.integer("max_files", 1, least=1))


def _shown_when(table: Table) -> ShownWhen | None:
    if not table.has("shown_when"):
        return None
    when = table.table("shown_when")
    answers = when.anything("answers")
    if not isinstance(answers, list) or not answers:
        when.lose("shown_when needs the answers it is shown for", "answers", "answers = [ … ]")
        answers = []
    return ShownWhen(when.string("question"), tuple(answers))


def _check(root: Table, version: str, shelf: Shelf) -> None:
    """Find a question that stands twice, or waits for one that nobody was asked yet, at its own line."""
    sections = [table for table in root.tables("sections") if applies(table, version, shelf)]
    asked: list[str] = []
    for item in (item for table in sections for item in table.tables("questions") if applies(item, version, shelf)):
        question, shown_when = item.string("id"), _shown_when(item)
        if question in asked:
            item.complain(f"the question {question!r} stands twice", "id", "give one of them another id, or take it out")
        if shown_when is not None and shown_when.question not in asked:
            said = f"{question} is shown after {shown_when.question!r}, which is not asked before it"
            item.complain(said, "shown_when", "ask that one first, or mend its name")
        asked.append(question)
    naming = [item for table in sections for item in table.tables("questions") if applies(item, version, shelf) and item.has("beneficiary")]
    for item in naming[1:]:
        item.complain("a second question names the beneficiary", "beneficiary", "let one of them do so")


def letter(root: Table, kind: str, languages: Collection[str]) -> Letter:
    """Read one letter; every place must be a named field, and every language must use the same."""
    if kind not in letters.KINDS:
        root.complain(f"there is no letter of kind {kind!r}", "", f"one of: {', '.join(letters.KINDS)}")
    fields = frozenset(root.strings("fields"))
    subject, body = root.words("subject", languages), root.words("body", languages)
    for language in languages:
        used = subject.places.get(language, frozenset()) | body.places.get(language, frozenset())
        for place in sorted(used - fields):
            root.complain(
                f"the {language} text has the place {{{place}}}, which is no field",
                "fields",
                f"add {place} to fields, or take it out of the text",
            )
        for place in sorted(fields - used):
            root.complain(
                f"the {language} text does not use the field {place}", "fields", f"use {{{place}}} there, or take it out of fields"
            )
    return Letter(kind, fields, subject, body)
