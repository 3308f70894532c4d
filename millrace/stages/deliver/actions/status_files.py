"""Reads the bank's answer to a run, whole or not at all — e.g. eleven payments settled and one rejected with AC04, in one transaction.

Every refusal says what is wrong with the file and leaves all as it was. A file read before changes nothing: under its own command
the first answer is given again, under another it is refused.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import bank_status, payment_file
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Person
from millrace.stages.deliver import gather
from millrace.stages.deliver.actions import payments as paying
from millrace.stages.deliver.actions import returned
from millrace.stages.deliver.models import Payment, PaymentRun, StatusFile

UNREADABLE = {
    "too_large": _("It is larger than any answer to a run."),
    "not_whole": _("It ends before it is complete, or is no XML: it may have been cut off on its way."),
    "entities": _("It declares a document type or entities, which a bank's answer never does."),
    "too_deep": _("It is nested deeper than a bank's answer ever is."),
    "not_a_report": _("It is no payment status report (ISO 20022 pain.002)."),
    "not_named": _("It does not name itself and the file it answers."),
}
OBJECTIONS = {
    "another-run": _("It answers the file %(found)s, and this run was sent as %(required)s."),
    "count-differs": _("It speaks of %(found)s payments; this run has %(required)s."),
    "sum-differs": _("It speaks of a total of %(found)s; this run comes to %(required)s."),
    "says-nothing": _("It says nothing of any payment."),
    "named-twice": _("It names the payment %(end_to_end)s twice."),
    "unknown-payment": _("This run has no payment %(end_to_end)s."),
    "unknown-status": _("What it says of %(end_to_end)s, “%(found)s”, has no meaning here."),
    "amount-differs": _("It gives %(found)s for %(end_to_end)s; we ordered %(required)s."),
    "contradicts": _("It contradicts what the bank said before of %(end_to_end)s."),
}


def read_status_file(run: PaymentRun, *, content: bytes, by: Person, at: datetime, command: uuid.UUID) -> StatusFile:
    """This will record what the bank says of each payment: accepted, settled, rejected, or returned after it was settled."""
    with transaction.atomic(durable=True):
        run, payments, cases = paying.locked(run)
        if done := StatusFile.objects.filter(run=run, command=command).first():
            _must_be_the_same(done, content)
            return done
        for case in cases.values():
            gather.must(by, "settle_payment", case, at)
        report = _read(content)
        _must_be_new(report.message_id)
        changes = _decided(report, run, payments)
        _must_be_paid_by_now(changes, at)
        by_name = {payment.end_to_end: payment for payment in payments}
        for change in changes:
            payment = by_name[change.end_to_end]
            told = {"by": by, "at": at, "command": uuid.uuid5(command, change.end_to_end)}
            if change.to == bank_status.ACCEPTED:
                payment.accepted_at = at
                payment.save(update_fields=["accepted_at"])
            elif change.to == bank_status.RETURNED:
                how = {"returned_on": _came_back_on(change, payment, at), "bank_reference": change.reference[:35], "field": "file"}
                returned.take_up(payment, cases[payment.case_id], run, reason=change.reason[:10], **how, **told)
            elif change.to == bank_status.SETTLED:
                how = {"settled_on": change.settled_on, "bank_reference": change.reference[:35]}
                paying.settle(payment, cases[payment.case_id], run, **how, **told)
            else:
                paying.reject(payment, cases[payment.case_id], run, reason=change.reason[:10], **told)
        paying.close_if_done(run, at)
        made = [change.to for change in changes]
        return StatusFile.objects.create(
            run=run,
            message_id=report.message_id,
            command=command,
            content=content,
            sha256=payment_file.digest(content),
            accepted_count=made.count(bank_status.ACCEPTED),
            settled_count=made.count(bank_status.SETTLED),
            rejected_count=made.count(bank_status.REJECTED) + made.count(bank_status.RETURNED),
            read_at=at,
            read_by=by,
        )


def _read(content: bytes) -> bank_status.Report:
    try:
        report = bank_status.read(content)
    except bank_status.Unreadable as wrong:
        raise _refused(wrong.code.replace("_", "-"), UNREADABLE[wrong.code], status=422) from None
    if max(len(report.message_id), len(report.original_message_id)) > 35:
        raise _refused("not-named", UNREADABLE["not_named"], status=422)
    return report


def _must_be_the_same(done: StatusFile, content: bytes) -> None:
    """This will refuse another file under a form that was used: it would look as if it had been read."""
    if done.sha256 != payment_file.digest(content):
        raise _refused("form-used", _("This form has already brought another file; open the page again and choose yours."))


def _must_be_paid_by_now(changes: tuple[bank_status.Change, ...], at: datetime) -> None:
    for change in changes:
        if change.settled_on is not None and change.settled_on > gather.local_day(at):
            raise _refused(
                "settled-later", _("It says that %(end_to_end)s is paid on a day that has not come."), end_to_end=change.end_to_end
            )


def _came_back_on(change: bank_status.Change, payment: Payment, at: datetime) -> date:
    """The day the bank names, or the day we hear of it where that is the day it was paid."""
    today, paid_on = gather.local_day(at), payment.settled_on
    return change.settled_on if change.settled_on and paid_on and change.settled_on > paid_on else today


def _must_be_new(message_id: str) -> None:
    if StatusFile.objects.filter(message_id=message_id).exists():
        raise _refused("read-before", _("This answer of the bank (%(found)s) was read before."), found=message_id)


def _decided(report: bank_status.Report, run: PaymentRun, payments: list[Payment]) -> tuple[bank_status.Change, ...]:
    if run.state not in (PaymentRun.State.CHECKED, PaymentRun.State.SETTLED):
        raise _refused("run-not-sent", _("This run has not been sent to the bank."))
    known = {payment.end_to_end: bank_status.Known(payment.amount_cents, _state(payment), payment.reason) for payment in payments}
    found = bank_status.decide(report, bank_status.Sent(run.reference, run.unit, known))
    if isinstance(found, bank_status.Objection):
        values = {"end_to_end": found.end_to_end, "required": found.required, "found": found.found}
        raise _refused(found.code, OBJECTIONS[found.code], **values)
    return found


def _state(payment: Payment) -> str:
    """This will give where a payment stands in the words of the bank's answer."""
    is_accepted = payment.state == Payment.State.SENT and payment.accepted_at is not None
    return bank_status.ACCEPTED if is_accepted else payment.state


def _refused(code: str, why: str, *, status: int = 409, **values: str) -> Refusal:
    return Refusal(
        code,
        what=_("The file is not taken, and nothing was changed."),
        why=why,
        next_step=_("Fetch the answer to this run from the bank again, or ask the bank."),
        field="file",
        status=status,
        values=values,
    )
