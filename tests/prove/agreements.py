"""Adds to the told story the states of a report that it leaves out: one handed in and to be read, one begun.

A NIFS case of the demonstration is made to report, so that the pages of both have a row to be opened with.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from millrace.core import agreement, reports
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply.conftest import PDF
from millrace.stages.award import agreements
from millrace.stages.award import queries as award
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather

HALF_YEARLY = reports.Schedule(6, 30, 90, is_audited=True)


def tell(at: datetime) -> None:
    """This will report on one case."""
    report(Case.objects.filter(status="in_force", scheme="nifs").select_related("lead", "scheme_version").order_by("-opened_at")[0], at)


def act(action: Any, subject: Any, at: datetime, **fields: Any) -> Any:
    return action(subject, at=at, command=uuid.uuid4(), **fields)


def writer_of(case: Case) -> Person:
    return case.lead.memberships.filter(power="member", ends_at=None)[0].person


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
