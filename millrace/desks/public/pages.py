"""What anyone may see about schemes: which one fits, the list, and each one's rules — e.g. /find/?applicant_kind=company.

A search is an address: it may be kept, sent on, and works without scripts. Nothing told here is kept.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules.rulebook import SchemeVersion
from millrace.desks.public import forms, telling
from millrace.registers.policy import queries as policy
from millrace.stages.plan import finding
from millrace.web.access import entry


@entry("public")
def find(request: HttpRequest) -> HttpResponse:
    """This will ask a few facts and answer for every published scheme."""
    schemes = finding.schemes_at(request.at)
    on = policy.funder().day_of(request.at) if schemes else request.at.date()
    form = forms.FactsForm(finding.questions(schemes, on), request.GET)
    answers = [telling.answer(one) for one in finding.find(form.told(), on=on, schemes=schemes)] if form.is_bound else []
    context = {
        "form": form,
        "on": on,
        "has_schemes": bool(schemes),
        # Beside what fits stands what a figure would make fit; what plainly does not fit is folded away.
        "shown": sorted((one for one in answers if not one.is_folded), key=lambda one: one.rank),
        "folded": [one for one in answers if one.is_folded],
        "counts": telling.counts(answers),
    }
    return render(request, "public/find.html", context)


@entry("public")
def schemes(request: HttpRequest) -> HttpResponse:
    """This will list the published schemes."""
    held = finding.schemes_at(request.at)
    on = policy.funder().day_of(request.at) if held else request.at.date()
    listed = [telling.answer(one) for one in finding.find({}, on=on, schemes=held)]
    listed.sort(key=lambda one: one.title)
    groups = [
        (_("Taking applications"), [one for one in listed if one.is_open]),
        (_("Not taking applications now"), [one for one in listed if not one.is_open]),
    ]
    return render(request, "public/schemes.html", {"groups": [(title, told) for title, told in groups if told]})


@entry("public")
def scheme(request: HttpRequest, slug: str) -> HttpResponse:
    """This will show one scheme: what its rules say, how it goes on, and whether it fits; an earlier version by its name."""
    held = policy.scheme(slug, known_at=request.at)
    on = policy.funder().day_of(request.at)
    in_force = held.versions_on(on).candidates
    version = _chosen(held.versions, request.GET.get("version", "")) or (in_force or held.versions)[0]
    form = forms.FactsForm(finding.questions_of(version), request.GET)
    found = finding.judged(held, form.told(), on=on) if version in in_force else None
    context = {
        "version": version,
        "start": telling.start_words(version.starts),
        "start_why": telling.said(version.start_why),
        "versions": [(one, telling.start_words(one.starts), one in in_force) for one in reversed(held.versions)],
        "title": telling.said(version.title),
        "summary": telling.said(version.summary),
        "note": telling.said(version.note),
        "rules": telling.rules_of(version, held.versions),
        "steps": [(telling.said(body), step) for step in version.steps if (body := step.body.on(on).value)],
        "criteria": [(telling.said(one.title), one) for one in version.criteria],
        "calls": [(telling.said(one.title), one) for one in version.calls],
        "payment_why": telling.said(version.payment.why),
        "form": form,
        "answer": telling.answer(found) if found else None,
        "crumbs": [(_("Schemes"), "/schemes/")],
    }
    return render(request, "public/scheme.html", context)


def _chosen(versions: tuple[SchemeVersion, ...], wanted: str) -> SchemeVersion | None:
    if not wanted:
        return None
    chosen = next((version for version in versions if version.id == wanted), None)
    if chosen is None:
        raise Refusal.not_found()
    return chosen
