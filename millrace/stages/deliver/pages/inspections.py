"""Pages of visits and their findings — e.g. /cases/NIFS-7KQ2-M4XD/inspections/1/hold/."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.deliver import actions, forms_changes, gather
from millrace.stages.deliver.models import Finding, Inspection
from millrace.stages.deliver.pages.evidence import case_address, crumbs, file_of
from millrace.web import asking, words
from millrace.web.access import entry


def _delivery(request: HttpRequest) -> str:
    return f"{case_address(request)}?show=changes"


def _visit(request: HttpRequest, number: int) -> Inspection:
    found = Inspection.objects.filter(case=request.case, number=number).first()
    if found is None:
        raise Refusal.not_found()
    found.case = request.case
    return found


def _finding(request: HttpRequest, number: int) -> Finding:
    found = Finding.objects.filter(case=request.case, number=number).select_related("document").first()
    if found is None:
        raise Refusal.not_found()
    found.case = request.case
    return found


def _asked(request: HttpRequest, *, title: str, button: str, done: str, evidence: Finding | None = None, **more: Any) -> asking.Asked:
    return asking.Asked(
        title=title,
        caption=request.case.reference,
        button=button,
        back=_delivery(request),
        done=done,
        above="deliver/evidence_file.html" if evidence and evidence.document else "",
        context={"crumbs": crumbs(request), "evidence": evidence},
        **more,
    )


@entry(case="inspect")
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """This will plan a visit and tell the enterprise."""
    asked = _asked(request, title=_("Plan a visit"), button=_("Plan it"), done=_("The visit is planned and the enterprise told."))
    form = forms_changes.VisitForm(request.POST or None, today=gather.local_day(request.at))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.plan_inspection(request.case, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="inspect")
def hold(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record a visit and what it found."""
    visit, today = _visit(request, number), gather.local_day(request.at)
    asked = _asked(
        request,
        title=_("Record the visit"),
        button=_("Record"),
        done=_("The visit is recorded and the enterprise told of each finding."),
        lead=_("A major finding holds releases back until it is cleared, a minor one once its day is past."),
        facts=((_("Planned for"), words.day(visit.planned_on)), (_("Where"), visit.place)),
    )
    form = forms_changes.HeldForm(request.POST or None, today=today)

    def act(data: dict[str, Any], command: Any) -> None:
        findings = [actions.Found(row["severity"], row["told"], _day(row["remedy_by"])) for row in data["findings"]]
        actions.hold_inspection(
            visit, held_on=data["held_on"], note=data["note"], findings=findings, by=request.user, at=request.at, command=command
        )

    return asking.more_lines(request, form, asked) if form.wants_more_lines else asking.ask(request, form, act, asked)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


@entry(case="inspect")
def call_off(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will call a planned visit off."""
    visit = _visit(request, number)
    asked = _asked(request, title=_("Call the visit off"), button=_("Call it off"), done=_("The visit is called off."))
    form = forms_changes.NoteForm(request.POST or None, label=_("Why"))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.call_off_inspection(visit, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


def _facts(finding: Finding) -> tuple[tuple[str, Any], ...]:
    told = ((_("What was found"), finding.told), (_("Weight"), finding.get_severity_display()))
    return (*told, (_("To be put right by"), words.day(finding.remedy_by)), (_("Answer"), finding.answer or "–"))


@entry(case="answer_finding")
def answer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take what the enterprise did about a finding."""
    finding = _finding(request, number)
    asked = _asked(
        request,
        title=_("Answer a finding"),
        button=_("Submit"),
        done=_("Your answer was submitted. An officer looks at it."),
        facts=_facts(finding),
        lead=finding.note,
    )
    form = forms_changes.AnswerForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any], command: Any) -> None:
        file = file_of(data)
        actions.answer_finding(finding, answer=data["answer"], file=file, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="inspect")
def clear(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will clear a finding, or send its answer back."""
    finding = _finding(request, number)
    asked = _asked(
        request,
        title=_("Clear a finding"),
        button=_("Record"),
        done=_("The outcome is recorded and the enterprise told."),
        facts=_facts(finding),
        evidence=finding,
    )
    label = _("Note (needed where the answer is sent back, or where there is none)")
    form = forms_changes.OutcomeForm(request.POST or None, yes=_("Clear it"), no=_("Send the answer back"), label=label)

    def act(data: dict[str, Any], command: Any) -> None:
        is_cleared = data["outcome"] == "yes"
        actions.clear_finding(finding, is_cleared=is_cleared, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
