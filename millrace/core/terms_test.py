"""Terms survive storing, and instalments add up to their stage's grant — e.g. RAISe+ HK$30m in halves and HK$10m on completion."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import matching, releases, terms

RAISE = (
    terms.Stage(1, 30_000_000_00, matching.Ratio(2, 1), matching.Share(1, 2)),
    terms.Stage(2, 10_000_000_00, matching.Ratio(1, 1), matching.Share(1, 2)),
)
SHARES = [(1, 50, releases.ON_ACCEPTANCE), (1, 50, releases.ON_MILESTONE), (2, 100, releases.ON_COMPLETION)]


def agreed() -> terms.Terms:
    return terms.Terms(
        unit="HKD",
        grant_cents=40_000_000_00,
        starts_on=date(2024, 4, 1),
        ends_before=date(2029, 4, 1),
        stages=RAISE,
        heads=(terms.Head("manpower", 60_000_000_00),),
        milestones=(terms.Milestone(2, 1, date(2026, 4, 1), "prototype"), terms.Milestone(3, 2, date(2029, 3, 1), "completion")),
        instalments=terms.plan_instalments(RAISE, SHARES),
        pledges=(terms.Pledge(7, matching.CASH, 15_000_000_00),),
        clauses={"outside_period": "agreement 5"},
    )


def test_stored_terms_read_back_equal() -> None:
    assert terms.from_data(agreed().to_data()) == agreed()


def test_each_stage_has_its_own_instalments_and_milestones() -> None:
    planned = agreed().instalments
    assert [(one.stage, one.planned_cents, one.milestones) for one in planned] == [
        (1, 15_000_000_00, ()),
        (1, 15_000_000_00, (2,)),
        (2, 10_000_000_00, (3,)),
    ]


def test_terms_never_plan_more_than_the_grant() -> None:
    with pytest.raises(ValueError, match="more than the grant"):
        terms.Terms("HKD", 1, date(2024, 1, 1), date(2025, 1, 1), RAISE, (), (), terms.plan_instalments(RAISE, SHARES))


@given(st.integers(0, 10**12), st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_instalments_add_up_to_the_grant(grant: int, percents: list[int]) -> None:
    stage = terms.Stage(1, grant, matching.Ratio(1, 2))
    planned = terms.plan_instalments([stage], [(1, percent, releases.ON_MILESTONE) for percent in percents])
    assert sum(one.planned_cents for one in planned) == grant
