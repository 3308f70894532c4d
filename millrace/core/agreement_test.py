"""Proves that an agreement follows its scheme, its verdict and its application — e.g. both stages of a RAISe+ grant, cent by cent."""

import functools
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from millrace.core import agreement, matching, releases, terms
from millrace.core import months as months_
from millrace.core.policy_folder import read
from millrace.core.rules import facts as facts_
from millrace.core.rules import judge
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.verdict import Verdict

POLICY = Path(__file__).resolve().parents[2] / "policies" / "hong-kong"
NIFS_FACTS = {
    "total_cost": 3_000_000_000,
    "own_money": 2_000_000_000,
    "requested_amount": 1_000_000_000,
    "open_projects": 0,
    "granted_total": 0,
}
RAISE_FACTS = {
    "entry_stage": "stage_1",
    "stage_1_cost": 3_000_000_000,
    "stage_1_industry_cash": 600_000_000,
    "stage_1_industry_in_kind": 200_000_000,
    "stage_1_university_cash": 100_000_000,
    "stage_1_university_in_kind": 100_000_000,
    "stage_2_cost": 2_000_000_000,
    "stage_2_industry": 1_000_000_000,
    "requested_amount": 3_000_000_000,
    "applications_in_call": 0,
}


@functools.cache
def schemes() -> Any:
    return read.policy({str(p.relative_to(POLICY)): p.read_bytes() for p in POLICY.rglob("*") if p.is_file()}).schemes


def judged(scheme: str, day: date, given: dict[str, Any]) -> tuple[SchemeVersion, Verdict]:
    book = schemes()[scheme].versions_on(day).candidates[0]
    return book, judge.judge(book, facts_.read(book.vocabulary.facts, given, standing=None), on=day)


def composed(scheme: str, given: dict[str, Any], answers: dict[str, Any], pledges: tuple[terms.Pledge, ...] = ()) -> agreement.Composed:
    book, said = judged(scheme, date(2025, 9, 15), given)
    assert said.amount_cents is not None
    applied = agreement.Applied(answers, lead=7, pledges=pledges, months=18)
    return agreement.compose(book, said, applied, grant_cents=said.amount_cents, unit="HKD", starts_on=date(2026, 1, 31))


def test_nifs_is_one_stage_paid_on_completion() -> None:
    answers = {
        "budget_lines": [
            {"head": "machinery", "item": "A", "amount": 2_900_000_000},
            {"head": "patents", "item": "B", "amount": 100_000_000},
        ],
        "milestones": [{"title": "Line runs", "due_on": "2027-06-30"}, {"title": "Machines arrive", "due_on": "2026-09-30"}],
    }
    told = composed("nifs", NIFS_FACTS, answers)
    assert told.terms.stages == (terms.Stage(1, 1_000_000_000, matching.Ratio(1, 2)),)
    assert told.terms.instalments == (releases.Instalment(1, 1, 1_000_000_000, releases.ON_COMPLETION, (1,)),)
    assert told.terms.heads == (terms.Head("machinery", 2_900_000_000), terms.Head("patents", 100_000_000))
    assert told.terms.pledges == (terms.Pledge(7, matching.CASH, 2_000_000_000),)
    assert [(m.number, m.due_on, m.code) for m in told.terms.milestones] == [
        (1, date(2027, 6, 30), "completion"),
        (2, date(2026, 9, 30), "progress"),
    ]
    assert told.milestone_titles == {1: "Line runs", 2: "Machines arrive"}
    assert (told.terms.starts_on, told.terms.ends_before) == (date(2026, 1, 31), date(2027, 7, 31))


def test_raise_plus_has_two_stages_at_their_own_ratios() -> None:
    rows = [
        {"title": "Prototype", "stage": "stage_1", "due_on": "2027-01-01"},
        {"title": "Sold", "stage": "stage_2", "due_on": "2029-01-01"},
    ]
    sponsor = terms.Pledge(9, matching.CASH, 600_000_000), terms.Pledge(9, matching.IN_KIND, 200_000_000)
    told = composed("raise-plus", RAISE_FACTS, {"milestones": rows}, sponsor)
    assert [(stage.number, stage.grant_cents, stage.ratio) for stage in told.terms.stages] == [
        (1, 2_000_000_000, matching.Ratio(2, 1)),
        (2, 1_000_000_000, matching.Ratio(1, 1)),
    ]
    assert told.terms.stages[0].in_kind_share == matching.Share(5_000, 10_000)
    assert sum(one.planned_cents for one in told.terms.instalments) == 3_000_000_000
    assert [one.stage for one in told.terms.instalments] == [1, 1, 1, 2, 2]
    assert {pledge.sponsor: pledge.form for pledge in told.terms.pledges if pledge.amount_cents == 100_000_000} == {7: matching.IN_KIND}
    assert sum(pledge.amount_cents for pledge in told.terms.pledges) == 2_000_000_000


def test_direct_entry_has_stage_two_alone() -> None:
    direct = {"entry_stage": "stage_2", "stage_2_cost": 3_000_000_000, "stage_2_industry": 1_500_000_000, "requested_amount": 1_500_000_000}
    told = composed("raise-plus", {**direct, "applications_in_call": 0}, {})
    assert [(stage.number, stage.grant_cents) for stage in told.terms.stages] == [(2, 1_500_000_000)]
    assert {one.stage for one in told.terms.instalments} == {2}
    assert terms.from_data(told.terms.to_data()) == told.terms


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [(date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)), (date(2026, 11, 15), 14, date(2028, 1, 15))],
)
def test_months_end_where_the_calendar_does(day: date, months: int, later: date) -> None:
    assert months_.after(day, months) == later


def test_a_monthly_allowance_is_a_head_by_whom_it_is_for() -> None:
    given = {"talents_bachelor": 1, "talents_master": 0, "talents_doctor": 2, "project_months": 12}
    made = composed("rth", given, {})
    assert made.terms.heads == (terms.Head("talents_bachelor", 24_000_000), terms.Head("talents_doctor", 108_000_000))
    # The doctor's living allowance is paid with the monthly one.
    assert [(one.code, one.monthly_cents, one.people, one.months) for one in made.terms.allowances] == [
        ("talents_bachelor", 20_000_00, 1, 12),
        ("talents_doctor", 45_000_00, 2, 12),
    ]
    assert made.terms.stages[0].ratio == matching.Ratio(1, 0)
