"""Proves that marks are added by their weights and nothing is guessed — e.g. a review with a criterion left out is not whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import scoring

CRITERIA = (
    scoring.Criterion("technology", 40, is_illustrative=False),
    scoring.Criterion("market", 35, is_illustrative=False),
    scoring.Criterion("team", 25, is_illustrative=False),
)


def test_a_total_is_the_weighted_mean_in_tenths() -> None:
    assert scoring.total_tenths(CRITERIA, {"technology": 70, "market": 80, "team": 60}) == 710


def test_what_keeps_marks_from_being_a_review_is_named() -> None:
    found = scoring.problems(CRITERIA, {"technology": 101, "market": 50, "looks": 1})
    assert [(problem.code, problem.criterion) for problem in found] == [
        ("unknown", "looks"),
        ("out_of_range", "technology"),
        ("missing", "team"),
    ]


def test_one_unpublished_weight_makes_the_whole_illustrative() -> None:
    criteria = (*CRITERIA, scoring.Criterion("benefit", 10))
    told = scoring.summary(criteria, [{"technology": 1, "market": 1, "team": 1, "benefit": 1}])
    assert told is not None
    assert told.is_illustrative


def test_no_reviews_make_no_summary_and_no_weight_no_mean() -> None:
    assert scoring.summary(CRITERIA, []) is None
    with pytest.raises(ValueError, match="weight"):
        scoring.total_tenths([scoring.Criterion("a", 0)], {"a": 1})


@given(st.lists(st.fixed_dictionaries({c.id: st.integers(0, 100) for c in CRITERIA}), min_size=1, max_size=8))
def test_a_summary_lies_between_its_reviews(reviews: list[dict[str, int]]) -> None:
    told = scoring.summary(CRITERIA, reviews)
    totals = [scoring.total_tenths(CRITERIA, marks) for marks in reviews]
    assert told is not None
    assert min(totals) <= told.total_tenths <= max(totals)
    assert told.spread_tenths == max(totals) - min(totals)
