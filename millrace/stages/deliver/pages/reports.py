"""Pages of a report: written, handed in, accepted or returned — e.g. /cases/PRP-7KQ2-M4XD/reports/2/ with its audited accounts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.award import heads
from millrace.stages.deliver import actions, forms, forms_changes, gather, showing
from millrace.stages.deliver.models import Report
from millrace.stages.deliver.pages.evidence import case_address, crumbs, file_of
from millrace.web import asking, words
from millrace.web.access import entry


def _report(request: HttpRequest, number: int) -> Report:
    """This will give the report, unless it is still its writer's draft."""
    found = Report.objects.filter(case=request.case, number=number).select_related("document", "accounts", "submitted_by").first()
    if found is None or (found.state == Report.State.DRAFT and not str(request.because).startswith("party:")):
        raise Refusal.not_found()
    found.case = request.case
    return found


def _address(request: HttpRequest, number: int) -> str:
    return f"{case_address(request)}reports/{number}/"


def _title(number: int, kind: str) -> str:
    return f"{_(showing.REPORT_KINDS[kind])} {number}"


@entry(case="report")
def write(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take a report's text, file and figures as a draft; nothing is handed in yet."""
    due = actions.due_of(request.case, number, request.at)
    held = Report.objects.filter(case=request.case, number=number).select_related("document", "accounts").first()
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    asked = asking.Asked(
        title=_title(number, due.kind),
        caption=request.case.reference,
        lead=held.note if held and held.state == Report.State.RETURNED else "",
        button=_("Save"),
        back=case_address(request),
        done=_("The report is saved. It is not handed in yet."),
        facts=(
            (_("Covers"), f"{words.day(due.covers_from)} – {words.day(due.covers_before)}"),
            (_("Due on"), words.day(due.due_on)),
        ),
        context={"crumbs": crumbs(request)},
        after=_address(request, number),
    )
    form = forms_changes.ReportForm(
        request.POST or None,
        request.FILES or None,
        report=held,
        is_audited=due.is_audited,
        unit=request.case.unit,
        heads=forms.head_choices(terms, heads.words_of(request.case)),
    )

    def act(data: dict[str, Any], _command: Any) -> None:
        given = {"file": file_of(data), "accounts": file_of(data, "accounts")}
        actions.save_report(request.case, number=number, told=data["told"], stated=form.stated(), **given, by=request.user, at=request.at)

    return asking.ask(request, form, act, asked)


@entry(case="read_award")
def report_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show a report with its files, and audited accounts beside our books."""
    report = _report(request, number)
    may = showing.may_of(request.case, request.user, request.at, "report", "rule_report")
    context = {
        "report": report,
        "case": request.case,
        "title": _title(number, report.kind),
        "figures": showing.figures(request.case, report),
        "may_write": may["report"] and report.state in (Report.State.DRAFT, Report.State.RETURNED),
        "may_rule": may["rule_report"] and report.state == Report.State.SUBMITTED,
        "desk": asking.is_desk(request),
        "crumbs": crumbs(request),
    }
    return render(request, "deliver/report.html", context)


def _on_report(request: HttpRequest, report: Report, *, title: str, button: str, done: str, lead: str = "") -> asking.Asked:
    return asking.Asked(
        title=title,
        caption=f"{request.case.reference} · {_title(report.number, report.kind)}",
        lead=lead,
        button=button,
        back=_address(request, report.number),
        done=done,
        above="deliver/report_body.html",
        context={
            "crumbs": crumbs(request),
            "report": report,
            "case": request.case,
            "figures": showing.figures(request.case, report),
        },
    )


@entry(case="report")
def submit(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will hand a report in as it was saved."""
    report = _report(request, number)
    asked = _on_report(request, report, title=_("Hand in the report"), button=_("Hand in"), done=_("The report was handed in."))

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.submit_report(report, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="rule_report")
def rule(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will accept a report, differences from our books with the reason, or return it."""
    report = _report(request, number)
    asked = _on_report(
        request,
        report,
        title=_("Accept or return the report"),
        button=_("Record"),
        done=_("The outcome is recorded and the enterprise told."),
    )
    label = _("Note (needed where it is returned, or accepted with differences from our books)")
    form = forms_changes.OutcomeForm(request.POST or None, yes=_("Accept"), no=_("Return it"), label=label)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.rule_report(
            report, is_accepted=data["outcome"] == "yes", note=data["note"], by=request.user, at=request.at, command=command
        )

    return asking.ask(request, form, act, asked)
