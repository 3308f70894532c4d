"""Takes the reports an agreement asks for — e.g. a final report with audited accounts, HK$1,200 off our books, accepted with its reason.

A draft is saved without an event, file by file: an upload cut short keeps what was there and hands nothing in. Handing in, the
officer's ruling and the night's reminders are events.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle, reports
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver import gather, queries, recovering, standing
from millrace.stages.deliver.actions.evidence import File
from millrace.stages.deliver.models import Report
from millrace.stages.deliver.models.reports import HANDED_IN

State = Report.State
# How long before its day a report is asked for, and how long after it the reminder is still sent. Not published; illustrative.
REMINDED_BEFORE = timedelta(days=14)
REMINDED_AFTER = timedelta(days=14)


def save_report(
    case: Case,
    *,
    number: int,
    told: str,
    file: File | None = None,
    accounts: File | None = None,
    stated: Mapping[str, int] | None = None,
    by: Person,
    at: datetime,
) -> Report:
    """This will keep what was written of a report, beginning it if there is none; a file given takes the place of the one held."""
    for name, given in (("file", file), ("accounts", accounts)):
        if given is not None:
            documents.checked(given.content, name=given.name, field=name)
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        gather.must(by, "report", case, at)
        due = due_of(case, number, at)
        first = {"kind": due.kind, "unit": case.unit, "is_audited": due.is_audited, "opened_at": at, "opened_by": by}
        report, _is_new = Report.objects.get_or_create(case=case, number=number, defaults=first)
        _must_be_unsent(report)
        report.told = told.strip()
        report.document = _taken(case, report.document, file, f"report/{number}", by=by, at=at)
        if due.is_audited:
            report.accounts = _taken(case, report.accounts, accounts, f"report/{number}/accounts", by=by, at=at)
            report.stated = dict(stated or {})
        report.save()
        return report


def submit_report(report: Report, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will hand a report in, whole: with its file, and where it is audited with the accounts and every figure they state."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(report.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "report", case, at)
        report = Report.objects.get(pk=report.pk)
        _must_be_unsent(report)
        _must_be_whole(report)
        report.state, report.submitted_at, report.submitted_by, report.note = State.SUBMITTED, at, by, ""
        report.save()
        event = timeline.reserve_id()
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event, case=case, at=at)
        facts = {"number": report.number, "report": report.kind, "document": report.document_id, "accounts": report.accounts_id}
        day = gather.local_day(at)
        return timeline.record(
            "report_submitted",
            event_id=event,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            happened_on=day,
            facts=facts,
        )


def rule_report(report: Report, *, is_accepted: bool, note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will accept a report or return it; accounts that differ from the books are accepted only with the reason."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(report.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "rule_report", case, at)
        report = Report.objects.get(pk=report.pk)
        figures = reconciled(report, case)
        differing = [one for one in figures if one.difference_cents]
        _must_be_rulable(report, by, note, needs_note=bool(differing) or not is_accepted)
        report.state = State.ACCEPTED if is_accepted else State.RETURNED
        report.decided_by, report.decided_at, report.note = by, at, note.strip()
        report.figures = [asdict(one) for one in figures]
        report.save()
        event = timeline.reserve_id()
        post.tell_applicants(case, event_id=event, at=at)
        facts = {"number": report.number, "report": report.kind, "difference_count": len(differing)}
        return timeline.record(
            "report_accepted" if is_accepted else "report_returned",
            event_id=event,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=gather.local_day(at),
            facts=facts,
        )


def reconciled(report: Report, case: Case) -> tuple[reports.Figure, ...]:
    """This will set the figures of audited accounts beside the books as they stand; none where no accounts are asked for."""
    return reports.reconciled(report.stated, books_of(case)) if report.is_audited else ()


def books_of(case: Case) -> reports.Books:
    """This will read from the ledger what was paid, and from decided claims what was allowed and earned."""
    paid = standing.statement_of(case).total("paid", case.unit)
    return reports.Books(paid, queries.allowed_by_head(case), recovering.left_unspent(case))


def due_of(case: Case, number: int, at: datetime) -> reports.Due:
    """This will give one report of the terms in force, or refuse."""
    if case.status not in lifecycle.IN_FORCE:
        gather.must_be_in_force(case)
    terms = gather.terms_of(case, gather.local_day(at))
    found = next((one for one in terms.reports if one.number == number), None)
    if found is None:
        raise Refusal("no-such-report", what=_("The agreement asks for no such report."), next_step=_("Look at its terms."), status=404)
    return found


def remind_of_reports(by: Person, *, at: datetime) -> int:
    """This will remind of each report once before its day and once when that is past, and say how many; the night calls it."""
    today = gather.local_day(at)
    waiting = ReportDue.objects.filter(case__status="in_force", due_on__range=(today - REMINDED_AFTER, today + REMINDED_BEFORE))
    return sum(_remind(due, is_overdue=due.due_on < today, by=by, at=at) for due in waiting.select_related("case").order_by("pk"))


def _remind(due: ReportDue, *, is_overdue: bool, by: Person, at: datetime) -> bool:
    kind = "report_overdue" if is_overdue else "report_reminded"
    command = uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}-{due.case_id}-{due.number}-{due.due_on}")
    with transaction.atomic(durable=True):
        case = gather.lock_case(due.case)
        handed_in = Report.objects.filter(case=case, number=due.number, state__in=HANDED_IN).exists()
        if handed_in or case.status != "in_force" or timeline.replay(command, case):
            return False
        event = timeline.reserve_id()
        post.tell_applicants(case, event_id=event, at=at)
        if is_overdue and case.officer is not None:
            messages.send_notice([case.officer], event_id=event, case=case, at=at)
        facts = {"number": due.number, "report": due.kind, "due_on": due.due_on}
        day = gather.local_day(at)
        timeline.record(kind, event_id=event, command=command, by=by, at=at, case=case, happened_on=day, facts=facts)
        return True


def _taken(case: Case, held: Document | None, file: File | None, place: str, *, by: Person, at: datetime) -> Document | None:
    if file is None:
        return held
    taken = documents.take_in(case, content=file.content, name=file.name, place=place, by=by, at=at, organisation=case.lead)
    if held is not None:
        documents.remove(held, at=at)
    return taken


def _must_be_unsent(report: Report) -> None:
    if report.state in HANDED_IN:
        raise Refusal(
            "report-handed-in",
            what=_("This report was handed in and can no longer be written in."),
            next_step=_("An officer may return it; then it can be mended and handed in again."),
        )


def _must_be_whole(report: Report) -> None:
    missing = []
    if not report.told:
        missing.append("told")
    if report.document is None:
        missing.append("file")
    if report.is_audited and report.accounts is None:
        missing.append("accounts")
    if missing:
        raise Refusal(
            "report-incomplete",
            what=_("The report is not whole yet."),
            why=_("It is handed in with its text and its file, and where the agreement says so with audited accounts."),
            next_step=_("Add what is missing; what you wrote is kept."),
            status=422,
            values={"missing": missing},
        )
    if report.is_audited and not {"received", "unspent"} <= set(report.stated):
        raise Refusal(
            "figures-missing",
            what=_("The figures of the audited accounts are missing."),
            why=_("They are held against the books before the report is accepted."),
            next_step=_("Type what the accounts state as received and as unspent."),
            status=422,
        )


def _must_be_rulable(report: Report, by: Person, note: str, *, needs_note: bool) -> None:
    if report.state != State.SUBMITTED:
        raise Refusal("report-not-open", what=_("Only a report that was handed in and not yet dealt with can be ruled on."))
    if by.pk in (report.submitted_by_id, report.opened_by_id):
        raise Refusal("same-person", what=_("A report is accepted by another person than the one who made it."), status=403)
    if needs_note and not note.strip():
        raise Refusal(
            "note-needed",
            what=_("Say why."),
            why=_("A report is returned with what is missing, and accounts that differ from the books are accepted with the reason."),
            field="note",
            status=422,
        )
