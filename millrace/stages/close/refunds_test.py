"""Records what was paid back without a demand, once and by its bank reference — e.g. BANK-1 is a refund or a receipt, never both."""

import importlib
import uuid
from typing import Any

import pytest

from millrace.registers.ledger import queries as balances
from millrace.stages.close import actions as close
from millrace.stages.close.models import Refund
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import BankReference, Receipt
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
    assert sorted(set(answers)) == ["done", "receipt-recorded"] and answers.count("done") == 1
    returned = [balances.statement(case).total("returned", "HKD") for case in (paid.case, other.case)]
    assert sorted(returned) == [0, MILLION]


def test_what_was_recorded_before_keeps_its_reference(paid: Any, owner_connection: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid, 3 * MILLION)
    receive(paid, debt, MILLION, bank_reference="BANK-1")
    receive(paid, debt, MILLION, bank_reference="BANK-2")
    paid.act(deliver.take_back_receipt, Receipt.objects.latest("pk"), reason="Another payer's (invented).", by=paid.second)
    refund(paid, bank_reference="BANK-3")
    # As it was before: spaces around a reference, and the same movement as both.
    for reference in ("BANK-3 ", "BANK-1"):
        told = {"amount_cents": 1, "unit": "HKD", "received_on": gather.local_day(paid.at), "recorded_at": paid.at}
        Refund.objects.create(case=paid.case, bank_reference=reference, recorded_by=paid.finance, **told)
    owner_connection.execute("DELETE FROM deliver_bankreference")
    owner_connection.execute(importlib.import_module("millrace.stages.deliver.migrations.0019_bank_references").RECEIPTS)
    owner_connection.execute(importlib.import_module("millrace.stages.close.migrations.0003_bank_references").REFUNDS)
    assert set(BankReference.objects.values_list("reference", flat=True)) == {"BANK-1", "BANK-3"}
