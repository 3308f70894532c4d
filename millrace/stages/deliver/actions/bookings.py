"""Takes a booking from asking to use — e.g. a furnace for four hours on Tuesday, confirmed by its operator, of which three were used.

What was used is charged in the ledger like any meter reading; the rest stays with the allocation.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import slots
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities import bookings, queries
from millrace.registers.facilities.models import Allocation, Booking
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.actions import operating
from millrace.web import funder


def book_hours(
    allocation: Allocation, *, tool: str, starts_at: datetime, ends_at: datetime, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will ask for a machine for some hours: held from now on, and charged by what is used of it."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(allocation.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "book_hours", case, at)
        gather.must_be_in_force(case)
        place = next((one for one in policy.facilities() if one.id == allocation.resource.code), None)
        machine = place.tool(tool) if place else None
        if machine is None:
            raise Refusal("no-such-machine", what=_("The facility has no such machine."), field="tool", status=422)
        zone, slot = funder.current().zone, slots.Slot(starts_at, ends_at)
        booking = bookings.book(allocation, tool=tool, per_hour=machine.per_hour, slot=slot, zone=zone, by=by, at=at)
        event = timeline.reserve_id()
        messages.send_notice([one.person for one in queries.operators_of(booking.resource, at)], event_id=event, case=case, at=at)
        return _record("booking_asked", case, booking, {}, by=by, at=at, command=command, event_id=event)


def answer_booking(booking: Booking, *, is_confirmed: bool, reason: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record whether the operator can give the machine then; a refusal says why."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(booking.allocation.case)
        if done := timeline.replay(command, case):
            return done
        operating.must_meter(booking.resource, case, by=by, at=at)
        if not is_confirmed and not reason.strip():
            raise Refusal("reason-needed", what=_("Say why."), field="reason", status=422)
        state = Booking.State.CONFIRMED if is_confirmed else Booking.State.REFUSED
        booking = bookings.answer(booking, state, reason=reason.strip(), by=by, at=at)
        return _record(f"booking_{state}", case, booking, {}, by=by, at=at, command=command)


def cancel_booking(booking: Booking, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will give up hours before they are used; others may book them."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(booking.allocation.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "book_hours", case, at)
        booking = bookings.answer(booking, Booking.State.CANCELLED, by=by, at=at)
        return _record("booking_cancelled", case, booking, {}, by=by, at=at, command=command)


def record_booking_use(booking: Booking, *, hours: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will charge what was used of a confirmed booking once it has begun; the rest stays with the allocation."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(booking.allocation.case)
        if done := timeline.replay(command, case):
            return done
        operating.must_meter(booking.resource, case, by=by, at=at)
        if booking.starts_at > at:
            raise Refusal("not-begun", what=_("What was used is recorded once the booking has begun."))
        if not 0 < hours <= booking.hours:
            raise Refusal(
                "more-than-booked",
                what=_("Between one hour and the %(hours)s booked can have been used."),
                next_step=_("Record what was used beyond that as a reading of its own."),
                field="hours",
                status=422,
                values={"hours": booking.hours},
            )
        booking = bookings.answer(booking, Booking.State.USED, by=by, at=at)
        booking.used_hours = hours
        booking.save(update_fields=["used_hours"])
        event, used_on = timeline.reserve_id(), gather.local_day(booking.starts_at)
        facilities.record_usage(
            booking.allocation,
            hours=hours,
            used_on=used_on,
            source_key=f"booking-{booking.pk}",
            year=gather.year_of(used_on),
            by=by,
            event=event,
            on=gather.local_day(at),
            at=at,
        )
        extra = {"hours": hours, "used_on": used_on}
        return _record("hours_used", case, booking, extra, by=by, at=at, command=command, event_id=event)


def _record(
    kind: str,
    case: Case,
    booking: Booking,
    extra: Mapping[str, Any],
    *,
    by: Person,
    at: datetime,
    command: uuid.UUID,
    event_id: int | None = None,
) -> Event:
    facts = {"booking": booking.number, "resource": booking.resource.code, "tool": booking.tool, "hours": booking.hours}
    facts |= {"unit": booking.resource.unit, "starts_at": booking.starts_at, "ends_at": booking.ends_at, **extra}
    day = gather.local_day(at)
    return timeline.record(kind, command=command, by=by, at=at, event_id=event_id, case=case, happened_on=day, facts=facts)
