"""What the demonstration leaves out of kinds of grant: an advance to ask for, booked machines, a wish to dispose of equipment.

For example a partition of 64 cards booked for yesterday, so that the page that records what was used of it has a booking.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from millrace.core import holdings
from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Allocation, Booking, Operator, Resource
from millrace.registers.people.models import Membership, Person
from millrace.stages.assess.actions import selections
from millrace.stages.assess.actions.selections import Present, Said
from millrace.stages.award import actions as award
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.models import Equipment
from millrace.stages.plan import envelopes
from tests.prove import worth

MILLION = 1_000_000_00


def tell(at: datetime, *, case: Case, writer: Person, startup: Case, staff: Mapping[str, Person]) -> None:
    """This will add all of it, each by the person who may."""
    _selected(startup, staff, at)
    _booked(case, writer, staff, at)
    # Of the cases the sweep opens.
    opened = list(worth.cases_in_each_state().values())
    item = Equipment.objects.filter(case__in=opened).select_related("registered_by").order_by("number", "pk")[0]
    deliver.ask_disposal(item, manner="sale", why="Invented 虛構", by=item.registered_by, at=at, command=uuid.uuid4())
    project = next(one for one in opened if one.scheme == "raise-plus" and one.status == "in_force")
    team, firm = holdings.Share("Team (invented)", True, 7_000), holdings.Share("Firm (invented)", False, 3_000)
    told = {"kind": "patent", "name": "Scaffold (invented)", "registration": "INV-1", "shares": [team, firm]}
    deliver.record_title(project, **told, by=_member(project, "member"), at=at, command=uuid.uuid4())


def _member(case: Case, power: str) -> Person:
    found = Membership.objects.filter(organisation=case.lead, power=power, ends_at=None).select_related("person").order_by("pk")
    return found[0].person


def _selected(startup: Case, staff: Mapping[str, Person], at: datetime) -> None:
    """Selected by its university's panel, approved and accepted: half of it may be asked for in advance."""
    signatory = _member(startup, "signatory")
    envelopes.share_out("itf", "tsssu", 10 * MILLION, by=staff["finance"], at=at, command=uuid.uuid4())
    said = {startup.reference: Said(is_selected=True, amount_cents=MILLION)}
    told: dict[str, Any] = {"met_on": at.date(), "members": [Present("Professor A (invented)")], "said": said}
    selections.record_selection(startup, **told, by=signatory, at=at, command=uuid.uuid4())
    award.decide(startup, outcome="approved", amount_cents=MILLION, by=staff["authority"], at=at, command=uuid.uuid4())
    award.accept_offer(startup, by=signatory, at=at, command=uuid.uuid4())


def _booked(case: Case, writer: Person, staff: Mapping[str, Person], at: datetime) -> None:
    """One booking confirmed and begun, one to be confirmed, in a case of the sweep's own."""
    early, officer = at - timedelta(days=3), staff["officer"]
    envelopes.fund_envelope("supercomputing-hours", by=staff["finance"], at=at, command=uuid.uuid4())
    resource = Resource.objects.get(code="ai-supercomputing-centre")
    span = {"starts_on": early.date(), "ends_before": (at + timedelta(days=300)).date()}
    deliver.grant_hours(case, resource=resource, hours=10_000, **span, by=officer, at=early, command=uuid.uuid4())
    allocation = Allocation.objects.get(case=case)
    for asked_at, days in ((early, -1), (at, 1)):
        starts_at = (at + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        slot = {"tool": "partition-a", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=4)}
        deliver.book_hours(allocation, **slot, by=writer, at=asked_at, command=uuid.uuid4())
    first = Booking.objects.filter(allocation=allocation).order_by("number")[0]
    engineer = Operator.objects.get(resource=resource, ends_at=None).person
    deliver.answer_booking(first, is_confirmed=True, by=engineer, at=early, command=uuid.uuid4())
