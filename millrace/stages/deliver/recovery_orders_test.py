"""Recovers in any order and all at once — e.g. sixteen people settling the same HK$1m: never more than is owed, never a cent lost."""

import contextlib
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import actions as timeline
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, queries, recovering
from millrace.stages.deliver.models import Payment, PaymentRun, Receipt, Receivable, SetOff, Settlement
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures are found by name in this module
    MILLION,
    another,
    files,
    holds,
    later,
    owed,
    paid,
    pay,
    propose,
    raise_,
    rates,
    receive,
    verify_whole,
)
from millrace.testing import racing

ACTS = ["raise", "raise", "confirm", "confirm", "receive", "receive", "receive", "write off", "propose", "decide", "decide", "plan"]
ACTS += ["withdraw", "take back", "take back", "repay"]
pytestmark = pytest.mark.usefixtures("rates")


def test_no_order_of_acts_breaks_what_is_owed(agree: Any, make: Any) -> None:
    """Whatever is refused changes nothing, whatever is done conserves money; and every way to settle was gone.

    The four lives named are tried every time, and between them go every way; those drawn beside them may go the same way twice.
    """
    done: set[str] = set()

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @example(1)
    @example(16)
    @example(18)
    @example(19)
    @given(st.integers(0, 10**9))
    def in_any_order(seed: int) -> None:
        done.update(lived(agree, make, random.Random(seed)))

    in_any_order()
    assert done == set(Settlement.Kind.values)


def lived(agree: Any, make: Any, chance: random.Random) -> list[str]:
    """This will try sixty acts on one payee's two cases, hold the books against the rows, and say how debts were settled."""
    held = agree.nifs()
    pay(held, 4 * MILLION)
    held.second = make.person(powers=("finance",))
    other = another(held, agree, MILLION)
    provide(other, "2026-27", "2027-28", "2028-29")
    for _step in range(60):
        later(held, chance.choice([0, 0, 0, 1, 7, 30]))
        cents = chance.choice([1, 777, chance.randint(1, MILLION), chance.randint(1, 3 * MILLION)])
        with contextlib.suppress(Refusal):
            attempt(held, other, cents, chance)
    kept = balances.trial_balance()
    assert all(amount >= 0 for account, amount in kept.items() if not account.may_be_negative)
    assert sum(kept.values()) == 0
    for case in (held.case, other.case):
        case.refresh_from_db()
        holds(case, gather.local_day(held.at))
    statement = balances.statement(held.case)
    assert statement.total("paid", "HKD") == held.case.paid_cents == 4 * MILLION - statement.total("returned", "HKD")
    assert balances.statement(other.case).total("due", "HKD") + other.case.paid_cents == MILLION
    assert verify_whole(held)
    return list(Settlement.objects.filter(receivable__case=held.case).values_list("kind", flat=True))


def provide(held: Any, *years: str) -> None:
    """This will give an envelope cash in later years."""
    with transaction.atomic(durable=True):
        event, at = timeline.reserve_id(), held.at
        for year in years:
            ledger.provide_cash(held.envelope, year, MILLION, event=event, on=gather.local_day(at), at=at)
        facts = {"voted_cents": MILLION, "unit": "HKD"}
        timeline.record("envelope_funded", command=uuid.uuid4(), by=held.finance, at=at, event_id=event, fund="itf", facts=facts)


def attempt(held: Any, other: Any, cents: int, chance: random.Random) -> None:
    """This will try one act on some debt, mostly one it is meant for."""
    who, today = chance.choice([held.finance, held.second, held.authority]), gather.local_day(held.at)
    what = chance.choice(ACTS)
    state = {"raise": "raised", "confirm": "raised"}.get(what, "confirmed")
    debts = Receivable.objects.filter(case=held.case)
    meant = list(debts.filter(state=state)) if chance.random() < 0.9 else []
    debt = chance.choice(meant or list(debts) or [None])
    if what == "raise" or debt is None:
        raise_(held, cents, ground=chance.choice(["breach", "disallowed", "unspent"]), days=chance.choice([0, 20, 90]), by=held.finance)
    elif what == "confirm":
        held.act(deliver.confirm_receivable, debt, by=chance.choice([held.second, who]))
    elif what == "receive":
        owing = recovering.owed(debt, today).total_cents
        receive(held, debt, chance.choice([cents, owing, owing // 2, owing + 1]), by=held.finance, holds_rest=chance.random() < 0.6)
    elif what == "take back":
        for row in Receipt.objects.filter(receivable__case=held.case, taken_back_at=None).order_by("-pk")[:1]:
            held.act(deliver.take_back_receipt, row, reason="Another payer's.", by=chance.choice([held.second, who]))
    elif what == "repay":
        for row in recovering.held_to_repay().filter(receivable__case=held.case)[:1]:
            repay(held, row, how=chance.choice(["settle", "settle", "reject", "return", "cancel"]))
    elif what == "write off":
        held.act(
            deliver.write_off, debt, amount_cents=chance.choice([cents, 5_000_00]), reason="r", by=chance.choice([held.authority, who])
        )
    elif what == "propose":
        propose(held, debt, other.released, min(cents, chance.choice([50_000_00, cents])))
    elif what == "decide":
        for wish in SetOff.objects.filter(state="proposed", receivable__case=held.case):
            held.act(deliver.decide_set_off, wish, is_approved=chance.random() < 0.8, note="n", by=chance.choice([held.second, who]))
    elif what == "plan":
        owing = recovering.owed(debt, today).total_cents
        parts = [recovery.Part(today + timedelta(days=9 * n), owing // 2 + owing % 2 * (n - 1)) for n in (1, 2)]
        held.act(deliver.agree_plan, debt, parts=parts, by=held.finance)
        deliver.end_missed_plans(held.second, at=held.at)
    else:
        held.act(deliver.withdraw_receivable, debt, reason="r", by=who)


def repay(held: Any, row: Receipt, how: str = "settle") -> Payment:
    """This will pay back what is held of a receipt, as far as its way goes."""
    held.act(deliver.order_repayment, row, by=held.maker)
    run = PaymentRun.objects.latest("pk")
    if how == "cancel":
        held.act(deliver.cancel_payment_run, run, by=held.maker)
        return run.payments.get()
    held.act(deliver.check_payment_run, run, by=held.checker)
    if how == "reject":
        held.act(deliver.reject_payment, run.payments.get(), reason="AM04", by=held.finance)
        return run.payments.get()
    held.act(deliver.settle_payment, run.payments.get(), by=held.finance)
    if how == "return":
        came = {"reason": "AM04", "returned_on": gather.local_day(held.at), "bank_reference": f"BACK-{run.pk}"}
        held.act(deliver.record_returned_payment, run.payments.get(), **came, by=held.finance)
    return run.payments.get()


# The acts of recovery in a case's life (`close/lives_test.py`), and how often each is tried.
OWING = {"owe": 6, "confirm debt": 8, "pay back": 5, "wish set off": 6, "decide set off": 6, "write off": 2, "agree plan": 5}
OWING |= {"withdraw debt": 1, "take back": 3, "repay": 5}
SETTLED = ("receivable_confirmed", "recovery_received", "recovery_set_off", "recovery_written_off", "recovery_plan_agreed")
SETTLED += ("recovery_overpaid", "receipt_taken_back")


class Owing:
    """What may be tried of one case's debts; each act is the finance officer's, and the second word the checker's."""

    held: Any
    release: Callable[[int, int], None]

    def _debt(self, state: str = "confirmed") -> Receivable | None:
        return Receivable.objects.filter(case=self.held.case, state=state).order_by("number").first()

    def owe(self, amount: int, choice: int) -> None:
        self.held.case.refresh_from_db()
        most = recovering.recoverable(self.held.case) // 2 if choice else amount
        raise_(self.held, min(amount, most) + 1, ground=("breach", "disallowed", "unspent")[choice % 3], days=60)

    def confirm_debt(self, _amount: int, _choice: int) -> None:
        if debt := self._debt("raised"):
            self.held.act(deliver.confirm_receivable, debt, by=self.held.checker)
            assert debt.amount_cents <= recovering.most(debt)

    def pay_back(self, amount: int, choice: int) -> None:
        if debt := self._debt():
            left = recovering.not_earned(debt.case) if debt.ground == recovery.UNSPENT else debt.left_cents
            owing = recovering.owed(debt, gather.local_day(self.held.at)).total_cents
            receive(self.held, debt, (owing + amount, owing, owing + amount, min(owing // 2 + 1, amount))[choice % 4], holds_rest=True)
            assert debt.left_cents - Receivable.objects.get(pk=debt.pk).left_cents <= left

    def take_back(self, _amount: int, _choice: int) -> None:
        for row in Receipt.objects.filter(receivable__case=self.held.case, taken_back_at=None).order_by("-pk")[:1]:
            self.held.act(deliver.take_back_receipt, row, reason="r", by=self.held.second)

    def repay(self, _amount: int, choice: int) -> None:
        for row in recovering.held_to_repay().filter(receivable__case=self.held.case)[:1]:
            repay(self.held, row, ("settle", "reject", "return")[choice % 3])

    def wish_set_off(self, amount: int, choice: int) -> None:
        debt = self._debt()
        with contextlib.suppress(Refusal):
            self.release(amount, choice)
        waiting = queries.unpaid_releases().filter(case=self.held.case).first()
        if debt and waiting:
            propose(self.held, debt, waiting, min(debt.left_cents, waiting.to_pay_cents, amount) // (choice + 1) + 1)

    def decide_set_off(self, _amount: int, choice: int) -> None:
        for wish in SetOff.objects.filter(receivable__case=self.held.case, state="proposed"):
            self.held.act(deliver.decide_set_off, wish, is_approved=choice > 0, note="n", by=self.held.checker)

    def write_off(self, _amount: int, choice: int) -> None:
        if debt := self._debt():
            self.held.act(deliver.write_off, debt, amount_cents=1_000_00 * (choice + 1), reason="r", by=self.held.authority)

    def agree_plan(self, _amount: int, choice: int) -> None:
        if debt := self._debt():
            today = gather.local_day(self.held.at)
            owing = recovering.owed(debt, today).total_cents
            parts = [recovery.Part(today + timedelta(days=n), owing // 2 + owing % 2 * (n - 1)) for n in (1, 2)]
            self.held.act(deliver.agree_plan, debt, parts=parts, by=self.held.finance)

    def withdraw_debt(self, _amount: int, choice: int) -> None:
        if debt := self._debt("raised" if choice else "confirmed"):
            self.held.act(deliver.withdraw_receivable, debt, reason="r", by=self.held.finance)

    def kept_back(self) -> dict[int, int]:
        """This will give what was set off of each release of the case."""
        found: dict[int, int] = {}
        for release, cents in SetOff.objects.filter(release__case=self.held.case, state="approved").values_list("release", "amount_cents"):
            found[release] = found.get(release, 0) + cents
        return found


def test_sixteen_setting_off_the_same_never_recover_too_much(paid: Any, agree: Any) -> None:  # noqa: F811  # the fixture
    """HK$1m is owed and HK$3m waits: of sixteen decisions on HK$300,000 three are done, and of receipts beside them none too many."""
    debt, other = owed(paid), another(paid, agree, 3 * MILLION)
    wishes = [propose(paid, debt, other.released, 300_000_00) for _n in range(12)]
    at = paid.at + timedelta(minutes=1)
    who = {"at": at, "by": paid.second}
    decides = [lambda wish=wish: deliver.decide_set_off(wish, is_approved=True, command=uuid.uuid4(), **who) for wish in wishes]
    received = {"amount_cents": 100_000_00, "received_on": gather.local_day(at), **who}
    receipts = [lambda n=n: deliver.receive_money(debt, bank_reference=f"R{n}", command=uuid.uuid4(), **received) for n in range(4)]
    answers = racing.race(decides + receipts)
    debt.refresh_from_db()
    statement = balances.statement(paid.case)
    taken = statement.owed("set_off", "HKD") + statement.owed("received", "HKD")
    assert set(answers) <= {"done", "more-than-owed", "not-owed"}
    assert taken + debt.left_cents == MILLION and taken >= 700_000_00
    waiting = queries.unpaid_releases().get(case=other.case)
    assert waiting.to_pay_cents == 3 * MILLION - statement.owed("set_off", "HKD")
    holds(paid.case, gather.local_day(at))
    paid.at = at
    assert verify_whole(paid)
