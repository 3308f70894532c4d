"""Puts right what came wrong in recording, and gives back what came in too much — e.g. HK$45,000 on a debt of HK$40,000, HK$5,000 back.

A receipt that was never at the bank is taken back by a second person; a payment the bank returned is paid again, once. In each the
books stay whole and the same when made again from the timeline.
"""

import importlib
from datetime import timedelta
from typing import Any

import pytest

from millrace.core import bank_status_test as bank
from millrace.registers.ledger import queries as balances
from millrace.registers.messages.models import Notice
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, queries, recovering
from millrace.stages.deliver.models import DueDay, PayeeAccount, Payment, PaymentRun, Receipt, Release, Settlement
from millrace.stages.deliver.recovery_orders_test import repay
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    files,
    holds,
    later,
    owed,
    paid,
    pay,
    rates,
    receive,
    refused,
    verify_whole,
)
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


def taken_back(held: Any, **fields: Any) -> Receipt:
    row = Receipt.objects.latest("pk")
    held.act(deliver.take_back_receipt, row, **{"reason": "It was another payer's (invented).", "by": held.second, **fields})
    row.refresh_from_db()
    return row


def test_a_receipt_recorded_in_error_leaves_the_debt_as_if_it_had_never_been(paid: Any) -> None:  # noqa: F811  # the fixture
    debt, before = owed(paid, days=10), balances.envelope_state(paid.envelope)
    later(paid, 40)
    receive(paid, debt, 600_000_00, bank_reference="B-1")
    later(paid, 5)
    with refused("same-person"):
        taken_back(paid, by=paid.finance)
    with refused("reason-needed"):
        taken_back(paid, reason=" ")
    taken_back(paid)
    with refused("taken-back-already"):
        taken_back(paid)
    debt.refresh_from_db()
    today = gather.local_day(paid.at)
    # HK$1m at 7.3% is HK$200 a night; thirty-five nights have gone since the due day, on the whole of it.
    assert (debt.state, debt.left_cents, recovering.owed(debt, today).interest_cents) == ("confirmed", MILLION, 35 * 200_00)
    after, statement = balances.envelope_state(paid.envelope), balances.statement(paid.case)
    assert (after.available, after.paid, after.returned) == (before.available, before.paid, 0)
    assert (statement.owed("received", "HKD"), statement.total("returned", "HKD")) == (0, 0)
    paid.case.refresh_from_db()
    assert paid.case.paid_cents == 9 * MILLION
    told = Event.objects.get(kind="receipt_taken_back")
    assert told.sheet["paid_cents"] == 9 * MILLION and told.facts["left_cents"] == MILLION
    assert Notice.objects.filter(person=paid.member, event=told.pk).exists()
    receive(paid, debt, 600_000_00, bank_reference="B-1")
    holds(paid.case, today)
    assert verify_whole(paid)


def test_a_receipt_that_had_settled_a_debt_lets_it_be_late_again_and_be_withdrawn(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid, days=10)
    later(paid, 40)
    receive(paid, debt, recovering.owed(debt, gather.local_day(paid.at)).total_cents)
    taken_back(paid)
    debt.refresh_from_db()
    assert debt.state == "confirmed" and DueDay.objects.filter(receivable=debt).latest("pk").due_on == debt.due_on
    assert recovering.aged(gather.local_day(paid.at)).get(pk=debt.pk).open_cents == MILLION
    paid.act(deliver.withdraw_receivable, debt, reason="It was ours.", by=paid.second)
    assert balances.statement(paid.case).owed("interest_owed", "HKD") == 0
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_what_came_in_beyond_the_debt_is_held_and_paid_back_once(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    with refused("more-than-owed"):
        receive(paid, debt, MILLION + 1)
    receive(paid, debt, MILLION + 50_000_00, holds_rest=True, bank_reference="B-1")
    row = Receipt.objects.get()
    assert (row.held_cents, row.settlement.principal_cents) == (50_000_00, MILLION)
    assert balances.statement(paid.case).owed("held", "HKD") == 50_000_00
    cash = balances.envelope_state(paid.envelope).cash
    paid.act(deliver.order_repayment, row, by=paid.maker)
    with refused("nothing-held"):
        paid.act(deliver.order_repayment, row, by=paid.maker)
    with refused("paid-back-already"):
        taken_back(paid)
    run = PaymentRun.objects.latest("pk")
    told = Pressing(paid.maker).see(f"/finance/runs/{run.reference}/")
    assert f"receipt {row.number} of debt {debt.number}" in told and f"/cases/{paid.case.reference}/debts/{debt.number}/" in told
    with refused("not-found"):
        paid.act(deliver.check_payment_run, run, by=paid.maker)
    paid.act(deliver.cancel_payment_run, run, by=paid.maker)
    for how in ("reject", "return", "settle"):
        assert repay(paid, row, how).amount_cents == 50_000_00
    with refused("nothing-held"):
        repay(paid, row)
    paid.case.refresh_from_db()
    assert paid.case.paid_cents == 8 * MILLION and balances.envelope_state(paid.envelope).cash == cash
    assert balances.statement(paid.case).owed("held", "HKD") == 0
    kinds = set(Event.objects.filter(kind__startswith="repayment").values_list("kind", flat=True))
    assert kinds == {f"repayment_{step}" for step in ("ordered", "checked", "cancelled", "settled", "rejected", "returned")}
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_money_for_a_debt_that_is_settled_is_held_whole_and_can_be_taken_back(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    receive(paid, debt, MILLION)
    debt.refresh_from_db()
    with refused("not-owed"):
        receive(paid, debt, 1_00)
    receive(paid, debt, 1_00, holds_rest=True)
    assert Receipt.objects.latest("pk").settlement is None and Settlement.objects.count() == 1
    taken_back(paid)
    debt.refresh_from_db()
    assert debt.state == "settled" and balances.statement(paid.case).owed("held", "HKD") == 0
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_a_receipt_taken_back_after_the_rest_was_given_up_lets_its_own_part_be_owed_again(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    receive(paid, debt, 970_000_00)
    with refused("partly-settled"):
        paid.act(deliver.withdraw_receivable, debt, reason="It was ours.", by=paid.second)
    paid.act(deliver.write_off, debt, amount_cents=30_000_00, reason="Struck off (invented).", by=paid.authority)
    debt.refresh_from_db()
    assert debt.left_cents == 0 and debt.ended_at is not None
    taken_back(paid)
    debt.refresh_from_db()
    # What was given up stays given up: the authority's word did not rest on the receipt.
    assert (debt.state, debt.left_cents, debt.ended_at) == ("confirmed", 970_000_00, None)
    statement = balances.statement(paid.case)
    assert (statement.owed("receivable", "HKD"), statement.owed("written_off", "HKD")) == (970_000_00, 30_000_00)
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_money_for_a_debt_withdrawn_meanwhile_is_held_and_taken_back_it_is_owed_by_nobody(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    receive(paid, debt, 600_000_00)
    taken_back(paid)
    paid.act(deliver.withdraw_receivable, debt, reason="It was ours.", by=paid.second)
    receive(paid, debt, 600_000_00, holds_rest=True)
    assert balances.statement(paid.case).owed("held", "HKD") == 600_000_00
    taken_back(paid)
    debt.refresh_from_db()
    statement = balances.statement(paid.case)
    assert (debt.state, debt.left_cents) == ("withdrawn", 0)
    assert (statement.owed("held", "HKD"), statement.owed("receivable", "HKD"), statement.owed("received", "HKD")) == (0, 0, 0)
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_old_receipts_get_rows_and_can_be_taken_back(paid: Any, owner_connection: Any) -> None:  # noqa: F811  # the fixture
    first, second = owed(paid, days=10), owed(paid)
    later(paid, 40)
    for debt, cents in ((first, 300_000_00), (second, 50_000_00), (first, 200_000_00)):
        receive(paid, debt, cents)
    paid.act(deliver.write_off, second, amount_cents=1_000_00, reason="Struck off (invented).", by=paid.authority)
    fields = [field.attname for field in Receipt._meta.concrete_fields if not field.primary_key]
    told = sorted(Receipt.objects.values_list(*fields), key=str)
    # As it was before the table: what was settled, and no receipts beside it.
    owner_connection.execute("DELETE FROM deliver_receipt")
    migration = importlib.import_module("millrace.stages.deliver.migrations.0015_receipts_recorded_before")
    owner_connection.execute(migration.RECEIPTS)
    assert sorted(Receipt.objects.values_list(*fields), key=str) == told and len(told) == 3
    assert list(Receipt.objects.filter(receivable=first).order_by("number").values_list("number", "amount_cents")) == [
        (1, 300_000_00),
        (2, 200_000_00),
    ]
    for row in Receipt.objects.order_by("pk"):
        paid.act(deliver.take_back_receipt, row, reason="Another payer's (invented).", by=paid.second)
    first.refresh_from_db()
    assert (first.state, first.left_cents) == ("confirmed", MILLION)
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def came_back(held: Any, payment: Payment, **fields: Any) -> None:
    told = {"reason": "AC04", "returned_on": gather.local_day(held.at), "bank_reference": "B-BACK", "by": held.finance}
    held.act(deliver.record_returned_payment, payment, **{**told, **fields})


def test_a_payment_the_bank_returned_is_paid_again_to_another_account_and_once(agree: Any) -> None:
    held = agree.nifs()
    released = pay(held, 4 * MILLION)
    payment, before = Payment.objects.get(), balances.envelope_state(held.envelope)
    for wrong, fields in {
        "reference-needed": {"bank_reference": " "},
        "returned-when": {"returned_on": payment.settled_on - timedelta(days=1)},
        "maker-rejects": {"by": held.maker},
    }.items():
        with refused(wrong):
            came_back(held, payment, **fields)
    came_back(held, payment)
    with refused("payment-not-settled"):
        came_back(held, payment)
    held.case.refresh_from_db()
    after = balances.envelope_state(held.envelope)
    assert held.case.paid_cents == 0 and (after.paid, after.due) == (0, 4 * MILLION)
    assert after.cash["2025-26"].available == before.cash["2025-26"].available + 4 * MILLION
    told = Event.objects.get(kind="payment_returned")
    assert told.sheet["paid_cents"] == 0 and Notice.objects.filter(person=held.member, event=told.pk).exists()
    with refused("account-refused-by-bank"):
        held.act(lambda rows, **who: deliver.order_payment_run(rows, **who), [released], by=held.maker)
    account = {"holder": "H", "bank_code": "004", "account_number": "999000111"}
    held.act(deliver.propose_account, held.lead, **account, by=held.signatory)
    for person in (held.maker, held.checker):
        held.act(deliver.verify_account, PayeeAccount.objects.get(organisation=held.lead, ended_at=None), by=person)
    held.act(lambda rows, **who: deliver.order_payment_run(rows, **who), [released], by=held.maker)
    with refused("already-in-a-run"):
        held.act(lambda rows, **who: deliver.order_payment_run(rows, **who), [released], by=held.maker)
    run = PaymentRun.objects.latest("pk")
    held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.settle_payment, run.payments.get(), by=held.finance)
    held.case.refresh_from_db()
    assert held.case.paid_cents == 4 * MILLION and not queries.unpaid_releases().exists()
    assert balances.envelope_state(held.envelope).cash == before.cash
    assert verify_whole(held)


def test_the_banks_file_may_say_later_that_a_payment_came_back(agree: Any) -> None:
    held = agree.nifs()
    pay(held, 4 * MILLION)
    payment = Payment.objects.select_related("run").get()
    content = bank.file(bank.transaction(payment.end_to_end, "RJCT", "AC04"), original=payment.run.reference, message="BACK-1")
    held.act(deliver.read_status_file, payment.run, content=content, by=held.finance)
    payment.refresh_from_db()
    assert (payment.state, payment.return_reference, payment.reason) == ("returned", f"B-{payment.end_to_end}", "AC04")
    assert Release.objects.get().unpaid


def test_money_a_debt_rests_on_is_not_taken_for_returned(paid: Any) -> None:  # noqa: F811  # the fixture
    owed(paid)
    with refused("returned-is-asked-back"):
        came_back(paid, Payment.objects.get())
