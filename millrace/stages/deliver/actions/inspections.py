"""Visits to where the work is done — e.g. a line seen on 3 May without its robot: major, to be put right by 30 June, cleared on the 12th.

A finding gates releases until an officer clears it (a minor one only once its day is past); the enterprise answers in between.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather
from millrace.stages.deliver.actions.evidence import File
from millrace.stages.deliver.models import Finding, Inspection

State = Inspection.State
MOST_FINDINGS = 50


@dataclass(frozen=True)
class Found:
    """One finding as the officer wrote it."""

    severity: str
    told: str
    remedy_by: date


def plan_inspection(case: Case, *, planned_on: date, place: str, purpose: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will plan a visit and tell the enterprise of the day."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "inspect", case, at)
        if case.status not in lifecycle.IN_FORCE:
            gather.must_be_in_force(case)
        if planned_on < gather.local_day(at):
            raise Refusal("visit-in-past", what=_("A visit is planned for a day to come."), field="planned_on", status=422)
        number = Inspection.objects.filter(case=case).count() + 1
        Inspection.objects.create(
            case=case, number=number, planned_on=planned_on, place=place.strip(), purpose=purpose.strip(), planned_at=at, planned_by=by
        )
        return _announce("inspection_planned", case, {"number": number, "planned_on": planned_on}, by=by, at=at, command=command)


def call_off_inspection(inspection: Inspection, *, note: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will call a planned visit off, with the reason."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(inspection.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "inspect", case, at)
        inspection = _planned(inspection)
        inspection.state, inspection.note, inspection.closed_at, inspection.closed_by = State.CANCELLED, note.strip(), at, by
        inspection.save()
        return _announce("inspection_called_off", case, {"number": inspection.number}, by=by, at=at, command=command)


def hold_inspection(
    inspection: Inspection,
    *,
    held_on: date,
    note: str,
    findings: Sequence[Found] = (),
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will record a visit with what it found; the enterprise reads each finding and by when to put it right."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(inspection.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "inspect", case, at)
        inspection = _planned(inspection)
        _must_be_recordable(held_on, findings, gather.local_day(at))
        inspection.state, inspection.held_on, inspection.note = State.HELD, held_on, note.strip()
        inspection.closed_at, inspection.closed_by = at, by
        inspection.save()
        last = Finding.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
        Finding.objects.bulk_create(
            Finding(inspection=inspection, case=case, number=number, **vars(found)) for number, found in enumerate(findings, last + 1)
        )
        majors = sum(found.severity == Finding.Severity.MAJOR for found in findings)
        facts = {"number": inspection.number, "held_on": held_on, "finding_count": len(findings), "major_count": majors}
        return _announce("inspection_held", case, facts, by=by, at=at, command=command)


def answer_finding(finding: Finding, *, answer: str, file: File | None = None, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record what the enterprise did about a finding, with its proof."""
    if file is not None:
        documents.checked(file.content, name=file.name, field="file")
    with transaction.atomic(durable=True):
        case = gather.lock_case(finding.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "answer_finding", case, at)
        finding = _uncleared(finding)
        if not answer.strip():
            raise Refusal("answer-needed", what=_("Say what was done about it."), field="answer", status=422)
        finding.answer, finding.answered_at, finding.answered_by, finding.note = answer.strip(), at, by, ""
        if file is not None:
            place = f"finding/{finding.number}"
            finding.document = documents.take_in(
                case, content=file.content, name=file.name, place=place, by=by, at=at, organisation=case.lead
            )
        finding.save()
        event = timeline.reserve_id()
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event, case=case, at=at)
        facts = {"number": finding.number, "document": finding.document_id}
        day = gather.local_day(at)
        return timeline.record(
            "finding_answered",
            event_id=event,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            happened_on=day,
            facts=facts,
        )


def clear_finding(finding: Finding, *, is_cleared: bool, note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will clear a finding, so that it no longer holds money back, or send its answer back with what is still wrong."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(finding.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "inspect", case, at)
        finding = _uncleared(finding)
        if by.pk == finding.answered_by_id:
            raise Refusal("same-person", what=_("A finding is cleared by another person than the one who answered it."), status=403)
        if not note.strip() and (not is_cleared or finding.answered_at is None):
            raise Refusal(
                "note-needed",
                what=_("Say why."),
                why=_("An answer is sent back with what is still wrong; a finding nobody answered is cleared with what was seen."),
                field="note",
                status=422,
            )
        finding.note = note.strip()
        if is_cleared:
            finding.cleared_at, finding.cleared_by = at, by
        else:
            finding.answered_at, finding.answered_by = None, None
        finding.save()
        kind = "finding_cleared" if is_cleared else "finding_answer_returned"
        return _announce(kind, case, {"number": finding.number, "severity": finding.severity}, by=by, at=at, command=command)


def _announce(kind: str, case: Case, facts: dict[str, Any], *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    event = timeline.reserve_id()
    post.tell_applicants(case, event_id=event, at=at)
    day = gather.local_day(at)
    return timeline.record(kind, event_id=event, command=command, by=by, at=at, case=case, happened_on=day, facts=facts)


def _planned(inspection: Inspection) -> Inspection:
    inspection = Inspection.objects.get(pk=inspection.pk)
    if inspection.state != State.PLANNED:
        raise Refusal("visit-settled", what=_("This visit was already recorded or called off."), next_step=_("Plan another one."))
    return inspection


def _uncleared(finding: Finding) -> Finding:
    finding = Finding.objects.get(pk=finding.pk)
    if finding.cleared_at is not None:
        raise Refusal("finding-cleared", what=_("This finding has already been cleared."))
    return finding


def _must_be_recordable(held_on: date, findings: Sequence[Found], today: date) -> None:
    if held_on > today:
        raise Refusal("visit-in-future", what=_("Record a visit once it has been held."), field="held_on", status=422)
    if len(findings) > MOST_FINDINGS:
        raise Refusal(
            "too-many-findings", what=_("A visit has at most %(most)s findings."), field="findings", values={"most": MOST_FINDINGS}
        )
    for found in findings:
        if found.severity not in Finding.Severity.values or not found.told.strip() or found.remedy_by < held_on:
            raise Refusal(
                "finding-incomplete",
                what=_("A finding has its weight, what was found, and a day after the visit by which it is put right."),
                field="findings",
                status=422,
            )
