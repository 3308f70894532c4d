"""Reads rules from text as they stood in one version, refusing what is malformed or unknown by file and line.

The value of `projects-at-a-time` that starts on 8 January 2024 is the one that the version of that day has.
"""

from datetime import date

from millrace.core import dated
from millrace.core.rules import read_bodies, read_conditions
from millrace.core.rules.read_conditions import Shelf
from millrace.core.rules.rulebook import Rule
from millrace.core.texts import Text
from millrace.core.toml_text import Table

MOMENTS = ("application", "award", "claim", "closing")
# What never refuses needs no remedy.
NEVER_FAIL = ("term", "track", "ceiling", "window", "allowance", "tiers", "percent", "lump_sum")
# Stands where no day could be read, which was said.
NO_DAY = dated.Start(date.max, date.max)
_PLACES = {"statement": {"required"}, "remedy": {"required", "found", "difference"}}


def rule_in(table: Table, rule: str, version: dated.Start, shelf: Shelf) -> Rule | None:
    """Read one rule as it stood in the version that began at `version`; None when it had not begun
    or was withdrawn."""
    kind = table.one_of("kind", read_bodies.BODIES)
    statement = _worded(table, "statement", shelf)
    remedy = _worded(table, "remedy", shelf)
    held: tuple[dated.Start, Table] | None = None
    for value in table.tables("values"):
        begun = start_of(value, "from")
        if begun.earliest <= version.earliest and (held is None or held[0] < begun):
            held = (begun, value)
    if kind not in read_bodies.BODIES:
        table.give_up()
        return None
    if held is None:
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
        body=read_bodies.BODIES[kind](value, shelf),
        statement=own_statement or statement,
        remedy=own_remedy or remedy,
        starts=begun,
        heading=value.words("clause", shelf.languages, is_required=is_published),
        source=source(value, shelf, is_required=is_published),
        is_published=is_published,
        why=why,
        when=None if kind in ("requirement", "limit", "track") else read_conditions.when(value, shelf),
        moments=moments(value),
    )


def moments(table: Table) -> tuple[str, ...]:
    """Read when a rule is judged: at application and award unless it says otherwise."""
    written = table.strings("judged_at", ("application", "award"))
    for moment in written:
        if moment not in MOMENTS:
            table.complain(f"judged_at {moment!r} is not known", "judged_at", f"any of: {', '.join(MOMENTS)}")
    return written


def published(table: Table, shelf: Shelf) -> tuple[bool, Text]:
    """Read whether something was published; if not, it must say why it is here."""
    is_published = table.flag("published", True)
    return is_published, table.words("why", shelf.languages, is_required=not is_published)


def source(table: Table, shelf: Shelf, *, is_required: bool = True) -> str:
    """Read the name of a source and check that it is listed."""
    name = table.string("source") if is_required and not table.document.is_stored else table.string("source", "")
    if name and name not in shelf.sources:
        table.complain(f"the source {name!r} is not in sources.toml", "source", "add it there, or mend its spelling")
    return name


def start_of(table: Table, key: str) -> dated.Start:
    """Read a start: a day, or a month when the day is not known. Where it is neither, the rest of the table is not read."""
    written = table.anything(key)
    if isinstance(written, date):
        written = written.isoformat()
    try:
        return dated.start(written)
    except (ValueError, TypeError):
        table.lose(f"{key} must be a day such as 2024-01-08 or a month such as 2025-06, not {written!r}", key, "write a day or a month")
        table.give_up()
        return NO_DAY


def _worded(table: Table, key: str, shelf: Shelf, *, is_required: bool = True) -> Text:
    is_wanted = is_required and (key == "statement" or table.data.get("kind") not in NEVER_FAIL)
    words = table.words(key, shelf.languages, is_required=is_wanted)
    for language, places in words.places.items():
        for place in sorted(places - _PLACES[key]):
            table.complain(f"{key} in {language} has the unknown place {{{place}}}", key, f"known: {sorted(_PLACES[key])}")
    return words
