"""Recovers on every ground in every order — e.g. HK$10m paid, HK$8m earned, HK$2.2m of it wrong: HK$5.8m is kept, whatever comes first."""

import itertools
import uuid
from typing import Any

import pytest

from millrace.registers.ledger import queries as balances
from millrace.stages.close import actions as close
from millrace.stages.close import panels, queries
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.deliver_test import claim
from millrace.stages.deliver.grounds_test import ahead  # noqa: F401  # a fixture is found by its name
from millrace.stages.deliver.models import Receipt
from millrace.stages.deliver.recovery_test import MILLION, files, owed, raise_, rates, receive, refused  # noqa: F401  # fixtures too

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
