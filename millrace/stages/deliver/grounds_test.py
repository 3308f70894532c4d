"""Holds each debt to what its ground gives when it counts — e.g. HK$10m asked back as unspent, of which a later claim earns HK$8m."""

from dataclasses import replace
from typing import Any

import pytest

from millrace.core import releases
from millrace.registers.ledger import queries as balances
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.deliver_test import bring, claim, open_account, reach
from millrace.stages.deliver.models import Payment, PaymentRun, Receipt, Receivable, Release
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    files,
    holds,
    later,
    owed,
    raise_,
    rates,
    receive,
    refused,
    verify_whole,
)
from millrace.testing.agreeing import nifs_terms
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


@pytest.fixture
def ahead(agree: Any) -> Any:
    """A NIFS case of which HK$10m was paid on a milestone, before any claim, and a second person of finance."""

    def on_milestone(lead: int, _sponsor: int) -> Any:
        instalment = releases.Instalment(1, 1, 10 * MILLION, releases.ON_MILESTONE, (1,))
        return replace(nifs_terms(lead), instalments=(instalment,))

    held = agree.under("nifs", on_milestone)
    held.second = agree.make.person(powers=("finance",))
    bring(held, 20 * MILLION)
    reach(held, 1)
    open_account(held)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    released = Release.objects.get(case=held.case)
    held.act(lambda wanted, **who: deliver.order_payment_run(wanted, **who), [released], by=held.maker)
    run = PaymentRun.objects.latest("pk")
    held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.settle_payment, Payment.objects.get(run=run), by=held.finance)
    held.case.refresh_from_db()
    return held


def test_what_a_claim_earned_meanwhile_is_not_confirmed_as_unspent(ahead: Any) -> None:
    raised = raise_(ahead, 10 * MILLION, ground="unspent")
    claim(ahead, 24 * MILLION)
    with refused("more-than-recoverable"):
        ahead.act(deliver.confirm_receivable, raised, by=ahead.second)
    ahead.act(deliver.withdraw_receivable, raised, reason="Earned since", by=ahead.finance)
    assert owed(ahead, 2 * MILLION, ground="unspent").state == "confirmed"


def test_a_debt_is_not_counted_against_itself_when_it_is_confirmed(ahead: Any) -> None:
    assert owed(ahead, 10 * MILLION, ground="unspent").state == "confirmed"
    assert recovering.unspent(ahead.case) == 0


def test_what_a_claim_earned_after_the_demand_does_not_come_back(ahead: Any) -> None:
    """Of HK$10m owed HK$1m came in late; then HK$8m is earned: HK$1m more may come, and what is left is withdrawn."""
    debt = owed(ahead, 10 * MILLION, ground="unspent")
    later(ahead, 30 + 73)
    receive(ahead, debt, MILLION + recovering.owed(debt, gather.local_day(ahead.at)).interest_cents)
    with refused("partly-settled"):
        ahead.act(deliver.withdraw_receivable, debt, reason="An error", by=ahead.second)
    claim(ahead, 24 * MILLION)
    debt.refresh_from_db()
    assert recovering.earned_since(debt) == 8 * MILLION
    page = Pressing(ahead.finance).client.get(f"/cases/{ahead.case.reference}/debts/1/").content.decode()
    assert "Claims decided since have earned HK$8,000,000" in page
    with refused("earned-since"):
        receive(ahead, debt, MILLION + 1)
    receive(ahead, debt, 400_000_00)
    ahead.act(deliver.withdraw_receivable, debt, reason="Earned since", by=ahead.second)
    holds(ahead.case, gather.local_day(ahead.at))
    receive(ahead, debt, 5_000_00, holds_rest=True)
    assert Receipt.objects.latest("pk").held_cents == 5_000_00
    receive(ahead, owed(ahead, 600_000_00, ground="unspent"), 600_000_00)
    with refused("more-than-recoverable"):
        raise_(ahead, 1, ground="unspent")
    assert balances.statement(ahead.case).total("paid", "HKD") == 8 * MILLION
    assert set(Receivable.objects.values_list("state", flat=True)) == {"withdrawn", "settled"}
    assert verify_whole(ahead)
