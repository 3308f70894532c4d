"""The page of one envelope in time — e.g. /finance/outlook/?envelope=itf-nifs.nifs.HKD&on=2026-03-31."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from millrace.core.refusal import Refusal
from millrace.desks.finance import outlook
from millrace.desks.finance.tabs import READERS, tabs
from millrace.registers.ledger import nearness
from millrace.registers.ledger import queries as ledger
from millrace.stages.deliver import gather
from millrace.stages.learn import queries as learn
from millrace.web import access, errors, fields, funder
from millrace.web.access import entry


class AskedForm(forms.Form):
    """Which day, as known when."""

    on = fields.DayField(label=_("On the day"), required=False)
    known = forms.DateTimeField(label=_("As known at (empty: now)"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"])


@entry(power=READERS)
def outlook_page(request: HttpRequest) -> HttpResponse:
    """This will show one envelope on a day as known at a moment, month by month, and when its promises fall due."""
    today = gather.local_day(request.at)
    states = ledger.envelope_states()
    by_address = {key.address: key for key in states}
    chosen = request.GET.get("envelope", "")
    # Unasked, the one that moved most: the first by name may never have been touched.
    moved = sorted(states, key=lambda key: (bool(key.scheme), states[key].voted - states[key].available), reverse=True)
    envelope = by_address.get(chosen) or next(iter(moved), None)
    if chosen and chosen not in by_address:
        raise Refusal.not_found()
    form = AskedForm(request.GET)
    context = {"form": form, "envelopes": outlook.choices(states), "tabs": tabs(), "states": outlook.STATES}
    if envelope is None or not form.is_valid():
        return render(request, "finance_desk/outlook.html", context, status=200 if envelope is None else 422)
    on, known = form.cleaned_data["on"] or today, form.cleaned_data["known"]
    seal, refused = None, None
    try:
        seal = learn.seal_as_known(funder.in_zone(known)) if known else None
    except Refusal as refusal:
        refused = errors.in_words(refusal)
    points = outlook.history(envelope, on, seal.number if seal else None)
    context |= {
        "envelope": envelope,
        "chosen": envelope.address,
        "title": outlook.title(envelope),
        "on": on,
        "known": request.GET.get("known", ""),
        "seal": seal,
        "refused": refused,
        "points": points,
        "now": points[-1].state,
        "picture": outlook.picture(points, envelope.unit),
        "keys": outlook.keys(),
        "near": nearness.of(envelope, today, seen=access.visible_submitted(request.actor, request.at, "read_money")),
        "promised": outlook.promised(envelope, today),
    }
    return render(request, "finance_desk/outlook.html", context, status=422 if refused else 200)
