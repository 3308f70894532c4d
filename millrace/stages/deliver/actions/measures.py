"""Records what is measured of a case beside its money — e.g. two smart production lines working from 3 May, as seen on visit 1.

A number holds from its day on. The same measure of the same day recorded again corrects it: figures then answer with the new number, and
as known before with the old one.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather, measured

MOST_MEASURED = 1_000_000


def record_measure(
    case: Case, *, measure: str, number: int, from_on: date, rests_on: measured.Ground, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record a measure of a case from a day on, resting on an accepted report or milestone, or on a visit that was held."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "record_measure", case, at)
        if case.status not in measured.STATUSES:
            gather.must_be_in_force(case)
        if not any(one.id == measure and case.scheme in one.schemes for one in policy.case_measures()):
            raise Refusal("no-such-measure", what=_("This is not measured of cases of this scheme."), field="measure", status=422)
        if not 0 <= number <= MOST_MEASURED:
            raise Refusal("measure-out-of-range", what=_("This number cannot be so."), field="number", status=422)
        if from_on < gather.local_day(case.opened_at):
            raise Refusal("measure-before-case", what=_("The case had not begun by that day."), field="from_on", status=422)
        if from_on > gather.local_day(at):
            raise Refusal("measure-to-come", what=_("What is to come is not recorded yet."), field="from_on", status=422)
        if rests_on not in measured.grounds_of(case):
            what = _("This was not accepted or held in this case.")
            next_step = _("Accept the report or milestone first, or record the visit.")
            raise Refusal("nothing-to-rest-on", what=what, next_step=next_step, field="rests_on", status=422)
        facts = {"measure": measure, "number": number, "from_on": from_on, "rests_on": rests_on.kind, "ground_number": rests_on.number}
        sheet = {"measures": {measure: number}}
        return timeline.record("measure_recorded", command=command, by=by, at=at, case=case, happened_on=from_on, facts=facts, sheet=sheet)
