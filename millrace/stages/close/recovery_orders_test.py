"""Recovers on every ground in every order — e.g. HK$10m paid, HK$8m earned, HK$2.2m of it wrong: HK$5.8m is kept, whatever comes first."""

import itertools
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from millrace.registers.ledger import queries as balances
from millrace.stages.close import actions as close
from millrace.stages.close import panels, queries
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import following, gather, recovering, standing
from millrace.stages.deliver.actions import reports
from millrace.stages.deliver.deliver_test import claim
from millrace.stages.deliver.grounds_test import ahead  # noqa: F401  # a fixture is found by its name
from millrace.stages.deliver.models import Receipt
from millrace.stages.deliver.recovery_orders_test import repay
from millrace.stages.deliver.recovery_test import (  # noqa: F401  # fixtures too
    MILLION,
    files,
    holds,
    owed,
    raise_,
    rates,
    receive,
    refused,
    verify_whole,
)
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


@pytest.mark.parametrize("order", list(itertools.permutations(["unspent", "breach", "disallowed"])))
def test_the_payee_keeps_what_was_earned_less_what_was_wrong_in_every_order(ahead: Any, order: tuple[str, ...]) -> None:  # noqa: F811  # the fixture
    """Of HK$10m paid HK$8m was earned, HK$1.5m of it disallowed, and a breach takes HK$0.7m: HK$5.8m is kept, whatever comes first."""
    claim(ahead, 24 * MILLION)
    wrong = {"breach": 700_000_00, "disallowed": 1_500_000_00}
    for ground in order:
        if ground in wrong:
            receive(ahead, owed(ahead, wrong[ground], ground=ground), wrong[ground])
            continue
        with refused("more-than-recoverable"):
            raise_(ahead, 2 * MILLION + 1, ground=ground)
        receive(ahead, owed(ahead, 500_000_00, ground=ground), 500_000_00)
        told = {"amount_cents": refund_due(ahead), "received_on": gather.local_day(ahead.at), "bank_reference": uuid.uuid4().hex}
        ahead.act(close.record_refund, ahead.case, **told, by=ahead.finance)
    assert (refund_due(ahead), recovering.unspent(ahead.case)) == (0, 0)
    assert balances.statement(ahead.case).total("paid", "HKD") == 8 * MILLION - sum(wrong.values())


def refund_due(held: Any) -> int:
    held.case.refresh_from_db()
    drawn = queries.account(held.case, gather.local_day(held.at))
    assert drawn is not None
    return drawn.refund_cents


def test_a_receipt_taken_back_leaves_the_unspent_as_it_was(ahead: Any) -> None:  # noqa: F811  # the fixture
    claim(ahead, 24 * MILLION)
    receive(ahead, owed(ahead, MILLION), MILLION)
    assert (recovering.unspent(ahead.case), refund_due(ahead)) == (2 * MILLION, 2 * MILLION)
    rows = panels.account_rows(queries.account(ahead.case, gather.local_day(ahead.at)))
    assert ("Came back on other grounds", "HK$1,000,000") in rows and ("To be refunded", "HK$2,000,000") in rows
    ahead.act(deliver.take_back_receipt, Receipt.objects.get(), reason="Another payer's.", by=ahead.second)
    assert (recovering.unspent(ahead.case), refund_due(ahead)) == (2 * MILLION, 2 * MILLION)


def given_up(held: Any, debt: Any, cents: int = 100_000_00) -> None:
    held.act(deliver.write_off, debt, amount_cents=cents, reason="Not to be got back (invented).", by=held.authority)


def test_what_was_given_up_of_the_unspent_is_to_come_back_nowhere_and_the_case_can_be_closed(ahead: Any) -> None:  # noqa: F811  # the fixture
    """Of HK$10m paid HK$8m was earned: HK$1.9m came in and the authority gave HK$0.1m up. Nothing is unspent any more."""
    claim(ahead, 24 * MILLION)
    debt = owed(ahead, 2 * MILLION, ground="unspent")
    receive(ahead, debt, 1_900_000_00)
    assert "refund_due" in obstacles(ahead)
    given_up(ahead, debt)
    assert (refund_due(ahead), recovering.unspent(ahead.case), recovering.not_earned(ahead.case)) == (0, 0, 0)
    assert not {"refund_due", "debt_open"} & set(obstacles(ahead))
    with refused("more-than-recoverable"):
        raise_(ahead, 1, ground="unspent")
    day = gather.local_day(ahead.at)
    rows = panels.account_rows(queries.account(ahead.case, day))
    assert ("Written off as not to be got back", "HK$100,000") in rows and "To be refunded" not in dict(rows)
    page = Pressing(ahead.finance).see(f"/cases/{ahead.case.reference}/debts/raise/")
    assert "Paid and not earned</dt><dd>HK$0<" in page.replace("\n", "")
    # Accounts state what was not spent; that it is no longer asked for changes nothing of it.
    assert reports.books_of(ahead.case).unspent_cents == 100_000_00
    assert balances.statement(ahead.case).total("paid", "HKD") == 8_100_000_00
    holds(ahead.case, day)
    assert verify_whole(ahead)


def test_what_was_given_up_of_other_grounds_settles_nothing_of_the_unspent(ahead: Any) -> None:  # noqa: F811  # the fixture
    claim(ahead, 24 * MILLION)
    given_up(ahead, owed(ahead, 100_000_00, ground="breach"))
    assert (refund_due(ahead), recovering.unspent(ahead.case)) == (2 * MILLION, 2 * MILLION)


def test_what_was_earned_since_is_not_given_up_either(ahead: Any) -> None:  # noqa: F811  # the fixture
    """Giving up what is owed by nobody would later count against money that is."""
    debt = owed(ahead, 2 * MILLION, ground="unspent")
    claim(ahead, 30 * MILLION)
    with refused("earned-since"):
        given_up(ahead, debt)
    ahead.act(deliver.withdraw_receivable, debt, reason="Earned since", by=ahead.second)
    assert (refund_due(ahead), recovering.given_up(ahead.case)) == (0, 0)


def test_what_ending_early_would_ask_back_is_what_the_final_account_does(ahead: Any) -> None:  # noqa: F811  # the fixture
    claim(ahead, 24 * MILLION)
    receive(ahead, owed(ahead, 700_000_00, ground="breach"), 700_000_00)
    given_up(ahead, owed(ahead, 2 * MILLION, ground="unspent"))
    day = gather.local_day(ahead.at)
    agreed = standing.agreed_by(ahead.case, day)
    assert agreed is not None
    told = following._unearned(ahead.case, SimpleNamespace(before=agreed.terms), standing.statement_of(ahead.case))
    assert told == refund_due(ahead) == 1_900_000_00


@pytest.mark.parametrize(("back", "earned"), [(1, 8), (5, 8), (10, 8), (10, 10)])
def test_what_is_earned_after_it_came_back_is_neither_lost_nor_paid_twice(ahead: Any, back: int, earned: int) -> None:  # noqa: F811  # the fixture
    """HK$10m was paid ahead and some came back as unspent; then claims earn HK$8m: the payee has HK$8m in the end, by a payment of its own
    money and by no second release."""
    back, earned = back * MILLION, earned * MILLION
    debt = owed(ahead, back, ground="unspent")
    receive(ahead, debt, back, bank_reference="BANK-1")
    assert earned_again(ahead) == 0
    claim(ahead, 3 * earned)
    still = 10 * MILLION - earned
    lost = max(0, back - still)
    assert earned_again(ahead) == lost and ("earned_after_return" in obstacles(ahead)) == bool(lost)
    with refused("already-released"):
        ahead.act(deliver.release_instalment, ahead.case, instalment=1, by=ahead.finance)
    if lost:
        rows = dict(panels.account_rows(queries.account(ahead.case, gather.local_day(ahead.at))))
        assert rows["Came back as unspent and earned since"] == f"HK${lost // 100:,}"
        with refused("earned-after-return"):
            ahead.act(close.close_case, ahead.case, by=ahead.officer)
        ahead.act(deliver.take_back_receipt, Receipt.objects.get(), reason="Earned since.", by=ahead.second)
        ahead.act(deliver.withdraw_receivable, debt, reason="Earned since.", by=ahead.second)
        rest = owed(ahead, still, ground="unspent") if still else debt
        receive(ahead, rest, back, bank_reference="BANK-1", holds_rest=True)
        assert repay(ahead, Receipt.objects.latest("pk")).amount_cents == lost
    assert earned_again(ahead) == 0 and "earned_after_return" not in obstacles(ahead)
    assert balances.statement(ahead.case).total("paid", "HKD") == 10 * MILLION - min(back, still)
    holds(ahead.case, gather.local_day(ahead.at))
    assert verify_whole(ahead)


def earned_again(held: Any) -> int:
    held.case.refresh_from_db()
    return recovering.earned_after_return(held.case)


def obstacles(held: Any) -> tuple[str, ...]:
    held.case.refresh_from_db()
    drawn = queries.account(held.case, gather.local_day(held.at))
    assert drawn is not None
    return drawn.obstacles
