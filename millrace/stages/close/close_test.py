"""Ends cases and counts their money back — e.g. HK$10m promised, HK$9m paid, HK$1m back to the envelope, and reopened by decision."""

import uuid
from datetime import date
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.stages.close import actions as close
from millrace.stages.close.models import FinalAccount
from millrace.stages.deliver import actions as deliver


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=f"^{code}:")


def test_closing_gives_the_rest_back_and_reopening_needs_the_authority(agree: Any) -> None:
    held = agree.nifs()
    click = uuid.uuid4()
    for _ in range(2):
        held.act(close.close_case, held.case, by=held.officer, command=click)
    held.case.refresh_from_db()
    assert held.case.status == "closed"
    assert balances.available(held.envelope) == 10_000_000_00
    assert FinalAccount.objects.get().unspent_cents == 10_000_000_00
    with refused("not-in-force"):
        held.act(deliver.report_milestone, held.case, milestone=1, file=None, by=held.member)
    with refused("not-found"):
        held.act(close.reopen_case, held.case, reason="late_evidence", by=held.officer)
    held.act(close.reopen_case, held.case, reason="late_evidence", by=held.authority)
    held.case.refresh_from_db()
    assert held.case.status == "in_force"
    held.act(close.close_case, held.case, by=held.officer)
    assert [account.number for account in FinalAccount.objects.order_by("number")] == [1, 2]


def test_money_on_its_way_or_unearned_keeps_a_case_open(agree: Any) -> None:
    held = agree.raise_plus()
    held.act(
        deliver.record_matching,
        held.case,
        sponsor=held.sponsor,
        form="cash",
        amount_cents=5_000_000_00,
        paid_on=date(2026, 3, 1),
        payee="P",
        invoice="I",
        file=None,
        by=held.member,
    )
    from millrace.stages.deliver.models import Evidence, PayeeAccount, Payment, Release

    held.act(deliver.verify_evidence, Evidence.objects.get(), by=held.officer)
    held.act(deliver.propose_account, held.lead, holder="U", bank_code="004", account_number="123456789", by=held.signatory)
    for person in (held.maker, held.checker):
        held.act(deliver.verify_account, PayeeAccount.objects.get(), by=person)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    with refused("payment-under-way"):
        held.act(close.close_case, held.case, by=held.officer)
    run = held.act(deliver.order_payment_run, list(Release.objects.all()), by=held.maker)
    held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.settle_payment, Payment.objects.get(), by=held.finance)
    with refused("refund-due"):
        held.act(close.close_case, held.case, by=held.officer)
    day = date(2026, 3, 2)
    with refused("refund-too-large"):
        held.act(close.record_refund, held.case, amount_cents=10_000_000_01, received_on=day, bank_reference="R0", by=held.finance)
    held.act(close.record_refund, held.case, amount_cents=10_000_000_00, received_on=day, bank_reference="R1", by=held.finance)
    with refused("refund-too-large"):
        held.act(close.record_refund, held.case, amount_cents=1, received_on=day, bank_reference="R1", by=held.finance)
    held.act(close.close_case, held.case, by=held.officer)
    assert balances.available(held.envelope) == 30_000_000_00


def test_termination_names_the_refund_it_leaves_to_recover(agree: Any) -> None:
    held = agree.nifs()
    with refused("not-found"):
        held.act(close.terminate_case, held.case, reason="breach", by=held.officer)
    event = held.act(close.terminate_case, held.case, reason="breach", by=held.authority)
    assert (event.kind, event.facts["refund_cents"], event.sheet["status"]) == ("case_terminated", 0, "terminated")
