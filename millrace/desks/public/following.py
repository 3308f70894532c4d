"""What programs follow for their readers: a feed of new awards (Atom) and a calendar of calls (iCalendar, RFC 5545).

Neither a feed reader nor a calendar tells which language its owner reads: `?language=zh-hant` asks for one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from millrace.core.rules.rulebook import Scheme
from millrace.desks.public import register
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.stages.call.models import Call
from millrace.web import funder, schemes, words
from millrace.web.access import entry

AWARDS_SHOWN = 50
REMIND_BEFORE = timedelta(days=7)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"


@entry("public")
def feed(request: HttpRequest) -> HttpResponse:
    """This will give the awards whose agreement came into force last, as an Atom feed; each entry is the award's permanent address."""
    zone = funder.current().zone
    today = request.at.astimezone(zone).date()
    rows = sheet.rows_as_at(today).filter(case__in=register.funded(), agreed_on__lte=today).select_related("case__lead")
    with translation.override(_language(request)):
        made = Atom1Feed(
            title=_("What was funded"),
            link=request.build_absolute_uri("/register/"),
            feed_url=request.build_absolute_uri(),
            description=_("New awards, the latest first"),
            language=words.tag(),
            author_name=funder.current().name,
        )
        for row in rows.order_by("-agreed_on", "-case_id")[:AWARDS_SHOWN]:
            case, moment = row.case, datetime.combine(row.agreed_on, datetime.min.time(), zone)
            amount = words.amount(case.approved_cents, case.unit)
            made.add_item(
                title=case.title or case.reference,
                link=request.build_absolute_uri(f"/register/{case.reference}/"),
                description=f"{case.lead} · {schemes.short_title(case.scheme)} · {amount}",
                pubdate=moment,
                updateddate=moment,
                unique_id=f"urn:millrace:award:{case.reference}",
                categories=(case.scheme,),
            )
        return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


@entry("public")
def calendar(request: HttpRequest) -> HttpResponse:
    """This will give when each call opens and closes; an extension is the same event again with a higher sequence."""
    named = {scheme.slug: scheme for scheme in policy.published_schemes(request.at)}
    calls = Call.objects.exclude(code=Call.ALL_YEAR).filter(scheme__in=named).annotate(extended=Count("extensions"))
    with translation.override(_language(request)):
        made = Calendar()
        made.add("prodid", "-//Millrace//Calls//EN")
        made.add("version", "2.0")
        made.add("method", "PUBLISH")
        made.add("x-wr-calname", f"{funder.current().name or 'Millrace'}: {_('Calls')}")
        for call in calls.order_by("opens_at", "scheme"):
            for event in _events(request, call, named[call.scheme]):
                made.add_component(event)
        return HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")


def _events(request: HttpRequest, call: Any, scheme: Scheme) -> list[Event]:
    title = scheme.versions[-1].title.said_in(translation.get_language() or "en")
    moments = [("opens", _("%(scheme)s: applications open"), call.opens_at)]
    if call.closes_at:
        moments.append(("closes", _("%(scheme)s: applications close"), call.closes_at))
    events = []
    for what, words_, moment in moments:
        event = Event()
        event.add("uid", f"{call.scheme}-{call.code}-{what}@{request.get_host().partition(':')[0]}")
        event.add("dtstamp", request.at)
        event.add("dtstart", moment)
        event.add("summary", words_ % {"scheme": title})
        event.add("sequence", call.extended)
        event.add("url", request.build_absolute_uri(f"/schemes/{call.scheme}/"))
        event.add("transp", "TRANSPARENT")
        if what == "closes":
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", words_ % {"scheme": title})
            alarm.add("trigger", -REMIND_BEFORE)
            event.add_component(alarm)
        events.append(event)
    return events
