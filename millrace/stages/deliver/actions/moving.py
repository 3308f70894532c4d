"""Says what a payment moves when it is sent, and moves back — e.g. a release out of the year's cash, or HK$5,000 a payee paid too much.

A payment is of a release or of what is held for a payee. The first spends due money and the year's cash; the second only gives the
payee its own. Every way back (cancelled, rejected, returned by the bank) leaves it to be ordered once more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import Payment, PaymentRun, Unpaid


def is_repayment(payment: Payment) -> bool:
    """This will say whether a payment gives a payee what was held for it; runs never mix the two."""
    return payment.receipt_id is not None


def kind(payments: Sequence[Payment], step: str) -> str:
    """This will name the event of a run's step: a repayment is no part of the grant and is told by its own words."""
    return f"repayment_{step}" if is_repayment(payments[0]) else f"payment_{step}"


def out(run: PaymentRun, payments: Sequence[Payment], cases: Mapping[int, Case], events: Mapping[int, int], at: datetime) -> None:
    """This will post a run as sent, envelopes in one order everywhere, so that two runs wait for each other instead of dying."""
    moves, day = [], gather.local_day(at)
    for payment in payments:
        case, event = cases[payment.case_id], events[payment.case_id]
        if is_repayment(payment):
            ledger.give_up_held(case, payment.amount_cents, unit=run.unit, event=event, on=day, at=at)
            continue
        for envelope, part in gather.envelopes_of(case, "due", payment.amount_cents, unit=run.unit):
            moves.append((envelope.fund, envelope.scheme, payment.case_id, payment.pk, part, envelope))
    for _fund, _scheme, case_id, _payment, part, envelope in sorted(moves, key=lambda move: move[:4]):
        ledger.pay(cases[case_id], part, envelope=envelope, financial_year=run.financial_year, event=events[case_id], on=day, at=at)


def back(run: PaymentRun, payment: Payment, case: Case, *, event: int, on: date, at: datetime) -> None:
    """This will undo what a payment moved: the amount is due again and its year's cash restored, or it is held again."""
    if is_repayment(payment):
        ledger.hold(case, payment.amount_cents, unit=run.unit, event=event, on=on, at=at)
        return
    for envelope, part in gather.envelopes_of(case, "paid", payment.amount_cents, unit=run.unit):
        ledger.undo_payment(case, part, envelope=envelope, financial_year=run.financial_year, event=event, on=on, at=at)


def wait_again(payments: Iterable[Payment]) -> None:
    """This will let releases be ordered again; what is held for a payee waits while no payment of it stands."""
    Unpaid.objects.bulk_create(Unpaid(release_id=payment.release_id) for payment in payments if payment.release_id is not None)
