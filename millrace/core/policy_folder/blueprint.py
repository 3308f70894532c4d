"""Directions, strategies and targets of the policy, and the facilities it speaks of.

"Smart production lines: about 30 in 2022, more than 130 by 2027" is a target with its base.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from millrace.core import asat
from millrace.core.rules.rulebook import Named, Source
from millrace.core.texts import Text, text
from millrace.core.toml_text import Table

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Milestone:
    """A value in a year, as published ("30", "5%", "over 130"); a bare number reads the same in every language."""

    year: int
    value: Text

    @property
    def number(self) -> Decimal | None:
        """Give the number in its words, for a picture: 130 of "over 130"; None where there is not exactly one."""
        found = _NUMBER.findall(self.value.wordings[0][1]) if self.value.wordings else []
        return Decimal(found[0].replace(",", "")) if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Outturn:
    """What came of a target: the figure and, of a figure read from statements, the measure that says it; how it differs in words."""

    figure: str
    measure: str
    note: Text


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: base, milestones and source."""

    id: str
    title: Text
    direction: str
    base: Milestone | None
    milestones: tuple[Milestone, ...]
    source: Source
    note: Text
    outturn: Outturn | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One part of the chain from research to industry: the schemes that a source puts there, and those placed there without one."""

    id: str
    title: Text
    source: Source
    schemes: tuple[str, ...]
    placed: tuple[str, ...]

    @property
    def every(self) -> tuple[str, ...]:
        """Name all schemes of this part."""
        return (*self.schemes, *self.placed)


NOTHING_SAID = Text()


@dataclass(frozen=True, slots=True)
class CaseMeasure:
    """A number recorded of a case, which a figure may add up over all of them: production lines of these schemes' projects."""

    id: str
    title: Text
    schemes: tuple[str, ...]
    note: Text


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The policy's plan; its chain in order, upstream first, where it tells one, and what is measured of its cases."""

    directions: tuple[Named, ...]
    strategies: tuple[Named, ...]
    targets: tuple[Target, ...]
    note: Text
    chain: tuple[Link, ...] = ()
    chain_note: Text = NOTHING_SAID
    measures: tuple[CaseMeasure, ...] = ()

    def link_of(self, scheme: str) -> Link | None:
        """Find the part of the chain a scheme is in."""
        return next((link for link in self.chain if scheme in link.every), None)


@dataclass(frozen=True, slots=True)
class Tool:
    """One machine of a facility that is booked by the hour, and how many hours of the facility's unit an hour of it counts."""

    id: str
    title: Text
    per_hour: int


@dataclass(frozen=True, slots=True)
class Facility:
    """Something whose hours are granted: its unit, and whether its terms are published."""

    id: str
    title: Text
    unit: str
    is_published: bool
    note: Text
    unit_title: Text = NOTHING_SAID
    unit_title_of_one: Text = NOTHING_SAID
    tools: tuple[Tool, ...] = ()

    def tool(self, tool: str) -> Tool | None:
        """Find one of its machines."""
        return next((one for one in self.tools if one.id == tool), None)


def read(root: Table, languages: tuple[str, ...], sources: Mapping[str, Source]) -> Blueprint:
    """Read blueprint.toml."""
    directions, strategies = (
        tuple(Named(table.string("id"), table.words("title", languages)) for table in root.tables(key))
        for key in ("directions", "strategies")
    )
    known = [direction.id for direction in directions]
    return Blueprint(
        directions=directions,
        strategies=strategies,
        targets=tuple(_target(table, languages, known, sources) for table in root.tables("targets")),
        note=root.words("note", languages, is_required=False),
        chain=_chain(root.tables("chain"), languages, sources),
        chain_note=root.words("chain_note", languages, is_required=False),
        measures=_case_measures(root.tables("measures"), languages),
    )


def _case_measures(tables: list[Table], languages: tuple[str, ...]) -> tuple[CaseMeasure, ...]:
    found: dict[str, CaseMeasure] = {}
    for table in tables:
        name = table.string("id")
        if not asat.MEASURE.fullmatch(name) or name in found:
            table.complain(f"the measure {name!r} stands here twice, or is not of small letters, digits and underscores", "id", "mend it")
        note = table.words("note", languages, is_required=False)
        found[name] = CaseMeasure(name, table.words("title", languages), table.strings("schemes"), note)
    return tuple(found.values())


def _chain(tables: list[Table], languages: tuple[str, ...], sources: Mapping[str, Source]) -> tuple[Link, ...]:
    links, held = [], set[str]()
    for table in tables:
        schemes, placed = table.strings("schemes"), table.strings("placed")
        for scheme in (*schemes, *placed):
            if scheme in held:
                table.complain(f"the scheme {scheme!r} is in the chain twice", "schemes", "keep one")
            held.add(scheme)
        links.append(Link(table.string("id"), table.words("title", languages), _source(table, sources), schemes, placed))
    return tuple(links)


def _source(table: Table, sources: Mapping[str, Source]) -> Source:
    name = table.string("source")
    if name not in sources:
        table.complain(f"the source {name!r} is not in sources.toml", "source", "add it there, or mend its spelling")
    return sources.get(name, Source(name, Text(), "", "S"))


def _target(table: Table, languages: tuple[str, ...], directions: list[str], sources: Mapping[str, Source]) -> Target:
    return Target(
        id=table.string("id"),
        title=table.words("title", languages),
        direction=table.one_of("direction", directions),
        base=_milestone(table.table("base"), languages) if table.has("base") else None,
        milestones=tuple(_milestone(item, languages) for item in table.tables("milestones")),
        source=_source(table, sources),
        note=table.words("note", languages, is_required=False),
        outturn=_outturn(table.table("outturn"), languages) if table.has("outturn") else None,
    )


def _outturn(table: Table, languages: tuple[str, ...]) -> Outturn:
    return Outturn(table.string("figure"), table.string("measure", ""), table.words("note", languages, is_required=False))


def _milestone(table: Table, languages: tuple[str, ...]) -> Milestone:
    year = table.integer("year", least=1900)
    if isinstance(table.anything("value"), str):
        return Milestone(year, text(dict.fromkeys(languages, table.string("value"))))
    return Milestone(year, table.words("value", languages))


def read_facilities(root: Table, languages: tuple[str, ...]) -> tuple[Facility, ...]:
    """Read facilities.toml."""
    return tuple(
        Facility(
            id=table.string("id"),
            title=table.words("title", languages),
            unit=table.string("unit"),
            is_published=table.flag("published", True),
            note=table.words("note", languages, is_required=False),
            unit_title=table.words("unit_title", languages, is_required=False),
            unit_title_of_one=table.words("unit_title_of_one", languages, is_required=False),
            tools=tuple(
                Tool(item.string("id"), item.words("title", languages), item.integer("per_hour", 1, least=1))
                for item in table.tables("tools")
            ),
        )
        for table in root.tables("facilities")
    )
