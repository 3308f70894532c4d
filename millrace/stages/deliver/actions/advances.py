"""Takes a request to be paid in advance — e.g. half of a grant that is otherwise reimbursed after the year.

Finance releases what was asked for; claims cover it before anything more is released, and what none covers is owed back.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import releases
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather, standing
from millrace.stages.deliver.models import AdvanceRequest


def request_advance(
    case: Case, *, instalment: int, amount_cents: int, note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record how much is asked for in advance, at most what the terms allow; asking again changes the amount."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "claim", case, at)
        gather.must_be_in_force(case)
        day = gather.local_day(at)
        planned = next((one for one in standing.planned(case, day) if one.instalment.number == instalment), None)
        if planned is None or planned.instalment.basis != releases.ON_ADVANCE:
            raise Refusal("no-advance", what=_("The agreement allows no such advance."), next_step=_("Claim what was spent."))
        unit = gather.terms_of(case, day).unit
        most = planned.instalment.planned_cents
        if not planned.released_cents < amount_cents <= most:
            raise Refusal(
                "advance-too-large",
                what=_("An advance lies between what was released of it, %(released_cents)s, and the most allowed, %(most_cents)s."),
                why=_("The agreement says how much of the grant may be paid before it is earned."),
                next_step=_("Ask for at most that much; the rest is paid with claims."),
                field="amount_cents",
                status=422,
                values={"released_cents": planned.released_cents, "most_cents": most, "unit": unit},
            )
        AdvanceRequest.objects.create(
            case=case,
            number=AdvanceRequest.objects.filter(case=case).count() + 1,
            instalment=instalment,
            unit=unit,
            amount_cents=amount_cents,
            note=note,
            requested_at=at,
            requested_by=by,
        )
        facts = {"instalment": instalment, "stage": planned.stage, "amount_cents": amount_cents, "unit": unit}
        return timeline.record(
            "advance_requested", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, happened_on=day, facts=facts
        )
