"""The pages of the other funder's side — e.g. /cases/MHKJFS-7KQ2-M4XD/other-side/filing/ takes the Ministry's reference and its paper."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules.rulebook import WorkflowStep
from millrace.stages.apply import terms
from millrace.stages.assess import forms_joint as forms
from millrace.stages.assess import joint
from millrace.stages.assess.actions import joint as actions
from millrace.stages.assess.pages import address, crumbs
from millrace.web import asking
from millrace.web.access import entry
from millrace.web.forms import said


def _step(request: HttpRequest) -> WorkflowStep:
    step = joint.step_of(request.case)
    if step is None:
        raise Refusal.not_found()
    return step


def _facts(step: WorkflowStep) -> tuple[tuple[str, str], ...]:
    return ((_("Funding authority"), said(step.partner)), (_("Place"), said(step.place)), (_("Its programme"), said(step.programme)))


def _paper(given: dict[str, Any]) -> actions.Paper:
    return actions.Paper(given["file"][0].name, given["file"][0].read())


@entry(case="record_joint")
def filing(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record the partner's filing with the other funder."""
    case, step = request.case, _step(request)
    form = forms.FilingForm(request.POST or None, request.FILES or None, today=terms.local_day(request.at))

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.record_joint_filing(
            case,
            reference=given["reference"],
            filed_on=given["filed_on"],
            paper=_paper(given),
            by=request.user,
            at=request.at,
            command=command,
        )

    asked = asking.Asked(
        title=_("The partner's filing"),
        caption=f"{case.reference} · {case.title}",
        lead=_("Without it the case goes no further: a filing on one side alone is refused."),
        button=_("Record the filing"),
        back=address(case),
        done=_("The filing is recorded."),
        facts=_facts(step),
        crumbs=crumbs(case),
    )
    return asking.ask(request, form, act, asked)


@entry(case="record_joint")
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record what the other funder decided."""
    case, step = request.case, _step(request)
    form = forms.TheirDecisionForm(request.POST or None, request.FILES or None, currency=step.currency, today=terms.local_day(request.at))

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        theirs = actions.Theirs(given["outcome"], given["decided_on"], given["amount"] or 0, step.currency, given["remarks"])
        actions.record_joint_decision(case, theirs=theirs, paper=_paper(given), by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("The other side's decision"),
        caption=f"{case.reference} · {case.title}",
        lead=_(
            "Its money is shown with its currency, and never counted in ours. If it refuses before our decision, the case ends; if it "
            "takes its approval back while the agreement is in force, the agreement is suspended until the authority decides."
        ),
        button=_("Record their decision"),
        back=address(case),
        done=_("The other side's decision is recorded."),
        facts=_facts(step),
        crumbs=crumbs(case),
    )
    return asking.ask(request, form, act, asked)


@entry(case="go_on_alone")
def going_on(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record the authority's decision to go on with our side alone."""
    case, step = request.case, _step(request)
    # A second click finds the case in force again: the action answers it as it did the first.
    if not joint.is_taken_back(case) or (request.method != "POST" and case.status not in actions.TAKEN_BACK):
        raise Refusal.not_found()
    form = forms.GoingOnForm(request.POST or None)

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.go_on_alone(case, reasons=given["reasons"], by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Go on without the other side"),
        caption=f"{case.reference} · {case.title}",
        lead=_(
            "The other side took its approval back, and the agreement is suspended: nothing is claimed or paid. Your decision takes it up "
            "again for our side alone. To end it instead, terminate the agreement."
        ),
        button=_("Go on alone"),
        back=address(case),
        done=_("The agreement is in force again, for our side alone."),
        facts=_facts(step),
        crumbs=crumbs(case),
    )
    return asking.ask(request, form, act, asked)
