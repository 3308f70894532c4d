"""Holds a run, its file and the books against one another — e.g. HK$63m ordered, HK$63m in the file, HK$63m posted as paid.

Each figure is added up anew where it stands: the run from its payments, the file from its own amounts, the books from the postings.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as Xml

from django.db.models import QuerySet

from millrace.core import money, payment_file
from millrace.core.access import Actor
from millrace.desks.finance import queries
from millrace.registers.ledger import queries as ledger
from millrace.registers.timeline.models import Event
from millrace.stages.deliver.models import Payment, PaymentFile, PaymentRun

# What the bank did not pay, or gave back.
NOT_PAID = (Payment.State.REJECTED, Payment.State.RETURNED)


@dataclass(frozen=True)
class Reconciliation:
    """The same money in three places, in minor units; None where there is no file, or the run was not yet sent."""

    unit: str
    run_cents: int
    payments_cents: int
    file_cents: int | None
    file_is_whole: bool
    posted_cents: int
    rejected_cents: int
    taken_back_cents: int
    settled_cents: int
    was_sent: bool

    @property
    def differences(self) -> list[str]:
        """Name what does not agree, in codes."""
        found = []
        if self.run_cents != self.payments_cents:
            found.append("payments")
        if self.file_cents is not None and (self.file_cents != self.run_cents or not self.file_is_whole):
            found.append("file")
        if self.posted_cents != (self.run_cents if self.was_sent else 0):
            found.append("books")
        if self.taken_back_cents != self.rejected_cents:
            found.append("rejections")
        return found


def reconcile(run: PaymentRun) -> Reconciliation:
    """This will add up the run in each place."""
    payments = list(Payment.objects.filter(run=run))
    file = PaymentFile.objects.filter(run=run).first()
    file_cents, is_whole = None, True
    if file is not None:
        content = bytes(file.content)
        is_whole = payment_file.digest(content) == file.sha256
        try:
            count, total = payment_file.control_sum(content)
        except (Xml.ParseError, InvalidOperation):  # altered so far that it is no file of payments any more
            count, total = 0, Decimal(0)
        file_cents = int(total * Decimal(10) ** money.decimals_of(run.unit))
        is_whole = is_whole and count == len(payments)
    return Reconciliation(
        unit=run.unit,
        run_cents=run.total_cents,
        payments_cents=sum(payment.amount_cents for payment in payments),
        file_cents=file_cents,
        file_is_whole=is_whole,
        posted_cents=_moved(_posted(run, payments, "checked"), ("due", "paid"), ("held", "debtor")),
        rejected_cents=sum(payment.amount_cents for payment in payments if payment.state in NOT_PAID),
        taken_back_cents=_moved(_posted(run, payments, "rejected", "returned"), ("paid", "due"), ("debtor", "held")),
        settled_cents=sum(payment.amount_cents for payment in payments if payment.state == Payment.State.SETTLED),
        was_sent=run.state in (PaymentRun.State.CHECKED, PaymentRun.State.SETTLED),
    )


def _moved(posted: dict[tuple[str, str], int], *ways: tuple[str, str]) -> int:
    return sum(posted.get(way, 0) for way in ways)


def _posted(run: PaymentRun, payments: list[Payment], *steps: str) -> dict[tuple[str, str], int]:
    """What a run's steps posted, of payments and of repayments alike."""
    kinds = [f"{what}_{step}" for step in steps for what in ("payment", "repayment")]
    cases = {payment.case_id for payment in payments}
    events: QuerySet[Event] = Event.objects.filter(case__in=cases, kind__in=kinds, facts__run=run.reference)
    return ledger.posted_by(events.values_list("pk", flat=True))


def sees_all_of(run: PaymentRun, actor: Actor, at: datetime) -> bool:
    """This will say whether the reader may see the money of every case of the run."""
    payments = Payment.objects.filter(run=run)
    return not payments.exclude(case__in=queries.visible_cases(actor, at)).exists()
