"""Tests of spans: the last day of a call is in it and the day after is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import spans

DAYS = st.dates(date(2020, 1, 1), date(2021, 1, 1))


@st.composite
def some_span(draw: st.DrawFn) -> spans.Span[date]:
    start = draw(DAYS)
    length = draw(st.none() | st.integers(1, 60))
    return spans.Span(start, None if length is None else start + timedelta(days=length))


def test_the_last_day_of_a_call_is_in_it_and_the_next_is_not() -> None:
    call = spans.days(date(2025, 9, 11), date(2025, 10, 31))
    assert date(2025, 9, 11) in call
    assert date(2025, 10, 31) in call
    assert date(2025, 11, 1) not in call
    assert spans.length_days(call) == 51


def test_an_empty_or_backward_span_is_refused() -> None:
    with pytest.raises(ValueError, match="end after"):
        spans.Span(date(2025, 1, 1), date(2025, 1, 1))


def test_moments_must_say_their_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        spans.Span(datetime(2025, 1, 1))  # noqa: DTZ001 - the refusal of a naive moment is the test
    assert datetime(2025, 1, 2, tzinfo=UTC) in spans.Span(datetime(2025, 1, 1, tzinfo=UTC))


@given(some_span(), some_span(), DAYS)
def test_what_two_spans_share_is_what_lies_in_both(one: spans.Span[date], other: spans.Span[date], day: date) -> None:
    shared = one.meet(other)
    assert (day in one and day in other) == (shared is not None and day in shared)
    assert one.overlaps(other) == other.overlaps(one)


@given(st.lists(some_span(), max_size=6))
def test_overlaps_are_found_when_there_are_any(some: list[spans.Span[date]]) -> None:
    any_pair = any(a.overlaps(b) for i, a in enumerate(some) for b in some[i + 1 :])
    assert bool(spans.overlapping(some)) == any_pair
