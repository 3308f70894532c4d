"""Closes a month of the books — e.g. March 2026, after which corrections are dated in an open month and name what they correct."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather


def close_month(month: date, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will close a month that has ended; closing is for every account and for good."""
    month = month.replace(day=1)
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        gather.must_hold(by, frozenset({"finance"}), at)
        if month >= gather.local_day(at).replace(day=1):
            raise Refusal("month-not-over", what=_("A month is closed once it is over."), field="month", status=422)
        if month in balances.closed_months():
            raise Refusal("month-already-closed", what=_("This month is already closed."), field="month")
        event, day = timeline.reserve_id(), gather.local_day(at)
        ledger.close_month(month, event=event, at=at)
        facts = {"month": f"{month:%Y-%m}"}
        return timeline.record("month_closed", command=command, by=by, at=at, event_id=event, fund="all", happened_on=day, facts=facts)
