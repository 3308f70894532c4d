"""What waits in cases in force besides claims and evidence — e.g. reports due in the next month or overdue, changes to be decided.

Each takes the cases the reader may see, and gives rows of a worklist.
"""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from millrace.registers.cases.models import Case
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver.models import ChangeRequest, Finding, Inspection, Report

LOOKED_AHEAD = timedelta(days=30)


def changes(cases: QuerySet[Case]) -> QuerySet[ChangeRequest]:
    """This will give the requests to be advised on or decided."""
    return ChangeRequest.objects.filter(state=ChangeRequest.State.SUBMITTED, case__in=cases)


def reports(cases: QuerySet[Case], on: date) -> QuerySet[ReportDue]:
    """This will give the reports to be read, those overdue and those due within a month, of agreements in force."""
    of_it = Report.objects.filter(case=OuterRef("case"), number=OuterRef("number"))
    due = ReportDue.objects.filter(case__status="in_force", case__in=cases)
    due = due.annotate(
        is_handed_in=Exists(of_it.filter(state=Report.State.SUBMITTED)), is_accepted=Exists(of_it.filter(state=Report.State.ACCEPTED))
    )
    return due.filter(Q(is_handed_in=True) | Q(is_accepted=False, due_on__lte=on + LOOKED_AHEAD))


def findings(cases: QuerySet[Case]) -> QuerySet[Finding]:
    """This will give the findings not cleared."""
    return Finding.objects.filter(cleared_at__isnull=True, case__in=cases)


def visits(cases: QuerySet[Case]) -> QuerySet[Inspection]:
    """This will give the visits planned and not yet recorded."""
    return Inspection.objects.filter(state=Inspection.State.PLANNED, case__in=cases)
