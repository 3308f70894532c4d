"""Months counted as agreements do — e.g. 31 January and one month is the last of February."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import months


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2024, 1, 1), date(2026, 1, 1), 24),
        (date(2024, 1, 1), date(2026, 1, 2), 25),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 5, 10), date(2024, 5, 10), 0),
    ],
)
def test_a_begun_month_counts_whole(start: date, end: date, count: int) -> None:
    assert months.between(start, end) == count


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(0, 240))
def test_so_many_months_later_is_so_many_months(start: date, count: int) -> None:
    assert months.between(start, months.after(start, count)) == count


def test_the_ends_of_months_end_on_the_day_itself() -> None:
    assert months.ends(date(2024, 3, 5), 3) == [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 5)]
    assert months.ends(date(2024, 3, 31), 1) == [date(2024, 2, 29), date(2024, 3, 31)]
