"""Records the other funder's side of a case — e.g. filed with the Ministry on 20 May 2024, RMB¥1.5m approved on 11 November.

Their money is kept with its currency and shown; nothing of it is posted, reserved, or set on the sheet.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, joint, post
from millrace.stages.assess.models import JointContinuation, JointDecision, JointFiling

BEFORE_THEIR_DECISION = frozenset({"submitted", "information_needed", "screened", "under_assessment", "recommended"})
# From our screening on, at their own pace. What they take back later is recorded too: it bars the acceptance of our offer, and
# suspends an agreement in force until the authority decides what becomes of our side.
THEIR_DECISION = frozenset({"screened", "under_assessment", "recommended", "jointly_supported", "approved", "in_force", "suspended"})
TAKEN_BACK = frozenset({"suspended"})


@dataclass(frozen=True)
class Paper:
    """The document that shows it, as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Theirs:
    """What the other funder decided: when, and how much of its own money in its own currency."""

    outcome: str
    decided_on: date
    amount_cents: int = 0
    currency: str = ""
    remarks: str = ""


def record_joint_filing(case: Case, *, reference: str, filed_on: date, paper: Paper, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record that the partner filed with the other funder; recorded again, the last counts."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        today = _must_be_possible(case, by, at, BEFORE_THEIR_DECISION)
        _must_not_be_future(filed_on, today, "filed_on")
        kept, event_id = _taken(case, paper, by=by, at=at), timeline.reserve_id()
        JointFiling.objects.create(
            case=case, reference=reference.strip(), filed_on=filed_on, document=kept, recorded_at=at, recorded_by=by, event_id=event_id
        )
        return timeline.record(
            "joint_filing_recorded",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=filed_on,
            facts={"filed_on": filed_on, "document": kept.sha256},
        )


def record_joint_decision(case: Case, *, theirs: Theirs, paper: Paper, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record the other funder's decision: before ours a yes lets ours follow and a no ends the case; a no that comes when
    our offer is out bars its acceptance, and one under an agreement in force suspends it."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        today = _must_be_possible(case, by, at, THEIR_DECISION)
        joint.must_be_filed(case)
        _must_not_be_future(theirs.decided_on, today, "decided_on")
        is_support = theirs.outcome == JointDecision.Outcome.APPROVED
        target = _target(case, is_support=is_support)
        kept, event_id = _taken(case, paper, by=by, at=at), timeline.reserve_id()
        amount = theirs.amount_cents if is_support else 0
        JointDecision.objects.create(
            case=case,
            outcome=theirs.outcome,
            decided_on=theirs.decided_on,
            amount_cents=amount,
            currency=theirs.currency,
            document=kept,
            remarks=theirs.remarks.strip(),
            recorded_at=at,
            recorded_by=by,
            event_id=event_id,
        )
        sheet: dict[str, Any] | None = {"status": target} if target != case.status else None
        if target == "refused":
            _tell_refusal(case, event_id=event_id, by=by, at=at)
            sheet = {"status": target, "refused_on": today}
        elif not is_support and case.status in ("approved", "in_force"):
            post.tell_applicants(case, event_id=event_id, at=at)
        if target != case.status:
            guard.set_status(case, target, today)
        return timeline.record(
            "joint_decision_recorded",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={
                "outcome": theirs.outcome,
                "decided_on": theirs.decided_on,
                "their_cents": amount,
                "unit": theirs.currency,
                "document": kept.sha256,
            },
            sheet=sheet,
        )


def go_on_alone(case: Case, *, reasons: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take up again, by the authority's decision, an agreement suspended because the other funder took its approval back."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "go_on_alone", case, at)
        guard.must_not_be_party(by, case, at)
        theirs = joint.decision_of(case)
        if theirs is None or theirs.outcome != JointDecision.Outcome.REFUSED:
            raise Refusal(
                "not-taken-back",
                what=_("The other side has not taken its approval back."),
                next_step=_("Look at the case's timeline for where it stands."),
            )
        if not reasons.strip():
            raise Refusal("no-reason", what=_("Give the reasons of your decision."), field="reasons", status=422)
        target, today, event_id = guard.must_move(case, "resume"), terms.local_day(at), timeline.reserve_id()
        JointContinuation.objects.create(case=case, theirs=theirs, reasons=reasons.strip(), decided_at=at, decided_by=by, event_id=event_id)
        guard.set_status(case, target, today)
        post.tell_applicants(case, event_id=event_id, at=at)
        return timeline.record(
            "went_on_alone",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"decided_on": theirs.decided_on},
            sheet={"status": target},
        )


def _must_be_possible(case: Case, by: Person, at: datetime, statuses: frozenset[str]) -> date:
    guard.must(by, "record_joint", case, at)
    guard.must_not_be_party(by, case, at)
    if not joint.is_joint(case) or case.status not in statuses:
        raise Refusal(
            "not-joint-now",
            what=_("Nothing of the other side can be recorded where the case stands now."),
            why=_("The partner's filing is recorded before the other funder decides, and its decision from our screening on."),
            next_step=_("Look at the case's timeline for where it stands."),
        )
    return terms.local_day(at)


def _target(case: Case, *, is_support: bool) -> str:
    """Theirs moves the case where the table leads: a yes before our committee's advice, or a second one, leaves it where it is; a no
    ends it before our decision, and suspends an agreement in force."""
    if not is_support and case.status == "in_force":
        return guard.must_move(case, "suspend")
    name = "record_joint_support" if is_support else "record_joint_refusal"
    return lifecycle.after(guard.workflow_of(case), case.status, name) or case.status


def _must_not_be_future(day: date, today: date, field: str) -> None:
    if day > today:
        raise Refusal("day-in-future", what=_("That day is still to come."), next_step=_("Correct the day."), field=field, status=422)


def _taken(case: Case, paper: Paper, *, by: Person, at: datetime) -> Document:
    return documents.take_in(case, content=paper.content, name=paper.name, place="joint-funder", by=by, at=at)


def _tell_refusal(case: Case, *, event_id: int, by: Person, at: datetime) -> None:
    step = joint.step_of(case)
    assert step is not None
    language = post.language_of(case)
    with translation.override(language):
        told = gettext("The other side of the project was not approved by: %(partner)s.") % {"partner": step.partner.said_in(language)}
    post.send(case, "refused", {"reasons": [told]}, event_id=event_id, by=by, at=at)
