"""Proves what a forecast conserves: sums by year are the sums of cases, the bounds hold the expectation, columns say what cases say."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import financial_year, forecast
from millrace.core.forecast import NOT_PLACED, WHOLE, Curve, History, Opened, Range

TODAY = date(2025, 11, 3)
STAGES = ("submitted", "under_assessment", "recommended")
ENOUGH = forecast.LEAST_DECIDED
NO_CURVE = Curve()
amounts = st.integers(0, 10**15)
histories = st.builds(
    lambda decided, supported, given, approved: History(decided, min(supported, decided), given, min(approved, given)),
    *(st.integers(0, 40), st.integers(0, 40), st.integers(0, 10**16), st.integers(0, 10**16)),
)
Rows = list[tuple[int, int, int]]
Promised = Sequence[tuple[date | None, int]]
Plans = list[list[tuple[int, int]]]
Three = tuple[History, History, History]
cases = st.lists(st.tuples(st.integers(0, 2), amounts, st.integers(0, 900)), max_size=12)
plans = st.lists(st.lists(st.tuples(st.integers(-5, 1500), st.integers(0, 10**13)), max_size=5), max_size=6)
promises = st.lists(st.tuples(st.none() | st.integers(-400, 900).map(lambda days: TODAY + timedelta(days)), amounts), max_size=8)
lags = st.none() | st.integers(0, 400)


def made(rows: Rows) -> Opened:
    stage, cents, ago = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    return Opened(STAGES, stage, cents, TODAY.toordinal() - ago)


def told(rows: Rows, history: Three, promised: Promised = (), lag: int | None = None, curve: Curve = NO_CURVE) -> forecast.Forecast:
    known = dict(zip(STAGES, history, strict=True))
    return forecast.forecast(made(rows), known, promises=promised, decision_days=lag, curve=curve, today=TODAY, year_of=financial_year.of)


def spread_within(likely: int, cents: int, curve: Curve) -> list[int]:
    """The parts of what is expected of a case: no later one more than that of the whole, what is left in the latest with room."""
    parts, whole = ([cents for _day, cents in forecast.spread(amount, curve, TODAY)] for amount in (likely, cents))
    for place in reversed(range(len(parts))):
        if (over := parts[place] - whole[place]) > 0:
            parts[place], before = whole[place], place
            while over:
                before -= 1
                more = min(over, whole[before] - parts[before])
                parts[before], over = parts[before] + more, over - more
    return parts if curve.days else []


def test_no_year_expects_more_than_all_its_cases_would_bring() -> None:
    """HK$1.44 in four parts, of which history leaves HK$1.39: rounding left two cents for a last part of one."""
    curve = forecast.curve_of([[(0, 6_569_700_415), (30, 5_262_190_965_949), (0, 678_561_851_362), (150, 1)]])
    found = told([(2, 144, 0)], (History(), History(), History(ENOUGH, ENOUGH, 307, 298)), curve=curve)
    assert all(one.cash.expected is not None and one.cash.expected <= one.cash.high for one in found.years)
    assert (found.cash.expected, found.cash.high) == (139, 144)


@given(cases, st.tuples(histories, histories, histories), promises, lags, plans)
def test_columns_say_what_cases_say_one_by_one_and_nothing_is_lost(
    rows: Rows, history: Three, promised: Promised, lag: int | None, plans_: Plans
) -> None:
    curve = forecast.curve_of(plans_)
    found = told(rows, history, promised, lag, curve)
    committed: dict[str, Counter[str]] = {"expected": Counter(), "high": Counter()}
    paid: Counter[str] = Counter()
    lacking = False
    for stage, cents, ago in rows:
        share = history[stage].share
        lacking |= share is None
        decided = max(TODAY, TODAY - timedelta(ago) + timedelta(lag or 0))
        likely = cents * (share or 0) // WHOLE
        committed["high"][financial_year.of(decided)] += cents
        committed["expected"][financial_year.of(decided)] += likely
        if not curve.days:
            paid[NOT_PLACED] += likely
        for later, part in zip(curve.days, spread_within(likely, cents, curve), strict=True):
            paid[financial_year.of(decided + timedelta(later))] += part
    for day, cents in promised:
        paid[NOT_PLACED if day is None else financial_year.of(max(day, TODAY))] += cents
    for year in found.years:
        assert year.commitment.high == committed["high"][year.year]
        if not lacking:
            assert year.commitment.expected == committed["expected"][year.year]
            assert year.cash.expected == paid[year.year]
    assert found.promised == sum(cents for _, cents in promised) == found.cash.low
    assert found.commitment.high == sum(cents for _, cents, _ in rows) == found.cash.high - found.promised
    if not lacking:
        assert found.commitment.expected == sum(committed["expected"].values())
        assert found.cash.expected == found.commitment.expected + found.promised


@given(cases, st.tuples(histories, histories, histories), promises, lags, plans)
def test_what_is_expected_lies_between_none_and_all(rows: Rows, history: Three, promised: Promised, lag: int | None, plans_: Plans) -> None:
    found = told(rows, history, promised, lag, forecast.curve_of(plans_))
    for one in (*(year.commitment for year in found.years), *(year.cash for year in found.years), *(one.amount for one in found.stages)):
        assert one.low <= one.high and (one.expected is None or one.low <= one.expected <= one.high)


@given(promises, plans)
def test_without_an_open_case_it_is_what_is_promised(promised: Promised, plans_: Plans) -> None:
    sure = (History(ENOUGH, ENOUGH, 1, 1),) * 3
    found = told([], sure, promised, None, forecast.curve_of(plans_))
    outstanding = sum(cents for _, cents in promised)
    assert found.cash == Range(outstanding, outstanding, outstanding) and found.commitment == Range()


@given(cases, plans)
def test_where_all_were_supported_all_are_expected(rows: Rows, plans_: Plans) -> None:
    found = told(rows, (History(ENOUGH, ENOUGH, 7, 7),) * 3, (), 30, forecast.curve_of(plans_))
    assert found.commitment.expected == found.commitment.high == sum(cents for _, cents, _ in rows)


@given(plans)
def test_a_curve_is_whole(plans_: Plans) -> None:
    curve = forecast.curve_of(plans_)
    assert sum(curve.weights) == (WHOLE if curve.days else 0) and min(curve.weights, default=0) >= 0


def test_too_few_decided_cases_give_bounds_alone() -> None:
    few = History(ENOUGH - 1, 5, 100, 60)
    found = told([(0, 1_000, 5), (2, 500, 5)], (few, few, History(ENOUGH, 5, 100, 60)))
    assert found.commitment == Range(0, None, 1_500) and [one.amount.expected for one in found.stages] == [None, 300]
    assert forecast.middle([1] * (ENOUGH - 1)) is None and forecast.middle([3, 1, 2, 9, 9, 9, 1, 1, 2, 2]) == 2


def test_the_year_in_which_promises_and_cases_come_to_more_than_there_is() -> None:
    sure = (History(ENOUGH, ENOUGH, 2, 1),) * 3
    found = told([(0, 1_000, 0), (0, 1_000, -400)], sure, (), 0)
    assert [year.year for year in found.years if year.year] == ["2025-26", "2026-27"]
    assert found.exceeds(1_500, "high") == "2026-27" and found.exceeds(999, "high") == "2025-26"
    assert found.exceeds(1_000, "expected") is None and found.exceeds(0, "low") is None


@given(amounts, plans, promises)
def test_one_promise_is_laid_out_whole(cents: int, plans_: Plans, planned: Promised) -> None:
    parts = forecast.spread(cents, forecast.curve_of(plans_), TODAY)
    assert sum(part for _, part in parts) == cents and min(part for _, part in parts) >= 0
    laid = forecast.left_to_pay(cents, [(day or TODAY, part) for day, part in planned])
    assert sum(part for _, part in laid) == cents and [day for day, _ in laid if day] == sorted(day for day, _ in laid if day)
