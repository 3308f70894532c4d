"""Records proof of milestones, and verifies it and matching money by a second person — e.g. HK$2m the enterprise paid its supplier.

Matching money moves in the ledger pledged → evidenced → verified; only a release consumes it. What is not verified goes back to
the pledge, so that better evidence may follow. What may be another payment told twice is verified only with a reason why it is not.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import alike, gather
from millrace.stages.deliver.actions import proofs
from millrace.stages.deliver.models import Evidence


@dataclass(frozen=True)
class File:
    """A file as it was sent, not yet looked into."""

    name: str
    content: bytes


def report_milestone(
    case: Case, *, milestone: int, file: File | None, note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record evidence that a milestone of the terms was reached."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "record_evidence", case, at)
        gather.must_be_in_force(case)
        agreed = gather.terms_of(case, gather.local_day(at)).milestone(milestone)
        if agreed is None:
            raise Refusal("no-such-milestone", what=_("The agreement has no such milestone."), field="milestone")
        if agreed.stage > case.stage_number:
            raise _stage_closed(agreed.stage)
        if Evidence.objects.filter(case=case, milestone=milestone, state=Evidence.State.VERIFIED).exists():
            raise Refusal("milestone-accepted", what=_("This milestone has already been accepted."), field="milestone")
        number = next_number(case)
        document = take(case, file, f"evidence/{number}", by=by, at=at)
        Evidence.objects.create(
            case=case,
            number=number,
            purpose=Evidence.Purpose.MILESTONE,
            milestone=milestone,
            unit=case.unit,
            document=document,
            sha256=document.sha256 if document else "",
            note=note,
            recorded_at=at,
            recorded_by=by,
        )
        facts = {"number": number, "milestone": milestone, "document": document.pk if document else None}
        return timeline.record("milestone_reported", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, facts=facts)


def verify_evidence(
    evidence: Evidence,
    *,
    verified_cents: int | None = None,
    is_accepted: bool = True,
    reason: str = "",
    note: str = "",
    alike_reason: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will record a second person's finding: a milestone accepted or not, matching money verified in full, in part or not.

    `verified_cents` is for matching money only; None means all of it. Less than all needs a reason, and so does accepting what is
    like another payment: `alike_reason` says why it is not the same.
    """
    with transaction.atomic(durable=True):
        case = gather.lock_case(evidence.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "verify_evidence", case, at)
        evidence = Evidence.objects.select_related("sponsor", "document").get(pk=evidence.pk)
        gather.must_be_in_force(case)
        _must_be_verifiable(evidence, by)
        accepted_cents = _verified_amount(evidence, verified_cents, is_accepted)
        is_accepted = is_accepted and (accepted_cents > 0 or evidence.purpose == Evidence.Purpose.MILESTONE)
        if (not is_accepted or accepted_cents < evidence.amount_cents) and not (reason or note):
            raise Refusal(
                "reason-needed", what=_("Say why."), why=_("What is not accepted needs its reason: the enterprise reads it."), field="note"
            )
        likes = alike.of_evidence(evidence, by=by, at=at)
        if is_accepted:
            _must_be_told_apart(likes, alike_reason)
        evidence.alike, evidence.alike_reason = [like.as_json() for like in likes], alike_reason if likes else ""
        evidence.state = Evidence.State.VERIFIED if is_accepted else Evidence.State.REJECTED
        evidence.verified_cents, evidence.verified_by, evidence.verified_at = accepted_cents, by, at
        evidence.reason, evidence.note = reason, note or evidence.note
        evidence.save()
        _accept_document(evidence.document, is_accepted, by=by, at=at)
        event = timeline.reserve_id()
        if evidence.purpose == Evidence.Purpose.MATCHING:
            _move_verified(case, evidence, accepted_cents, event=event, at=at)
            if not is_accepted:
                proofs.let_go(case, proofs.keys_of_evidence(evidence))
        return _announce(case, evidence, is_accepted, event=event, by=by, at=at, command=command)


def _move_verified(case: Case, evidence: Evidence, accepted_cents: int, *, event: int, at: datetime) -> None:
    day, sponsor, unit = gather.local_day(at), evidence.sponsor, evidence.unit
    if sponsor is None:
        raise ValueError("matching money has a sponsor")
    if accepted_cents:
        ledger.verify_match(case, sponsor, evidence.form, accepted_cents, unit=unit, event=event, on=day, at=at)
    if refused := evidence.amount_cents - accepted_cents:
        ledger.reject_evidence(case, sponsor, evidence.form, refused, unit=unit, event=event, on=day, at=at)
        # What recording it pledged beyond the pledge was promised by nobody once it does not count.
        if beyond := min(refused, _pledged_with(evidence)):
            ledger.withdraw_pledge(case, sponsor, evidence.form, beyond, unit=unit, event=event, on=day, at=at)


def _pledged_with(evidence: Evidence) -> int:
    told = Event.objects.filter(case=evidence.case_id, kind="evidence_recorded", facts__number=evidence.number)
    return next(iter(told.values_list("facts__beyond_pledge_cents", flat=True)), 0) or 0


def _announce(case: Case, evidence: Evidence, is_accepted: bool, *, event: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    facts: dict[str, Any] = {"number": evidence.number, "reason": evidence.reason}
    if evidence.purpose == Evidence.Purpose.MILESTONE:
        kind = "milestone_accepted" if is_accepted else "milestone_returned"
        facts |= {"milestone": evidence.milestone}
    else:
        kind = "evidence_verified" if is_accepted else "evidence_rejected"
        facts |= {"sponsor": evidence.sponsor_id, "form": evidence.form, "unit": evidence.unit}
        facts |= {"amount_cents": evidence.amount_cents, "verified_cents": evidence.verified_cents}
        facts |= {"alike_count": len(evidence.alike)} if evidence.alike else {}
    day = gather.local_day(at)
    return timeline.record(kind, command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts)


def take(case: Case, file: File | None, place: str, *, by: Person, at: datetime) -> Document | None:
    """This will take a file into the case's documents, where one was given."""
    if file is None:
        return None
    return documents.take_in(case, content=file.content, name=file.name, place=place, by=by, at=at, organisation=case.lead)


def _accept_document(document: Document | None, is_accepted: bool, *, by: Person, at: datetime) -> None:
    if document is not None and document.state == Document.State.QUARANTINED:
        state = Document.State.ACCEPTED if is_accepted else Document.State.REFUSED
        documents.rule(document, state=state, by=by, at=at)


def next_number(case: Case) -> int:
    """This will give the next number among a case's evidence."""
    return (Evidence.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0) + 1


def _stage_closed(stage: int) -> Refusal:
    return Refusal(
        "stage-not-open",
        what=_("Stage %(stage)s has not been opened."),
        why=_("A stage opens only by a recorded decision of the committee."),
        next_step=_("Wait for the decision, or ask the case's officer."),
        values={"stage": stage},
    )


def _must_be_verifiable(evidence: Evidence, by: Person) -> None:
    if evidence.state != Evidence.State.RECORDED:
        raise Refusal("evidence-ruled", what=_("This evidence has already been dealt with."))
    if evidence.recorded_by_id == by.pk:
        raise Refusal("same-person", what=_("Evidence is verified by another person than the one who recorded it."), status=403)


def _must_be_told_apart(likes: list[alike.Alike], reason: str) -> None:
    if likes and not reason.strip():
        raise Refusal(
            "alike-undecided",
            what=_("This may be a payment that was already recorded."),
            why=_("Another payment is like it, and the same payment counts once."),
            next_step=_("Say why it is another payment, or do not accept it."),
            field="alike_reason",
            status=422,
        )


def _verified_amount(evidence: Evidence, verified_cents: int | None, is_accepted: bool) -> int:
    if not is_accepted or evidence.purpose == Evidence.Purpose.MILESTONE:
        return 0
    amount = evidence.amount_cents if verified_cents is None else verified_cents
    if not 0 <= amount <= evidence.amount_cents:
        raise Refusal("more-than-recorded", what=_("No more can be verified than was recorded."), field="verified_cents", status=422)
    return amount
