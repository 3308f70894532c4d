"""A past day read from what is kept equals the postings added up — e.g. late entries, any day, as known at any seal, any size of run."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core.ledger import PASSING_KINDS
from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions, kept_days, models, queries
from millrace.registers.ledger import verify as ledger
from millrace.registers.ledger.ledger_test import YEAR, Books
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal

START = date(2026, 1, 20)
LATER = datetime(2026, 8, 1, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "commit", "mark_due", "pay", "return_unspent", "take_back_return"]),
        st.integers(1, 9_000),
        st.integers(0, 70),
        st.sampled_from(["nothing", "seal", "keep"]),
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture
def kept(make: Any) -> Books:
    return Books(make)


def added_up(on: date, seal: int | None) -> tuple[Counter[int], Counter[tuple[str, ...]]]:
    """Every posting up to the day that the seal knows, added up in Python: by account, and by the names of envelopes."""
    known = None if seal is None else set(Seal.objects.filter(number__lte=seal).values_list("event_id", flat=True))
    accounts = models.Account.objects.in_bulk()
    held: Counter[int] = Counter()
    totals: Counter[tuple[str, ...]] = Counter()
    for one in models.Posting.objects.filter(happened_on__lte=on):
        if known is None or one.event_id in known:
            for account, change in ((one.target_id, one.amount), (one.source_id, -one.amount)):
                held[account] += change
                row = accounts[account]
                if row.kind not in PASSING_KINDS or change > 0:
                    totals[row.fund, row.scheme, row.unit, row.kind, row.financial_year] += change
    return held, totals


def nonzero(counted: Any) -> dict[Any, int]:
    return {key: amount for key, amount in counted.items() if amount}


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, size=st.integers(1, 4))
def test_a_kept_day_and_what_came_later_are_the_whole(kept: Books, steps: list[tuple[str, int, int, str]], size: int) -> None:
    for name, amount, after, then in steps:
        try:
            more: dict[str, Any] = {"financial_year": YEAR} if name == "pay" else {}
            kept.do(getattr(actions, name), amount, on=START + timedelta(days=after), **more)
        except Refusal:
            continue
        if then != "nothing":
            sealer.seal(LATER)
        if then == "keep":
            kept_days.keep_days(step=size)
    days = [START + timedelta(days=number) for number in (-1, 3, 11, 12, 30, 45, 68, 90)]
    last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    for seal in (None, 0, last // 3, last // 2, last - 1, last):
        together = kept_days.totals_at(days, seal)
        for day, of_day in zip(days, together, strict=True):
            held, totals = added_up(day, seal)
            assert nonzero(kept_days.balances_at(day, seal)) == nonzero(held), (day, seal)
            for row in models.Account.objects.all() if day == days[4] else ():
                assert queries.balance_as_at(row.value(), day, seal) == held[row.pk], (row, day, seal)
            assert nonzero(of_day) == nonzero(totals), (day, seal)
            assert nonzero(kept_days.totals_at([day], seal)[0]) == nonzero(totals)
    assert not ledger.verify().findings


def test_the_end_of_a_month_is_kept_and_a_late_entry_makes_a_second_reading_of_it(kept: Books) -> None:
    for month in (3, 4, 5):
        kept.do(actions.reserve, 1_000, on=date(2026, month, 10))
    sealer.seal(LATER)
    assert kept_days.keep_days(step=2) >= 2
    of_march = models.KeptDay.objects.filter(day=date(2026, 3, 31))
    assert of_march.count() == 1
    kept.do(actions.reserve, 500, on=date(2026, 3, 20))
    kept.do(actions.commit, 500, on=date(2026, 3, 21))
    first, _second = Seal.objects.order_by("-number").first(), sealer.seal(LATER)
    assert first is not None
    kept_days.keep_days(step=2)
    assert of_march.count() == 2
    then, now = (queries.envelope_states(on=date(2026, 3, 31), seal=seal)[kept.envelope] for seal in (first.number, None))
    assert (then.reserved, now.reserved, now.committed) == (1_000, 1_000, 500)


def test_money_that_came_back_after_a_kept_day_is_not_counted_on_it(kept: Books) -> None:
    for name in ("reserve", "commit", "mark_due", "pay"):
        more = {"financial_year": YEAR} if name == "pay" else {}
        kept.do(getattr(actions, name), 1_000, on=date(2026, 3, 10), **more)
    sealer.seal(LATER)
    kept_days.keep_days(step=1)
    kept.do(actions.return_unspent, 400, on=date(2026, 3, 20))
    sealer.seal(LATER)
    kept_days.keep_days(step=1)
    assert ledger.verify().findings == []
    kept.do(actions.take_back_return, 300, on=date(2026, 3, 25))
    sealer.seal(LATER)
    kept_days.keep_days(step=1)
    assert ledger.verify().findings == []
    then, now = (queries.envelope_state(kept.envelope, on=date(2026, 3, day)) for day in (21, 26))
    assert (then.returned, now.returned, now.paid - then.paid) == (400, 100, 300)


def test_a_kept_day_that_differs_from_its_postings_is_found(kept: Books, owner_connection: Any) -> None:
    kept.do(actions.reserve, 1_000, on=date(2026, 3, 10))
    sealer.seal(LATER)
    kept_days.keep_days(step=1)
    assert not ledger.verify().findings
    owner_connection.execute("UPDATE ledger_keptday SET balances[1] = balances[1] + 1 WHERE day = '2026-03-10'")
    assert [found.check for found in ledger.verify().findings] == ["kept"]


def test_the_application_cannot_write_what_is_kept(kept: Books) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'ledger_keptday', 'INSERT, UPDATE, DELETE')")
        assert cursor.fetchone() == (False,)
