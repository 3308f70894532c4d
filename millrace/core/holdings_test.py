"""Holds the registers of equipment and titles to their rules — e.g. a lathe sold a year too early."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import holdings
from millrace.core.holdings import Share


def test_an_item_is_kept_so_many_years_after_the_project() -> None:
    assert holdings.retain_until(date(2027, 3, 1), 5) == date(2032, 3, 1)
    assert holdings.retain_until(date(2028, 2, 29), 1) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("finding", "on", "has_consent", "is_breach"),
    [
        (holdings.DISPOSED, date(2031, 1, 1), False, True),
        (holdings.MISSING, date(2031, 1, 1), False, True),
        (holdings.DISPOSED, date(2031, 1, 1), True, False),
        (holdings.DISPOSED, date(2032, 3, 1), False, False),
        (holdings.DAMAGED, date(2031, 1, 1), False, False),
    ],
)
def test_what_is_gone_too_early_without_consent_is_a_breach(finding: str, on: date, has_consent: bool, is_breach: bool) -> None:
    assert holdings.is_breach(finding, on, date(2032, 3, 1), has_consent=has_consent) is is_breach


def test_shares_come_to_the_whole() -> None:
    team, firm = Share("Team", True, 7_000), Share("Firm", False, 3_000)
    assert holdings.problems([team, firm]) == ()
    assert holdings.problems([team]) == ("not_the_whole",)
    assert holdings.problems([]) == ("share_of_nothing", "not_the_whole")
    assert "holder_twice" in holdings.problems([team, Share("team ", False, 3_000)])
    assert holdings.team_basis_points([[team, firm], [Share("Team", True, 6_999), Share("Firm", False, 3_001)]]) == 6_999
    assert holdings.team_basis_points([]) is None


@given(st.lists(st.integers(-1, 10_000), max_size=5))
def test_only_whole_titles_stand(parts: list[int]) -> None:
    shares = [Share(str(number), False, part) for number, part in enumerate(parts)]
    stands = not holdings.problems(shares)
    assert stands == (bool(parts) and min(parts) > 0 and sum(parts) == 10_000)
