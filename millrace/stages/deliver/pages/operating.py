"""What waits for whoever runs a facility — e.g. /facilities/: three bookings to confirm, two whose use is to be recorded."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.facilities.models import Allocation, Booking
from millrace.stages.deliver.pages.hours import tool_names
from millrace.web import access, places
from millrace.web.access import entry

MOST = 200


@entry("signed_in")
def waiting(request: HttpRequest) -> HttpResponse:
    """This will list the bookings to answer or to charge, and the hours granted, of the facilities the reader runs."""
    run = list(facilities.run_by(request.user, request.at))
    if not run:
        raise Refusal.not_found()
    cases = Case.objects.filter(access.visible(request.actor, request.user.pk, request.at, "meter_hours"))
    due = Q(state=Booking.State.ASKED) | Q(state=Booking.State.CONFIRMED, starts_at__lte=request.at)
    bookings = Booking.objects.filter(due, resource__in=run, allocation__case__in=cases)
    granted = Allocation.objects.filter(resource__in=run, case__in=cases, case__status="in_force")
    names = tool_names()
    context = {
        "titles": [places.title(one.code) for one in run],
        "bookings": [
            {"row": row, "machine": names.get((row.resource.code, row.tool), row.tool), "facility": places.title(row.resource.code)}
            for row in bookings.select_related("allocation__case__lead", "resource").order_by("starts_at")[:MOST]
        ],
        "allocations": [
            {"row": row, "facility": places.title(row.resource.code)}
            for row in granted.select_related("case__lead", "resource").order_by("ends_before", "pk")[:MOST]
        ],
    }
    return render(request, "deliver/operating.html", context)
