"""Tests of money: nothing typed is rounded and nothing shared out is lost, as when an award of
HK$10,000,000.01 is divided among three partners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import money

AMOUNTS = st.integers(min_value=0, max_value=money.LARGEST_CENTS)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(lambda w: sum(w) > 0)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("1,234.5", 123_450), ("HK$2.80", 280), (" 0 ", 0), ("15000000", 1_500_000_000)],
)
def test_an_amount_is_read_as_typed(typed: str, cents: int) -> None:
    assert money.read(typed, currency="HKD") == cents


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ten", "not_a_number"),
        ("", "not_a_number"),
        ("1e3", "not_a_number"),
        ("NaN", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0.001", "too_many_decimals"),
        ("-1", "negative"),
        ("999999999999999999", "too_large"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(money.NotMoney) as caught:
        money.read(typed, currency="HKD")
    assert caught.value.code == code


def test_a_currency_without_minor_units_takes_no_decimals() -> None:
    assert money.read("500", currency="JPY") == 500
    with pytest.raises(money.NotMoney):
        money.read("500.5", currency="JPY")


@given(AMOUNTS)
def test_what_is_written_reads_back(amount: int) -> None:
    assert money.read(money.written(amount, currency="HKD"), currency="HKD") == amount


@given(AMOUNTS, WEIGHTS)
def test_sharing_out_loses_nothing_and_is_fair_to_a_cent(amount: int, weights: list[int]) -> None:
    parts = money.share_out(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        exact = amount * weight // sum(weights)
        assert exact <= part <= exact + 1


@given(AMOUNTS, st.integers(0, 100), st.integers(1, 100))
def test_a_portion_is_never_a_cent_too_much(amount: int, top: int, bottom: int) -> None:
    part = money.portion(amount, top, bottom)
    assert part * bottom <= amount * top < (part + 1) * bottom


def test_a_third_of_thirty_million_and_one_cent() -> None:
    assert money.portion(3_000_000_001, 1, 3) == 1_000_000_000
    assert money.written(1_500_000_000, currency="HKD") == "HK$15,000,000"
    assert money.written(-105, currency="HKD") == "-HK$1.05"
