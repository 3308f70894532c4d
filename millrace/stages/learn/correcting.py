"""A late correction of what an earlier event said of a case — e.g. an approval recorded for 30 March that was signed on 2 April.

Both stay as they were known. The one who recorded it does not correct it; money and status are never corrected here.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.timeline.models import Event
from millrace.stages.learn import actions, forms
from millrace.web import asking, funder, sentences, words
from millrace.web.access import entry


def _events(case: Case) -> list[Event]:
    """The events of a case that said something a figure reads and that may be corrected, latest first."""
    said = Event.objects.filter(case=case, sheet__has_any_keys=sorted(actions.CORRECTABLE)).select_related("by").defer("body")
    return list(said.order_by("-id")[:100])


@entry(case="correct")
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """This will let an officer choose which record of the case was wrong."""
    zone = funder.current().zone
    rows = [
        {
            "event": event,
            "sentence": sentences.sentence(event, zone),
            "is_own": event.by_id == request.user.pk,
            "said": [(forms.label(name), forms.shown(name, event.sheet[name])) for name in event.sheet if name in actions.CORRECTABLE],
        }
        for event in _events(request.case)
    ]
    context = {"case": request.case, "rows": rows, "crumbs": _crumbs(request)}
    return render(request, "learn/correct.html", context)


@entry(case="correct")
def correct(request: HttpRequest, reference: str, event: int) -> HttpResponse:
    """This will take what the record should have said, from which day, and why."""
    found = next((each for each in _events(request.case) if each.pk == event), None)
    if found is None:
        raise Refusal.not_found()
    form = forms.CorrectForm(request.POST or None, said=found.sheet, since=found.sheet_from)

    def act(told: dict[str, Any], command: uuid.UUID) -> None:
        actions.correct_case(
            request.case,
            values=form.values(),
            corrects=found,
            reason=told["reason"],
            from_day=told["from_day"],
            by=request.user,
            at=request.at,
            command=command,
        )

    asked = asking.Asked(
        title=_("Correct a record"),
        caption=f"{request.case.reference} · {request.case.title}",
        lead=_("What was recorded stays as it was known; figures asked as known from now on use the correction."),
        facts=(
            (_("Record"), sentences.sentence(found, funder.current().zone)),
            (_("Recorded"), words.moment(found.recorded_at, funder.current().zone)),
            (_("Recorded by"), found.by),
        ),
        button=_("Record the correction"),
        back=f"/cases/{request.case.reference}/",
        done=_("The correction is recorded. Figures follow once it is sealed."),
        crumbs=_crumbs(request),
    )
    return asking.ask(request, form, act, asked)


def _crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(_("Cases"), "/desk/"), (request.case.reference, f"/cases/{request.case.reference}/")]
