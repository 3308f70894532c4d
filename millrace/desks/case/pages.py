"""The one page of a case, in tabs and panels — e.g. /cases/NIFS-7KQ2-M4XD/, which a sponsor sees as its own part alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from millrace.core import access as rules
from millrace.core.access import Subject
from millrace.desks.case import overview
from millrace.desks.case.panels import PANELS, STEPS, TABS, Panel
from millrace.registers.cases.models import Case
from millrace.web import access
from millrace.web.access import entry


@entry(case="read_case")
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the panels of one tab that this person may see; the rest is not hinted at."""
    found: Case = request.case
    subject = access.subject_of(request.user, found, request.at)
    allowed = [panel for panel in PANELS if rules.decide(request.actor, panel.action, subject).allowed]
    tabs = [tab for tab in TABS if any(panel.tab == tab for panel in allowed)]
    current = request.GET.get("show", "")
    current = current if current in tabs else tabs[0]
    is_staff = bool(request.actor.powers) or bool(subject.standings & {"assessor", "committee"})
    context = {
        "case": found,
        "title": found.title or found.reference,
        "scheme_title": overview.scheme_title(found),
        "status": overview.status_for(found, is_staff=is_staff),
        "is_staff": is_staff,
        "tabs": [(tab, _(TABS[tab]), request.path if tab == tabs[0] else f"{request.path}?show={tab}") for tab in tabs]
        if len(tabs) > 1
        else [],
        "current": current,
        "panels": [shown for panel in allowed if panel.tab == current and (shown := _shown(panel, request))],
        "steps": _steps(request, found, subject),
        "crumbs": [(_("Cases"), "/desk/")] if request.actor.powers else [(_("My applications"), "/home/")],
    }
    return render(request, "case_desk/case.html", context)


def _shown(panel: Panel, request: HttpRequest) -> dict[str, Any] | None:
    told = panel.context(request.case, request.user, request.at)
    return None if told is None else {"id": panel.id, "title": _(panel.title), "template": panel.template, "told": told}


def _steps(request: HttpRequest, found: Case, subject: Subject) -> list[dict[str, Any]]:
    """What this person may do with the case as it stands."""
    open_to = []
    for step in STEPS:
        if found.status not in step.statuses or not step.applies(found):
            continue
        if rules.decide(request.actor, step.action, subject).allowed and step.is_open_to(found, request.user, request.at):
            try:
                url = reverse(step.address, args=[found.reference])
            except NoReverseMatch:
                continue
            open_to.append({"title": _(step.title), "url": url, "is_main": step.is_main})
    return open_to
