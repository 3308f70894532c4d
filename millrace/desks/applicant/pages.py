"""What an applicant comes back to: tasks, cases, open calls, organisations — e.g. "Sign NIFS-7KQ2-M4XD"."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from millrace.core.access import DRAFT_STATUSES
from millrace.core.rules.rulebook import SchemeVersion
from millrace.registers.cases.models import Case, Party
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.apply import facts
from millrace.stages.apply import queries as applying
from millrace.stages.call import queries as calls
from millrace.web import access, statuses, words
from millrace.web import forms as described
from millrace.web.access import entry

PER_PAGE = 25
SHOWN = ("reference", "title", "status", "status_on", "lead", "lead__name", "lead__name_zh")
# A case in one of these may wait for its applicant: such cases stand first, so that what waits is on the first page.
WAITING = (*DRAFT_STATUSES, "information_needed", "approved")
MAY_WAIT = ExpressionWrapper(Q(status__in=WAITING), output_field=BooleanField())


@entry("signed_in")
def home(request: HttpRequest) -> HttpResponse:
    """This will show everything of the reader's own organisations, a page of cases at a time, and nothing the funder's powers would
    add."""
    as_applicant = access.Actor(request.actor.person_id, frozenset(), request.actor.organisations)
    visible = Case.objects.filter(access.visible(as_applicant, request.user.pk, request.at), pk__in=_of_organisations(request))
    typed = request.GET.get("page", "1")
    number = min(max(int(typed), 1), 1000) if typed.isascii() and typed.isdigit() else 1
    listed = visible.select_related("lead").only(*SHOWN).order_by(MAY_WAIT.desc(), "-opened_at", "-pk")
    cases = list(listed[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    has_next = len(cases) > PER_PAGE
    cases = cases[:PER_PAGE]
    organisations = list(Organisation.objects.filter(pk__in=request.actor.organisations).order_by("name"))
    context = {
        "cases": [_row(case) for case in cases],
        "number": number,
        "has_next": has_next,
        "tasks": _tasks(request, cases),
        "calls": _open_calls(request, organisations),
        "organisations": organisations,
    }
    return render(request, "applicant_desk/home.html", context)


def _of_organisations(request: HttpRequest) -> Any:
    return Party.objects.filter(organisation__in=list(request.actor.organisations), left_at__isnull=True).values("case")


def _row(case: Case) -> dict[str, Any]:
    return {
        "title": case.title or case.reference,
        "reference": case.reference,
        "lead": str(case.lead),
        "badge": statuses.badge(statuses.for_applicant(case.status)),
        "since": words.day(case.status_on),
    }


def _tasks(request: HttpRequest, cases: list[Case]) -> list[dict[str, Any]]:
    """What of these cases waits for this person: drafts to finish or sign, parts to confirm, questions to answer, offers to accept."""
    tasks = []
    powers = request.actor.organisations
    for case in cases:
        held = powers.get(case.lead_id, frozenset())
        name = {"name": case.title or case.reference}
        if case.status == "awaiting_sign_off" and "signatory" in held:
            tasks.append(_task(_("Sign “%(name)s”") % name, "apply:sign", case, "required"))
        elif case.status in DRAFT_STATUSES and "member" in held:
            tasks.append(_task(_("Finish “%(name)s”") % name, "apply:draft", case, "to_do"))
        elif case.status == "information_needed" and held:
            tasks.append(_task(_("Answer the officer about “%(name)s”") % name, "case_desk:case", case, "required"))
        elif case.status == "approved" and "signatory" in held:
            tasks.append(_task(_("Answer the offer for “%(name)s”") % name, "case_desk:case", case, "required"))
    return tasks + [
        {
            "title": _("State your part in “%(name)s”") % {"name": part.case.title or part.case.reference},
            "url": reverse("apply:part", args=[part.case.reference, part.pk]),
            "status": "required",
        }
        for part in applying.parts_to_confirm(list(powers))
    ]


def _task(title: str, address: str, case: Case, status: str) -> dict[str, Any]:
    return {"title": title, "url": reverse(address, args=[case.reference]), "status": status, "help": case.reference}


def _open_calls(request: HttpRequest, mine: Sequence[Organisation]) -> list[dict[str, Any]]:
    """The calls that take applications now, with their closing moment."""
    now = calls.open_calls(request.at)
    titles = {scheme.slug: scheme.versions[-1] for scheme in policy.published_schemes(request.at)}
    return [
        {"title": described.said(titles[call.scheme].title), "call": call, "url": reverse("apply:open", args=[call.scheme])}
        for call in now
        if call.scheme in titles and (call.code != call.ALL_YEAR or _may_apply_at_any_time(titles[call.scheme], mine))
    ]


def _may_apply_at_any_time(book: SchemeVersion, mine: Iterable[Organisation]) -> bool:
    """A call open all year beside a scheme's windows is shown to those whom they do not bind."""
    return book.is_always_open or any(not facts.is_bound_by_windows(book, each) for each in mine)
