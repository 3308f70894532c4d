"""Adds to the told story what waits between two people on its last day: a set-off, a refund, and a debt beside a year of revenue.

For example a university that owes part of its first instalment while its second waits to be paid.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Membership, Person, Power
from millrace.stages.apply.conftest import PDF
from millrace.stages.award import queries as award
from millrace.stages.close import actions as close
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.models import Evidence, Receivable, Release


def tell(at: datetime, *, staff: Mapping[str, Person]) -> None:
    """This will add each, by the people who may."""
    others = Power.objects.filter(power="finance", ends_at=None).exclude(person=staff["finance"])
    second, today = others.order_by("person")[0].person, gather.local_day(at)
    projects = Case.objects.filter(scheme="raise-plus", status="in_force", paid_cents__gt=0).select_related("lead").order_by("pk")
    case = next(one for one in projects if Release.objects.filter(case=one).count() == 1 and recovering.revenue_of(one, today) is None)
    waiting = _released(case, at, staff)
    debt = _raised(case, at, staff["finance"])
    _act(deliver.confirm_receivable, debt, at, by=second)
    told = {"release": waiting, "amount_cents": 1_000_00, "reason": "The next instalment is larger (invented)."}
    _act(deliver.propose_set_off, debt, at, **told, by=staff["finance"])
    told = {"amount_cents": 1_000_00, "received_on": today, "bank_reference": "REFUND-1"}
    _act(close.record_refund, case, at, **told, by=staff["finance"])
    _raised(next(one for one in projects if recovering.revenue_of(one, today)), at, staff["finance"])


def _act(action: Any, subject: Any, at: datetime, **fields: Any) -> Any:
    return action(subject, at=at, command=uuid.uuid4(), **fields)


def _released(case: Case, at: datetime, staff: Mapping[str, Person]) -> Release:
    """The milestone of the second instalment is reached, and it is released."""
    terms = award.terms_of(case, gather.local_day(at))
    assert terms
    following = terms.instalments[1]
    writer = Membership.objects.filter(organisation=case.lead, power="member", ends_at=None).order_by("pk")[0].person
    file = deliver.File("milestone.pdf", PDF)
    _act(deliver.report_milestone, case, at, milestone=following.milestones[0], file=file, by=writer)
    _act(deliver.verify_evidence, Evidence.objects.filter(case=case).latest("number"), at, by=staff["officer"])
    _act(deliver.release_instalment, case, at, instalment=following.number, by=staff["finance"])
    return Release.objects.filter(case=case).latest("number")


def _raised(case: Case, at: datetime, by: Person) -> Receivable:
    due_on = gather.local_day(at) + timedelta(days=30)
    told = {"reason": "Part of it was not used for the project (invented).", "evidence": "A note of the visit (invented)."}
    _act(deliver.raise_receivable, case, at, ground="breach", amount_cents=100_000_00, due_on=due_on, **told, by=by)
    return Receivable.objects.filter(case=case).latest("number")
