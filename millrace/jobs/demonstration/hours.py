"""Hours of facilities, and who meters them — e.g. 4,000 GPU-hours of which an engineer of the centre recorded 2,600, the rest returned.

The centre is run by an engineer with no power of the funder; nobody was named for the pilot line, so an officer records its hours.
"""

from datetime import date, timedelta

from django.db import transaction

from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling, moment
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities.models import Allocation, Booking, Resource
from millrace.registers.people.models import Membership, Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import actions as deliver
from millrace.stages.plan import operators

BEGINS_BEFORE = timedelta(days=75)
CENTRE, LINE = "ai-supercomputing-centre", "microelectronics-pilot-line"
PARTITION = "partition-a"


def told(cast: Cast, tale: Tale) -> Telling:
    """This will grant one research project hours of both facilities, meter them, return what is over, and leave bookings waiting."""
    yield tale.at
    case = Case.objects.filter(scheme="prp", status="in_force").order_by("opened_at", "pk").first()
    if case is None:
        return
    first, officer = tale.today, cast.one("officer", tale)
    centre, line = _opened(CENTRE, tale), _opened(LINE, tale)
    engineer = cast.person("operator", tale.at)
    tale.act(operators.name_operator, centre, email=engineer.email, by=cast.staff["administrator"][0])
    yield tale.soon()
    early = _granted(case, centre, 4_000, first, first + timedelta(days=60), officer, tale)
    trial = _granted(case, line, 120, first, first + timedelta(days=60), officer, tale)
    for days, gpu, tool in ((10, 1_100, 30), (25, 1_500, 45)):
        yield tale.on(first + timedelta(days=days))
        _read(early, gpu, engineer, tale)
        _read(trial, tool, officer, tale)
    yield tale.on(first + timedelta(days=61))
    for row in (early, trial):
        tale.act(deliver.return_hours, row, by=officer)
        tale.soon()
    later = _granted(case, centre, 6_000, tale.today, tale.today + timedelta(days=180), officer, tale)
    yield from _booked(later, engineer, tale)


def _booked(allocation: Allocation, engineer: Person, tale: Tale) -> Telling:
    """One booking used, one refused, one begun whose use is to be recorded, one to be confirmed."""
    yield tale.pause(1, 2)
    _book(allocation, 3, tale)
    _book(allocation, 4, tale)
    tale.soon()
    used, refused = Booking.objects.filter(allocation__case=allocation.case_id).order_by("number")[:2]
    tale.act(deliver.answer_booking, used, is_confirmed=True, by=engineer)
    tale.act(deliver.answer_booking, refused, is_confirmed=False, reason="Down for maintenance (invented).", by=engineer)
    yield tale.on(tale.today + timedelta(days=4))
    tale.act(deliver.record_booking_use, used, hours=200, by=engineer)
    _book(allocation, 2, tale)
    tale.soon()
    tale.act(deliver.answer_booking, Booking.objects.latest("pk"), is_confirmed=True, by=engineer)
    yield tale.soon()
    _book(allocation, 12, tale)


def _opened(code: str, tale: Tale) -> Resource:
    """As the first agreement with its hours would open it."""
    place = next(one for one in policy.facilities() if one.id == code)
    fund = next(one for one in policy.funds() if one.unit == place.unit)
    where = {"unit": place.unit, "fund": fund.id, "scheme": fund.schemes[0]}
    with transaction.atomic():
        return facilities.open_resource(code, names=dict(place.title.wordings), **where, at=tale.at)


def _granted(case: Case, resource: Resource, hours: int, starts_on: date, ends_before: date, officer: Person, tale: Tale) -> Allocation:
    span = {"starts_on": starts_on, "ends_before": ends_before}
    tale.act(deliver.grant_hours, case, resource=resource, hours=hours, **span, by=officer)
    return Allocation.objects.filter(case=case, resource=resource).latest("pk")


def _read(allocation: Allocation, hours: int, by: Person, tale: Tale) -> None:
    key = f"invented-{allocation.pk}-{tale.today}"
    tale.act(deliver.record_hours, allocation, hours=hours, used_on=tale.today, source_key=key, by=by)


def _book(allocation: Allocation, days: int, tale: Tale) -> None:
    """Four hours of a partition, from ten, some days ahead; asked for by a member of the applicant."""
    starts_at = moment(tale.today + timedelta(days=days), 10)
    slot = {"tool": PARTITION, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=4)}
    lead = Membership.objects.filter(organisation=allocation.case.lead_id, ends_at=None).select_related("person")
    tale.act(deliver.book_hours, allocation, **slot, by=lead.order_by("pk")[0].person)
