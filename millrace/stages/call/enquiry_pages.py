"""The pages of enquiries: listed with what waits for an answer, recorded, answered, struck — e.g. /desk/enquiries/?scheme=nifs&state=open.

What followed is told, not claimed: applications under the scheme by the organisation that asked, received since.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Seal
from millrace.stages.call import enquiring
from millrace.stages.call.models import Enquiry
from millrace.web import access, asking, fields, schemes, words
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

FOLLOWED = 200


class AskedForm(forms.Form):
    """As at which day and known at which seal the list is asked for, where it is."""

    as_at = forms.DateField(required=False)
    seal = forms.IntegerField(required=False, min_value=1)


class EnquiryForm(forms.Form):
    """When, how, who, about what."""

    received_on = fields.DayField(label=gettext_lazy("Day"))
    way = fields.ChoiceField(label=gettext_lazy("How it came"), choices=Enquiry.Way.choices)
    scheme = fields.ChoiceField(label=gettext_lazy("Scheme"), choices=(), as_list=True, required=False)
    who = fields.TextField(
        label=gettext_lazy("Who asked"), max_length=300, help_text=gettext_lazy("Name, and how they are reached if they want an answer.")
    )
    organisation = fields.TextField(
        label=gettext_lazy("Registration number of the organisation"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Of one that is registered here."),
    )
    question = fields.TextField(label=gettext_lazy("What was asked"), max_length=2_000, is_long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = gettext_lazy("Left open where it is about none in particular.")
        offered = sorted(schemes.short_titles().items(), key=lambda pair: pair[1])
        self.fields["scheme"] = fields.ChoiceField(
            label=gettext_lazy("Scheme"), choices=offered, as_list=True, required=False, help_text=told
        )
        self.order_fields(["received_on", "way", "scheme"])


class AnswerForm(forms.Form):
    """What was answered, and when."""

    answered_on = fields.DayField(label=gettext_lazy("Day"))
    answer = fields.TextField(label=gettext_lazy("What was answered"), max_length=2_000, is_long=True)


def _schemes(_request: HttpRequest) -> list[tuple[str, str]]:
    return [*sorted(schemes.short_titles().items(), key=lambda pair: pair[1]), (enquiring.NO_SCHEME, _("No scheme in particular"))]


def _of_schemes(chosen: Sequence[str]) -> Q:
    return Q(scheme__in=["" if one == enquiring.NO_SCHEME else one for one in chosen])


OPEN = Q(answered_on=None, struck_at=None)
STATES = {"open": OPEN, "answered": Q(answered_on__isnull=False, struck_at=None), "struck": Q(struck_at__isnull=False)}


def _states(_request: HttpRequest) -> list[tuple[str, str]]:
    return [("open", _("Not yet answered")), ("answered", _("Answered")), ("struck", _("Struck"))]


def _in_states(chosen: Sequence[str]) -> Q:
    found = Q(pk__in=())
    for one in chosen:
        found |= STATES.get(one, found)
    return found


LISTING = Listing(
    page="enquiries",
    caption=word("Enquiries"),
    columns=(
        Column("received", word("Received"), "received_on", "day", is_sortable=True, url="/desk/enquiries/{}/", url_field="pk"),
        Column("scheme", word("Scheme"), "scheme", "scheme", is_sortable=True),
        Column("way", word("How it came"), "way", "choice", labels=dict(Enquiry.Way.choices)),
        Column("organisation", word("Organisation"), "organisation__name"),
        Column("question", word("What was asked"), "question"),
        Column("answered", word("Answered"), "answered_on", "day", is_sortable=True),
    ),
    filters=(
        Filter("scheme", word("Scheme"), "scheme", _schemes, _of_schemes),
        Filter("state", word("State"), "", _states, _in_states),
    ),
    order="-received_on",
    search_fields=("question", "organisation__name", "organisation__name_zh"),
    keeps=("as_at", "seal"),
)


def crumbs() -> list[tuple[str, str]]:
    return [(_("Enquiries"), reverse("call:enquiries"))]


@entry(power=tuple(enquiring.POWERS))
def listed(request: HttpRequest) -> HttpResponse:
    """This will list the enquiries, the latest first; where a day and a seal are asked for, those counted by that day as known there."""
    asked = AskedForm(request.GET)
    if not asked.is_valid():
        raise Refusal.not_found()
    day, number = asked.cleaned_data["as_at"], asked.cleaned_data["seal"]
    rows, seal = Enquiry.objects.all(), None
    if number:
        seal, day = get_object_or_404(Seal, number=number), day or policy.funder().day_of(request.at)
        rows = enquiring.enquiries_known(seal.number, day)
    elif day:
        rows = rows.filter(received_on__lte=day)
    return LISTING.answer(request, rows, "call/enquiries.html", {"as_at": day, "seal": seal})


@entry(power=tuple(enquiring.POWERS))
def record(request: HttpRequest) -> HttpResponse:
    """This will record an enquiry."""
    if not policy.is_published():
        raise Refusal.not_found()

    def act(said: dict[str, Any], command: uuid.UUID) -> None:
        enquiring.record_enquiry(enquiring.Told(**said), by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Record an enquiry"),
        lead=_("A question put before any application. The timeline keeps day, way and scheme; names and words stay with this record."),
        button=_("Record"),
        back=reverse("call:enquiries"),
        done=_("Recorded."),
        crumbs=crumbs(),
    )
    return asking.ask(request, EnquiryForm(request.POST or None), act, asked)


@entry(power=tuple(enquiring.POWERS))
def enquiry(request: HttpRequest, enquiry: int) -> HttpResponse:
    """This will show one enquiry and what followed."""
    related = ("organisation", "recorded_by", "answered_by", "struck_by", "event__seal")
    held = get_object_or_404(Enquiry.objects.select_related(*related), pk=enquiry)
    context = {
        "enquiry": held,
        "scheme": schemes.short_title(held.scheme) if held.scheme else _("No scheme in particular"),
        "way": str(Enquiry.Way(held.way).label),
        "followed": _followed(request, held),
        "crumbs": crumbs(),
    }
    return render(request, "call/enquiry.html", context)


def _followed(request: HttpRequest, held: Enquiry) -> list[Case]:
    """Applications the reader may see, received since of the organisation that asked, under the scheme it asked about if it was one."""
    if held.organisation is None:
        return []
    since = policy.funder().first_moment(held.received_on)
    rows = Case.objects.filter(access.visible_submitted(request.actor, request.at), lead=held.organisation, submitted_at__gte=since)
    found = rows.filter(scheme=held.scheme) if held.scheme else rows
    return list(found.order_by("submitted_at", "pk")[:FOLLOWED])


@entry(power=tuple(enquiring.POWERS))
def answer(request: HttpRequest, enquiry: int) -> HttpResponse:
    """This will record what was answered."""
    held = get_object_or_404(Enquiry, pk=enquiry)

    def act(said: dict[str, Any], command: uuid.UUID) -> None:
        enquiring.answer_enquiry(held, **said, by=request.user, at=request.at, command=command)

    return asking.ask(
        request, AnswerForm(request.POST or None), act, _about(held, _("Record the answer"), _("Record the answer"), _("Recorded."))
    )


@entry(power=tuple(enquiring.POWERS))
def strike(request: HttpRequest, enquiry: int) -> HttpResponse:
    """This will strike an enquiry recorded in error."""
    held = get_object_or_404(Enquiry, pk=enquiry)

    def act(_said: dict[str, Any], command: uuid.UUID) -> None:
        enquiring.strike_enquiry(held, by=request.user, at=request.at, command=command)

    lead = _("For an enquiry recorded in error. It is counted no more; the record and this act stay on the timeline.")
    asked = _about(held, _("Strike this enquiry"), _("Strike"), _("Struck."), lead=lead, tone="danger")
    return asking.ask(request, asking.Nothing(request.POST or None), act, asked)


def _about(held: Enquiry, title: str, button: str, done: str, **more: Any) -> asking.Asked:
    facts = [(_("Day"), words.day(held.received_on)), (_("Who asked"), held.who), (_("What was asked"), held.question)]
    return asking.Asked(
        title=title, button=button, done=done, back=reverse("call:enquiry", args=[held.pk]), facts=facts, crumbs=crumbs(), **more
    )
