"""One envelope in time: what it held on a day as known at a moment, how it burns down, and when its promises fall due.

For example NIFS at /finance/outlook/?envelope=itf-nifs.nifs.HKD&on=2026-03-31: HK$1.2bn available, 4% less each month, and HK$90m
of instalments due in 2026-27 against a provision of HK$300m.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from millrace.core import envelopes, lifecycle
from millrace.core.ledger import Envelope
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.queries import EnvelopeState
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import gather
from millrace.web import schemes

MONTHS = 12
STATES = ("available", "reserved", "committed", "due", "paid", "returned")
WIDTH, HEIGHT, BASE = 640, 200, 180

# Each instalment under an agreement by the last day of what it waits for, less what was released of it.
_PLANNED = """
    WITH agreed AS (
        SELECT DISTINCT ON (t.case_id) t.case_id, t.data FROM award_agreedterms t JOIN cases_case c ON c.id = t.case_id
         WHERE c.scheme = %(scheme)s AND c.status = ANY(%(statuses)s) AND NOT c.is_test AND t.from_on <= %(on)s
         ORDER BY t.case_id, t.from_on DESC, t.number DESC
    ), released AS (
        SELECT r.case_id, r.instalment, sum(r.amount_cents)::bigint AS cents FROM deliver_release r JOIN agreed USING (case_id)
         GROUP BY r.case_id, r.instalment
    ), instalments AS (
        SELECT coalesce((SELECT max(m ->> 'due_on') FROM jsonb_array_elements(agreed.data -> 'milestones') AS m
                          WHERE one -> 'milestones' @> (m -> 'number')), agreed.data ->> 'starts_on')::date AS due_on,
               (one ->> 'planned_cents')::bigint - coalesce(released.cents, 0) AS cents
          FROM agreed CROSS JOIN LATERAL jsonb_array_elements(agreed.data -> 'instalments') AS one
          LEFT JOIN released ON released.case_id = agreed.case_id AND released.instalment = (one ->> 'number')::int
         WHERE agreed.data ->> 'unit' = %(unit)s)
    SELECT due_on, sum(cents)::bigint FROM instalments WHERE cents > 0 GROUP BY due_on"""


@dataclass(frozen=True)
class Point:
    """Where the envelope stood at the end of a day, and where that is in the picture."""

    on: date
    state: EnvelopeState
    x: int = 0
    y: int = 0


def address(envelope: Envelope) -> str:
    """This will name an envelope in one word for an address."""
    return ".".join((envelope.fund, envelope.scheme, envelope.unit))


def choices(states: dict[Envelope, EnvelopeState], language: str) -> list[tuple[str, str]]:
    """This will list the envelopes to choose from, each with its title."""
    return [(address(key), title(key, language)) for key in states]


def title(envelope: Envelope, language: str) -> str:
    """This will title an envelope: a fund's title often ends with its scheme's, and said once, it is enough."""
    titles = {fund.id: fund.title.said_in(language) for fund in policy.funds_if_published()}
    fund, scheme = titles.get(envelope.fund, envelope.fund), schemes.short_titles().get(envelope.scheme, envelope.scheme)
    return fund if not scheme or scheme in fund else f"{fund} · {scheme}"


def month_ends(on: date) -> list[date]:
    """This will list the last days of the twelve months before `on`, and `on` itself."""
    days, first = [on], on.replace(day=1)
    for _month in range(MONTHS):
        days.append(first - timedelta(days=1))
        first = days[-1].replace(day=1)
    return days[::-1]


def history(envelope: Envelope, on: date, seal: int | None) -> list[Point]:
    """This will give where the envelope stood at each month's end up to a day, placed in a picture of 640 by 200."""
    days = month_ends(on)
    states = [each.get(envelope, EnvelopeState(envelope)) for each in ledger.envelope_history(days, seal=seal)]
    most = max((state.voted for state in states), default=0) or 1
    step = WIDTH // (len(days) - 1)
    return [
        Point(day, state, place * step, BASE - BASE * state.available // most + 10)
        for place, (day, state) in enumerate(zip(days, states, strict=True))
    ]


def line(points: Sequence[Point]) -> str:
    """This will write the picture's line through the points."""
    return " ".join(f"{point.x},{point.y}" for point in points)


def promised(envelope: Envelope, today: date) -> dict[str, Any]:
    """This will tell in which financial year what is promised falls due, against what that year has left to pay from."""
    statuses = sorted(lifecycle.IN_FORCE)
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED, {"scheme": envelope.scheme, "unit": envelope.unit, "on": today, "statuses": statuses})
        planned = [(day, int(cents)) for day, cents in cursor.fetchall()]
    state = ledger.envelope_state(envelope)
    provided = {year: cash.available for year, cash in state.cash.items()}
    years = envelopes.by_year(planned, provided, today=today, year_of=gather.year_of)
    total = sum(year.due for year in years)
    return {"years": years, "total": total, "committed": state.committed, "unplanned": state.committed - total}
