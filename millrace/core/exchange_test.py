"""Holds conversion to the rate of its day — e.g. no rate of the week before, no amount."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import exchange

RATES = [
    exchange.Rate(1, "USD", date(2026, 1, 2), 7_800_000),
    exchange.Rate(2, "USD", date(2026, 1, 5), 7_812_500),
    exchange.Rate(3, "JPY", date(2026, 1, 5), 52_100),
    exchange.Rate(4, "USD", date(2026, 1, 5), 7_812_600),
]


@pytest.mark.parametrize(
    ("currency", "day", "key"),
    [("USD", 1, None), ("USD", 2, 1), ("USD", 4, 1), ("USD", 5, 4), ("USD", 12, 4), ("USD", 13, None), ("JPY", 5, 3), ("EUR", 5, None)],
)
def test_the_last_rate_not_too_old_counts(currency: str, day: int, key: int | None) -> None:
    found = exchange.rate_on(RATES, currency, date(2026, 1, day), days=7)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("invoiced", "millionths", "own"),
    [(1_000_00, 7_812_500, 7_812_50), (1, 500_000, 1), (1, 499_999, 0), (100_000_00, 52_100, 5_210_00), (0, 1, 0)],
)
def test_an_amount_is_converted_to_the_cent(invoiced: int, millionths: int, own: int) -> None:
    assert exchange.converted(invoiced, millionths) == own


@given(st.integers(0, 10**14), st.integers(1, 10**9))
def test_conversion_is_within_half_a_cent(invoiced: int, millionths: int) -> None:
    assert abs(2 * (exchange.converted(invoiced, millionths) * exchange.MILLIONTHS - invoiced * millionths)) <= exchange.MILLIONTHS
