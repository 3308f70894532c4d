"""Holds what is owed to the cent — e.g. HK$60,000 at 8% for 73 days is HK$960, whatever was paid in between comes off the right part."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import recovery
from millrace.core.recovery import Owed, Part, Rate, Settled

DUE = date(2026, 1, 1)
DAYS = st.integers(0, 1_200)
RATES = st.lists(st.tuples(st.integers(-400, 1_200), st.integers(0, 4_000)), max_size=6)
PRINCIPALS = st.integers(1, 10**13)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def rates(given_: list[tuple[int, int]]) -> list[Rate]:
    return [Rate(after(days), points) for days, points in given_]


def night_by_night(principal: int, settled: list[Settled], held: list[Rate], until: date) -> Fraction:
    """The definition, without any cleverness: one night after another."""
    total = Fraction(0)
    for number in range((until - DUE).days):
        night = after(number)
        left = principal - sum(act.principal_cents for act in settled if act.on <= night)
        begun = [rate for rate in held if rate.from_on <= night]
        newest = max(begun, key=lambda rate: rate.from_on).from_on if begun else None
        points = [rate.basis_points for rate in begun if rate.from_on == newest][-1] if begun else 0
        total += Fraction(max(left, 0) * points, 10_000 * 365)
    return total


def test_interest_is_arithmetic_anyone_can_make_again() -> None:
    found = recovery.owed(60_000_00, DUE, [], [Rate(date(2010, 1, 1), 800)], after(73))
    assert (found.interest_cents, found.total_cents) == (960_00, 60_960_00)
    changed = recovery.owed(60_000_00, DUE, [Settled(after(40), 20_000_00, 0)], [Rate(DUE, 800), Rate(after(50), 1_000)], after(73))
    told = [(part.days, part.principal_cents, part.basis_points) for part in changed.parts]
    assert told == [(40, 60_000_00, 800), (10, 40_000_00, 800), (23, 40_000_00, 1_000)]
    assert changed.interest_cents == round(Fraction(60_000_00 * 40 * 800 + 40_000_00 * 10 * 800 + 40_000_00 * 23 * 1_000, 3_650_000))


def test_nothing_accrues_before_the_due_day_nor_without_a_rate() -> None:
    assert recovery.owed(500, DUE, [], [Rate(DUE, 800)], DUE - timedelta(days=9)).interest_cents == 0
    assert recovery.owed(500, DUE, [], [], after(900)).interest_cents == 0
    early = recovery.owed(500, DUE, [Settled(DUE - timedelta(days=3), 500, 0)], [Rate(DUE, 800)], after(900))
    assert early == Owed(0, 0, 0)


@given(PRINCIPALS, RATES, DAYS, st.lists(st.tuples(DAYS, st.integers(0, 10**12)), max_size=4))
def test_interest_is_that_of_every_night_rounded_once(
    principal: int, given_: list[tuple[int, int]], days: int, paid: list[tuple[int, int]]
) -> None:
    settled, left = [], principal
    for on, cents in sorted(paid):
        part = min(left, cents)
        settled.append(Settled(after(on), part, 0))
        left -= part
    exact = night_by_night(principal, settled, rates(given_), after(min(days, 400)))
    found = recovery.owed(principal, DUE, settled, rates(given_), after(min(days, 400)))
    assert abs(found.accrued_cents - exact) <= Fraction(1, 2)
    assert found.accrued_cents == (exact + Fraction(1, 2)).__floor__()


@given(PRINCIPALS, RATES, DAYS, DAYS, st.integers(0, 10**12))
def test_looking_in_between_changes_nothing_and_no_day_takes_back(
    principal: int, given_: list[tuple[int, int]], one: int, other: int, paid: int
) -> None:
    held, (first, last) = rates(given_), sorted((one, other))
    before = recovery.owed(principal, DUE, [], held, after(first))
    interest = min(paid, before.interest_cents)
    settled = [Settled(after(first), 0, interest)]
    later = recovery.owed(principal, DUE, settled, held, after(last))
    assert later.interest_cents + interest == recovery.owed(principal, DUE, [], held, after(last)).interest_cents
    assert later.accrued_cents >= before.accrued_cents


@given(PRINCIPALS, RATES, st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10**13)), max_size=12))
def test_a_debt_paid_in_any_steps_ends_at_nothing_owed(principal: int, given_: list[tuple[int, int]], acts: list[tuple[int, int]]) -> None:
    settled: list[Settled] = []
    on, received = DUE, 0
    for days, amount in acts:
        on += timedelta(days=days)
        found = recovery.owed(principal, DUE, settled, rates(given_), on)
        taken = recovery.appropriate(found, min(amount, found.total_cents)) if found.total_cents else None
        if taken:
            settled.append(Settled(on, *taken))
            received += sum(taken)
        assert recovery.appropriate(found, found.total_cents + 1) is None
    last = recovery.owed(principal, DUE, settled, rates(given_), on)
    assert last.principal_cents >= 0 and last.interest_cents >= 0
    if last.total_cents:
        rest = recovery.appropriate(last, last.total_cents)
        assert rest == (last.principal_cents, last.interest_cents)
        settled.append(Settled(on, *rest))
    ended = recovery.owed(principal, DUE, settled, rates(given_), on + timedelta(days=3_000))
    assert ended.total_cents == 0
    assert sum(act.principal_cents for act in settled) == principal


def test_interest_comes_first_and_nothing_or_too_much_is_not_taken() -> None:
    found = Owed(1_000, 30, 30)
    assert recovery.appropriate(found, 20) == (0, 20)
    assert recovery.appropriate(found, 130) == (100, 30)
    assert recovery.appropriate(found, 1_030) == (1_000, 30)
    assert recovery.appropriate(found, 1_031) is recovery.appropriate(found, 0) is None


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ([(1, 400), (30, 600)], ""),
        ([], "part-of-nothing"),
        ([(1, 1_000), (30, 0)], "part-of-nothing"),
        ([(30, 400), (30, 600)], "parts-not-in-order"),
        ([(-1, 400), (30, 600)], "part-in-the-past"),
        ([(1, 400), (30, 599)], "parts-differ"),
    ],
)
def test_a_plan_comes_to_what_is_owed_in_order(parts: list[tuple[int, int]], problem: str) -> None:
    assert recovery.plan_problem([Part(after(days), cents) for days, cents in parts], 1_000, DUE) == problem


def test_an_instalment_is_missed_the_day_after_it_was_due() -> None:
    parts = [Part(after(10), 400), Part(after(40), 600)]
    assert not recovery.is_missed(parts, 0, after(10))
    assert recovery.is_missed(parts, 399, after(11))
    assert recovery.first_unpaid(parts, 400) == parts[1] and not recovery.is_missed(parts, 400, after(11))
    assert recovery.first_unpaid(parts, 1_000) is None


@given(st.integers(-800, 800))
def test_every_debt_is_of_one_age_and_ages_have_no_gap(days: int) -> None:
    on = after(days)
    code = recovery.age(DUE, on)
    mine = []
    for each in recovery.AGES:
        first, last = recovery.due_days(each, on)
        if (first is None or first <= DUE) and (last is None or last >= DUE):
            mine.append(each)
    assert mine == [code]


@pytest.mark.parametrize(
    ("days", "code"),
    [(0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (90, "61_90"), (91, "91_365"), (365, "91_365"), (366, "over_365")],
)
def test_ages_begin_and_end_on_their_days(days: int, code: str) -> None:
    assert recovery.age(DUE, after(days)) == code


@given(st.integers(0, 10**12), st.integers(0, 10_000), st.integers(1, 10**12), st.integers(0, 20_000), st.integers(0, 10**12))
def test_a_share_of_revenue_never_passes_its_cap(revenue: int, points: int, grant: int, cap: int, before: int) -> None:
    rule = recovery.RevenueRule(points, 5, cap, 90)
    found = recovery.revenue_share(rule, revenue, grant_cents=grant, before_cents=before)
    assert 0 <= found.amount_cents <= found.share_cents <= revenue
    assert before > found.cap_cents or before + found.amount_cents <= found.cap_cents


def test_years_of_revenue_follow_the_end_of_the_project() -> None:
    rule = recovery.RevenueRule(500, 3, 10_000, 90)
    years = recovery.revenue_years(rule, date(2026, 4, 1))
    assert [(one.since, one.until) for one in years][::2] == [(date(2026, 4, 1), date(2027, 4, 1)), (date(2028, 4, 1), date(2029, 4, 1))]
    assert years[0].declare_by == date(2027, 6, 30)


STAGES = st.dictionaries(st.integers(1, 3), st.integers(0, 1_000), max_size=3)


@given(released=STAGES, earned=STAGES, back=st.integers(0, 1_000), more=st.integers(0, 1_000))
def test_what_is_earned_after_it_came_back_is_never_more_than_came_back_nor_than_was_earned(
    released: dict[int, int], earned: dict[int, int], back: int, more: int
) -> None:
    back = min(back, sum(released.values()))
    given = recovery.earned_after_return(released, earned, back)
    assert 0 <= given <= back
    kept = sum(released.values()) - back
    # Given it again, the payee has no more than claims earned of what was released; and given it once, nothing is left to be given.
    covered = sum(min(cents, earned.get(stage, 0)) for stage, cents in released.items())
    assert not given or kept + given <= covered <= sum(earned.values())
    assert recovery.earned_after_return(released, earned, back - given) == 0
    # All of it is given once everything released is earned; and more earned never gives less.
    assert recovery.earned_after_return(released, released, back) == back
    assert recovery.earned_after_return(released, {stage: cents + more for stage, cents in earned.items()}, back) >= given


def test_what_another_stage_earned_and_is_yet_to_be_released_is_not_given_twice() -> None:
    assert recovery.earned_after_return({1: 10}, {1: 0, 2: 5}, 10) == 0
    assert recovery.earned_after_return({1: 10, 2: 5}, {1: 4, 2: 5}, 10) == 4
