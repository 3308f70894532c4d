"""Grants, meters and takes back hours — e.g. 4,000 GPU-hours for one case, of which a meter reading used 120.

Hours go through the same ledger as money, in a unit of their own; the year's capacity is their "cash".
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities import bookings
from millrace.registers.facilities.models import Allocation, Resource, Usage
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.actions import operating


def grant_hours(
    case: Case,
    *,
    resource: Resource,
    hours: int,
    starts_on: date,
    ends_before: date,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will grant a case hours of a resource, out of the envelope that holds them."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "grant_hours", case, at)
        gather.must_be_in_force(case)
        event, day = timeline.reserve_id(), gather.local_day(at)
        span = {"starts_on": starts_on, "ends_before": ends_before}
        facilities.allocate(case, resource=resource, hours=hours, by=by, event=event, on=day, at=at, **span)
        facts = {"resource": resource.code, "hours": hours, "unit": resource.unit, **span}
        return timeline.record("hours_granted", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts)


def record_hours(
    allocation: Allocation, *, hours: int, used_on: date, source_key: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record a meter reading; the same reading again changes nothing, whatever command brings it."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(allocation.case)
        if done := timeline.replay(command, case) or _read_before(source_key):
            return done
        operating.must_meter(allocation.resource, case, by=by, at=at)
        event, day = timeline.reserve_id(), gather.local_day(at)
        year = gather.year_of(used_on)
        facilities.record_usage(
            allocation, hours=hours, used_on=used_on, source_key=source_key, year=year, by=by, event=event, on=day, at=at
        )
        facts = {"resource": allocation.resource.code, "hours": hours, "unit": allocation.resource.unit, "used_on": used_on}
        return timeline.record("hours_used", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts)


def return_hours(allocation: Allocation, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will give what was not used back to the envelope."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(allocation.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "return_hours", case, at)
        if booked := bookings.booked_hours(allocation):
            raise Refusal(
                "still-booked",
                what=_("%(hours)s of these hours are booked."),
                next_step=_("Give the bookings up first, or have what was used recorded."),
                values={"hours": booked},
            )
        event, day = timeline.reserve_id(), gather.local_day(at)
        hours = facilities.give_back(allocation, event=event, on=day, at=at)
        facts = {"resource": allocation.resource.code, "hours": hours, "unit": allocation.resource.unit}
        return timeline.record("hours_returned", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts)


def _read_before(source_key: str) -> Event | None:
    usage = Usage.objects.filter(source_key=source_key).first()
    return Event.objects.filter(pk=usage.event).first() if usage else None
