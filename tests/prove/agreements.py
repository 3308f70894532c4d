"""Adds to the told story what becomes of agreements in force — e.g. one asking for more time, one inspected, one reporting.

Each is another NIFS case of the demonstration, so that every page of changes, reports and visits has a row to be opened with.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from millrace.core import agreement, changes, reports
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply.conftest import PDF
from millrace.stages.award import agreements
from millrace.stages.award import queries as award
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import ChangeRequest, Finding, Inspection

HALF_YEARLY = reports.Schedule(6, 30, 90, is_audited=True)


def tell(at: datetime, *, officer: Person) -> None:
    """This will ask for changes on three cases (one agreed, one waiting, one a draft), visit one twice, and report on one."""
    cases = list(Case.objects.filter(status="in_force", scheme="nifs").select_related("lead", "scheme_version").order_by("-opened_at")[:5])
    agreed, waiting, draft, visited, reporting = cases
    change = asked(agreed, at)
    act(deliver.decide_change, change, at, is_approved=True, by=officer)
    asked(waiting, at)
    asked(draft, at, is_submitted=False)
    visit(visited, at, officer)
    report(reporting, at)


def act(action: Any, subject: Any, at: datetime, **fields: Any) -> Any:
    return action(subject, at=at, command=uuid.uuid4(), **fields)


def writer_of(case: Case) -> Person:
    return case.lead.memberships.filter(power="member", ends_at=None)[0].person


def asked(case: Case, at: datetime, *, is_submitted: bool = True) -> ChangeRequest:
    """This will ask for half a year more."""
    writer, terms = writer_of(case), award.terms_of(case, gather.local_day(at))
    assert terms
    change = deliver.open_change(case, kind=changes.TIME_EXTENSION, by=writer, at=at)
    ends = (max(terms.ends_before, gather.local_day(at)) + timedelta(days=31)).isoformat()
    deliver.save_change(change, wish=deliver.Wish("The machine comes late (invented).", "", {"ends_before": ends}), by=writer, at=at)
    if is_submitted:
        act(deliver.submit_change, change, at, by=writer)
    return change


def visit(case: Case, at: datetime, officer: Person) -> None:
    """One visit held, with a finding answered and one not; another planned."""
    today = gather.local_day(at)
    act(deliver.plan_inspection, case, at, planned_on=today, place="Yuen Long (invented)", by=officer)
    remedy = today + timedelta(days=30)
    found = [deliver.Found("major", "A robot is missing (invented).", remedy), deliver.Found("minor", "No label (invented).", remedy)]
    held = Inspection.objects.get(case=case)
    act(deliver.hold_inspection, held, at, held_on=today, note="The line was seen (invented).", findings=found, by=officer)
    first = Finding.objects.filter(case=case).order_by("number")[0]
    act(deliver.answer_finding, first, at, answer="It came on Monday (invented).", by=writer_of(case))
    act(deliver.plan_inspection, case, at, planned_on=remedy, place="Yuen Long (invented)", by=officer)


def report(case: Case, at: datetime) -> None:
    """Reports are agreed on: one handed in, the next a draft."""
    day, row = gather.local_day(at), award.terms_row(case, gather.local_day(at))
    terms = award.terms_of(case, day)
    assert terms and row
    planned = reports.plan(HALF_YEARLY, terms.starts_on, max(terms.ends_before, terms.starts_on + timedelta(days=400)))
    titles = {int(number): title for number, title in row.milestone_titles.items()}
    with transaction.atomic(durable=True):
        event = timeline.reserve_id()
        agreements.keep(case, agreement.Composed(replace(terms, reports=planned), titles), from_on=day, at=at, event_id=event)
        facts = {"number": 0, "change": "reports", "terms_number": row.number + 1}
        timeline.record("change_approved", event_id=event, command=uuid.uuid4(), by=writer_of(case), at=at, case=case, facts=facts)
    file = deliver.File("report.pdf", PDF)
    first = deliver.save_report(case, number=1, told="Half is done (invented).", file=file, by=writer_of(case), at=at)
    act(deliver.submit_report, first, at, by=writer_of(case))
    deliver.save_report(case, number=2, told="Begun (invented).", by=writer_of(case), at=at)
