"""A payment run cut short anywhere has done nothing, and the same command again does it once — e.g. killed between two postings.

Each step (order, check, settle) runs in a process of its own that ends itself by signal 9 before its n-th statement, for every n,
then before the commit, and then after it, when only the answer is lost.
"""

import itertools
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections

from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.registers.ledger.models import Posting
from millrace.registers.messages.models import Letter, Mail
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import queries
from millrace.stages.deliver.deliver_test import ready
from millrace.stages.deliver.models import Payment, PaymentRun

pytestmark = pytest.mark.prove
MOST_STATEMENTS = 400


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process(act: Callable[[], Any], *, before: int | None = None, commit: str = "") -> bool:
    """Do `act` in a child that kills itself before its statement number `before`, or before or after the commit; say whether it died."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        numbers = itertools.count(1)

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if next(numbers) == before:
                die()
            return execute(sql, params, many, context)

        plain = connection._commit

        def committing() -> None:
            if commit == "before":
                die()
            plain()
            die()

        if commit:
            connection._commit = committing
        try:
            with connection.execute_wrapper(count):
                act()
            os._exit(0)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the action failed by itself"
    return os.WIFSIGNALED(status)


def everything() -> tuple[Any, ...]:
    """All that a payment run may change."""
    payments = tuple(Payment.objects.order_by("pk").values_list("release_id", "state", "amount_cents", "bank_reference"))
    runs = tuple(PaymentRun.objects.order_by("pk").values_list("reference", "state", "total_cents"))
    books = tuple(sorted((str(account), amount) for account, amount in balances.trial_balance().items()))
    counts = tuple(model.objects.count() for model in (Event, Posting, Letter, Mail))
    paid = tuple(Payment._meta.get_field("case").related_model.objects.order_by("pk").values_list("reference", "paid_cents"))
    return payments, runs, books, counts, paid


def killed_everywhere(act: Callable[[], Any]) -> tuple[int, tuple[Any, ...]]:
    """Kill `act` at every statement and around its commit; give how many statements it has and what stands when it is done once."""
    untouched = everything()
    for number in range(1, MOST_STATEMENTS):
        if not in_a_process(act, before=number):
            break
        assert everything() == untouched, f"killed before statement {number}"
        if number == 1:
            assert in_a_process(act, commit="before")
            assert everything() == untouched, "killed before the commit"
    done = everything()
    assert done != untouched
    return number - 1, done


@pytest.fixture
def held(agree: Any, settings: Any, tmp_path: Any) -> Iterator[Any]:
    """Two cases with an instalment released each, to be paid in one run."""
    settings.MEDIA_ROOT = tmp_path
    first, second = (ready(agree.nifs()) for _ in range(2))
    for one in (first, second):
        one.act(deliver.release_instalment, one.case, instalment=1, by=one.finance)
    yield first


def test_each_step_cut_anywhere_has_done_nothing_and_is_done_once_by_the_same_command(held: Any) -> None:
    at = held.at
    releases = list(queries.unpaid_releases())
    order, check = uuid.uuid4(), uuid.uuid4()
    again: list[Callable[[], Any]] = []

    def step(act: Callable[[], Any]) -> None:
        statements, done = killed_everywhere(act)
        assert statements > 5
        act()
        again.append(act)
        assert everything() == done, "the same command did something twice"

    step(lambda: deliver.order_payment_run(releases, by=held.maker, at=at, command=order))
    run = PaymentRun.objects.get()
    step(lambda: deliver.check_payment_run(run, by=held.checker, at=at, command=check))
    for payment in run.payments.order_by("pk"):
        command = uuid.uuid5(check, payment.end_to_end)
        step(lambda payment=payment, command=command: deliver.settle_payment(
            payment, bank_reference=f"B{payment.pk}", by=held.finance, at=at, command=command
        ))  # fmt: skip
    paid = everything()
    for act in again:
        act()
    assert everything() == paid
    assert [amount for _release, state, amount, _bank in paid[0] if state == "settled"] == [10_000_000_00] * 2


def test_an_answer_lost_after_the_commit_is_given_again(held: Any) -> None:
    releases, command = list(queries.unpaid_releases()), uuid.uuid4()
    act = lambda: deliver.order_payment_run(releases, by=held.maker, at=held.at, command=command)  # noqa: E731 — one act, done three times
    assert in_a_process(act, commit="after")
    done = everything()
    assert act() == act() == PaymentRun.objects.get()
    assert everything() == done


def test_what_the_bank_says_twice_pays_once(held: Any) -> None:
    """The bank's answers come again: under their own command nothing happens, under a new one each is refused."""
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    held.act(deliver.check_payment_run, run, by=held.checker)
    told = [(payment, uuid.uuid5(uuid.NAMESPACE_OID, payment.end_to_end)) for payment in run.payments.order_by("pk")]
    for _time in range(2):
        for payment, command in told:
            deliver.settle_payment(payment, bank_reference=f"B{payment.pk}", by=held.finance, at=held.at, command=command)
    done = everything()
    assert Event.objects.filter(kind="payment_settled").count() == 2
    for payment, _command in told:
        with pytest.raises(Refusal, match="payment-not-sent"):
            deliver.settle_payment(payment, by=held.finance, at=held.at, command=uuid.uuid4())
    assert everything() == done
