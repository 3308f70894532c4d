"""Takes up a payment that the bank returned after it had been settled — e.g. an account closed meanwhile, the money back on 9 March.

The release is unpaid again and its year's cash restored, by new postings; it is paid once more in a later run, to an account that two
people have verified. The same goes for what was paid back to a payee.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.actions import banked, moving
from millrace.stages.deliver.actions import payments as paying
from millrace.stages.deliver.models import Payment, PaymentRun


def record_returned_payment(
    payment: Payment, *, reason: str, returned_on: date, bank_reference: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record that the bank gave a settled payment back, with the bank's own reference of what came in."""
    with transaction.atomic(durable=True):
        run, _payments, cases = paying.locked(payment.run)
        case = cases[payment.case_id]
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "settle_payment", case, at)
        found = Payment.objects.select_related("release", "receipt").get(pk=payment.pk)
        if found.state != Payment.State.SETTLED:
            raise Refusal(
                "payment-not-settled",
                what=_("Only a payment that was settled can be returned by the bank."),
                next_step=_("What the bank never paid is recorded as rejected."),
            )
        told = {"reason": reason, "returned_on": returned_on, "bank_reference": bank_reference, "field": "bank_reference"}
        return take_up(found, case, run, **told, by=by, at=at, command=command)


def take_up(
    payment: Payment,
    case: Case,
    run: PaymentRun,
    *,
    reason: str,
    returned_on: date,
    bank_reference: str,
    field: str,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will take back a payment that was settled, inside an action that holds its run and case. What came in is one movement at the
    bank: its reference, given in `field`, serves nothing else."""
    paying.must_not_be_its_maker(run, by)
    day = gather.local_day(at)
    if not (payment.settled_on or day) <= returned_on <= day:
        raise Refusal(
            "returned-when",
            what=_("A payment comes back on the day it was paid or later, and not after today."),
            field="returned_on",
            status=422,
        )
    reference = banked.take_reference(bank_reference, field=field)
    if not moving.is_repayment(payment):
        _must_not_be_asked_back(case, payment)
        case.paid_cents -= payment.amount_cents
        case.save(update_fields=["paid_cents"])
    payment.state, payment.reason = Payment.State.RETURNED, reason
    payment.returned_on, payment.return_reference = returned_on, reference
    payment.save()
    moving.wait_again([payment])
    event = timeline.reserve_id()
    post.tell_applicants(case, event_id=event, at=at)
    moving.back(run, payment, case, event=event, on=day, at=at)
    extra = {"reason": reason, "returned_on": returned_on, "end_to_end": payment.end_to_end}
    sheet = None if moving.is_repayment(payment) else {"paid_cents": case.paid_cents}
    kind = moving.kind([payment], "returned")
    return paying.announce(kind, case, payment.amount_cents, run, by=by, at=at, command=command, extra=extra, sheet=sheet, event_id=event)


def _must_not_be_asked_back(case: Case, payment: Payment) -> None:
    """This will refuse where a demand or a refund already counts on this money: it would be owed by who does not have it."""
    free = recovering.recoverable(case)
    if payment.amount_cents > free:
        raise Refusal(
            "returned-is-asked-back",
            what=_("Of what was paid, only %(free_cents)s is neither refunded nor asked back; this payment was %(amount_cents)s."),
            why=_("A debt rests on money the payee has."),
            next_step=_("Withdraw the debt, or have the refund looked at, then record the return."),
            values={"free_cents": free, "amount_cents": payment.amount_cents, "unit": case.unit},
        )
