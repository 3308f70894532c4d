"""The service clock by hand, over Easter 2025 and a wait for the applicant — e.g. received on 14 April, its result on 7 May, 7 days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import service_clock
from millrace.core.policy_folder.funder import Calendar
from millrace.core.service_clock import Clock, Spell

# Good Friday to Easter Monday, Labour Day and the Birthday of the Buddha.
HOLIDAYS = frozenset({date(2025, 4, 18), date(2025, 4, 19), date(2025, 4, 21), date(2025, 5, 1), date(2025, 5, 5)})
CALENDAR = Calendar(HOLIDAYS)
WORKING = service_clock.WorkingDays(CALENDAR.is_working_day, date(2025, 1, 1), date(2026, 12, 31))
TODAY = date(2025, 6, 2)


def spells(*told: tuple[int, int, str]) -> list[Spell]:
    return [Spell(date(2025, month, day), status) for month, day, status in told]


# Monday 14 April received: 14, 15, 16 and 17 April run, the 18th, 19th and 21st are holidays, the 22nd runs: 5 days. From Wednesday
# 23 April the applicant is waited for: 23, 24, 25, 28, 29, 30 April stand still: 6. Answered on Thursday 1 May, a holiday: only Friday
# 2 May runs, for the 5th is a holiday: 1 day of screening more. Screened on Tuesday 6 May, refused on Wednesday 7 May: 1 day.
BY_HAND = spells((4, 14, "submitted"), (4, 23, "information_needed"), (5, 1, "submitted"), (5, 6, "screened"), (5, 7, "refused"))


def test_a_case_over_easter_and_a_wait_worked_out_by_hand() -> None:
    assert service_clock.clocks(BY_HAND, WORKING, TODAY) == [
        Clock("screening", 6, 6, is_over=True),
        Clock("assessment", 1, 0, is_over=True),
        Clock("result", 7, 6, is_over=True),
    ]


def test_the_clock_stands_while_the_applicant_is_waited_for_and_runs_on_until_today() -> None:
    waiting = service_clock.clocks(BY_HAND[:2], WORKING, date(2025, 4, 30))
    assert waiting == [Clock("screening", 5, 5, is_over=False, is_waiting=True), Clock("result", 5, 5, is_over=False, is_waiting=True)]
    running = service_clock.clocks(BY_HAND[:4], WORKING, date(2025, 5, 9))
    assert running[-1] == Clock("result", 6 + 3, 6, is_over=False)
    assert [clock.stage for clock in running if clock.is_over] == ["screening"]


@pytest.mark.parametrize("ending", ["withdrawn", "lapsed"])
def test_what_the_applicant_ended_is_no_result_of_the_funders(ending: str) -> None:
    ended = service_clock.clocks([*BY_HAND[:4], *spells((5, 7, ending))], WORKING, TODAY)
    assert [clock.stage for clock in ended] == ["screening"]


def test_a_result_taken_back_counts_on_until_the_next() -> None:
    back = [*BY_HAND[:1], *spells((4, 15, "ineligible"), (4, 22, "submitted"), (4, 23, "screened"))]
    assert service_clock.clocks(back, WORKING, date(2025, 4, 24))[-1] == Clock("result", 1 + 1 + 1, 0, is_over=False)


def test_an_offer_declined_later_was_a_result_before() -> None:
    offered = [*BY_HAND[:4], *spells((5, 7, "approved"), (5, 20, "declined"))]
    assert service_clock.clocks(offered, WORKING, TODAY)[-1] == Clock("result", 7, 6, is_over=True)


def test_what_was_decided_on_the_day_of_receipt_took_none_and_a_draft_is_not_counted() -> None:
    assert service_clock.clocks(spells((4, 14, "ineligible")), WORKING, TODAY) == [Clock("result", 0, 0, is_over=True)]
    assert service_clock.clocks(spells((4, 14, "draft")), WORKING, TODAY) == []


@given(start=st.dates(date(2025, 1, 1), date(2026, 12, 31)), length=st.integers(0, 400))
def test_working_days_are_those_of_the_calendar(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), date(2026, 12, 31))
    assert WORKING.between(start, end) == CALENDAR.count(start, end)


def test_the_share_done_within_so_many_days_is_the_nearest_rank() -> None:
    assert service_clock.within([9, 1, 5], 50) == 5 and service_clock.within([4, 1, 2, 3], 50) == 2
    assert service_clock.within(range(1, 11), 90) == 9 and service_clock.within([7], 90) == 7
    assert service_clock.within([], 50) is None
