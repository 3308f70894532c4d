"""Takes the authority's decision on a case — e.g. HK$10m approved within a limit of HK$15m, and reserved in the same transaction.

The rules are judged again under the applicant's lock: two cases of one applicant, approved at once, cannot both pass a limit
that only one may. The person who decides advised on the case in no way.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from millrace.core import delegation
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, joint, judging
from millrace.stages.assess import queries as assess
from millrace.stages.award.actions import concluding
from millrace.stages.award.models import Decision


def decide(
    case: Case,
    *,
    outcome: str,
    amount_cents: int = 0,
    conditions: Sequence[str] = (),
    reasons: Sequence[str] = (),
    remarks: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will approve an amount, reserve it and make the offer; or refuse, with reasons that are rules or criteria of the scheme."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "decide", case, at)
        book, is_approval = terms.of_row(case.scheme_version).book, outcome == Decision.Outcome.APPROVED
        if is_approval:
            joint.must_be_supported(case)
        target = guard.must_move(case, "approve" if is_approval else "refuse")
        said = judging.judge_again(case, at=at)
        if is_approval:
            concluding.must_be_within_selection(case, amount_cents)
        limit = people.limit_of(by, at)
        asked = asked_of(case, said, amount_cents, limit=limit, by=by, at=at)
        concluding.must_stand(case, said, delegation.objections(asked, is_approval=is_approval), limit=limit, is_approval=is_approval)
        told = [] if is_approval else concluding.reasons_of(book, reasons)
        verdict = judging.store(case, said, purpose="approval", by=by, at=at)
        event_id, today = timeline.reserve_id(), terms.local_day(at)
        decision = Decision.objects.create(
            case=case,
            outcome=outcome,
            recommendation=assess.recommendation_for(case),
            verdict=verdict,
            amount_cents=amount_cents if is_approval else 0,
            unit=case.unit,
            limit_cents=limit,
            conditions=[line.strip() for line in conditions if line.strip()],
            reasons=told,
            remarks=remarks.strip(),
            decided_on=today,
            decided_at=at,
            decided_by=by,
            event_id=event_id,
        )
        common: dict[str, Any] = {"event_id": event_id, "command": command, "by": by, "at": at, "case": case, "happened_on": today}
        if is_approval:
            return concluding.approve(decision, said, target, common)
        return concluding.refuse(decision, target, common)


def asked_of(case: Case, said: Verdict, amount_cents: int, *, limit: int | None, by: Person, at: datetime) -> delegation.Asked:
    """This will gather who decides what, within which limit, and who is barred from it."""
    return delegation.Asked(
        person=by.pk,
        limit_cents=limit,
        amount_cents=amount_cents,
        recommenders=assess.advisers(case),
        party_people=guard.party_people(case, at),
        rules_give_cents=said.amount_cents,
        requested_cents=case.requested_cents,
    )
