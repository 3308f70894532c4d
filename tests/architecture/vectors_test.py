"""The amounts and answers that published texts give, judged from the folder itself — e.g. NIFS, HK$60.0m of cost: HK$15.0m.

Each line is worked by hand from the published rule; nothing of it is read from the schemes' own worked cases.
"""

from datetime import date
from typing import Any

import pytest

from millrace.core.policy_folder import read
from millrace.core.rules import facts, judge
from millrace.core.rules.verdict import Outcome, Verdict
from millrace.testing.policies import HONG_KONG, files_of

M = 1_000_000_00
YES, NO = Outcome.PASS, Outcome.FAIL
SCHEMES = read.policy(files_of(HONG_KONG)).schemes
LINE = {"applicant_kind": "company", "place_of_incorporation": "hong_kong", "project_purpose": "production_line", "is_smart_line": True}
LINE |= {"open_projects": 0, "granted_total": 0}
STAGE_1 = {"applicant_kind": "ugc_university", "project_purpose": "transformation", "entry_stage": "stage_1", "ip_share": 7000}
STAGE_1 |= {"stage_1_cost": 30 * M, "stage_1_industry_cash": 4 * M, "stage_1_industry_in_kind": 5 * M, "stage_1_university_cash": 1 * M}
STAGE_1 |= {"stage_1_university_in_kind": 0, "stage_2_cost": 20 * M, "stage_2_industry": 10 * M, "is_money_non_repayable": True}
STAGE_1 |= {"is_research_team_of_university": True, "applications_in_call": 14}
FACILITY = LINE | {"is_subvented": False, "is_subsidiary_of_subvented": False, "strategic_sector": "life_health"}
FACILITY |= {"is_high_end_technology": True, "projects_in_all": 0}
FRONTIER = {"applicant_kind": "ugc_university", "project_purpose": "research", "is_frontier_basic_research": True}
FRONTIER |= {"talent_years_outside": 3}
COMPUTING = {"applicant_kind": "ugc_university", "project_purpose": "computing", "compute_list_price": 10 * M}
STARTUP = {"applicant_kind": "ugc_university", "university": "hkust", "project_purpose": "start_up", "is_university_team": True}
STARTUP |= {
    "years_in_stream": 0,
    "years_since_first_in_stream": 0,
    "total_cost": 10 * M,
    "granted_in_year": 0,
    "startup_granted_in_year": 0,
}
STARTUP |= {"startup_granted_in_year_in_stream": 0}
VOUCHER = {"applicant_kind": "company", "project_purpose": "technology_use", "is_sme": True, "is_listed": False, "is_subvented": False}
VOUCHER |= {"years_in_business": 1, "granted_total": 0, "projects_in_all": 0}
TALENT = {"applicant_kind": "company", "does_rd_in_hong_kong": True, "talents_bachelor": 1, "talents_master": 1, "project_months": 12}
TALENT |= {"talents_may_work": True, "talents_are_independent": True, "selectors_are_free": True, "degree_origins": ["local"]}

Line = tuple[str, str, dict[str, Any], Outcome, int | None]
LINES: list[Line] = [
    ("nifs", "2021-01-04", LINE | {"total_cost": 30 * M, "own_money": 20 * M}, YES, 10 * M),
    ("nifs", "2024-02-01", LINE | {"total_cost": 45 * M, "own_money": 30 * M}, YES, 15 * M),
    ("nifs", "2024-02-01", LINE | {"total_cost": 60 * M, "own_money": 45 * M}, YES, 15 * M),
    ("nifs", "2024-01-07", LINE | {"total_cost": 30 * M, "own_money": 20 * M, "open_projects": 1}, NO, 10 * M),
    ("nifs", "2024-01-08", LINE | {"total_cost": 30 * M, "own_money": 20 * M, "open_projects": 1}, YES, 10 * M),
    ("nifs", "2024-01-08", LINE | {"total_cost": 30 * M, "own_money": 20 * M, "open_projects": 3}, NO, 10 * M),
    ("nifs", "2024-01-08", LINE | {"total_cost": 30 * M, "own_money": 20 * M, "granted_total": 45 * M}, NO, 0),
    ("raise-plus", "2023-11-30", STAGE_1, YES, 30 * M),
    ("raise-plus", "2023-11-30", STAGE_1 | {"stage_1_industry_in_kind": 6 * M, "stage_1_industry_cash": 3 * M}, NO, 30 * M),
    ("raise-plus", "2023-11-30", STAGE_1 | {"stage_2_industry": 9 * M}, NO, 30 * M),
    ("raise-plus", "2023-11-30", STAGE_1 | {"applications_in_call": 15}, NO, 30 * M),
    ("nias", "2025-11-17", FACILITY | {"total_cost": 299 * M, "own_money": 250 * M}, NO, None),
    ("nias", "2025-11-18", FACILITY | {"total_cost": 150 * M, "own_money": 100 * M}, YES, 50 * M),
    ("nias", "2025-11-17", FACILITY | {"total_cost": 600 * M, "own_money": 400 * M}, YES, 200 * M),
    ("nias", "2025-11-18", FACILITY | {"total_cost": 149 * M, "own_money": 100 * M}, NO, None),
    ("ftrss", "2025-10-01", FRONTIER | {"talent_pay_cost": 40 * M, "other_research_cost": 200 * M, "other_sources": 60 * M}, YES, 180 * M),
    ("ftrss", "2025-10-01", FRONTIER | {"talent_pay_cost": 40 * M, "other_research_cost": 200 * M, "other_sources": 59 * M}, NO, 180 * M),
    ("aiss", "2025-07-02", COMPUTING, YES, 7 * M),
    ("aiss", "2025-07-02", COMPUTING | {"is_exceptional_case": True}, YES, 9 * M),
    ("tsssu", "2015-06-01", STARTUP, YES, 4 * M),
    ("tsssu", "2019-06-01", STARTUP, YES, 150 * M // 100),
    (
        "tsssu",
        "2024-06-01",
        STARTUP | {"startup_stream": "tsssu_o", "company_age_months": 24, "granted_in_year_in_stream": 0},
        YES,
        150 * M // 100,
    ),
    (
        "tsssu",
        "2024-06-01",
        STARTUP | {"startup_stream": "tsssu_o", "company_age_months": 25, "granted_in_year_in_stream": 0},
        NO,
        150 * M // 100,
    ),
    ("tvp", "2017-01-03", VOUCHER | {"total_cost": 150_000_00, "own_money": 50_000_00}, YES, 100_000_00),
    ("tvp", "2020-03-31", VOUCHER | {"total_cost": 900_000_00, "own_money": 500_000_00}, YES, 400_000_00),
    ("tvp", "2020-04-01", VOUCHER | {"total_cost": 160_000_00, "own_money": 40_000_00}, YES, 120_000_00),
    ("tvp", "2020-04-01", VOUCHER | {"total_cost": 900_000_00, "own_money": 300_000_00}, YES, 600_000_00),
    ("tvp", "2025-01-01", VOUCHER | {"total_cost": 160_000_00, "own_money": 40_000_00}, NO, 120_000_00),
    ("rth", "2019-02-26", TALENT, YES, 12 * 35_000_00),
    ("rth", "2019-02-27", TALENT, YES, 12 * 39_000_00),
    ("rth", "2021-03-02", TALENT | {"talents_doctor": 1, "doctor_origins": ["local"]}, YES, 12 * 71_000_00),
    ("rth", "2024-01-02", TALENT | {"talents_doctor": 1, "doctor_origins": ["local"]}, YES, 12 * 88_000_00),
]


def judged(scheme: str, day: str, told: dict[str, Any]) -> Verdict:
    [version] = SCHEMES[scheme].versions_on(date.fromisoformat(day)).candidates
    known = {name: value for name, value in told.items() if name in version.vocabulary.facts}
    return judge.judge(version, facts.read(version.vocabulary.facts, known, standing=None), on=date.fromisoformat(day))


@pytest.mark.parametrize(("scheme", "day", "told", "outcome", "amount"), LINES)
def test_the_published_amount_and_answer(scheme: str, day: str, told: dict[str, Any], outcome: Outcome, amount: int | None) -> None:
    said = judged(scheme, day, told)
    assert said.outcome is outcome, [(rule.rule, rule.outcome) for rule in said.rules if rule.is_gate and rule.outcome is not YES]
    assert amount is None or said.amount_cents == amount


@pytest.mark.parametrize(
    ("day", "asked", "track"), [("2025-07-02", 28, "streamlined"), ("2025-07-02", 29, "normal"), ("2025-05-30", 28, "normal")]
)
def test_the_streamlined_track_is_for_small_requests_from_june_2025(day: str, asked: int, track: str) -> None:
    told = LINE | {"total_cost": 12 * M, "own_money": 10 * M, "requested_amount": asked * M // 10}
    assert judged("nifs", day, told).track == track
