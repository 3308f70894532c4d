"""Proves the fold that makes sheet rows answers as the definition does — e.g. after a late correction of an approved amount."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import asat

DAY = date(2024, 1, 1)
days = st.integers(0, 12).map(lambda n: DAY + timedelta(n))
sheets = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["submitted", "approved", "withdrawn"]),
        "approved_cents": st.integers(0, 3),
        "approved_on": st.none() | days.map(date.isoformat),
        "partner_places": st.lists(st.sampled_from(["SZ", "GZ"]), max_size=2),
        "measures": st.dictionaries(st.sampled_from(["lines", "jobs"]), st.integers(0, 2), max_size=2),
    },
).filter(lambda sheet: asat.read(sheet))
histories = st.lists(st.tuples(days, sheets), max_size=9).map(
    lambda events: [asat.Assertion(number, day, values) for number, (day, values) in enumerate(events, 1)]
)


def covering(rows: list[asat.Row], day: date, number: int) -> list[asat.Row]:
    return [
        row
        for row in rows
        if row.valid_from <= day
        and (row.valid_before is None or day < row.valid_before)
        and row.known_from <= number
        and (row.known_before is None or number < row.known_before)
    ]


@given(histories)
def test_rows_answer_as_the_definition_does(assertions: list[asat.Assertion]) -> None:
    rows = asat.history(assertions)
    for number in range(len(assertions) + 1):
        for offset in range(-1, 14):
            day = DAY + timedelta(offset)
            found = covering(rows, day, number)
            assert len(found) <= 1
            assert (found[0].values if found else None) == asat.as_at(assertions, day, number)


@given(histories)
def test_earlier_answers_never_change(assertions: list[asat.Assertion]) -> None:
    for upto in range(len(assertions)):
        before, after = asat.history(assertions[:upto]), asat.history(assertions)
        for offset in range(13):
            day = DAY + timedelta(offset)
            earlier, later = covering(before, day, upto), covering(after, day, upto)
            assert [row.values for row in earlier] == [row.values for row in later]


def test_a_late_correction_reaches_only_to_the_next_assertion() -> None:
    assertions = [
        asat.Assertion(1, date(2024, 3, 1), {"approved_cents": 100, "status": "approved"}),
        asat.Assertion(2, date(2024, 6, 1), {"approved_cents": 80}),
        asat.Assertion(3, date(2024, 4, 1), {"approved_cents": 90}),
    ]
    on = {day: asat.as_at(assertions, day, 3) for day in (date(2024, 3, 31), date(2024, 4, 1), date(2024, 7, 1))}
    assert [values and values["approved_cents"] for values in on.values()] == [100, 90, 80]
    assert asat.as_at(assertions, date(2024, 4, 1), 2) == {"approved_cents": 100, "status": "approved"}
    assert asat.as_at(assertions, date(2024, 2, 29), 3) is None


def test_the_whole_row_has_every_column_and_the_measures_together() -> None:
    values = asat.complete(asat.read({"status": "closed", "measures": {"jobs": 12}}))
    assert values["status"] == "closed"
    assert values["measures"] == {"jobs": 12}
    assert values["approved_cents"] == 0
    assert values["is_test"] is False


WRONG = [{"colour": "red"}, {"approved_cents": "12"}, {"approved_on": 3}, {"is_test": 1}, {"partner_places": "SZ"}]


@pytest.mark.parametrize("sheet", WRONG)
def test_an_unknown_column_or_shape_is_refused(sheet: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(sheet))):
        asat.read(sheet)
