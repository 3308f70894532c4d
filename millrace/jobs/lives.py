"""One case with every row that is its own — e.g. a paid NIFS grant: its answers, reviews, events, accounts, postings and letters.

Which rows are a case's own is read from the models: rows that name it, and rows that name those. Its lead organisation goes with
it. Rows the database makes by itself (seals, the queue, the sheet) are left to be made again.
"""

import functools
import graphlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.models import Model, Q, UniqueConstraint

Table = type[Model]
Values = dict[str, Any]

# Made again by the sealer and the projections; and a person does not become a member of every copied organisation.
LEFT_OUT = {"timeline.Seal", "timeline.Pending", "sheet.Row", "deliver.OpenInstalment", "ledger.ClosedMonth", "people.Membership"}
CASE, ORGANISATION, EVENT = "cases.Case", "people.Organisation", "timeline.Event"


@dataclass(frozen=True)
class Life:
    """A case's rows, by table, as values by column."""

    case: int
    lead: int
    rows: dict[Table, list[Values]]

    @property
    def ids(self) -> dict[Table, set[Any]]:
        return {table: {row[pk_of(table)] for row in rows} for table, rows in self.rows.items()}

    @property
    def is_unrepeatable(self) -> bool:
        """Whether it holds what no second life can: a machine's hours, which one booking has."""
        return any(isinstance(one, ExclusionConstraint) for table in self.rows for one in table._meta.constraints)


def label(table: Table) -> str:
    return str(table._meta.label)


@functools.cache
def pk_of(table: Table) -> str:
    """This will name the column of a table's primary key."""
    return str(table._meta.pk.attname)  # type: ignore[union-attr]  # every table has one


@functools.cache
def columns(table: Table) -> list[Any]:
    """This will list what is stored of a table, without what the database computes."""
    return [field for field in table._meta.concrete_fields if not getattr(field, "generated", False)]


def parents(table: Table) -> dict[str, Table]:
    """This will name the tables a table's rows belong to, by column; the way to itself left out."""
    found = {field.attname: field.related_model for field in table._meta.concrete_fields if field.is_relation}
    return {name: related for name, related in found.items() if related in _own() and related is not table}


@functools.cache
def referenced(table: Table) -> dict[str, Table]:
    """This will name, by column, the tables whose rows are copied along; an event may also be named by its number alone."""
    named = {field.attname: field.related_model for field in columns(table) if field.is_relation and field.related_model in _own()}
    by_number = {"event", "event_id", "corrects_event"} - set(named)
    events = {field.attname: apps.get_model(EVENT) for field in columns(table) if field.attname in by_number and not field.is_relation}
    return {**named, **events}


@functools.cache
def uniques(table: Table) -> list[tuple[str, ...]]:
    """This will list the columns, or sets of columns, that no two rows of a table share."""
    alone = [(field.attname,) for field in columns(table) if field.unique and not field.primary_key]
    fields = {field.name: field.attname for field in columns(table)}
    together = [tuple(fields[name] for name in one.fields) for one in table._meta.constraints if isinstance(one, UniqueConstraint)]
    return alone + together


@functools.lru_cache(maxsize=1)
def _own() -> frozenset[Table]:
    """This will find every table whose rows may be a case's own."""
    found: set[Table] = {apps.get_model(CASE), apps.get_model(ORGANISATION)}
    while True:
        more = {table for table in apps.get_models() if label(table) not in LEFT_OUT and _names_any(table, found)}
        if more <= found:
            return frozenset(found)
        found |= more


def _names_any(table: Table, others: set[Table]) -> bool:
    return any(field.is_relation and field.related_model in others for field in table._meta.concrete_fields)


@functools.lru_cache(maxsize=1)
def in_order() -> tuple[Table, ...]:
    """This will list the tables, each after those its rows name."""
    return tuple(graphlib.TopologicalSorter({table: set(parents(table).values()) for table in _sorted()}).static_order())


def _sorted() -> Iterator[Table]:
    yield from sorted(_own(), key=label)


def gather(case: int) -> Life:
    """This will read a case and all that is its own."""
    lead = apps.get_model(CASE)._default_manager.values_list("lead_id", flat=True).get(pk=case)
    held: defaultdict[Table, set[Any]] = defaultdict(set)
    rows: dict[Table, list[Values]] = {}
    for table in in_order():
        names = [field.attname for field in columns(table)]
        found = table._default_manager.filter(_mine(table, case, lead, held)).order_by("pk").values_list(*names)
        rows[table] = [dict(zip(names, values, strict=True)) for values in found]
        held[table] = {row[pk_of(table)] for row in rows[table]}
    return Life(case, lead, {table: found for table, found in rows.items() if found})


def _mine(table: Table, case: int, lead: int, held: dict[Table, set[Any]]) -> Q:
    """This will be the rows of a case: those that name it; or name no case, but other rows of it; or nothing but its lead."""
    if label(table) == CASE:
        return Q(pk=case)
    if label(table) == ORGANISATION:
        return Q(pk=lead)
    related = parents(table)
    of_case = [name for name, parent in related.items() if label(parent) == CASE]
    of_lead = [name for name, parent in related.items() if label(parent) == ORGANISATION]
    of_others = [name for name in related if name not in (*of_case, *of_lead)]
    nowhere = Q(pk__in=())
    named = functools.reduce(Q.__or__, (Q(**{name: case}) for name in of_case), nowhere)
    if any(not field.null for field in table._meta.concrete_fields if field.attname in of_case):
        return named
    by_rows = functools.reduce(Q.__or__, (Q(**{f"{name}__in": held[related[name]]}) for name in of_others), nowhere)
    by_lead = functools.reduce(Q.__or__, (Q(**{name: lead}) for name in of_lead), nowhere)
    no_case = functools.reduce(Q.__and__, (Q(**{f"{name}__isnull": True}) for name in of_case), Q())
    no_rows = functools.reduce(Q.__and__, (Q(**{f"{name}__isnull": True}) for name in of_others), Q())
    return named | (no_case & by_rows) | (no_case & no_rows & by_lead)
