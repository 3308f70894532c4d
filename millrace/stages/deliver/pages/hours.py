"""Pages for hours of a facility: what a case may use, booking a machine, its operator's answer and reading, and what is given back.

For example /cases/PILOT-7KQ2-M4XD/hours/: 240 tool-hours granted, 60 used, 12 booked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.policy_folder.blueprint import Tool
from millrace.core.refusal import Refusal
from millrace.registers.facilities import bookings
from millrace.registers.facilities import queries as facilities
from millrace.registers.facilities.models import Allocation, Booking
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import actions, forms_hours, gather
from millrace.stages.deliver.pages.evidence import crumbs
from millrace.web import access, asking, funder, words
from millrace.web.access import entry


def _address(request: HttpRequest) -> str:
    """The hours of the case; for whoever runs the facility, what waits for them: the case itself is closed to them."""
    return "/facilities/" if is_operator(request) else f"/cases/{request.case.reference}/hours/"


def is_operator(request: HttpRequest) -> bool:
    """This will say whether the reader comes to a case as one who runs its facility."""
    return bool(request.because == "standing:operator")


def _crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    if is_operator(request):
        return [(_("Facilities you run"), "/facilities/")]
    return [*crumbs(request), (_("Hours"), _address(request))]


def _tools(allocation: Allocation) -> Sequence[Tool]:
    return next((one.tools for one in policy.facilities() if one.id == allocation.resource.code), ())


def tool_names() -> dict[tuple[str, str], str]:
    """This will word every machine in the reader's language, by facility and machine."""
    language = translation.get_language() or "en"
    return {(place.id, tool.id): tool.title.said_in(language) for place in policy.facilities() for tool in place.tools}


@entry(case="read_money")
def hours(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show what the case may use of each facility, and its bookings."""
    allocations = list(facilities.allocations_of(request.case))
    if not allocations:
        raise Refusal.not_found()
    may = {
        action: access.may(request.actor, request.user, action, request.case, request.at).allowed
        for action in ("book_hours", "meter_hours", "return_hours")
    }
    names = tool_names()
    rows = Booking.objects.filter(allocation__in=allocations).select_related("resource").order_by("-starts_at")
    context = {
        "case": request.case,
        "crumbs": crumbs(request),
        "allocations": [_told(one) for one in allocations],
        "bookings": [{"row": row, "machine": names.get((row.resource.code, row.tool), row.tool)} for row in rows],
        "may": {action: allowed and request.case.status == "in_force" for action, allowed in may.items()},
        "now": request.at,
        "desk": asking.is_desk(request),
    }
    return render(request, "deliver/hours.html", context)


def _told(allocation: Allocation) -> dict[str, Any]:
    booked = bookings.booked_hours(allocation)
    last = allocation.ends_before - timedelta(days=1)
    is_booked = bool(_tools(allocation))
    return {"row": allocation, "booked": booked, "free": allocation.left_hours - booked, "last_on": last, "is_booked": is_booked}


def _allocation(request: HttpRequest, pk: int) -> Allocation:
    found = facilities.allocations_of(request.case).filter(pk=pk).first()
    if found is None:
        raise Refusal.not_found()
    return found


def _booking(request: HttpRequest, number: int) -> Booking:
    rows = Booking.objects.select_related("allocation__case", "resource")
    found = rows.filter(allocation__case=request.case, number=number).first()
    if found is None:
        raise Refusal.not_found()
    return found


@entry(case="book_hours")
def book(request: HttpRequest, reference: str, allocation: int) -> HttpResponse:
    """This will ask for a machine for some hours; hours already taken are listed, not by whom."""
    held, zone = _allocation(request, allocation), funder.current().zone
    tools, names = _tools(held), tool_names()
    if not tools:
        raise Refusal.not_found()
    choices = [(tool.id, names[held.resource.code, tool.id]) for tool in tools]
    taken = Booking.objects.filter(resource=held.resource, state__in=Booking.HOLDING, ends_at__gt=request.at).order_by("starts_at")[:100]
    told = _told(held)
    asked = asking.Asked(
        title=_("Book a machine"),
        caption=request.case.reference,
        lead=_("The hours are held for you at once. Whoever runs the facility confirms them, and charges what you used."),
        button=_("Book"),
        back=_address(request),
        done=_("The machine is booked. You will see here when it is confirmed."),
        facts=((_("Left to book"), words.amount(told["free"], held.resource.unit)), (_("Until"), words.day(told["last_on"]))),
        crumbs=_crumbs(request),
        above="deliver/taken_above.html",
        context={
            "taken": [
                {"row": row, "machine": names.get((row.resource.code, row.tool), row.tool)} for row in taken.select_related("resource")
            ]
        },
    )
    form = forms_hours.BookingForm(request.POST or None, tools=choices)

    def act(data: dict[str, Any], command: Any) -> None:
        starts_at = datetime.combine(data["on"], data["from_hour"], tzinfo=zone)
        ends_at = starts_at + timedelta(hours=data["hours"])
        actions.book_hours(held, tool=data["tool"], starts_at=starts_at, ends_at=ends_at, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


def _asked_of(request: HttpRequest, booking: Booking, **said: Any) -> asking.Asked:
    zone = funder.current().zone
    machine = tool_names().get((booking.resource.code, booking.tool), booking.tool)
    facts = (
        (_("Machine"), machine),
        (_("From"), words.moment(booking.starts_at, zone)),
        (_("Until"), words.moment(booking.ends_at, zone)),
        (_("Counts as"), words.amount(booking.hours, booking.resource.unit)),
    )
    return asking.Asked(caption=request.case.reference, back=_address(request), facts=facts, crumbs=_crumbs(request), **said)


@entry(case="meter_hours")
def answer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will confirm a booking or refuse it with a reason."""
    booking = _booking(request, number)
    asked = _asked_of(request, booking, title=_("Answer a booking"), button=_("Record the answer"), done=_("The answer is recorded."))

    def act(data: dict[str, Any], command: Any) -> None:
        told = {"is_confirmed": data["answer"] == "yes", "reason": data["reason"]}
        actions.answer_booking(booking, **told, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_hours.AnswerForm(request.POST or None), act, asked)


@entry(case="meter_hours")
def use(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record what was used of a booking, and charge it."""
    booking = _booking(request, number)
    asked = _asked_of(request, booking, title=_("Record what was used"), button=_("Record"), done=_("What was used is charged."))
    form = forms_hours.UseForm(request.POST or None, most=booking.hours, initial={"hours": booking.hours})

    def act(data: dict[str, Any], command: Any) -> None:
        actions.record_booking_use(booking, hours=data["hours"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="book_hours")
def cancel(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will give a booking up."""
    booking = _booking(request, number)
    asked = _asked_of(request, booking, title=_("Give the booking up"), button=_("Give it up"), done=_("The hours are free again."))

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.cancel_booking(booking, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="meter_hours")
def read(request: HttpRequest, reference: str, allocation: int) -> HttpResponse:
    """This will record a meter reading that no booking stands for; the same reading again changes nothing."""
    held = _allocation(request, allocation)
    asked = asking.Asked(
        title=_("Record a reading"),
        caption=request.case.reference,
        button=_("Record"),
        back=_address(request),
        done=_("What was used is charged."),
        facts=((_("Left"), words.amount(held.left_hours, held.resource.unit)),),
        crumbs=_crumbs(request),
    )
    form = forms_hours.ReadingForm(request.POST or None, most=held.left_hours, today=gather.local_day(request.at))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.record_hours(held, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="return_hours")
def give_back(request: HttpRequest, reference: str, allocation: int) -> HttpResponse:
    """This will return what is left of an allocation to its envelope."""
    held = _allocation(request, allocation)
    asked = asking.Asked(
        title=_("Give unused hours back"),
        caption=request.case.reference,
        lead=_("Others may then be granted them. They do not come back to this case."),
        button=_("Give them back"),
        back=_address(request),
        done=_("The hours are back in the envelope."),
        facts=((_("Left"), words.amount(held.left_hours, held.resource.unit)),),
        crumbs=_crumbs(request),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.return_hours(held, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)
