"""Holds each debt to what its ground gives when it counts — e.g. HK$10m asked back as unspent, of which a later claim earns HK$8m."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from millrace.core import releases
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import sealer
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering, sampled
from millrace.stages.deliver.deliver_test import bring, claim, open_account, reach
from millrace.stages.deliver.models import AuditSample, Payment, PaymentRun, Receipt, Receivable, Release
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    files,
    holds,
    later,
    owed,
    pay,
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


def audit(held: Any, error_cents: int) -> AuditSample:
    """This will audit the only line there is, by an auditor who finds this much of its cost in error."""
    held.at += timedelta(days=1)
    sealer.seal(held.at)
    auditor, day = held.make.person(powers=("auditor",)), gather.local_day(held.at) - timedelta(days=1)
    asked = {"scheme": "nifs", "first": day - timedelta(days=30), "last": day, "unit": "HKD", "count": 1}
    deliver.draw_sample(**asked, by=auditor, at=held.at, command=uuid.uuid4())
    sample = AuditSample.objects.latest("number")
    held.act(deliver.audit_line, sample.lines.get(), error_cents=error_cents, reason="ineligible_item", by=auditor)
    held.act(deliver.conclude_sample, sample, by=auditor)
    sample.refresh_from_db()
    return sample


def test_of_cost_in_error_the_grant_it_earned_is_asked_back(agree: Any, hong_kong: Any) -> None:
    """HK$9m of cost earned HK$3m at 1:2. Of HK$3m in error HK$1m comes back; a later audit of the same line adds only what is new."""
    held = agree.nifs()
    held.second, held.make = agree.make.person(powers=("finance",)), agree.make
    pay(held, 3 * MILLION)
    sample = audit(held, 3 * MILLION)
    with refused("more-than-recoverable"):
        raise_(held, MILLION + 1, ground="disallowed", sample=sample)
    finance = Pressing(held.finance).client
    page = finance.get(f"/cases/{held.case.reference}/debts/raise/").content.decode()
    assert "HK$3,000,000 of cost in error here; at most HK$1,000,000 of grant" in page
    debt = owed(held, MILLION, ground="disallowed", sample=sample)
    pages = (f"/cases/{held.case.reference}/debts/{debt.number}/", f"/desk/audit-samples/{sample.number}/")
    for page in (finance.get(address).content.decode() for address in pages):
        assert "HK$3,000,000" in page and "HK$1,000,000" in page
    receive(held, debt, MILLION)
    assert balances.statement(held.case).total("paid", "HKD") == 2 * MILLION
    assert recovering.disallowed(held.case, sample) == 0
    assert sampled.grant_beyond(sample) == 0
    assert recovering.disallowed(held.case, audit(held, 4 * MILLION + 2)) == 333_333_34


def drawn(held: Any, amount_cents: int) -> AuditSample:
    """This will draw one line of today's claims, again until it is the one of this amount, find all of it in error and conclude."""
    held.at += timedelta(days=1)
    sealer.seal(held.at)
    auditor, day = held.make.person(powers=("auditor",)), gather.local_day(held.at) - timedelta(days=1)
    row = None
    while row is None or row.amount_cents != amount_cents:
        asked = {"scheme": "nifs", "first": day, "last": day, "unit": "HKD", "count": 1}
        deliver.draw_sample(**asked, by=auditor, at=held.at, command=uuid.uuid4())
        row = AuditSample.objects.latest("number").lines.get()
    held.act(deliver.audit_line, row, error_cents=amount_cents, reason="ineligible_item", by=auditor)
    held.act(deliver.conclude_sample, row.sample, by=auditor)
    return AuditSample.objects.get(pk=row.sample_id)


def test_no_error_stands_for_more_grant_than_the_lines_drawn_from_had_earned(agree: Any, hong_kong: Any) -> None:
    """Of HK$0.9m and a risky HK$0.3m the first is drawn one time in four. All in error it would stand for HK$3.6m of HK$1.2m."""
    held = agree.nifs()
    held.second, held.make = agree.make.person(powers=("finance",)), agree.make
    pay(held, 3 * MILLION)
    later(held, 5)
    claim(held, 900_000_03, 300_000_00)
    sample = drawn(held, 900_000_03)
    found = sampled.told(sample.result)
    assert found is not None and found.found_cents < found.estimate_cents <= found.upper_cents <= sample.population_cents
    assert sampled.grant_beyond(sample) == 100_000_00
    with refused("more-than-extrapolated"):
        held.act(deliver.decide_recovery, sample, recover_cents=100_000_01, reason="All.", by=held.finance)
    held.act(deliver.decide_recovery, sample, recover_cents=100_000_00, reason="All.", by=held.finance)
    sample.refresh_from_db()
    with refused("more-than-recoverable"):
        raise_(held, 400_000_02, ground="disallowed", sample=sample)
    owed(held, 400_000_01, ground="disallowed", sample=sample)


def test_two_samples_of_one_claim_do_not_ask_back_its_grant_twice(ahead: Any, agree: Any, hong_kong: Any) -> None:
    """Two lines earned HK$0.5m each. One in error stood for both and HK$1m was asked back: the other in error adds nothing."""
    ahead.make = agree.make
    claim(ahead, 1_500_000_03, 1_499_999_97)
    first = drawn(ahead, 1_500_000_03)
    beyond = sampled.grant_beyond(first)
    ahead.act(deliver.decide_recovery, first, recover_cents=beyond, reason="All.", by=ahead.finance)
    first.refresh_from_db()
    owed(ahead, 500_000_01 + beyond, ground="disallowed", sample=first)
    ahead.at -= timedelta(days=1)
    second = drawn(ahead, 1_499_999_97)
    assert recovering.disallowed(ahead.case, second) == MILLION - 500_000_01 - beyond <= 2
