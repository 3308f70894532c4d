"""One envelope in time: what it held on a day as known at a moment, how it burns down, and when its promises fall due.

For example NIFS at /finance/outlook/?envelope=itf-nifs.nifs.HKD&on=2026-03-31: HK$1.2bn available, 4% less each month, and HK$90m
of instalments due in 2026-27 against a provision of HK$300m.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import envelopes, lifecycle, months
from millrace.core.ledger import Envelope
from millrace.core.pictures import drawing, layers
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.queries import EnvelopeState
from millrace.stages.deliver import gather
from millrace.web import schemes, words

MONTHS = 12
LAYERS = {
    "available": word("Available"),
    "reserved": word("Reserved"),
    "committed": word("Committed"),
    "due": word("Due"),
    "paid": word("Paid"),
}
STATES = (*LAYERS, "returned")

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
    """Where the envelope stood at the end of a day."""

    on: date
    state: EnvelopeState


def choices(states: dict[Envelope, EnvelopeState]) -> list[tuple[str, str]]:
    """This will list the envelopes to choose from, each with its title."""
    return [(key.address, title(key)) for key in states]


def title(envelope: Envelope) -> str:
    """This will title an envelope as the reader knows its fund and scheme."""
    return schemes.with_fund(schemes.fund_title(envelope.fund), envelope.scheme)


def history(envelope: Envelope, on: date, seal: int | None) -> list[Point]:
    """This will give where the envelope stood at each month's end up to a day."""
    days = months.ends(on, MONTHS)
    states = ledger.envelope_history(days, seal=seal)
    return [Point(day, each.get(envelope, EnvelopeState(envelope))) for day, each in zip(days, states, strict=True)]


def picture(points: Sequence[Point], unit: str) -> SafeString:
    """This will draw what became of all that was voted, month by month; every word in it is escaped where it is written."""
    days = [{key: getattr(point.state, key) for key in LAYERS} for point in points]
    most = max((sum(day.values()) for day in days), default=0)
    labels = [words.month(point.on) for point in points]
    drawn = layers.drawn(layers.stacked(tuple(LAYERS), days), most=words.amount_in_short(most, unit), labels=labels)
    told = "; ".join(f"{_(LAYERS[key])}: {words.amount_in_short(cents, unit)}" for key, cents in days[-1].items())
    return mark_safe(drawing.svg(drawn, title=_("Burn-down"), told=told, name="burn-down"))


def keys() -> list[tuple[str, str]]:
    """This will name the picture's colours."""
    return [(f"layer{place}", _(label)) for place, label in enumerate(LAYERS.values())]


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
