"""Opens the next stage of an agreement — e.g. stage 2 of a RAISe+ project, by the authority, on the committee's recorded advice."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, post
from millrace.stages.assess import queries as assess
from millrace.stages.assess.models import Recommendation, Seat
from millrace.stages.award import queries


def open_stage(case: Case, *, number: int = 2, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will open the stage after the present one; without a committee's recorded support it stays shut."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "open_stage", case, at)
        guard.must_not_be_party(by, case, at)
        target = guard.must_move(case, "open_next_stage")
        today = terms.local_day(at)
        agreed = queries.terms_of(case, today)
        if agreed is None or number != case.stage_number + 1 or number not in {stage.number for stage in agreed.stages}:
            raise Refusal(
                "no-such-stage",
                what=_("There is no such stage to open."),
                why=_("Stages are opened in order, and only those that the agreement has."),
                next_step=_("Look at the terms of the agreement."),
                status=422,
            )
        advice = _advice(case, by)
        event_id = timeline.reserve_id()
        guard.set_status(case, target, case.status_on, stage_number=number)
        post.tell_applicants(case, event_id=event_id, at=at)
        return timeline.record(
            "stage_opened",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"stage_number": number, "advised_on": advice.meeting.held_on},
            sheet={"stage_number": number},
        )


def _advice(case: Case, by: Person) -> Recommendation:
    """The committee's last word on stage two must be yes, and the authority took no part in it."""
    advice = assess.recommendation_for(case, Recommendation.Purpose.STAGE_TWO)
    if advice is None or advice.outcome != Recommendation.Outcome.RECOMMENDED:
        raise Refusal(
            "stage-not-recommended",
            what=_("The committee has not recommended this stage."),
            why=_("The next stage opens only on the committee's recorded advice after the stage before."),
            next_step=_("Have the committee advise, and its meeting recorded, first."),
        )
    took_part = Seat.objects.filter(recommendation=advice, has_left=False, person=by).exists()
    if took_part or by.pk == advice.recorded_by_id:
        raise Refusal(
            "own-recommendation",
            what=_("You advised on this case and cannot decide it."),
            why=_("Who screened, reviewed, recommended or recorded the advice is never the authority on the same case."),
            next_step=_("Ask another authority."),
        )
    return advice
