"""Gathers what a scheme's forecast rests on, on any day as known at any seal — e.g. NIFS on 31 March: 40 open cases and 25 agreements.

What the rules give an open case is read by the same reader that compares versions; which cases were decided, and how, by the sheet.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from millrace.core import forecast, lifecycle
from millrace.core.forecast import Forecast, History, Opened
from millrace.core.ledger import Envelope
from millrace.core.rules import judge_many, past
from millrace.core.rules.columns import Ints
from millrace.core.rules.past import Past
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.tri import FAIL
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.queries import EnvelopeState
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Seal
from millrace.stages.plan import past as copies

# Received and not yet decided, in the order of a case's life.
PIPELINE = tuple(
    status for status in lifecycle.STATUSES if status not in lifecycle.DRAFT | lifecycle.IN_FORCE | lifecycle.ENDED and status != "approved"
)
# Who was asked for information is still being looked at in the step before.
_STAGES = {status: "submitted" if status == "information_needed" else status for status in PIPELINE}
_AGREED = """
    WITH agreed AS (
        SELECT DISTINCT ON (t.case_id) t.case_id, t.data
          FROM award_agreedterms t JOIN timeline_seal s ON s.event_id = t.event_id AND s.number <= %(seal)s
         WHERE t.case_id = ANY(%(cases)s) AND t.from_on <= %(on)s
         ORDER BY t.case_id, t.from_on DESC, t.number DESC)
    SELECT case_id, (data ->> 'starts_on')::date,
           coalesce((SELECT max(m ->> 'due_on') FROM jsonb_array_elements(data -> 'milestones') AS m
                      WHERE one -> 'milestones' @> (m -> 'number')), data ->> 'starts_on')::date,
           (one ->> 'number')::int, (one ->> 'planned_cents')::bigint
      FROM agreed CROSS JOIN LATERAL jsonb_array_elements(data -> 'instalments') AS one
     WHERE data ->> 'unit' = %(unit)s"""
_RELEASED = """
    SELECT r.case_id, r.instalment, sum(r.amount_cents)::bigint
      FROM deliver_release r JOIN timeline_event e ON e.id = r.event JOIN timeline_seal s ON s.event_id = r.event
     WHERE r.case_id = ANY(%(cases)s) AND r.unit = %(unit)s AND e.happened_on <= %(on)s AND s.number <= %(seal)s
     GROUP BY r.case_id, r.instalment"""


@dataclass(frozen=True)
class Foreseen:
    """A forecast, what it was asked of, and the envelope it draws on."""

    forecast: Forecast
    version: SchemeVersion
    on: date
    seal: Seal
    envelope: EnvelopeState
    unjudged_count: int
    copy_seal: int


@dataclass(frozen=True)
class _Standing:
    """One case as it stood: its status, days, and what was approved."""

    status: str
    received_on: date | None
    decided_on: date | None
    approved_cents: int


@dataclass(frozen=True)
class _Asked:
    slug: str
    unit: str
    on: date
    seal: int


def of_scheme(
    slug: str,
    *,
    on: date,
    seal: Seal,
    draft: SchemeVersion | None = None,
    visible: Collection[int] | None = None,
    most: int | None = None,
) -> Foreseen:
    """This will forecast a scheme's commitments and cash from its cases as they stood, under the version each is bound to or a draft.

    `visible` holds the cases that may count; none given, all do. `past.Behind` is raised when the copy of judged facts lacks more than
    `most` cases.
    """
    version = draft or policy.scheme(slug).versions[-1]
    asked = _Asked(slug, version.unit, on, seal.number)
    standing = _standing(asked, None if visible is None else set(visible))
    brought, held = copies.of_scheme(slug, most=most)
    curve, promises = _promises(asked, standing)
    opened, unjudged = _opened(held, standing, draft)
    days = [(one.decided_on - one.received_on).days for one in standing.values() if one.decided_on and one.received_on]
    found = forecast.forecast(
        opened,
        _histories(asked, held, standing),
        promises=promises,
        decision_days=forecast.middle(days),
        curve=curve,
        today=on,
        year_of=policy.funder().financial_year_name,
    )
    state = ledger.envelope_state(Envelope(version.fund, slug, version.unit), on=on, seal=seal.number)
    return Foreseen(found, version, on, seal, state, unjudged, brought.copy.seal)


def _standing(asked: _Asked, visible: set[int] | None) -> dict[int, _Standing]:
    rows = sheet.counted(sheet.rows_as_at(asked.on, asked.seal)).filter(scheme=asked.slug, unit=asked.unit, received_on__isnull=False)
    names = ("case_id", "status", "received_on", "approved_on", "refused_on", "approved_cents")
    return {
        case: _Standing(status, received, approved or refused, cents)
        for case, status, received, approved, refused, cents in rows.values_list(*names)
        if visible is None or case in visible
    }


def _histories(asked: _Asked, held: copies.Held, standing: dict[int, _Standing]) -> dict[str, History]:
    """What became of decided cases, by each stage they passed through; one that ended without support got nothing of what it was
    given, and an offer still open is not yet an end."""
    given = {case: cents for _version, cases in held for case, cents in zip(cases.cases.tolist(), cases.amounts.tolist(), strict=True)}
    decided = {case: one for case, one in standing.items() if one.status not in (*PIPELINE, "approved") and case in given}
    passed = sheet.counted(sheet.Row.objects.filter(sheet.known(asked.seal), valid_from__lte=asked.on, scheme=asked.slug))
    found: defaultdict[str, History] = defaultdict(History)
    through = {(case, _STAGES[status]) for case, status in passed.filter(status__in=PIPELINE).values_list("case_id", "status").distinct()}
    for case, stage in through:
        if case in decided:
            before, one = found[stage], decided[case]
            is_supported = one.status not in lifecycle.ENDED_WITHOUT
            found[stage] = History(
                before.decided + 1,
                before.supported + is_supported,
                before.given_cents + given[case],
                before.approved_cents + (one.approved_cents if is_supported else 0),
            )
    return dict(found)


def _opened(held: copies.Held, standing: dict[int, _Standing], draft: SchemeVersion | None) -> tuple[Opened, int]:
    """Judge the open cases by the draft, or each by its own version; one that cannot be judged is counted and left out."""
    stages, parts, unjudged = {status: place for place, status in enumerate(PIPELINE)}, [], 0
    for version, cases in held:
        mine = cases.only(np.array([_is_open(standing.get(case)) for case in cases.cases.tolist()], np.bool_))
        if not len(mine):
            continue
        amounts, known = given_by(draft or version, version, mine)
        place = np.array([stages[_STAGES[standing[case].status]] for case in mine.cases.tolist()], np.int64)
        unjudged += int((~known).sum())
        parts.append((place[known], amounts[known], mine.days[known]))
    columns = [np.concatenate([part[number] for part in parts]) if parts else np.zeros(0, np.int64) for number in range(3)]
    return Opened(PIPELINE, *columns), unjudged


def _is_open(one: _Standing | None) -> bool:
    return one is not None and one.status in PIPELINE


def given_by(version: SchemeVersion, bound: SchemeVersion, cases: Past) -> tuple[Ints, Any]:
    """This will say what a version gives cases that another judged, and where it can say: nothing to one that does not fit."""
    facts = past.read_by(version, bound.vocabulary.facts, cases.facts)
    said = judge_many.judge(version, facts, on=cases.days, count=len(cases), with_rules=False)
    return np.where(said.fit == FAIL, 0, said.amount), said.is_amount_known | (said.fit == FAIL)


def _promises(asked: _Asked, standing: dict[int, _Standing]) -> tuple[forecast.Curve, list[tuple[date | None, int]]]:
    """How agreements of the scheme pay, and what is promised and not yet released: by agreed instalments, or, of an offer still open,
    as agreements do."""
    cases = [case for case, one in standing.items() if one.status not in PIPELINE]
    values = {"cases": cases, "on": asked.on, "seal": asked.seal, "unit": asked.unit}
    released: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for case, instalment, cents in _asked(_RELEASED, values):
        released[case][instalment] = cents
    planned: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    plans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for case, starts, due, instalment, cents in _asked(_AGREED, values):
        plans[case].append(((due - starts).days, cents))
        planned[case].append((due, cents - released[case][instalment]))
    curve = forecast.curve_of(list(plans.values()))
    promises: list[tuple[date | None, int]] = []
    for case in cases:
        one = standing[case]
        if one.status == "approved":
            promises += forecast.spread(one.approved_cents, curve, asked.on)
        elif one.status in lifecycle.IN_FORCE:
            promises += forecast.left_to_pay(one.approved_cents - released[case].total(), planned[case])
    return curve, promises


def _asked(question: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        yield from cursor.fetchall()
