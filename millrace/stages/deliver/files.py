"""Makes the file of a checked run and keeps it — e.g. R20260304-7KQ2M4XD.xml, the same bytes however often finance fetches it.

It is made in the transaction that checks the run: there is no file without the books, nor the books of a run without its file. A
funder whose policy names no accounts pays by other ways and gets none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_noop as _

from millrace.core import payment_file
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.policy import queries as policy
from millrace.stages.deliver.models import Payment, PaymentFile, PaymentRun


def make_file(run: PaymentRun, payments: Sequence[Payment], cases: Mapping[int, Case], *, at: datetime) -> PaymentFile | None:
    """This will write the run's file and store it with its hash."""
    told = policy.funder_if_published()
    if told is None or not told.accounts:
        return None
    debtor = told.account(run.unit)
    if debtor is None:
        raise Refusal(
            "no-account-to-pay-from",
            what=_("This run cannot be sent."),
            why=_("The policy names no account of ours in %(unit)s."),
            next_step=_("Cancel the run, and ask the policy officer to publish the account."),
            values={"unit": run.unit},
        )
    content = payment_file.written(
        payment_file.Batch(
            message_id=run.reference,
            made_at=at,
            pay_on=run.pay_on,
            currency=run.unit,
            debtor=payment_file.BankAccount(debtor.holder, debtor.number, debtor.bank_code),
            clearing_system=debtor.clearing_system,
            transfers=[_transfer(payment, cases[payment.case_id]) for payment in payments],
        )
    )
    return PaymentFile.objects.create(
        run=run, message_id=run.reference, content=content, sha256=payment_file.digest(content), byte_count=len(content), made_at=at
    )


def content_of(file: PaymentFile) -> bytes:
    """This will give the file's bytes, or refuse where they are not those that were checked."""
    content = bytes(file.content)
    if payment_file.digest(content) != file.sha256:
        raise Refusal(
            "file-altered",
            what=_("This file is not the one that was checked, and is not given out."),
            next_step=_("Tell the auditor; nothing was sent from here."),
        )
    return content


def _transfer(payment: Payment, case: Case) -> payment_file.Transfer:
    account = payment.account
    payee = payment_file.BankAccount(account.holder, account.account_number, account.bank_code)
    what = payment.release.instalment if payment.release is not None else payment.end_to_end
    return payment_file.Transfer(payment.end_to_end, payee, payment.amount_cents, f"{case.reference} / {what}")
