"""Grants hours and counts their use, through the ledger — e.g. 4,000 GPU-hours reserved and committed in one entry's breath.

A register announces nothing: stage deliver records the event whose id these postings carry, and holds the locks.
"""

from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases import actions as standings
from millrace.registers.cases.models import Case, Standing
from millrace.registers.facilities import queries
from millrace.registers.facilities.models import Allocation, Operator, Resource, Usage
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person

OPERATOR = Standing.Relation.OPERATOR


def open_resource(code: str, *, names: dict[str, str], unit: str, fund: str, scheme: str, at: datetime) -> Resource:
    """This will put a resource on the list, once; its hours are appropriated to the envelope named here."""
    return Resource.objects.get_or_create(
        code=code, defaults={"names": names, "unit": unit, "fund": fund, "scheme": scheme, "opened_at": at}
    )[0]


def allot(
    case: Case,
    *,
    resource: Resource,
    hours: int,
    starts_on: date,
    ends_before: date,
    by: Person,
    at: datetime,
) -> Allocation:
    """This will note that a case may use hours which a decision has taken from their envelope."""
    if hours <= 0 or ends_before <= starts_on:
        raise Refusal("allocation-empty", what=_("Grant at least one hour, over at least one day."), field="hours", status=422)
    for one in queries.operators_of(resource, at):
        standings.grant_standing(one.person, case, OPERATOR, by=by, at=at)
    return Allocation.objects.create(
        case=case, resource=resource, granted_hours=hours, starts_on=starts_on, ends_before=ends_before, granted_at=at, granted_by=by
    )


def move_ends(case: Case, *, ended_before: date, ends_before: date) -> int:
    """This will let what could be used until an agreement's end be used until its new one, and give how many allocations that moved."""
    return queries.ending_before(case, ended_before).update(ends_before=ends_before)


def name_operator(resource: Resource, person: Person, *, by: Person, at: datetime) -> Operator:
    """This will let a person run a resource from now on: its bookings and meter, of every case that has hours of it."""
    Resource.objects.select_for_update().get(pk=resource.pk)
    held = queries.operators_of(resource, at).filter(person=person).first()
    named = held or Operator.objects.create(resource=resource, person=person, starts_at=at, named_by=by)
    for allocation in Allocation.objects.filter(resource=resource).select_related("case").order_by("case"):
        standings.grant_standing(person, allocation.case, OPERATOR, by=by, at=at)
    return named


def end_operator(operator: Operator, *, at: datetime) -> None:
    """This will end what a person runs; of a case with hours of another resource they run, they keep the standing."""
    Resource.objects.select_for_update().get(pk=operator.resource_id)
    Operator.objects.filter(pk=operator.pk, ends_at__isnull=True).update(ends_at=at)
    still = Allocation.objects.filter(resource__in=queries.run_by(operator.person, at)).values("case")
    for allocation in Allocation.objects.filter(resource=operator.resource_id).exclude(case__in=still).select_related("case"):
        standings.end_standing(operator.person, allocation.case, OPERATOR, at=at)


def allocate(
    case: Case,
    *,
    resource: Resource,
    hours: int,
    starts_on: date,
    ends_before: date,
    by: Person,
    event: int,
    on: date,
    at: datetime,
) -> Allocation:
    """This will grant hours: more than the envelope has is refused with the figures."""
    allocation = allot(case, resource=resource, hours=hours, starts_on=starts_on, ends_before=ends_before, by=by, at=at)
    envelope = ledger.envelope(resource.fund, resource.scheme, resource.unit)
    ledger.reserve(case, hours, envelope=envelope, event=event, on=on, at=at)
    ledger.commit(case, hours, envelope=envelope, event=event, on=on, at=at)
    return allocation


def record_usage(
    allocation: Allocation,
    *,
    hours: int,
    used_on: date,
    source_key: str,
    year: str,
    by: Person,
    event: int,
    on: date,
    at: datetime,
) -> Usage:
    """This will count a metered use against its allocation and the year's capacity."""
    allocation = Allocation.objects.select_for_update(of=("self",)).select_related("resource", "case").get(pk=allocation.pk)
    left = allocation.granted_hours - allocation.used_hours - allocation.returned_hours
    if not allocation.starts_on <= used_on < allocation.ends_before:
        raise Refusal("outside-allocation", what=_("The use falls outside the days of the allocation."), field="used_on", status=422)
    if not 0 < hours <= left:
        raise Refusal(
            "allocation-short",
            what=_("%(hours)s hours were used; the allocation has %(left)s left."),
            next_step=_("Ask for more hours, or correct the reading."),
            values={"hours": hours, "left": left},
        )
    usage = Usage.objects.create(
        allocation=allocation, source_key=source_key, event=event, hours=hours, used_on=used_on, recorded_at=at, recorded_by=by
    )
    allocation.used_hours += hours
    allocation.save(update_fields=["used_hours"])
    resource = allocation.resource
    envelope = ledger.envelope(resource.fund, resource.scheme, resource.unit)
    ledger.mark_due(allocation.case, hours, envelope=envelope, event=event, on=on, at=at)
    ledger.pay(allocation.case, hours, envelope=envelope, financial_year=year, event=event, on=on, at=at)
    return usage


def give_back(allocation: Allocation, *, event: int, on: date, at: datetime) -> int:
    """This will return what is left of an allocation to its envelope and give how many hours that was."""
    allocation = Allocation.objects.select_for_update(of=("self",)).select_related("resource", "case").get(pk=allocation.pk)
    left = allocation.granted_hours - allocation.used_hours - allocation.returned_hours
    if left <= 0:
        raise Refusal("nothing-left", what=_("Nothing is left of this allocation."))
    allocation.returned_hours += left
    allocation.save(update_fields=["returned_hours"])
    resource = allocation.resource
    envelope = ledger.envelope(resource.fund, resource.scheme, resource.unit)
    ledger.release_commitment(allocation.case, left, envelope=envelope, event=event, on=on, at=at)
    return left
