"""Pays what is due, in runs — e.g. seven releases ordered by a maker on Monday, checked by another person, settled on Wednesday.

The books pay when the second signature sends the run: due becomes paid and the year's cash provision is spent, both or neither.
The bank's word then settles each payment, or takes it back. One event per case and step; a run sent or checked twice pays once.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core import ledger as books
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as balances
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import files, gather, letters, limits, queries
from millrace.stages.deliver.actions import moving
from millrace.stages.deliver.models import PayeeAccount, Payment, PaymentRun, Release, Unpaid

# The bank said that it could not pay, before or after it had taken the payment up.
REFUSED = (Payment.State.REJECTED, Payment.State.RETURNED)


def order_payment_run(wanted: Iterable[Release], *, pay_on: date | None = None, by: Person, at: datetime, command: uuid.UUID) -> PaymentRun:
    """This will put releases into one run for a second person to check; each may be in one run only."""
    wanted = list(wanted)
    with transaction.atomic(durable=True):
        cases = gather.lock_cases(release.case for release in wanted)
        if done := PaymentRun.objects.filter(order_command=command).first():
            return done
        _must_for_all(by, "order_payment", cases, at)
        gather.must_not_be_suspended(cases.values())
        chosen = list(queries.unpaid_releases().filter(pk__in=[release.pk for release in wanted]))
        _must_be_payable(wanted, chosen)
        pay_on = pay_on or gather.local_day(at)
        if pay_on < gather.local_day(at):
            raise Refusal("pay-on-past", what=_("A run cannot be paid in the past."), field="pay_on", status=422)
        total = sum(_to_pay(release) for release in chosen)
        run = new_run(len(chosen), total, unit=chosen[0].unit, pay_on=pay_on, by=by, at=at, command=command)
        limits.must_be_within(by, delegation.ORDER, run.total_cents, unit=run.unit, at=at)
        payments = [_payment(run, release, cases) for release in chosen]
        Payment.objects.bulk_create(payments)
        Unpaid.objects.filter(release__in=chosen).delete()
        run.sha256 = digest(payments)
        run.save(update_fields=["sha256"])
        _must_have_cash(run, payments, cases)
        for case, amount in _by_case(payments, cases):
            announce("payment_ordered", case, amount, run, by=by, at=at, command=command)
        return run


def check_payment_run(run: PaymentRun, *, by: Person, at: datetime, command: uuid.UUID) -> PaymentRun:
    """This will send an ordered run under a second person's word: what is due is paid out of the year's cash, all or nothing."""
    with transaction.atomic(durable=True):
        run, payments, cases = locked(run)
        if run.check_command == command:
            return run
        _must_for_all(by, "check_payment", cases, at)
        gather.must_not_be_suspended(cases.values())
        _must_be_checkable(run, payments, by)
        _be_paid_from_today(run, at)
        limits.must_be_within(by, delegation.CHECK, run.total_cents, unit=run.unit, at=at)
        run.state, run.checked_by, run.checked_at, run.check_command = PaymentRun.State.CHECKED, by, at, command
        run.save()
        Payment.objects.filter(run=run).update(state=Payment.State.SENT)
        files.make_file(run, payments, cases, at=at)
        events = {case.pk: timeline.reserve_id() for case, _amount in _by_case(payments, cases)}
        moving.out(run, payments, cases, events, at)
        for case, amount in _by_case(payments, cases):
            announce(moving.kind(payments, "checked"), case, amount, run, by=by, at=at, command=command, event_id=events[case.pk])
        return run


def cancel_payment_run(run: PaymentRun, *, by: Person, at: datetime, command: uuid.UUID) -> PaymentRun:
    """This will take back a run that was not sent; its releases can be ordered again."""
    with transaction.atomic(durable=True):
        run, payments, cases = locked(run)
        if run.state == PaymentRun.State.CANCELLED:
            return run
        _must_for_all(by, "cancel_payment", cases, at)
        if run.state != PaymentRun.State.ORDERED:
            raise Refusal("run-sent", what=_("The run has been sent to the bank and can no longer be cancelled."))
        run.state, run.closed_at = PaymentRun.State.CANCELLED, at
        run.save()
        Payment.objects.filter(run=run).update(state=Payment.State.CANCELLED)
        moving.wait_again(payments)
        for case, amount in _by_case(payments, cases):
            announce(moving.kind(payments, "cancelled"), case, amount, run, by=by, at=at, command=command)
        return run


def settle_payment(
    payment: Payment, *, settled_on: date | None = None, bank_reference: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record that the bank paid: the payee has the money on this day."""
    with transaction.atomic(durable=True):
        run, _payments, cases = locked(payment.run)
        case = cases[payment.case_id]
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "settle_payment", case, at)
        settled = settle(_sent(payment), case, run, settled_on=settled_on, bank_reference=bank_reference, by=by, at=at, command=command)
        close_if_done(run, at)
        return settled


def reject_payment(payment: Payment, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record the bank's refusal: the amount is due again and the year's cash restored."""
    with transaction.atomic(durable=True):
        run, _payments, cases = locked(payment.run)
        case = cases[payment.case_id]
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "settle_payment", case, at)
        rejected = reject(_sent(payment), case, run, reason=reason, by=by, at=at, command=command)
        close_if_done(run, at)
        return rejected


def settle(
    payment: Payment,
    case: Case,
    run: PaymentRun,
    *,
    settled_on: date | None,
    bank_reference: str,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will settle a payment that was sent, inside an action that holds its run and case.

    A day before its run was sent to the bank, or one to come, is refused.
    """
    _must_be_since_it_was_sent(settled_on, run, at)
    payment.state, payment.settled_on = Payment.State.SETTLED, settled_on or gather.local_day(at)
    payment.bank_reference = bank_reference
    payment.save()
    sheet = None
    if not moving.is_repayment(payment):
        case.paid_cents += payment.amount_cents
        case.save(update_fields=["paid_cents"])
        sheet = {"paid_cents": case.paid_cents}
    extra = {"settled_on": payment.settled_on, "end_to_end": payment.end_to_end}
    kind = moving.kind([payment], "settled")
    event = timeline.reserve_id()
    letters.send_advice(case, payment, event_id=event, by=by, at=at)
    return announce(kind, case, payment.amount_cents, run, by=by, at=at, command=command, extra=extra, sheet=sheet, event_id=event)


def _must_be_since_it_was_sent(settled_on: date | None, run: PaymentRun, at: datetime) -> None:
    sent_on = gather.local_day(run.checked_at) if run.checked_at else None
    if settled_on is None or sent_on is None or sent_on <= settled_on <= gather.local_day(at):
        return
    raise Refusal(
        "not-paid-that-day",
        what=_("The run was sent to the bank on %(sent_on)s: a payment of it is not made before that day, nor on a day to come."),
        next_step=_("Check the day on the bank's statement."),
        field="settled_on",
        status=422,
        values={"sent_on": sent_on},
    )


def reject(payment: Payment, case: Case, run: PaymentRun, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take back a payment the bank did not make, inside an action that holds its run and case."""
    must_not_be_its_maker(run, by)
    payment.state, payment.reason = Payment.State.REJECTED, reason
    payment.save()
    moving.wait_again([payment])
    event = timeline.reserve_id()
    moving.back(run, payment, case, event=event, on=gather.local_day(at), at=at)
    extra, kind = {"reason": reason, "end_to_end": payment.end_to_end}, moving.kind([payment], "rejected")
    return announce(kind, case, payment.amount_cents, run, by=by, at=at, command=command, extra=extra, event_id=event)


def must_not_be_its_maker(run: PaymentRun, by: Person) -> None:
    """This will refuse who ordered the run: what is taken back can be ordered again, and a false word would pay it twice."""
    if run.ordered_by_id == by.pk:
        raise Refusal(
            "maker-rejects",
            what=_("Who ordered a run does not record that the bank refused a payment of it."),
            why=_("What the bank refused is due again and can be ordered once more."),
            next_step=_("Ask a colleague to record it."),
            status=403,
        )


def new_run(count: int, total_cents: int, *, unit: str, pay_on: date, by: Person, at: datetime, command: uuid.UUID) -> PaymentRun:
    """This will open a run inside an action that fills it and hashes what it holds."""
    return PaymentRun.objects.create(
        reference=f"R{gather.local_day(at):%Y%m%d}-{command.hex[:8].upper()}",
        unit=unit,
        financial_year=gather.year_of(pay_on),
        pay_on=pay_on,
        payment_count=count,
        total_cents=total_cents,
        sha256="",
        order_command=command,
        ordered_at=at,
        ordered_by=by,
    )


def digest(payments: Iterable[Payment]) -> str:
    """This will give the hash of what is to be paid to whom, so that what is checked is what was ordered."""
    rows = [
        f"{payment.end_to_end}|{payment.release_id or f'receipt {payment.receipt_id}'}|{payment.amount_cents}|{payment.account_id}|"
        f"{payment.account.bank_code}|{payment.account.account_number}|{payment.account.holder}"
        for payment in payments
    ]
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def _payment(run: PaymentRun, release: Release, cases: dict[int, Case]) -> Payment:
    case = cases[release.case_id]
    number = f"{run.order_command.hex[:12].upper()}-{release.pk}"
    return Payment(run=run, case=case, release=release, account=account_of(case), end_to_end=number, amount_cents=_to_pay(release))


def account_of(case: Case) -> PayeeAccount:
    """This will give the account a case's applicant is paid to, or say why it cannot be paid."""
    account = queries.verified_account(case.lead)
    if account is None:
        raise Refusal(
            "account-not-verified",
            what=_("%(reference)s cannot be paid."),
            why=_("The payee account has not been verified by two people."),
            next_step=_("Verify the account, or take this release out of the run."),
            values={"reference": case.reference},
        )
    _must_not_be_refused_by_the_bank(account, case)
    return account


def _to_pay(release: Release) -> int:
    """What was set off against a release is not paid a second time (`queries.unpaid_releases`)."""
    amount: int = release.to_pay_cents  # type: ignore[attr-defined]  # annotated there
    return amount


def _must_not_be_refused_by_the_bank(account: PayeeAccount, case: Case) -> None:
    """This will hold payment to an account the bank said it cannot pay, until another one is verified."""
    refused = Payment.objects.filter(account=account, state__in=REFUSED, reason__in=queries.ACCOUNT_REASONS)
    reason = refused.values_list("reason", flat=True).first()
    if reason:
        raise Refusal(
            "account-refused-by-bank",
            what=_("%(reference)s cannot be paid."),
            why=_("The bank refused a payment to this account (%(reason)s)."),
            next_step=_("The organisation proposes another account, which two people verify; or take this release out of the run."),
            values={"reference": case.reference, "reason": reason},
        )


def _must_for_all(by: Person, action: str, cases: dict[int, Case], at: datetime) -> None:
    """This will refuse a run with any case this person may not act on: a conflict closes it to them here too."""
    for case in cases.values():
        gather.must(by, action, case, at)


def _must_be_payable(wanted: Sequence[Release], chosen: Sequence[Release]) -> None:
    if not wanted:
        raise Refusal("nothing-chosen", what=_("Choose at least one release to pay."), field="releases", status=422)
    if len(chosen) < len({release.pk for release in wanted}):
        raise Refusal(
            "already-in-a-run",
            what=_("At least one of these releases is already in a payment run."),
            why=_("A release is paid once."),
            next_step=_("Look at the list again: it shows what is still unpaid."),
        )
    if len({release.unit for release in chosen}) > 1:
        raise Refusal("mixed-units", what=_("A run pays one currency."), next_step=_("Order one run for each currency."))


def _must_have_cash(run: PaymentRun, payments: Sequence[Payment], cases: dict[int, Case]) -> None:
    """This will refuse early, with the figures, what the check would refuse anyway: the year's cash gates payment."""
    asked: dict[books.Envelope, int] = defaultdict(int)
    for payment in payments:
        for envelope, part in gather.envelopes_of(cases[payment.case_id], "due", payment.amount_cents, unit=run.unit):
            asked[envelope] += part
    for envelope, amount in asked.items():
        left = balances.balance(envelope.account("cash_available", financial_year=run.financial_year))
        if amount > left:
            raise Refusal(
                "cash-provision-overdrawn",
                what=_("The cash provision of %(year)s has %(left_cents)s left; the run asks for %(asked_cents)s."),
                next_step=_("Pay fewer releases now, or ask for a larger provision."),
                values={"year": run.financial_year, "left_cents": left, "asked_cents": amount, "unit": run.unit},
            )


def locked(run: PaymentRun) -> tuple[PaymentRun, list[Payment], dict[int, Case]]:
    """This will lock the run's applicants and cases, then the run, and give all of them as they are now."""
    cases = gather.lock_cases(Case.every.filter(pk__in=Payment.objects.filter(run=run).values("case_id")))
    run = PaymentRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    payments = list(Payment.objects.filter(run=run).select_related("account", "release", "receipt").order_by("id"))
    return run, payments, cases


def _must_be_checkable(run: PaymentRun, payments: Sequence[Payment], by: Person) -> None:
    if run.state != PaymentRun.State.ORDERED:
        raise Refusal("run-not-waiting", what=_("This run has already been checked or cancelled."))
    if run.ordered_by_id == by.pk:
        raise Refusal(
            "maker-is-checker",
            what=_("A run is checked by another person than the one who ordered it."),
            next_step=_("Ask a colleague to check it."),
            status=403,
        )
    if digest(payments) != run.sha256 or any(not payment.account.is_verified for payment in payments):
        raise Refusal(
            "run-changed",
            what=_("A payee account of this run has changed since it was ordered."),
            next_step=_("Cancel the run and order it again."),
        )


def _be_paid_from_today(run: PaymentRun, at: datetime) -> None:
    """This will pay a run that waited past its day on the day it is checked; one that waited past its year is refused, for that year's
    cash has lapsed."""
    today = gather.local_day(at)
    if run.financial_year < gather.year_of(today):
        raise Refusal(
            "year-over",
            what=_("The financial year %(year)s, whose cash this run was to be paid from, is over."),
            why=_("What is due and unpaid is paid from the cash of the year it is paid in."),
            next_step=_("Cancel the run and order it again."),
            values={"year": run.financial_year},
        )
    run.pay_on = max(run.pay_on, today)


def _sent(payment: Payment) -> Payment:
    payment = Payment.objects.select_related("release", "receipt").get(pk=payment.pk)
    if payment.state != Payment.State.SENT:
        raise Refusal("payment-not-sent", what=_("This payment is not waiting for the bank's word."))
    return payment


def close_if_done(run: PaymentRun, at: datetime) -> None:
    if not Payment.objects.filter(run=run, state=Payment.State.SENT).exists():
        run.state, run.closed_at = PaymentRun.State.SETTLED, at
        run.save(update_fields=["state", "closed_at"])


def _by_case(payments: Sequence[Payment], cases: dict[int, Case]) -> list[tuple[Case, int]]:
    amounts: dict[int, int] = defaultdict(int)
    for payment in payments:
        amounts[payment.case_id] += payment.amount_cents
    return [(cases[pk], amount) for pk, amount in sorted(amounts.items())]


def announce(
    kind: str,
    case: Case,
    amount_cents: int,
    run: PaymentRun,
    *,
    by: Person,
    at: datetime,
    command: uuid.UUID,
    extra: dict[str, Any] | None = None,
    sheet: dict[str, Any] | None = None,
    event_id: int | None = None,
) -> Event:
    """This will tell one case of a step of a run."""
    facts = {"run": run.reference, "amount_cents": amount_cents, "unit": run.unit, **(extra or {})}
    day = gather.local_day(at)
    return timeline.record(kind, command=command, by=by, at=at, case=case, event_id=event_id, happened_on=day, facts=facts, sheet=sheet)
