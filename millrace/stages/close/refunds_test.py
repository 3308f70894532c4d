"""Records what was paid back without a demand, once and by its bank reference — e.g. BANK-1 is a refund or a receipt, never both.

A refund recorded in error is taken back by a second person, with the books as if it had never been.
"""

import importlib
import uuid
from typing import Any

import pytest

from millrace.core import bank_status_test as bank
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.messages.models import Notice
from millrace.registers.timeline.models import Event
from millrace.stages.close import actions as close
from millrace.stages.close import queries
from millrace.stages.close.models import Refund
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import BankReference, Claim, Payment, Receipt
from millrace.stages.deliver.receipts_test import came_back
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    files,
    holds,
    owed,
    paid,
    pay,
    rates,
    receive,
    refused,
    verify_whole,
)
from millrace.testing import racing
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


def refund(held: Any, cents: int = MILLION, **fields: Any) -> None:
    told = {"received_on": gather.local_day(held.at), "bank_reference": "BANK-1", "by": held.finance}
    held.act(close.record_refund, held.case, amount_cents=cents, **{**told, **fields})


def test_one_movement_at_the_bank_is_recorded_once_as_a_refund_or_on_a_debt(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid, 2 * MILLION)
    for nothing in ("", "  "):
        with refused("reference-needed"):
            refund(paid, bank_reference=nothing)
    refund(paid)
    for again in ("BANK-1", " BANK-1 "):
        with refused("receipt-recorded"):
            refund(paid, bank_reference=again)
        with refused("receipt-recorded"):
            receive(paid, debt, MILLION, bank_reference=again)
    receive(paid, debt, MILLION, bank_reference="BANK-2 ")
    receive(paid, debt, 2 * MILLION, bank_reference="BANK-3", holds_rest=True)
    receive(paid, debt, MILLION, bank_reference="BANK-4", holds_rest=True)
    # BANK-4 settled nothing: all of it is held.
    assert Receipt.objects.latest("pk").settlement is None
    for told in ("BANK-2", "BANK-3", "BANK-4 "):
        with refused("receipt-recorded"):
            refund(paid, bank_reference=told)
    # Taken back as recorded on the wrong matter, it may be recorded on the right one.
    paid.act(deliver.take_back_receipt, Receipt.objects.latest("pk"), reason="It was no debt's (invented).", by=paid.second)
    refund(paid, bank_reference="BANK-4")
    assert balances.statement(paid.case).total("returned", "HKD") == 4 * MILLION
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_a_payment_that_came_back_is_a_movement_of_its_own_and_serves_nothing_else(paid: Any, agree: Any) -> None:  # noqa: F811  # the fixture
    refund(paid)
    held, other = agree.nifs(), agree.nifs()
    for each in (held, other):
        pay(each, 4 * MILLION)
    first, second = (Payment.objects.select_related("run").get(case=each.case) for each in (held, other))
    for again in ("BANK-1", " BANK-1 "):
        with refused("receipt-recorded"):
            came_back(held, first, bank_reference=again)
    came_back(held, first, bank_reference="BANK-2 ")
    first.refresh_from_db()
    assert (first.state, first.return_reference) == ("returned", "BANK-2")
    with refused("receipt-recorded"):
        came_back(other, second, bank_reference="BANK-2")
    with refused("receipt-recorded"):
        refund(paid, bank_reference="BANK-2")
    with refused("receipt-recorded"):
        receive(paid, owed(paid), MILLION, bank_reference="BANK-2")
    # The bank's own file meets the same refusal, and changes nothing.
    refund(paid, 1, bank_reference=f"B-{second.end_to_end}")
    content = bank.file(bank.transaction(second.end_to_end, "RJCT", "AC04"), original=second.run.reference)
    with refused("receipt-recorded") as told:
        other.act(deliver.read_status_file, second.run, content=content, by=other.finance)
    second.refresh_from_db()
    assert (told.value.field, second.state) == ("file", "settled")


def test_of_many_recording_one_movement_at_once_one_does(paid: Any, agree: Any) -> None:  # noqa: F811  # the fixture
    """Whoever records holds only the case's own lock: what two cases record meets at the reference alone."""
    debt, other = owed(paid), agree.nifs()
    pay(other, 9 * MILLION)
    told = {"amount_cents": MILLION, "received_on": gather.local_day(paid.at), "at": paid.at, "by": paid.finance}
    refunds = [
        lambda case=case, n=n: close.record_refund(case, bank_reference="BANK-1" + " " * n, command=uuid.uuid4(), **told)
        for n, case in enumerate([paid.case, other.case] * 3)
    ]
    receipts = [lambda: deliver.receive_money(debt, bank_reference="BANK-1", command=uuid.uuid4(), **told)] * 4
    answers = racing.race(refunds + receipts)
    # Once it has paid the debt, the debt itself refuses the others before their reference is looked at.
    assert set(answers) <= {"done", "receipt-recorded", "not-owed"} and answers.count("done") == 1
    returned = [balances.statement(case).total("returned", "HKD") for case in (paid.case, other.case)]
    assert sorted(returned) == [0, MILLION]


def test_what_was_recorded_before_keeps_its_reference(paid: Any, agree: Any, owner_connection: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid, 3 * MILLION)
    receive(paid, debt, MILLION, bank_reference="BANK-1")
    receive(paid, debt, MILLION, bank_reference="BANK-2")
    paid.act(deliver.take_back_receipt, Receipt.objects.latest("pk"), reason="Another payer's (invented).", by=paid.second)
    refund(paid, bank_reference="BANK-3")
    # As it was before: spaces around a reference, and the same movement as both.
    for reference in ("BANK-3 ", "BANK-1"):
        told = {"amount_cents": 1, "unit": "HKD", "received_on": gather.local_day(paid.at), "recorded_at": paid.at}
        Refund.objects.create(case=paid.case, bank_reference=reference, recorded_by=paid.finance, **told)
    other = agree.nifs()
    pay(other, 4 * MILLION)
    came_back(other, Payment.objects.get(case=other.case), bank_reference="BANK-4")
    owner_connection.execute("DELETE FROM deliver_bankreference")
    owner_connection.execute(importlib.import_module("millrace.stages.deliver.migrations.0019_bank_references").RECEIPTS)
    owner_connection.execute(importlib.import_module("millrace.stages.close.migrations.0003_bank_references").REFUNDS)
    owner_connection.execute(importlib.import_module("millrace.stages.deliver.migrations.0020_references_of_returns").RETURNS)
    assert set(BankReference.objects.values_list("reference", flat=True)) == {"BANK-1", "BANK-3", "BANK-4"}


def taken_back(held: Any, **fields: Any) -> Refund:
    row = Refund.objects.latest("pk")
    held.act(close.take_back_refund, row, **{"reason": "It was another payer's (invented).", "by": held.second, **fields})
    row.refresh_from_db()
    return row


def test_a_refund_recorded_in_error_is_taken_back_by_another_as_if_it_had_never_been(paid: Any) -> None:  # noqa: F811  # the fixture
    before = balances.envelope_state(paid.envelope)
    refund(paid)
    for wrong, fields in {
        "same-person": {"by": paid.finance},
        "reason-needed": {"reason": " "},
        "not-found": {"by": paid.officer},
    }.items():
        with refused(wrong):
            taken_back(paid, **fields)
    row = taken_back(paid)
    assert (row.taken_back_by, row.taken_back_reason) == (paid.second, "It was another payer's (invented).")
    with refused("taken-back-already"):
        taken_back(paid)
    after, statement = balances.envelope_state(paid.envelope), balances.statement(paid.case)
    assert (after.available, after.paid, after.returned) == (before.available, before.paid, 0)
    assert (statement.total("paid", "HKD"), statement.total("returned", "HKD")) == (9 * MILLION, 0)
    paid.case.refresh_from_db()
    assert paid.case.paid_cents == 9 * MILLION
    told = Event.objects.get(kind="refund_taken_back")
    assert (told.facts["amount_cents"], told.sheet["paid_cents"]) == (MILLION, 9 * MILLION)
    assert Notice.objects.filter(person=paid.member, event=told.pk).exists()
    # The same movement may be recorded again, where it belongs.
    refund(paid)
    assert [one.taken_back_at is None for one in queries.refunds_of(paid.case)] == [False, True]
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_of_many_taking_one_refund_back_at_once_one_does(paid: Any) -> None:  # noqa: F811  # the fixture
    refund(paid)
    row, who = Refund.objects.get(), {"reason": "r", "by": paid.second, "at": paid.at}
    answers = racing.race([lambda: close.take_back_refund(row, command=uuid.uuid4(), **who)] * 6)
    assert sorted(answers) == ["done", *["taken-back-already"] * 5]
    assert balances.statement(paid.case).total("paid", "HKD") == 9 * MILLION


def test_what_was_not_earned_stands_in_the_way_of_closing_again(paid: Any) -> None:  # noqa: F811  # the fixture
    """HK$1m of HK$9m was not earned: refunded, the case may close; taken back, it may not until it is refunded again."""
    today = gather.local_day(paid.at)
    Claim.objects.filter(case=paid.case, state="decided").update(payable_cents=8 * MILLION)
    refund(paid)
    assert "refund_due" not in queries.account(paid.case, today).obstacles
    taken_back(paid)
    assert "refund_due" in queries.account(paid.case, today).obstacles
    with refused("refund-due"):
        paid.act(close.close_case, paid.case, by=paid.officer)


def test_a_refund_that_a_final_account_counts_waits_until_the_case_is_open_again(paid: Any) -> None:  # noqa: F811  # the fixture
    refund(paid)
    paid.act(close.terminate_case, paid.case, reason="mutual", by=paid.authority)
    with refused("refund-accounted-for"):
        taken_back(paid)
    assert balances.statement(paid.case).total("paid", "HKD") == 8 * MILLION
    # What came in after the account is not in it.
    refund(paid, bank_reference="BANK-2")
    assert taken_back(paid).bank_reference == "BANK-2"
    paid.act(close.reopen_case, paid.case, reason="our_error", by=paid.authority)
    first = Refund.objects.get(bank_reference="BANK-1")
    paid.act(close.take_back_refund, first, reason="Another payer's (invented).", by=paid.second)
    assert balances.statement(paid.case).total("paid", "HKD") == 9 * MILLION
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_a_refund_promised_again_is_not_taken_back(paid: Any, agree: Any) -> None:  # noqa: F811  # the fixture
    refund(paid)
    told = Event.objects.filter(kind="refund_received").latest("pk")
    other = agree.nifs().case
    ledger.reserve(other, balances.available(paid.envelope), envelope=paid.envelope, event=told.pk, on=told.happened_on, at=paid.at)
    with refused("envelope-overdrawn"):
        taken_back(paid)
    assert Refund.objects.get().taken_back_at is None


def test_the_second_person_takes_it_back_on_the_page_of_the_case(paid: Any) -> None:  # noqa: F811  # the fixture
    refund(paid)
    row, case = Refund.objects.get(), f"/cases/{paid.case.reference}/"
    here = f"{case}refunds/{row.pk}/take-back/"
    first, second, officer = (Pressing(one) for one in (paid.finance, paid.second, paid.officer))
    assert "take-back" not in first.see(f"{case}?show=money") and here in second.see(f"{case}?show=money")
    assert "BANK-1" in second.see(here)
    officer.see(here, 404)
    assert "another person" in first.press(here, 403, reason="Another payer's.")
    second.press(here, reason="Another payer's.")
    second.see(here, 404)
    for reader, is_told in ((second, True), (Pressing(paid.member), False)):
        page = reader.see(f"{case}?show=money")
        assert "Taken back" in page and ("Another payer" in page) is is_told
    for language, words in (("en", "is taken back"), ("zh-hant", "現予撤銷"), ("zh-hans", "现予撤销")):
        assert words in Pressing(paid.second, language).see(f"{case}?show=timeline")
