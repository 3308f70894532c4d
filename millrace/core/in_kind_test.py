"""Holds the pricing of contributions in kind to its rule — e.g. an instrument past its life counts nothing, whatever is declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import in_kind

CENTS = st.integers(1, 10**12)
HOURS = st.builds(in_kind.Hours, st.integers(1, 10**6), st.integers(1, 10**6))
USES = st.builds(in_kind.Use, CENTS, st.integers(1, 240), st.integers(0, 300), st.integers(1, 60), st.integers(1, 10_000))
GOODS = st.builds(in_kind.Goods, CENTS, st.integers(1, 1000), st.integers(1, 10_000))


@pytest.mark.parametrize(
    ("what", "declared", "counted"),
    [
        (in_kind.Hours(600_00, 40_00), None, 24_000_00),
        (in_kind.Hours(600_00, 40_00), 50_000_00, 24_000_00),
        (in_kind.Hours(600_00, 40_00), 20_000_00, 20_000_00),
        (in_kind.Hours(333_33, 50), None, 166_66),
        (in_kind.Use(600_000_00, 60, 0, 6, 5_000), None, 30_000_00),
        (in_kind.Use(600_000_00, 60, 57, 6), None, 30_000_00),
        (in_kind.Use(600_000_00, 60, 60, 6), 600_000_00, 0),
        (in_kind.Goods(99_999_99, 3, 5_000), None, 149_999_98),
    ],
)
def test_a_contribution_counts_what_its_rule_says(what: in_kind.Given, declared: int | None, counted: int) -> None:
    assert in_kind.price(what, declared_cents=declared).amount_cents == counted


@given(HOURS | USES | GOODS, st.none() | CENTS)
def test_a_declared_value_never_outranks_the_rule_and_the_steps_say_what_was_reckoned(what: in_kind.Given, declared: int | None) -> None:
    by_rule = in_kind.price(what).amount_cents
    priced = in_kind.price(what, declared_cents=declared)
    assert priced.amount_cents == (by_rule if declared is None else min(by_rule, declared))
    assert priced.steps[0].amount_cents == by_rule
    assert (priced.steps[-1].code, priced.steps[-1].amount_cents) == ("counted", priced.amount_cents)


@given(USES)
def test_use_is_never_worth_more_than_what_is_left_of_the_life(use: in_kind.Use) -> None:
    left = max(0, use.life_months - use.age_months)
    assert in_kind.price(use).amount_cents * use.life_months <= use.cost_cents * left
