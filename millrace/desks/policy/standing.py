"""Where the cases stand on a day, as known at a seal — e.g. of NIFS 21 in force on 31 March, and 12 organisations gone on to midstream.

Numbers alone, in the sheet's own columns; every one is counted by the same condition that lists its cases. The parties of a case are
those it was submitted with, which nothing changes later, so that a seal's answer stays its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from millrace.core import pipeline
from millrace.core.policy_folder.blueprint import Link
from millrace.desks.policy.asked import Asked

_ROWS = """
    FROM sheet_row r WHERE {known} AND r.valid_from <= %(as_at)s AND (r.valid_before IS NULL OR r.valid_before > %(as_at)s)
     AND NOT r.is_test AND r.received_on <= %(as_at)s AND NOT (r.case_id = ANY(%(hidden)s))"""
_NOW = "r.known_before IS NULL"
_THEN = "r.known_from <= %(seal)s AND (r.known_before IS NULL OR r.known_before > %(seal)s)"
NONE = "none"
# Approved and not withdrawn: what the figure of approvals counts.
FUNDED = "r.approved_on <= %(as_at)s AND (r.withdrawn_on IS NULL OR r.withdrawn_on > %(as_at)s)"
_REACHED = ", ".join(f"count(*) FILTER (WHERE r.{column} <= %(as_at)s)" for _step, column in pipeline.STEPS)
_STANDING = """
    SELECT r.scheme, r.unit, r.status, count(*), sum(r.approved_cents) FILTER (WHERE {funded})::bigint, {reached} {rows}
     GROUP BY 1, 2, 3"""
# Where each organisation of a funded case came from: the part before, if its first approval there is no later.
_LINKED = """
    WITH part AS (SELECT * FROM unnest(%(schemes)s::text[], %(parts)s::int[]) AS part (scheme, place)),
    reached AS (
        SELECT p.organisation_id, part.place, min(r.approved_on) AS first_on
          FROM (SELECT r.case_id, r.scheme, r.approved_on {rows} AND {funded}) r
          JOIN part ON part.scheme = r.scheme
          JOIN cases_case c ON c.id = r.case_id
          JOIN cases_party p ON p.case_id = r.case_id AND p.joined_at <= c.submitted_at
                            AND (p.left_at IS NULL OR p.left_at > c.submitted_at)
         GROUP BY 1, 2),
    linked AS (
        SELECT organisation_id, place, CASE WHEN lag(first_on) OVER way <= first_on THEN lag(place) OVER way END AS came_from
          FROM reached WINDOW way AS (PARTITION BY organisation_id ORDER BY place))
    {wanted}"""
_FLOWS = "SELECT came_from, place, count(*) FROM linked GROUP BY 1, 2"
_ON_A_WAY = "SELECT organisation_id FROM linked WHERE came_from IS NOT DISTINCT FROM %(source)s::int AND place = %(target)s"
_STAYED = """SELECT organisation_id FROM linked l WHERE place = %(source)s AND NOT EXISTS (
             SELECT 1 FROM linked o WHERE o.organisation_id = l.organisation_id AND o.came_from = l.place)"""
_PLACES = """
    SELECT place, count(*), sum(r.approved_cents) FILTER (WHERE r.unit = %(unit)s)::bigint
      FROM (SELECT r.partner_places, r.approved_cents, r.unit {rows} AND {funded} AND cardinality(r.partner_places) > 0) r
     CROSS JOIN unnest(r.partner_places) AS place GROUP BY place"""


@dataclass
class Counted:
    """Cases of a scheme (or of a part of the chain): how many are in each state, how far they came, and money by unit."""

    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(pipeline.STATES, 0))
    steps: dict[str, int] = field(default_factory=lambda: {step: 0 for step, _column in pipeline.STEPS})
    approved: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Counted") -> None:
        """This will add another's cases to these."""
        for mine, theirs in ((self.states, other.states), (self.steps, other.steps), (self.approved, other.approved)):
            for key, value in theirs.items():
                mine[key] = mine.get(key, 0) + value

    @property
    def received(self) -> int:
        """Count the applications, whatever became of them."""
        return sum(self.states.values())


@dataclass(frozen=True)
class Flows:
    """How many organisations take part in funded cases of each part of the chain, and how many of them came from which part before."""

    links: tuple[Link, ...]
    totals: dict[str, int]
    between: dict[tuple[str, str], int]


def by_scheme(asked: Asked) -> dict[str, Counted]:
    """This will count the cases of every scheme by where they stand."""
    found: dict[str, Counted] = {}
    for scheme, unit, status, count, approved, *reached in _told(_STANDING, asked):
        state = pipeline.state_of(status)
        if state is None:
            continue
        one = Counted()
        one.states[state] = count
        one.steps = {step: many for (step, _column), many in zip(pipeline.STEPS, reached, strict=True)}
        one.approved = {unit: int(approved or 0)}
        found.setdefault(scheme, Counted()).add(one)
    return found


def flows(asked: Asked) -> Flows:
    """This will count the organisations of each part of the chain, and those that came from a part before: in both, an organisation has
    part in a funded case, and its first approval there is no later than its first here."""
    links = asked.blueprint.chain
    totals, between = dict.fromkeys((link.id for link in links), 0), dict[tuple[str, str], int]()
    for came_from, place, count in _told(_LINKED, asked, _FLOWS, **_parts(links)) if links else ():
        totals[links[place].id] += count
        if came_from is not None:
            between[links[came_from].id, links[place].id] = count
    return Flows(links, totals, between)


def organisations_on_a_way(asked: Asked, source: str, target: str) -> list[int]:
    """This will list the organisations that came from one part of the chain to another: from none before where the source is
    `NONE`, and those that stayed where the target is."""
    places = {link.id: place for place, link in enumerate(asked.blueprint.chain)} | {NONE: None}
    if source not in places or target not in places or source == target:
        return []
    wanted = _STAYED if target == NONE else _ON_A_WAY
    told = _told(_LINKED, asked, wanted, source=places[source], target=places[target], **_parts(asked.blueprint.chain))
    return sorted(organisation for (organisation,) in told)


def partners(asked: Asked, unit: str) -> dict[str, tuple[int, int]]:
    """This will count, by place, the funded cases with a partner there, and what was approved for them in a unit. A case with partners in
    two places counts in both."""
    return {place: (count, int(cents or 0)) for place, count, cents in _told(_PLACES, asked, unit=unit)}


def _parts(links: Sequence[Link]) -> dict[str, Any]:
    pairs = [(scheme, place) for place, link in enumerate(links) for scheme in link.every]
    return {"schemes": [scheme for scheme, _place in pairs], "parts": [place for _scheme, place in pairs]}


def _told(question: str, asked: Asked, wanted: str = "", **more: Any) -> list[Any]:
    rows = _ROWS.format(known=_NOW if asked.is_now else _THEN)
    values = {"as_at": asked.as_at, "seal": asked.seal.number, "hidden": list(asked.hidden), **more}
    with connection.cursor() as cursor:
        cursor.execute(question.format(rows=rows, funded=FUNDED, reached=_REACHED, wanted=wanted), values)
        return list(cursor.fetchall())
