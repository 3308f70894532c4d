"""Records what a committee decided that approves by itself — e.g. the AISS committee grants 70% of HK$2m of computing power.

The recorded meeting is the decision: one transaction keeps who sat, reserves the envelope and makes the offer. Where the scheme's
committee only advises, the authority decides, and nothing here is permitted.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.refusal import Refusal
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, judging
from millrace.stages.assess.actions import recommendations
from millrace.stages.assess.actions.recommendations import Advice, Held
from millrace.stages.assess.models import Recommendation
from millrace.stages.award.actions import concluding, deciding
from millrace.stages.award.models import Decision


def decide_in_committee(case: Case, *, held: Held, advice: Advice, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record the committee's decision with who sat, and carry it out; `by` records it and takes no part."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "record_meeting", case, at)
        book, today = terms.of_row(case.scheme_version).book, terms.local_day(at)
        is_approval = advice.outcome == Recommendation.Outcome.RECOMMENDED
        target = guard.must_move(case, "approve_in_committee" if is_approval else "refuse_in_committee")
        said = judging.judge_again(case, at=at, found=advice.found)
        recommendations.must_be_possible(case, book, held, advice, today, said=said)
        _must_be_after_what_it_rests_on(case, held)
        recommendations.must_be_quorate(case, held, by=by, at=at)
        _must_be_theirs(case, said, held, advice, by=by, at=at)
        told = [] if is_approval else concluding.reasons_of(book, advice.reason_codes)
        event_id = timeline.reserve_id()
        for person in held.left:
            recommendations.note_conflict(case, person, by=by, at=at, event_id=event_id)
        sat = recommendations.keep(case, held, advice, by=by, at=at, event_id=event_id)
        decision = _write(case, said, sat, told, by=by, at=at)
        common: dict[str, Any] = {"event_id": event_id, "command": command, "by": by, "at": at, "case": case, "happened_on": held.on}
        facts = {"is_by_committee": True, "present_count": len(held.present), "left_count": len(held.left)}
        if is_approval:
            return concluding.approve(decision, said, target, common, facts=facts, supported_on=held.on)
        return concluding.refuse(decision, target, common, facts=facts)


def _must_be_after_what_it_rests_on(case: Case, held: Held) -> None:
    """A decision dated before the case came to the committee would contradict the timeline."""
    if held.on < case.status_on:
        raise Refusal(
            "meeting-too-early",
            what=_("The meeting cannot have decided before the case came to the committee."),
            why=_("It came to the committee on %(status_on)s."),
            next_step=_("Correct the day of the meeting."),
            field="held_on",
            status=422,
            values={"status_on": case.status_on},
        )


def _must_be_theirs(case: Case, said: Verdict, held: Held, advice: Advice, *, by: Person, at: datetime) -> None:
    """No member decides on what they screened or reviewed; the amount keeps to the rules and the request, not to one person's limit."""
    asked = deciding.asked_of(case, said, advice.amount_cents, limit=None, by=by, at=at)
    is_approval = advice.outcome == Recommendation.Outcome.RECOMMENDED
    members = frozenset(person.pk for person in held.present) - frozenset(person.pk for person in held.left)
    against = delegation.objections_to_committee(asked, members=members, is_approval=is_approval)
    concluding.must_stand(case, said, against, limit=None, is_approval=is_approval)


def _write(case: Case, said: Verdict, sat: Recommendation, told: Sequence[dict[str, str]], *, by: Person, at: datetime) -> Decision:
    is_approval = sat.outcome == Recommendation.Outcome.RECOMMENDED
    return Decision.objects.create(
        case=case,
        outcome=Decision.Outcome.APPROVED if is_approval else Decision.Outcome.REFUSED,
        recommendation=sat,
        verdict=judging.store(case, said, purpose="approval", by=by, at=at),
        amount_cents=sat.amount_cents,
        unit=case.unit,
        conditions=[line.strip() for line in sat.conditions.splitlines() if line.strip()],
        reasons=list(told),
        decided_on=sat.meeting.held_on,
        decided_at=at,
        decided_by=by,
        event_id=sat.event_id,
    )
