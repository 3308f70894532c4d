"""Visits for exchange: who went where and why, and what followed — e.g. a partner in Shenzhen in an application half a year later.

What followed is told, not claimed: applications received after the visit of organisations that went, with a partner in that place.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.desks.policy.asked import Asked
from millrace.registers.cases.models import Case, Party
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.learn import queries as learn
from millrace.stages.plan import exchange
from millrace.stages.plan.models import ExchangeVisit
from millrace.web import access, asking, fields
from millrace.web.access import entry
from millrace.web.forms import said

SHOWN, MOST = 200, 500


class VisitForm(forms.Form):
    """Where, when, which aim, why, who."""

    place = fields.ChoiceField(label=gettext_lazy("Place"), choices=())
    starts_on = fields.DayField(label=gettext_lazy("First day"))
    ends_on = fields.DayField(label=gettext_lazy("Last day"))
    aim = fields.ChoiceField(label=gettext_lazy("Aim"), choices=ExchangeVisit.Aim.choices)
    why = fields.TextField(label=gettext_lazy("What it was for"), max_length=1_000, is_long=True)
    who = fields.TextField(
        label=gettext_lazy("Who went"), max_length=2_000, is_long=True, help_text=gettext_lazy("Name and post, one a line.")
    )
    hosts = fields.TextField(label=gettext_lazy("Who received them"), max_length=2_000, is_long=True, required=False)
    organisations = fields.TextField(
        label=gettext_lazy("Organisations that went"),
        max_length=2_000,
        is_long=True,
        required=False,
        help_text=gettext_lazy("Registration numbers, one a line: of organisations registered here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = exchange.places(policy.funder()) if policy.is_published() else ()
        self.fields["place"] = fields.ChoiceField(label=gettext_lazy("Place"), choices=[(one.id, said(one.label)) for one in named])
        self.order_fields(["place"])


@dataclass(frozen=True)
class Listed:
    """One visit in codes alone, as the first page tells it: nobody is named, so that it may be kept with what else is sealed."""

    place: str
    starts_on: date
    ends_on: date
    aim: str
    people_count: int
    address: str
    is_demonstration: bool


def known(asked: Asked) -> list[Listed]:
    """This will list the visits over by the day, as known at the seal, the latest first."""
    rows = exchange.visits_known(asked.seal.number, asked.as_at).select_related("event").defer("why", "who", "hosts")[:MOST]
    return [
        Listed(
            said(asked.funder.place_label(one.place)) if asked.funder else one.place,
            one.starts_on,
            one.ends_on,
            str(ExchangeVisit.Aim(one.aim).label),
            one.event.facts["people_count"],
            reverse("policy_desk:visit", args=[one.pk]),
            one.is_demonstration,
        )
        for one in rows
    ]


def told(visit: ExchangeVisit) -> dict[str, Any]:
    """This will lay one visit out."""
    return {
        "visit": visit,
        "place": said(policy.funder().place_label(visit.place)) or visit.place,
        "aim": str(ExchangeVisit.Aim(visit.aim).label),
        "people": visit.who.splitlines(),
        "address": reverse("policy_desk:visit", args=[visit.pk]),
    }


@entry(power="policy")
def listed(request: HttpRequest) -> HttpResponse:
    """This will list the visits, the latest first, those struck marked."""
    rows = ExchangeVisit.objects.prefetch_related("visitors__organisation").order_by("-starts_on", "-pk")[:SHOWN]
    context = {"rows": [told(one) for one in rows] if policy.is_published() else [], "crumbs": [(_("The whole chain"), "/policy/")]}
    return render(request, "policy/visits.html", context)


@entry(power="policy")
def record(request: HttpRequest) -> HttpResponse:
    """This will record a visit."""
    if not policy.is_published():
        raise Refusal.not_found()

    def act(said_of: dict[str, Any], command: uuid.UUID) -> None:
        numbers = tuple(said_of.pop("organisations").splitlines())
        exchange.record_exchange_visit(exchange.Told(**said_of, organisations=numbers), by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Record a visit for exchange"),
        lead=_("Who went where, and why. The timeline keeps place, days, aim and counts; names and words stay with this record."),
        button=_("Record"),
        back=reverse("policy_desk:visits"),
        done=_("Recorded."),
        crumbs=[(_("The whole chain"), "/policy/"), (_("Visits for exchange"), reverse("policy_desk:visits"))],
    )
    return asking.ask(request, VisitForm(request.POST or None), act, asked)


@entry(power="policy")
def visit(request: HttpRequest, visit: int) -> HttpResponse:
    """This will show one visit and what followed."""
    held = get_object_or_404(ExchangeVisit.objects.select_related("recorded_by", "struck_by", "event__seal"), pk=visit)
    organisations = [one.organisation for one in held.visitors.select_related("organisation").order_by("organisation__name")]
    context = {
        **told(held),
        "hosts": held.hosts.splitlines(),
        "organisations": organisations,
        "followed": _followed(request, held, [one.pk for one in organisations]),
        "crumbs": [(_("The whole chain"), "/policy/"), (_("Visits for exchange"), reverse("policy_desk:visits"))],
    }
    return render(request, "policy/visit.html", context)


def _followed(request: HttpRequest, held: ExchangeVisit, organisations: list[int]) -> list[Any]:
    """Applications the reader may see, received after the visit, of those who went and with a partner there."""
    visible = Case.objects.filter(access.visible_submitted(request.actor, request.at))
    parties = Party.objects.filter(organisation__in=organisations)
    today = policy.funder().day_of(request.at)
    rows = sheet.counted(sheet.rows_as_at(today, learn.last_seal().number)).exclude(status__in=lifecycle.DRAFT)
    since = rows.filter(received_on__gt=held.ends_on, partner_places__contains=[held.place])
    found: Any = since.filter(case__in=visible.values("pk").filter(pk__in=parties.values("case"))).select_related("case")
    return list(found.order_by("received_on", "pk")[:SHOWN]) if organisations else list[Row]()


@entry(power="policy")
def strike(request: HttpRequest, visit: int) -> HttpResponse:
    """This will strike a visit recorded in error."""
    held = get_object_or_404(ExchangeVisit, pk=visit)

    def act(_said: dict[str, Any], command: uuid.UUID) -> None:
        exchange.strike_exchange_visit(held, by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Strike this visit"),
        caption=told(held)["place"],
        lead=_("For a visit recorded in error. It is counted no more; the record and this act stay on the timeline."),
        button=_("Strike"),
        tone="danger",
        back=reverse("policy_desk:visit", args=[held.pk]),
        done=_("Struck."),
        crumbs=[(_("Visits for exchange"), reverse("policy_desk:visits"))],
    )
    return asking.ask(request, asking.Nothing(request.POST or None), act, asked)
