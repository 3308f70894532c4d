"""Books machines and answers bookings — e.g. four hours of a furnace, which no other case can book after that.

A register announces nothing: stage deliver records the event, and holds the case's lock. Two who book at once wait for each other at
the resource; the database refuses an overlap whatever happens.
"""

from datetime import date, datetime, time, tzinfo

from django.db.models import Max, Sum
from django.utils.translation import gettext_noop as _

from millrace.core import slots
from millrace.core.refusal import Refusal
from millrace.registers.facilities.models import Allocation, Booking, Resource
from millrace.registers.people.models import Person

WHY_NOT = {
    "not_whole_hours": _("A booking begins on the hour and lasts whole hours."),
    "in_the_past": _("The hour is past."),
    "outside_allocation": _("The hours fall outside the days of the allocation."),
    "more_than_left": _("The allocation has fewer hours left, after what is booked already."),
    "taken": _("Somebody has booked this machine for part of these hours."),
}


def book(allocation: Allocation, *, tool: str, per_hour: int, slot: slots.Slot, zone: tzinfo, by: Person, at: datetime) -> Booking:
    """This will hold a machine for some hours, to be confirmed by whoever runs it."""
    resource = Resource.objects.select_for_update(no_key=True).get(pk=allocation.resource_id)
    allocation = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    found = slots.problems(slot, room(allocation, resource, tool, zone), per_hour=per_hour, now=at)
    if found:
        raise Refusal(
            found[0].replace("_", "-"),
            what=_("This cannot be booked."),
            why=WHY_NOT[found[0]],
            next_step=_("Choose other hours: those already taken are listed."),
            status=409 if found[0] == "taken" else 422,
        )
    last = Booking.objects.filter(allocation__case=allocation.case_id).aggregate(last=Max("number"))["last"] or 0
    return Booking.objects.create(
        allocation=allocation,
        number=last + 1,
        resource=resource,
        tool=tool,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        hours=slot.hours(per_hour),
        asked_at=at,
        asked_by=by,
    )


def room(allocation: Allocation, resource: Resource, tool: str, zone: tzinfo) -> slots.Room:
    """This will give what a booking of a machine must fit in."""
    span = slots.Slot(_midnight(allocation.starts_on, zone), _midnight(allocation.ends_before, zone))
    held = Booking.objects.filter(resource=resource, tool=tool, state__in=Booking.HOLDING, ends_at__gt=span.starts_at)
    taken = [slots.Slot(*row) for row in held.order_by("starts_at").values_list("starts_at", "ends_at")]
    return slots.Room(span, allocation.left_hours - booked_hours(allocation), taken)


def booked_hours(allocation: Allocation) -> int:
    """This will add up what is booked and not yet used."""
    waiting = allocation.bookings.filter(state__in=[Booking.State.ASKED, Booking.State.CONFIRMED])
    return int(waiting.aggregate(sum=Sum("hours"))["sum"] or 0)


def answer(booking: Booking, state: str, *, reason: str = "", by: Person, at: datetime) -> Booking:
    """This will confirm, refuse or cancel a booking; what was used or given up is not answered again."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("allocation", "resource").get(pk=booking.pk)
    may_be = {Booking.State.CONFIRMED: ("asked",), Booking.State.REFUSED: ("asked",), Booking.State.CANCELLED: ("asked", "confirmed")}
    if booking.state not in may_be.get(Booking.State(state), ("confirmed",)):
        raise Refusal("booking-answered", what=_("This booking has been answered, used or given up already."))
    booking.state, booking.reason, booking.answered_at, booking.answered_by = state, reason, at, by
    booking.save()
    return booking


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
