"""The auditor's desk: replay any case and any day — e.g. what was known of NIFS-7KQ2-M4XD on 31 March, and who could decide then.

Every page here only reads. What is shown of a case is logged as read, as for everyone of the funder.
"""

import dataclasses
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.findings import Part
from millrace.core.refusal import Refusal
from millrace.desks.audit import bundling, drawing, forms, queries, telling
from millrace.registers.cases import queries as cases
from millrace.registers.ledger import verify as ledger
from millrace.registers.sheet import verify as sheet
from millrace.registers.timeline import sealer
from millrace.registers.timeline import verify as timeline
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.learn import queries as learn
from millrace.web import access, errors, funder, grounds, schemes, sentences, words
from millrace.web.access import entry

MOST_EVENTS_HERE = 50_000
PARTS = {"timeline": word("Timeline and seals"), "sheet": word("Sheet"), "ledger": word("Ledger")}


@entry(power="auditor")
def desk(request: HttpRequest) -> HttpResponse:
    """This will show where to begin; a reference typed in leads to the case."""
    if reference := request.GET.get("reference", "").strip().upper():
        if cases.case_at(reference) is None:
            return render(
                request, "audit_desk/desk.html", {"reference": reference, "is_unknown": True, "figure": forms.FigureForm()}, status=404
            )
        return redirect("audit_desk:case", reference=reference)
    context = {"events": Event.objects.aggregate(last=Max("id"))["last"] or 0, "figure": forms.FigureForm()}
    return render(request, "audit_desk/desk.html", context)


@entry(case="read_access")
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """This will replay one case: what had been recorded by a moment, and what was so on a day by that knowledge."""
    form = forms.ThenForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "case": request.case, "crumbs": [(_("Replay"), "/audit/")]}
    if form.is_bound and not form.is_valid():
        return render(request, "audit_desk/case.html", context, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    try:
        seal = learn.seal_as_known(funder.in_zone(asked["known"])) if asked.get("known") else learn.last_seal()
    except Refusal as refused:
        return render(request, "audit_desk/case.html", context | {"refused": refused}, status=refused.status)
    on = asked.get("on") or request.at.astimezone(funder.current().zone).date()
    then = queries.case_then(request.case, on=on, seal=seal)
    zone = funder.current().zone
    shown = [{"event": event, "sentence": sentences.sentence(event, zone)} for event in then.events]
    values = telling.values(request.case, then.values)
    return render(request, "audit_desk/case.html", context | {"then": then, "on": on, "shown": shown, "values": values})


@entry(case="read_access")
def case_bundle(request: HttpRequest, reference: str) -> HttpResponse:
    """This will give the case's audit bundle as known at a moment; a moment before anything was recorded is refused in words."""
    form = forms.ThenForm(request.GET)
    if not form.is_valid():
        return redirect("audit_desk:case", reference=reference)
    known = form.cleaned_data["known"]
    seal = learn.seal_as_known(funder.in_zone(known)) if known else learn.last_seal()
    return _file(reference, seal, bundling.of_case(request.case, seal))


@entry(power="auditor")
def figure_bundle(request: HttpRequest) -> HttpResponse:
    """This will give a figure's audit bundle: all it counts, so that whoever has a conflict in a case of it is refused."""
    form = forms.FigureForm(request.GET or None)
    if not form.is_valid():
        context = {"figure": form, "events": Event.objects.aggregate(last=Max("id"))["last"] or 0}
        return render(request, "audit_desk/desk.html", context, status=422)
    asked = form.cleaned_data
    if queries.has_conflict(request.actor, request.at):
        what = _("You have declared an interest in a case. The bundle of a figure holds all cases: a colleague may take it.")
        raise Refusal("conflict", what=what, status=403)
    seal = learn.seal_as_known(funder.in_zone(asked["known"])) if asked["known"] else None
    as_at = asked["as_at"] or request.at.astimezone(funder.current().zone).date()
    learn.not_ahead(as_at, learn.last_seal())
    given = learn.ask(asked["name"], as_at=as_at, seal=seal)
    return _file(asked["name"], given.seal, bundling.of_figure(given))


def _file(name: str, seal: Seal, packed: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}-seal-{seal.number}.zip"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(packed, content_type="application/zip", headers=headers)


@entry(power="auditor")
def powers(request: HttpRequest) -> HttpResponse:
    """This will say who had which power at a moment, and who could act for an organisation."""
    form = forms.PowersForm(request.GET or None)
    at, name = request.at, ""
    if form.is_bound and form.is_valid():
        at = funder.in_zone(form.cleaned_data["at"]) if form.cleaned_data["at"] else at
        name = form.cleaned_data["organisation"]
    members = queries.memberships_held(at, name)[:100] if name else []
    context = {"form": form, "at": at, "powers": queries.powers_held(at), "members": members, "crumbs": [(_("Replay"), "/audit/")]}
    return render(request, "audit_desk/powers.html", context, status=422 if form.errors else 200)


@entry(power="auditor")
def why(request: HttpRequest) -> HttpResponse:
    """This will answer "why may this person see this case?", with who granted each ground and since when."""
    form = forms.WhyForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "crumbs": [(_("Replay"), "/audit/")]}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        person, found = queries.person_named(asked["person"]), cases.case_at(asked["reference"].strip().upper())
        if person is None:
            form.add_error("person", _("No single person is found by this; give the e-mail address."))
        if found is None:
            form.add_error("reference", _("There is no case with this reference."))
        if person and found:
            at = funder.in_zone(asked["at"]) if asked["at"] else request.at
            decision, held = access.explain_access(person, found, at)
            told = [{"row": ground, "relation": grounds.ground(ground.relation)} for ground in held]
            context |= {"person": person, "case": found, "at": at, "decision": decision, "grounds": told}
            context["because"] = grounds.because(decision.because)
    return render(request, "audit_desk/why.html", context, status=422 if form.errors else 200)


@entry(power="auditor")
def readings(request: HttpRequest) -> HttpResponse:
    """This will list who read which case and file, newest first."""
    form = forms.ReadingsForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = queries.readings(reference=asked.get("reference", ""), person=asked.get("person", ""))
    zone = funder.current().zone
    names = {row.person: str(row.person) for row in rows}
    held = {because: grounds.ground(because) for because in {row.because for row in rows}}
    told = [(words.moment(row.at, zone), names[row.person], row.reference, row.file or "—", held[row.because]) for row in rows]
    return render(request, "audit_desk/readings.html", {"form": form, "rows": told, "most": queries.READINGS_SHOWN})


@entry(power="auditor")
def sample(request: HttpRequest) -> HttpResponse:
    """This will draw cases or payments by a seal's hash: the page's own address gives the same draw for ever."""
    form = forms.SampleForm(request.GET if "of" in request.GET else None)
    context: dict[str, Any] = {"form": form, "crumbs": [(_("Replay"), "/audit/")]}
    if not form.is_bound or not form.is_valid():
        return render(request, "audit_desk/sample.html", context, status=422 if form.is_bound else 200)
    number = form.cleaned_data.pop("seal")
    asked = drawing.Asked(**form.cleaned_data)
    try:
        seal = learn.seal_numbered(number) if number else learn.last_seal()
        drawn = drawing.draw(asked, seal, request.actor, request.at)
    except Refusal as refused:
        return render(request, "audit_desk/sample.html", context | {"refused": errors.in_words(refused)}, status=refused.status)
    rows = [(line, schemes.short_title(line.scheme), words.amount(line.amount_cents, line.unit), sure) for line, sure in drawn.lines]
    address = f"{request.path}?{urlencode(dataclasses.asdict(asked) | {'seal': seal.number})}"
    context |= {"asked": asked, "drawn": drawn, "rows": rows, "seal": seal, "address": address}
    return render(request, "audit_desk/sample.html", context)


@entry(power="auditor")
def seals(request: HttpRequest) -> HttpResponse:
    """This will show each day's last seal and, where asked, check timeline, sheet and ledger now."""
    form = django_forms.Form()
    days = sealer.daily_hashes(zone=str(funder.current().zone))[:60]
    context: dict[str, Any] = {"days": [{"day": d, "number": n, "chain": chain.hex()} for d, n, chain in days], "form": form}
    if "verify" in request.GET:
        context |= _verified()
    return render(request, "audit_desk/seals.html", context)


def _verified() -> dict[str, Any]:
    """Here only while it takes seconds; a larger past is verified by the command, which takes as long as it needs."""
    if (Event.objects.aggregate(last=Max("id"))["last"] or 0) > MOST_EVENTS_HERE:
        return {"is_too_large": True}
    parts = [timeline.verify(), sheet.verify(), ledger.verify()]
    return {"parts": [_part(part) for part in parts], "is_whole": all(part.is_whole for part in parts)}


def _part(part: Part) -> dict[str, Any]:
    counts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in part.counts.items())
    return {"title": _(PARTS.get(part.name, part.name)), "counts": counts, "findings": part.findings, "is_whole": part.is_whole}
