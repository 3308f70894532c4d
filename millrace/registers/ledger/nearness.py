"""Says how near an envelope is to its end, by the policy's own threshold — e.g. to the authority before it approves."""

from datetime import date

from django.db.models import Q, Sum

from millrace.core import lifecycle
from millrace.core.envelopes import Nearness
from millrace.core.ledger import Envelope
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries
from millrace.registers.policy import queries as policy

MEASURE = "envelope-low"


def of(envelope: Envelope, on: date, *, seen: Q) -> Nearness:
    """This will tell one envelope's state, what undecided cases of its scheme ask for, and the threshold of the day.

    `seen` is the filter of the cases its reader may see: even a sum must not tell of a case in which one has a conflict.
    """
    return of_states({envelope: queries.envelope_state(envelope)}, on, seen=seen)[envelope]


def of_states(states: dict[Envelope, queries.EnvelopeState], on: date, *, seen: Q) -> dict[Envelope, Nearness]:
    """This will tell it of many envelopes with one question more."""
    rows = (
        Case.objects.filter(seen, status__in=lifecycle.UNDECIDED)
        .order_by()
        .values_list("scheme", "unit")
        .annotate(asked=Sum("requested_cents"))
    )
    asked = {(scheme, unit): int(cents) for scheme, unit, cents in rows}
    measures = policy.handling()
    found = {}
    for envelope, state in states.items():
        low = measures.number(MEASURE, envelope.scheme, on)
        waits = asked.get((envelope.scheme, envelope.unit), 0) if envelope.scheme else 0
        found[envelope] = Nearness(state.voted, state.available, waits, low)
    return found
