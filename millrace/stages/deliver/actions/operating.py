"""Says who may confirm bookings and record hours: whoever runs the facility, or an officer where nobody was named to run it.

For example the pilot line's own staff, once an administrator has named them; an officer then no longer does it for them.
"""

from datetime import datetime

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.facilities.models import Resource
from millrace.registers.people.models import Person
from millrace.stages.deliver import gather


def must_meter(resource: Resource, case: Case, *, by: Person, at: datetime) -> None:
    """This will refuse whoever does not meter a case's hours of this resource."""
    gather.must(by, "meter_hours", case, at)
    running = {one.person_id for one in facilities.operators_of(resource, at)}
    if by.is_system or by.pk in running or (not running and not _runs_only(by, at)):
        return
    raise Refusal(
        "not-its-operator",
        what=_("This facility is run by its own people, who confirm its bookings and record its hours."),
        next_step=_("Ask them; an administrator names who runs a facility."),
        status=403,
    )


def _runs_only(by: Person, at: datetime) -> bool:
    """Who runs another facility of the case says nothing of this one."""
    return facilities.run_by(by, at).exists()
