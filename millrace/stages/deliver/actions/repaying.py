"""Orders what a payee paid too much to be paid back — e.g. HK$5,000 of a receipt of HK$45,000, in a run that another person checks.

It is the payee's own money: it spends no year's cash, and goes to the account two people have verified, as any payment does.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Person
from millrace.stages.deliver import gather, limits, recovering
from millrace.stages.deliver.actions import payments as paying
from millrace.stages.deliver.models import Payment, PaymentRun, Receipt


def order_repayment(receipt: Receipt, *, by: Person, at: datetime, command: uuid.UUID) -> PaymentRun:
    """This will put what is held of a receipt into a run of its own for a second person to check; it is paid back once."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(receipt.receivable.case)
        if done := PaymentRun.objects.filter(order_command=command).first():
            return done
        gather.must(by, "order_payment", case, at)
        gather.must_not_be_suspended([case])
        held = recovering.held_to_repay().filter(pk=receipt.pk).first()
        if held is None:
            raise Refusal(
                "nothing-held",
                what=_("Nothing of this receipt waits to be paid back."),
                why=_("It is in a payment run, was paid back, or was taken back."),
                next_step=_("Look at the debt again: it shows what is held."),
            )
        run = paying.new_run(1, held.held_cents, unit=case.unit, pay_on=gather.local_day(at), by=by, at=at, command=command)
        limits.must_be_within(by, delegation.ORDER, run.total_cents, unit=run.unit, at=at)
        account = paying.account_of(case)
        name = f"{command.hex[:12].upper()}-R{held.pk}"
        payment = Payment.objects.create(run=run, case=case, receipt=held, account=account, end_to_end=name, amount_cents=held.held_cents)
        run.sha256 = paying.digest([payment])
        run.save(update_fields=["sha256"])
        paying.announce("repayment_ordered", case, payment.amount_cents, run, by=by, at=at, command=command)
        return run
