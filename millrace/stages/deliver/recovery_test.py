"""Recovers what was paid too much, to the last cent — e.g. HK$1m raised by one, confirmed by another, received, set off and written off.

Whatever is tried: two people, no more than is owed, books that stay whole, and principal back in the envelope it was paid from.
"""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core import ledger as books
from millrace.core import recovery
from millrace.core.policy_folder import handling
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.registers.ledger import verify
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, queries, recovering
from millrace.stages.deliver.deliver_test import bring, claim, open_account, reach
from millrace.stages.deliver.models import Payment, PaymentRun, Receipt, Receivable, Release, SetOff, Settlement, Unpaid

MILLION = 1_000_000_00
RATE = 730  # basis points: HK$1 a night on HK$5,000
pytestmark = pytest.mark.usefixtures("rates")


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=f"^{code}:")


def measure(name: str, unit: str, number: int, group: str = "", *schemes: str) -> handling.Measure:
    starts = recovery_starts()
    value = handling.Value(number, starts, schemes, handling.Text(), "", False, handling.Text())
    return handling.Measure(name, handling.Text(), unit, group, (value,))


def recovery_starts() -> Any:
    return handling.dated.start("2010-01-01")


MEASURES = handling.Handling(
    {
        one.id: one
        for one in (
            measure("recovery-interest", "basis_points", RATE),
            measure("limit-write_off-authority", "cents", 100_000_00, "limit_write_off"),
            measure("revenue-share", "basis_points", 500, "", "nifs"),
            measure("revenue-years", "count", 3),
            measure("revenue-cap", "basis_points", 10_000),
            measure("revenue-declaration-days", "days", 90),
            measure("stage-surplus-carried", "basis_points", 5_000),
            measure("risk-flagged", "basis_points", 90_000),
        )
    }
)


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measures of handling without publishing a policy."""
    monkeypatch.setattr(recovering.policy, "handling", lambda: MEASURES)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pay(held: Any, cents: int) -> Release:
    """This will earn, release and pay an amount of a NIFS case."""
    due(held, cents)
    released = Release.objects.filter(case=held.case).latest("number")
    held.act(lambda wanted, **who: deliver.order_payment_run(wanted, **who), [released], by=held.maker)
    run = PaymentRun.objects.latest("pk")
    held.act(deliver.check_payment_run, run, by=held.checker)
    held.act(deliver.settle_payment, Payment.objects.get(run=run), by=held.finance)
    held.case.refresh_from_db()
    return released


def due(held: Any, cents: int) -> Release:
    """This will earn and release an amount."""
    bring(held, 2 * cents)
    reach(held, 1)
    claim(held, 3 * cents)
    open_account(held)
    held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance)
    return Release.objects.filter(case=held.case).latest("number")


@pytest.fixture
def paid(agree: Any) -> Any:
    """A NIFS case of which HK$9m was paid, and a second person of finance."""
    held = agree.nifs()
    pay(held, 9 * MILLION)
    held.second = agree.make.person(powers=("finance",))
    return held


def raise_(held: Any, cents: int = MILLION, *, ground: str = "breach", days: int = 30, **fields: Any) -> Receivable:
    due_on = gather.local_day(held.at) + timedelta(days=days)
    told = {"ground": ground, "amount_cents": cents, "due_on": due_on, "reason": "Found (invented).", "evidence": "Visit 2 (invented)."}
    held.act(deliver.raise_receivable, held.case, **{**told, "by": held.finance, **fields})
    return Receivable.objects.filter(case=held.case).latest("number")


def owed(held: Any, cents: int = MILLION, **fields: Any) -> Receivable:
    raised = raise_(held, cents, **fields)
    held.act(deliver.confirm_receivable, raised, by=held.second)
    raised.refresh_from_db()
    return raised


def receive(held: Any, debt: Receivable, cents: int, **fields: Any) -> None:
    told = {"received_on": gather.local_day(held.at), "bank_reference": uuid.uuid4().hex, "by": held.finance}
    held.act(deliver.receive_money, debt, amount_cents=cents, **{**told, **fields})


def later(held: Any, days: int) -> None:
    held.at += timedelta(days=days)


def holds(case: Any, on: date) -> None:
    """The rows, the books of today and the books of a past day say the same."""
    statement, unit = balances.statement(case), case.unit
    debts = Receivable.objects.filter(case=case, confirmed_on__isnull=False)
    acts = Settlement.objects.filter(receivable__case=case)
    assert statement.owed("receivable", unit) == sum(debt.left_cents for debt in debts)
    charged, settled = (sum(acts.values_list(name, flat=True)) for name in ("charged_cents", "interest_cents"))
    assert statement.owed("interest_owed", unit) == charged - settled
    for kinds, name in ((("receipt", "taken_back"), "received"), (("set_off",), "set_off"), (("write_off",), "written_off")):
        rows = acts.filter(kind__in=kinds)
        assert statement.owed(name, unit) == sum(rows.values_list("principal_cents", flat=True))
        assert statement.owed(f"interest_{name}", unit) == sum(rows.values_list("interest_cents", flat=True))
    receipts = Receipt.objects.filter(receivable__case=case, taken_back_at=None)
    gone = Payment.objects.filter(receipt__in=receipts, state__in=["sent", "settled"])
    assert statement.owed("held", unit) == sum(row.held_cents for row in receipts) - sum(one.amount_cents for one in gone)
    assert sum(row.amount_cents - row.held_cents for row in receipts) == sum(
        statement.owed(f"{part}received", unit) for part in ("", "interest_")
    )
    for day in (on, on - timedelta(days=40)):
        aged = sum(debt.open_cents for debt in recovering.aged(day).filter(case=case))
        assert aged == balances.balance_as_at(books.Account("receivable", unit, case=case.pk), day)


def test_from_ground_to_last_cent(paid: Any) -> None:
    before = balances.available(paid.envelope)
    debt = owed(paid)
    assert balances.statement(paid.case).owed("receivable", "HKD") == MILLION
    later(paid, 30 + 73)
    assert recovering.owed(debt, gather.local_day(paid.at)).interest_cents == 14_600_00
    receive(paid, debt, 514_600_00)
    debt.refresh_from_db()
    assert (debt.left_cents, debt.charged_cents, debt.state) == (500_000_00, 14_600_00, "confirmed")
    assert balances.available(paid.envelope) == before + 500_000_00
    paid.case.refresh_from_db()
    assert paid.case.paid_cents == 8_500_000_00
    later(paid, 365)
    assert recovering.owed(debt, gather.local_day(paid.at)).interest_cents == 36_500_00
    paid.act(deliver.write_off, debt, amount_cents=36_500_00, reason="Settled out of court (invented).", by=paid.authority)
    receive(paid, debt, 500_000_00)
    debt.refresh_from_db()
    assert (debt.left_cents, debt.state) == (0, "settled")
    statement = balances.statement(paid.case)
    assert statement.recoveries == (
        balances.RecoveryLine("HKD", 0, MILLION, 0, 0, interest_received=14_600_00, interest_written_off=36_500_00),
    )
    assert balances.available(paid.envelope) == before + MILLION
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)
    with refused("not-owed"):
        receive(paid, debt, 1)


def verify_whole(held: Any) -> bool:
    sealer.seal(held.at)
    assert verify.replayed() == {account: amount for account, amount in balances.trial_balance().items() if amount}
    return verify.verify().is_whole


def test_one_raises_and_another_confirms(paid: Any) -> None:
    raised = raise_(paid)
    assert balances.statement(paid.case).recoveries == ()
    with refused("same-person"):
        paid.act(deliver.confirm_receivable, raised, by=paid.finance)
    for stranger in (paid.officer, paid.member, paid.maker):
        with pytest.raises(Refusal) as no:
            paid.act(deliver.confirm_receivable, raised, by=stranger)
        assert no.value.status == 404
    paid.act(deliver.confirm_receivable, raised, by=paid.checker)
    with refused("not-waiting"):
        paid.act(deliver.confirm_receivable, raised, by=paid.second)
    assert Event.objects.get(case=paid.case, kind="receivable_confirmed").facts["amount_cents"] == MILLION


def test_no_more_is_asked_back_than_was_paid_or_its_ground_gives(paid: Any, agree: Any) -> None:
    with refused("more-than-recoverable"):
        raise_(paid, 9 * MILLION + 1)
    raise_(paid, 8 * MILLION)
    with refused("more-than-recoverable"):
        raise_(paid, MILLION + 1)
    with refused("more-than-recoverable"):
        raise_(paid, 1, ground="unspent")
    unpaid = agree.nifs()
    for cents in (1, 0):
        with refused("more-than-recoverable"):
            raise_(unpaid, cents)
    with refused("record-needed"):
        raise_(paid, 100, ground="retention")
    with refused("due-day-past"):
        raise_(paid, 100, days=-1)
    with refused("evidence-needed"):
        raise_(paid, 100, evidence=" ")


def test_what_is_not_owed_is_neither_received_nor_given_up(paid: Any) -> None:
    debt = owed(paid, 60_000_00)
    with pytest.raises(Refusal) as no:
        receive(paid, debt, 60_000_01)
    assert (no.value.code, no.value.values["owed_cents"]) == ("more-than-owed", 60_000_00)
    receive(paid, debt, 10_000_00, bank_reference="B1")
    with refused("receipt-recorded"):
        receive(paid, debt, 10_000_00, bank_reference="B1")
    with refused("receipt-in-future"):
        receive(paid, debt, 1, received_on=gather.local_day(paid.at) + timedelta(days=1))
    with refused("before-last-act"):
        receive(paid, debt, 1, received_on=gather.local_day(paid.at) - timedelta(days=1))
    with refused("partly-settled"):
        paid.act(deliver.withdraw_receivable, debt, reason="An error", by=paid.second)


def test_a_debt_raised_in_error_is_taken_back_by_another(paid: Any) -> None:
    raised = raise_(paid)
    paid.act(deliver.withdraw_receivable, raised, reason="Typed wrongly", by=paid.finance)
    debt = owed(paid)
    with refused("same-person"):
        paid.act(deliver.withdraw_receivable, debt, reason="An error", by=paid.finance)
    paid.act(deliver.withdraw_receivable, debt, reason="An error", by=paid.second)
    assert balances.statement(paid.case).owed("receivable", "HKD") == 0
    assert not recovering.aged(gather.local_day(paid.at)).exists()
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_what_is_given_up_stays_within_the_limit_and_stops_without_one(paid: Any, monkeypatch: Any) -> None:
    debt = owed(paid)
    give = {"reason": "Insolvent (invented)", "by": paid.authority}
    with refused("above-limit"):
        paid.act(deliver.write_off, debt, amount_cents=100_000_01, **give)
    paid.act(deliver.write_off, debt, amount_cents=60_000_00, **give)
    with refused("above-limit"):
        paid.act(deliver.write_off, debt, amount_cents=40_000_01, **give)
    with refused("reason-needed"):
        paid.act(deliver.write_off, debt, amount_cents=1, reason=" ", by=paid.authority)
    with pytest.raises(Refusal):
        paid.act(deliver.write_off, debt, amount_cents=1, reason="x", by=paid.second)
    monkeypatch.setattr(recovering.policy, "handling", lambda: handling.NONE)
    with refused("limit-unreadable"):
        paid.act(deliver.write_off, debt, amount_cents=1, **give)
    assert balances.statement(paid.case).owed("written_off", "HKD") == 60_000_00
    holds(paid.case, gather.local_day(paid.at))


def another(held: Any, agree: Any, cents: int) -> Any:
    """This will be another case of the same payee with an amount released and unpaid."""
    other = agree.nifs()
    type(other.case).objects.filter(pk=other.case.pk).update(lead=held.lead)
    other.case.parties.filter(role="lead").update(organisation=held.lead)
    other.case.refresh_from_db()
    other.lead, other.member, other.signatory = held.lead, held.member, held.signatory
    other.at = held.at
    bring(other, 2 * cents)
    reach(other, 1)
    claim(other, 3 * cents)
    other.act(deliver.release_instalment, other.case, instalment=1, by=other.finance)
    other.released = Release.objects.get(case=other.case)
    held.at = other.at
    return other


def propose(held: Any, debt: Receivable, release: Release, cents: int) -> SetOff:
    told = {"release": release, "amount_cents": cents, "reason": "Owed for months (invented).", "by": held.finance}
    held.act(deliver.propose_set_off, debt, **told)
    return SetOff.objects.latest("pk")


def test_what_is_owed_is_kept_back_from_a_later_release(paid: Any, agree: Any) -> None:
    debt, other = owed(paid), another(paid, agree, 3 * MILLION)
    wish = propose(paid, debt, other.released, MILLION)
    with refused("same-person"):
        paid.act(deliver.decide_set_off, wish, is_approved=True, by=paid.finance)
    command = uuid.uuid4()
    for _click in range(2):
        paid.act(deliver.decide_set_off, wish, is_approved=True, by=paid.second, command=command)
    debt.refresh_from_db()
    assert (debt.state, debt.left_cents) == ("settled", 0)
    (waiting,) = queries.unpaid_releases().filter(case=other.case)
    assert waiting.to_pay_cents == 2 * MILLION
    paid.act(lambda wanted, **who: deliver.order_payment_run(wanted, **who), [other.released], by=paid.maker)
    run = PaymentRun.objects.latest("pk")
    assert run.total_cents == 2 * MILLION
    paid.act(deliver.check_payment_run, run, by=paid.checker)
    paid.act(deliver.settle_payment, Payment.objects.get(run=run), by=paid.finance)
    statement = balances.statement(other.case)
    assert (statement.total("due", "HKD"), statement.total("paid", "HKD")) == (0, 3 * MILLION)
    other.case.refresh_from_db()
    paid.case.refresh_from_db()
    assert (other.case.paid_cents, paid.case.paid_cents) == (3 * MILLION, 8 * MILLION)
    assert balances.statement(paid.case).owed("set_off", "HKD") == MILLION
    holds(paid.case, gather.local_day(paid.at))
    assert verify_whole(paid)


def test_a_release_kept_back_whole_is_not_paid_at_all(paid: Any, agree: Any) -> None:
    debt, other = owed(paid, 3 * MILLION), another(paid, agree, 2 * MILLION)
    with refused("more-than-release"):
        propose(paid, debt, other.released, 2 * MILLION + 1)
    refused_wish = propose(paid, debt, other.released, MILLION)
    with refused("reason-needed"):
        paid.act(deliver.decide_set_off, refused_wish, is_approved=False, by=paid.second)
    paid.act(deliver.decide_set_off, refused_wish, is_approved=False, note="Too early", by=paid.second)
    wish = propose(paid, debt, other.released, 2 * MILLION)
    paid.act(deliver.decide_set_off, wish, is_approved=True, by=paid.second)
    assert not Unpaid.objects.filter(release=other.released).exists()
    debt.refresh_from_db()
    assert debt.left_cents == MILLION
    with refused("release-not-waiting"):
        propose(paid, debt, other.released, 1)
    assert verify_whole(paid)


def test_only_the_same_payees_waiting_releases_are_kept_back(paid: Any, agree: Any) -> None:
    debt, foreign = owed(paid), agree.nifs()
    foreign.at = paid.at
    due(foreign, MILLION)
    paid.at = foreign.at
    with refused("release-not-waiting"):
        propose(paid, debt, Release.objects.get(case=foreign.case), 100)
    with refused("release-not-waiting"):
        propose(paid, debt, Release.objects.get(case=paid.case), 100)


def test_a_plan_gives_time_until_it_is_missed(paid: Any, make: Any) -> None:
    debt = owed(paid, 90_000_00, days=0)
    today = gather.local_day(paid.at)
    parts = [recovery.Part(today + timedelta(days=30 * n), 30_000_00) for n in (1, 2, 3)]
    with refused("parts-differ"):
        paid.act(deliver.agree_plan, debt, parts=parts[:2], by=paid.finance)
    paid.act(deliver.agree_plan, debt, parts=parts, by=paid.finance)
    later(paid, 30)
    assert deliver.end_missed_plans(make.system(), at=paid.at) == 0
    receive(paid, debt, 30_000_00)
    (aged,) = recovering.aged(gather.local_day(paid.at))
    assert aged.counts_from == parts[1].due_on
    later(paid, 31)
    assert [deliver.end_missed_plans(make.system(), at=paid.at) for _night in range(2)] == [1, 0]
    plan = debt.plans.get()
    assert plan.ending == "missed" and Event.objects.filter(kind="recovery_plan_missed").count() == 1
    (aged,) = recovering.aged(gather.local_day(paid.at))
    assert aged.counts_from == debt.due_on
    (then,) = recovering.aged(today + timedelta(days=31))
    assert then.counts_from == parts[1].due_on
    assert recovering.aged(gather.local_day(paid.at)).filter(recovering.of_age("61_90", gather.local_day(paid.at))).exists()


def test_a_share_of_revenue_is_declared_and_owed_but_goes_to_no_envelope(paid: Any, monkeypatch: Any) -> None:
    told = {"revenue_cents": 10 * MILLION, "told": "Audited accounts (invented).", "by": paid.member}
    with refused("no-such-year"):
        paid.act(deliver.declare_revenue, paid.case, year=1, **told)
    paid.at += timedelta(days=2 * 366 + 31)
    with refused("no-such-year"):
        paid.act(deliver.declare_revenue, paid.case, year=2, **told)
    paid.act(deliver.declare_revenue, paid.case, year=1, **told)
    with refused("already-declared"):
        paid.act(deliver.declare_revenue, paid.case, year=1, **told)
    (declared,) = recovering.declarations_of(paid.case)
    assert declared.share_cents == 500_000_00 and next(one["measure"] for one in declared.steps["measures"]) == "revenue-share"
    with refused("record-needed"):
        raise_(paid, 500_000_00, ground="revenue")
    before = balances.available(paid.envelope)
    debt = owed(paid, 500_000_00, ground="revenue", declaration=declared)
    with refused("more-than-recoverable"):
        raise_(paid, 1, ground="revenue", declaration=declared)
    receive(paid, debt, 500_000_00)
    paid.case.refresh_from_db()
    assert balances.available(paid.envelope) == before and paid.case.paid_cents == 9 * MILLION
    holds(paid.case, gather.local_day(paid.at))
