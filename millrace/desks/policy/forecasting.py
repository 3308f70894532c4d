"""The pages that look ahead — e.g. /policy/forecast/nifs/?on=2025-12-31: what will probably be committed and paid in each year, and why.

Conflicted cases are left out before anything is counted: their sum would be their shadow.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from millrace.core.refusal import Refusal
from millrace.core.rules.rulebook import SchemeVersion
from millrace.desks.policy import drafts
from millrace.registers.policy import drafting
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft
from millrace.stages.learn import queries as learn
from millrace.web import access, errors, fields, funder, statuses, words
from millrace.web.access import entry
from millrace.web.forms import said

if TYPE_CHECKING:
    from millrace.core.forecast import History
    from millrace.stages.learn.forecasting import Foreseen

# What forecasts is imported by the pages that do: NumPy comes with it, 15 MB that every other worker is spared.
READ_AT_MOST = 5_000  # by a page that someone waits for; more is read at a press of the page of comparisons, or by night


class AskedForm(forms.Form):
    """On which day, as known when."""

    on = fields.DayField(label=gettext_lazy("On the day"), required=False)
    known = forms.DateTimeField(
        label=gettext_lazy("As known at (empty: now)"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"]
    )


@entry(power="policy")
def index(request: HttpRequest) -> HttpResponse:
    """This will list the schemes and drafts that can be forecast."""
    is_published = policy.is_published()
    schemes = policy.published_schemes(request.at) if is_published else []
    context = {
        "schemes": [(scheme.slug, said(scheme.versions[-1].title)) for scheme in schemes],
        "drafts": drafting.drafts().filter(state__in=(Draft.State.OPEN, Draft.State.APPROVED))[:100],
    }
    return render(request, "policy/forecast_index.html", context)


@entry(power="policy")
def published(request: HttpRequest, slug: str) -> HttpResponse:
    """This will look ahead for a scheme under its published rules, each case by the version it is bound to."""
    policy.scheme(slug, known_at=request.at)
    return _looked(request, slug, None, [(_("Forecasts"), reverse("policy_desk:forecast_index"))])


@entry(power="policy")
def draft(request: HttpRequest, draft: int, slug: str) -> HttpResponse:
    """This will look ahead under a draft's last version of a scheme: its open cases, as if it held for them."""
    held = get_object_or_404(Draft, pk=draft)
    whole = drafts.look(held).policy
    if whole is None or slug not in whole.schemes:
        raise Refusal.not_found()
    policy.scheme(slug, known_at=request.at)
    crumbs = [(_("Drafts"), reverse("policy_desk:drafts")), (held.title, reverse("policy_desk:draft", args=[held.pk]))]
    return _looked(request, slug, whole.schemes[slug].versions[-1], crumbs)


def _looked(request: HttpRequest, slug: str, version: SchemeVersion | None, crumbs: list[tuple[str, str]]) -> HttpResponse:
    from millrace.stages.learn import forecasting
    from millrace.stages.plan import past

    form, today = AskedForm(request.GET), policy.funder().day_of(request.at)
    context: dict[str, Any] = {"form": form, "crumbs": crumbs, "known": request.GET.get("known", ""), "is_draft": version is not None}
    context |= {"title": said((version or policy.scheme(slug, known_at=request.at).versions[-1]).title), "on": today}
    if not form.is_valid():
        return render(request, "policy/forecast.html", context, status=422)
    on, moment = form.cleaned_data["on"] or today, form.cleaned_data["known"]
    context["on"] = on
    seen = access.cases_visible_to(request.user, request.at).filter(scheme=slug).values_list("pk", flat=True)
    try:
        _must_be_past(on, today)
        seal = learn.seal_as_known(funder.in_zone(moment)) if moment else learn.last_seal()
        found = forecasting.of_scheme(slug, on=on, seal=seal, draft=version, visible=set(seen), most=READ_AT_MOST)
    except Refusal as refusal:
        return render(request, "policy/forecast.html", context | {"refused": errors.in_words(refusal)}, status=refusal.status)
    except past.Behind as behind:
        return render(request, "policy/forecast.html", context | {"behind": behind.count})
    return render(request, "policy/forecast.html", context | laid_out(found))


def _must_be_past(on: date, today: date) -> None:
    if on > today:
        raise Refusal(
            "day-to-come",
            what=_("A forecast is made as of a day that has come."),
            next_step=_("Leave the day empty for today."),
            field="on",
            status=422,
        )


def laid_out(found: "Foreseen") -> dict[str, Any]:
    """This will lay out a forecast: by year, by stage with the cases its share rests on, and when the envelope is used up."""
    from millrace.core import forecast as core

    told, envelope, unit = found.forecast, found.envelope, found.version.unit
    return {
        "unit": unit,
        "version": found.version,
        "seal": found.seal,
        "tiles": [
            (_("Promised, not yet released"), words.amount_in_short(told.promised, unit), ""),
            (_("Open cases"), sum(one.count for one in told.stages), words.amount_in_short(told.commitment.high, unit)),
            (_("Expected of them"), _expected(told.commitment.expected, unit), ""),
            (_("Available in the envelope"), words.amount_in_short(envelope.available, unit), ""),
        ],
        "years": [(one.year, one, envelope.cash[one.year].available if one.year in envelope.cash else None) for one in told.years],
        "stages": [(statuses.in_words(one.name), one, _share(one.history)) for one in told.stages],
        "exceeded": [
            (reading, year)
            for reading, which in ((_("if all are supported"), "high"), (_("as expected"), "expected"))
            if (year := told.exceeds(envelope.available, which))
        ],
        "unjudged_count": found.unjudged_count,
        "decision_days": told.decision_days,
        "agreement_count": told.curve.agreement_count,
        "least": core.LEAST_DECIDED,
    }


def _expected(cents: int | None, unit: str) -> str:
    return _("Not enough decided cases") if cents is None else words.amount_in_short(cents, unit)


def _share(history: "History") -> str:
    return "" if history.share is None else f"{history.share / 100:.2f}%"
