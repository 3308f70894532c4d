"""Directions, strategies and targets of the policy, and the facilities it speaks of.

"Smart production lines: about 30 in 2022, more than 130 by 2027" is a target with its base.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from millrace.core.rules.rulebook import Named, Source
from millrace.core.texts import Text, text
from millrace.core.toml_text import Table


@dataclass(frozen=True, slots=True)
class Milestone:
    """A value in a year, as published ("30", "5%", "over 130"); a bare number reads the same in every language."""

    year: int
    value: Text


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


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The policy's plan."""

    directions: tuple[Named, ...]
    strategies: tuple[Named, ...]
    targets: tuple[Target, ...]
    note: Text


@dataclass(frozen=True, slots=True)
class Facility:
    """Something whose hours are granted: its unit, and whether its terms are published."""

    id: str
    title: Text
    unit: str
    is_published: bool
    note: Text


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
    )


def _target(table: Table, languages: tuple[str, ...], directions: list[str], sources: Mapping[str, Source]) -> Target:
    name = table.string("source")
    if name not in sources:
        table.complain(f"the source {name!r} is not in sources.toml", "source", "add it there, or mend its spelling")
    return Target(
        id=table.string("id"),
        title=table.words("title", languages),
        direction=table.one_of("direction", directions),
        base=_milestone(table.table("base"), languages) if table.has("base") else None,
        milestones=tuple(_milestone(item, languages) for item in table.tables("milestones")),
        source=sources.get(name, Source(name, Text(), "", "S")),
        note=table.words("note", languages, is_required=False),
    )


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
            unit=table.one_of("unit", ("gpu_hours", "tool_hours")),
            is_published=table.flag("published", True),
            note=table.words("note", languages, is_required=False),
        )
        for table in root.tables("facilities")
    )
