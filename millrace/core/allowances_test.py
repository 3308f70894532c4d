"""Holds monthly allowances to the days worked — e.g. twelve of thirty days, or the same person's day claimed twice."""

from datetime import date

import pytest

from millrace.core.allowances import BY_DAYS, WHOLE_MONTHS, Allowance, Engaged, bars, is_within_one_month, most_cents, person_key


def days(first: int, last: int, month: int = 6, person: str = "ada") -> Engaged:
    return Engaged(person, date(2025, month, first), date(2025, month, last))


@pytest.mark.parametrize(
    ("by", "engaged", "cents"),
    [
        (BY_DAYS, days(19, 30), 8_000_00),
        (BY_DAYS, days(1, 30), 20_000_00),
        (BY_DAYS, days(1, 28, month=2), 20_000_00),
        (BY_DAYS, days(1, 1, month=7), 645_16),
        (WHOLE_MONTHS, days(1, 30), 20_000_00),
        (WHOLE_MONTHS, days(2, 30), 0),
    ],
)
def test_a_month_is_paid_by_the_days_worked(by: str, engaged: Engaged, cents: int) -> None:
    assert most_cents(Allowance("bachelor", 20_000_00, 1, 36, by), engaged) == cents


def test_no_day_is_paid_twice_and_no_month_too_many() -> None:
    rate, paid = Allowance("bachelor", 20_000_00, 2, 2), [days(1, 15), days(1, 31, month=7)]
    assert list(bars(rate, days(15, 20), paid)) == ["month_paid_before"]
    assert list(bars(rate, days(16, 30), paid)) == []
    assert list(bars(rate, days(1, 31, month=8), paid)) == ["months_used_up"]
    assert list(bars(rate, days(1, 31, month=8, person="ben"), paid)) == []


def test_no_more_people_are_paid_at_once_than_the_agreement_gives() -> None:
    rate, paid = Allowance("bachelor", 20_000_00, 2, 36), [days(1, 15), days(16, 30, person="ben"), days(1, 30, person="cleo")]
    assert list(bars(rate, days(10, 20, person="dan"), paid)) == ["people_exceeded"]
    assert list(bars(rate, days(10, 20, person="dan"), paid[:2])) == []  # the one goes before the other comes
    assert list(bars(rate, days(1, 31, month=7, person="dan"), paid)) == []
    assert list(bars(rate, Engaged("dan", date(2025, 6, 1), date(2025, 6, 30), "master"), paid)) == []


def test_a_person_written_another_way_is_the_same() -> None:
    assert {person_key(name) for name in ("Chan Tai Man", "chan tai-man", "CHAN  Tai\u3000Man", "Ｃhan Taiman")} == {"chantaiman"}
    assert person_key("陳 大文") == "陳大文" != person_key("陳大民")


def test_a_line_is_of_one_month() -> None:
    assert is_within_one_month(date(2025, 6, 1), date(2025, 6, 30))
    assert not is_within_one_month(date(2025, 6, 1), date(2025, 7, 1))
    assert not is_within_one_month(date(2025, 6, 2), date(2025, 6, 1)) and not is_within_one_month(date(2025, 6, 2), None)
