"""Tests of the arithmetic of support, on the published vectors: HK$30.0m, 45.0m and 60.0m of cost
give 10.0m, 15.0m and 15.0m at one third under a ceiling of 15.0m."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import support

M = 100_000_000
COSTS = st.integers(0, 10**13)


def _grant(cost: int | None, used: int | None = 0) -> support.Step:
    third = support.share(support.given("total_cost", cost, unit="HKD"), government=1, partner=2, rule="ratio")
    cap = support.ceiling(15 * M, unit="HKD", rule="cap")
    left = support.room(45 * M, support.given("granted", used, unit="HKD"), rule="all")
    return support.lower_of([third, cap, left], unit="HKD")


@pytest.mark.parametrize(("cost", "grant"), [(30 * M, 10 * M), (45 * M, 15 * M), (60 * M, 15 * M), (0, 0)])
def test_the_published_vectors(cost: int, grant: int) -> None:
    assert _grant(cost).value == grant


def test_the_part_that_binds_is_named() -> None:
    bound = support.binding(_grant(60 * M))
    assert bound is not None
    assert bound.rule == "cap"
    left = support.binding(_grant(60 * M, used=40 * M))
    assert left is not None
    assert (left.rule, left.value) == ("all", 5 * M)


def test_what_is_not_known_stays_unknown() -> None:
    assert _grant(None).value is None
    assert _grant(30 * M, used=None).value is None


def test_stages_add_up() -> None:
    one = support.share(support.given("stage_1_cost", 30 * M, unit="HKD"), government=2, partner=1, rule="one")
    two = support.share(support.given("stage_2_cost", 20 * M, unit="HKD"), government=1, partner=1, rule="two")
    assert support.total([one, two], unit="HKD").value == 30 * M


@given(COSTS, COSTS)
def test_support_never_exceeds_any_of_its_ceilings(cost: int, used: int) -> None:
    value = _grant(cost, used).value
    assert value is not None
    assert 0 <= value * 3 <= cost
    assert value <= 15 * M
    assert value + min(used, 45 * M) <= 45 * M


@given(COSTS | st.none(), COSTS | st.none())
def test_a_tree_reads_back_from_its_data(cost: int | None, used: int | None) -> None:
    tree = _grant(cost, used)
    assert support.from_data(tree.to_data()) == tree
