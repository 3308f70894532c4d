"""Warns at the policy's own threshold and puts each instalment in its year — e.g. HK$99 of HK$1,000 is little at 10%, HK$100 is not."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import financial_year
from millrace.core.envelopes import Nearness, by_year

TODAY = date(2026, 3, 2)


def test_little_is_less_than_the_share_and_short_is_what_is_asked_beyond_it() -> None:
    assert Nearness(1_000, 99, 0, 1_000).is_low and not Nearness(1_000, 100, 0, 1_000).is_low
    assert not Nearness(0, 0, 0, 1_000).is_low
    assert (Nearness(1_000, 300, 500, 1_000).short_by, Nearness(1_000, 300, 300, 1_000).short_by) == (200, 0)
    assert Nearness(1_000, 150, 400, 1_000).after(60) == Nearness(1_000, 90, 340, 1_000)
    assert Nearness(1_000, 150, 400, 1_000).after(60).is_low


@given(st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 10**9))))
def test_nothing_promised_is_lost_between_the_years(planned: list[tuple[date, int]]) -> None:
    years = by_year(planned, {"2024-25": 5, "2025-26": 100, "2027-28": 7}, today=TODAY, year_of=financial_year.of)
    assert sum(one.due for one in years) == sum(cents for _day, cents in planned)
    assert [one.year for one in years] == sorted({one.year for one in years}) and years[0].year == "2025-26"


def test_what_is_overdue_falls_due_this_year_and_a_year_without_cash_is_short_by_all_of_it() -> None:
    planned = [(date(2025, 1, 1), 40), (date(2026, 3, 31), 80), (date(2026, 4, 1), 9)]
    this, following = by_year(planned, {"2025-26": 100}, today=TODAY, year_of=financial_year.of)
    assert (this.due, this.short_by) == (120, 20)
    assert (following.provided, following.short_by) == (None, 9)
