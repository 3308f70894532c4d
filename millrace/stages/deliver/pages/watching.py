"""What waits for an officer besides claims and evidence: changes, reports, visits, findings — e.g. /desk/changes/reports/."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.cases.models import Case
from millrace.stages.deliver import gather, waiting
from millrace.stages.deliver.models import ChangeRequest, Finding
from millrace.stages.deliver.pages.worklists import OF_ME, OFFICER, tabs
from millrace.web import access
from millrace.web.access import entry
from millrace.web.tables import Column, Listing

CASE = Column("case", word("Case"), "case__reference", url="/cases/{}/?show=changes", note="case__lead__name", is_sortable=True)
SEARCHED = ("case__reference", "case__lead__name", "case__lead__name_zh")
KINDS = {"progress": word("Progress report"), "final": word("Final report")}

CHANGES = Listing(
    page="changes-to-decide",
    caption=word("Changes to decide"),
    columns=(
        CASE,
        Column("number", word("Request"), "number", "count"),
        Column("kind", word("Change"), "kind", "choice", labels=dict(ChangeRequest.Kind.choices)),
        Column("submitted", word("Submitted"), "submitted_at", "moment", is_sortable=True),
        Column("advice", word("Advice"), "advice", "choice", labels={"": "–", **dict(ChangeRequest.Advice.choices)}),
        OFFICER,
    ),
    filters=(OF_ME,),
    order="submitted_at",
    search_fields=SEARCHED,
)

REPORTS = Listing(
    page="reports-due",
    caption=word("Reports due"),
    columns=(
        CASE,
        Column("number", word("Report"), "number", "count"),
        Column("kind", word("Of what"), "kind", "choice", labels=KINDS),
        Column("due", word("Due on"), "due_on", "day", is_sortable=True),
        Column("state", word("Handed in"), "is_handed_in", "choice", labels={True: word("To be read"), False: word("To come")}),
        OFFICER,
    ),
    filters=(OF_ME,),
    order="due_on",
    search_fields=SEARCHED,
)

VISITS = Listing(
    page="visits-planned",
    caption=word("Visits planned"),
    columns=(
        CASE,
        Column("number", word("Visit"), "number", "count"),
        Column("planned", word("Day"), "planned_on", "day", is_sortable=True),
        Column("place", word("Where"), "place"),
        OFFICER,
    ),
    filters=(OF_ME,),
    order="planned_on",
    search_fields=SEARCHED,
)

FINDINGS = Listing(
    page="findings-open",
    caption=word("Findings to clear"),
    columns=(
        CASE,
        Column("number", word("Finding"), "number", "count"),
        Column("severity", word("Weight"), "severity", "choice", labels=dict(Finding.Severity.choices)),
        Column("remedy", word("To be put right by"), "remedy_by", "day", is_sortable=True),
        Column("answered", word("Answered"), "answered_at", "moment", is_sortable=True),
        OFFICER,
    ),
    filters=(OF_ME,),
    order="remedy_by",
    search_fields=SEARCHED,
)


def _visible(request: HttpRequest, action: str) -> QuerySet[Case]:
    return Case.objects.filter(access.visible(request.actor, request.user.pk, request.at, action))


def _answer(request: HttpRequest, listing: Listing, rows: QuerySet[Any], title: str, tab: str) -> HttpResponse:
    return listing.answer(request, rows, "deliver/worklist.html", {"title": title, "tab": tab, "tabs": tabs(request)})


@entry(power=("officer", "authority"))
def changes(request: HttpRequest) -> HttpResponse:
    """This will list the requests that wait for advice or a decision, oldest first."""
    return _answer(request, CHANGES, waiting.changes(_visible(request, "decide_change")), _("Changes to decide"), "changes")


@entry(power="officer")
def reports(request: HttpRequest) -> HttpResponse:
    """This will list the reports to be read, overdue or due within a month, the longest overdue first."""
    rows = waiting.reports(_visible(request, "rule_report"), gather.local_day(request.at))
    return _answer(request, REPORTS, rows, _("Reports due"), "reports")


@entry(power="officer")
def visits(request: HttpRequest) -> HttpResponse:
    """This will list the visits planned, the next first."""
    return _answer(request, VISITS, waiting.visits(_visible(request, "inspect")), _("Visits planned"), "visits")


@entry(power="officer")
def findings(request: HttpRequest) -> HttpResponse:
    """This will list the findings not cleared, the longest past their day first."""
    return _answer(request, FINDINGS, waiting.findings(_visible(request, "inspect")), _("Findings to clear"), "findings")
