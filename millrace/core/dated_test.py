"""Tests of dated values: the three versions of one scheme, the last known only to its month."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import dated

VERSIONS = dated.dated([("2025-06", "v3"), ("2020-07-27", "v1"), ("2024-01-08", "v2")])


@pytest.mark.parametrize(
    ("day", "candidates"),
    [
        (date(2020, 7, 26), ()),
        (date(2020, 7, 27), ("v1",)),
        (date(2024, 1, 7), ("v1",)),
        (date(2024, 1, 8), ("v2",)),
        (date(2025, 5, 31), ("v2",)),
        (date(2025, 6, 1), ("v2", "v3")),
        (date(2025, 6, 29), ("v2", "v3")),
        (date(2025, 6, 30), ("v3",)),
        (date(2025, 7, 1), ("v3",)),
    ],
)
def test_a_month_gives_a_doubt_until_its_last_day(day: date, candidates: tuple[str, ...]) -> None:
    reading = VERSIONS.on(day)
    assert reading.candidates == candidates
    assert reading.is_in_doubt == (len(candidates) > 1)
    assert reading.value == (candidates[0] if len(candidates) == 1 else None)


@pytest.mark.parametrize("written", ["2025", "2025-13", "June 2025", "2025-6", "2025-02-30", ""])
def test_a_start_written_otherwise_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"start|month|day"):
        dated.start(written)


def test_starts_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="clearly after"):
        dated.dated([("2025-06", "a"), ("2025-06-15", "b")])


def test_the_first_value_may_itself_be_in_doubt() -> None:
    only = dated.dated([("2025-06", "v1")])
    assert only.begins_in_doubt(date(2025, 6, 10))
    assert only.on(date(2025, 6, 10)).candidates == ("v1",)


def test_a_start_is_written_as_it_was_read() -> None:
    assert str(dated.start("2025-06")) == "2025-06"
    assert str(dated.start("2024-01-08")) == "2024-01-08"


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), unique=True, min_size=1))
def test_with_exact_starts_there_is_never_a_doubt(starts: list[date]) -> None:
    value = dated.dated((day.isoformat(), day) for day in starts)
    for day in starts:
        assert value.on(day).value == day
        before = value.on(day - timedelta(days=1)).value
        assert before is None or before < day
