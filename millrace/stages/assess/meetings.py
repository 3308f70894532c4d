"""Meetings of the committees, with who was present for what — e.g. the NIFS committee of 12 March: five present, one left for item 3.

An item on a case the reader is in conflict with is neither shown nor counted.
"""

from collections.abc import Sequence

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.stages.assess.models import Meeting, Recommendation, Seat
from millrace.web import access, schemes
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

READERS = ("officer", "committee", "authority", "auditor")
MOST_ITEMS = 100


def _schemes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(slug, schemes.short_title(slug)) for slug in Meeting.objects.order_by("scheme").values_list("scheme", flat=True).distinct()]


MEETINGS = Listing(
    page="meetings",
    caption=word("Meetings"),
    columns=(
        Column("held", word("Held on"), "held_on", "day", is_sortable=True, url="/desk/meetings/{}/", url_field="pk"),
        Column("scheme", word("Scheme"), "scheme", "scheme", is_sortable=True),
        Column("circulated", word("By circulation"), "is_by_circulation", "flag"),
        Column("items", word("Items"), "item_count", "count", is_sortable=True),
        Column("present", word("Members present"), "member_count", "count"),
        Column("recorded", word("Recorded by"), "recorded_by__name"),
    ),
    filters=(Filter("scheme", word("Scheme"), "scheme", _schemes),),
    order="-held_on",
)


def seen_meetings(request: HttpRequest) -> QuerySet[Meeting]:
    """This will give the meetings with an item the reader may read, counting those items alone."""
    mine = Q(recommendations__case__in=_visible(request))
    counted = Meeting.objects.annotate(
        item_count=Count("recommendations", filter=mine, distinct=True),
        member_count=Count("recommendations__seats__person", filter=mine, distinct=True),
    )
    return counted.filter(item_count__gt=0)


def _visible(request: HttpRequest) -> QuerySet[Case]:
    return Case.objects.filter(access.visible(request.actor, request.user.pk, request.at, "read_reviews"))


@entry(power=READERS)
def meetings(request: HttpRequest) -> HttpResponse:
    """This will list the meetings, the latest first."""
    return MEETINGS.answer(request, seen_meetings(request), "assess/meetings.html")


@entry(power=READERS)
def meeting(request: HttpRequest, meeting: int) -> HttpResponse:
    """This will show one meeting: each item, its outcome, who took part and who left the room for it."""
    found = seen_meetings(request).select_related("recorded_by").filter(pk=meeting).first()
    if found is None:
        raise Refusal.not_found()
    seats = Prefetch("seats", Seat.objects.select_related("person").order_by("person__name", "pk"))
    items = Recommendation.objects.filter(meeting=found, case__in=_visible(request)).select_related("case", "case__lead")
    shown = list(items.prefetch_related(seats).order_by("pk")[:MOST_ITEMS])
    rows = [
        {
            "item": item,
            "present": [str(seat.person) for seat in item.seats.all() if not seat.has_left],
            "left": [str(seat.person) for seat in item.seats.all() if seat.has_left],
        }
        for item in shown
    ]
    scheme = schemes.short_title(found.scheme)
    context = {
        "meeting": found,
        "scheme": scheme,
        "rows": rows,
        "more": found.item_count - len(rows),
        "crumbs": [(_("Meetings"), "/desk/meetings/")],
    }
    return render(request, "assess/meeting.html", context)
