"""Every kind of grant from its offer to a settled payment and a closed case, over HTTP — e.g. an advance that claims clear.

A voucher paid on completion, an institute paid in stages, monthly allowances, and a reimbursement with an advance out of a block
grant. NIFS, RAISe+ and MHKJFS have stories of their own; what is used by the hour has `hours_test`.
"""

from datetime import date
from typing import Any

import pytest

from millrace.registers.ledger import queries as ledger
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.close.models import Refund
from millrace.stages.deliver.models import AdvanceRequest, Release
from tests.journeys import chain_story, kinds
from tests.journeys import raise_plus_story as story
from tests.journeys.kinds import CONTACT, MILLION
from tests.journeys.raise_plus_story import Play


def in_hkd(play: Play, state: str) -> int:
    return ledger.statement(play.case()).total(state, "HKD")


@pytest.fixture
def begun(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Any:  # noqa: F811  # the fixture
    settings.MEDIA_ROOT = tmp_path
    return lambda on, *funds: chain_story.begun(make, monkeypatch, on, funds)


VOUCHER: dict[str, dict[str, Any]] = {
    "enterprise": CONTACT
    | {"sector": "biotechnology", "is_sme": True, "is_listed": False, "is_subvented": False, "years_in_business": 4}
    | {"business": "Invented."},
    "project": {"project_title": "Orders by telephone (invented)", "project_purpose": "technology_use", "project_summary": "Invented."}
    | {"project_months": 6, "milestones": [{"title": "In use", "due_on": "2023-10-31"}]},
    "money": {"budget_lines": [{"head": "software", "item": "Ordering", "amount": 400_000_00}], "own_money": 100_000_00}
    | {"requested_amount": 300_000_00, "other_support": False},
}


def test_a_voucher_is_paid_once_on_completion(begun: Any, make: Any) -> None:
    play = begun(date(2023, 5, 8), "itf")
    kinds.company(play, make)
    kinds.funded(play, "itf", "tvp", MILLION, "2023-24")
    kinds.submitted(play, "tvp", VOUCHER)
    kinds.screened(play)
    kinds.approved(play, "300,000")
    kinds.accepted(play)
    story.brought(play, "university", "100,000")
    kinds.claimed(play, 1, {"head": "software", "claimed_cents": "360,000"})
    play.at("finance", "?show=money").sees("A milestone has not been accepted")
    story.reached(play, 1)
    kinds.settled(play, 1)
    assert in_hkd(play, "paid") == 270_000_00
    kinds.closed(play)
    assert (in_hkd(play, "committed"), play.case().paid_cents) == (0, 270_000_00)


INSTITUTE: dict[str, dict[str, Any]] = {
    "university": CONTACT | {"sector": "biotechnology"},
    "institute": {"project_title": "Institute of ageing (invented)", "project_purpose": "research", "project_summary": "Invented."}
    | {"strategic_sector": "life_health", "project_months": 60}
    | {"milestones": [{"title": "Laboratories open", "due_on": "2026-12-31"}, {"title": "Evaluated", "due_on": "2030-03-31"}]},
    "governance": {"board": "Invented.", "scientific_committee": "Invented."},
    "budget": {"budget_lines": [{"head": "manpower", "item": "Scientists", "amount": 100 * MILLION}], "other_sources": 20 * MILLION}
    | {"requested_amount": 80 * MILLION},
}


def test_an_institute_is_paid_in_stages_against_its_partners_money(begun: Any) -> None:
    play = begun(date(2025, 4, 7), "life-health-institutes")
    kinds.submitted(play, "life-health-institutes", INSTITUTE)
    kinds.screened(play)
    chain_story.called(play, experts=("expert",))
    play.clock.to(date(2025, 6, 9))
    story.advised(play, outcome="recommended", amount="80,000,000")
    kinds.approved(play, "80,000,000")
    kinds.accepted(play)
    play.at("finance", "instalments/1/release/").sees("No verified matching money is left")
    story.brought(play, "university", "5,000,000")
    kinds.settled(play, 1)  # HK$24m planned; HK$5m at four to one carries HK$20m
    assert in_hkd(play, "paid") == 20 * MILLION
    story.brought(play, "university", "15,000,000")
    kinds.settled(play, 1)
    play.at("finance", "instalments/2/release/").sees("A milestone has not been accepted")
    play.clock.to(date(2026, 10, 5))
    story.reached(play, 2)
    kinds.settled(play, 2)
    assert in_hkd(play, "paid") == 64 * MILLION
    play.clock.to(date(2028, 4, 3))
    kinds.claimed(play, 1, {"head": "manpower", "claimed_cents": "95,000,000"})
    story.reached(play, 3)
    kinds.settled(play, 3)
    assert in_hkd(play, "paid") == 76 * MILLION
    kinds.closed(play)
    assert in_hkd(play, "committed") == 0


TALENTS: dict[str, dict[str, Any]] = {
    "applicant": CONTACT | {"does_rd_in_hong_kong": True, "has_itf_project": True, "sector": "biotechnology"},
    "research": {"project_title": "Talents (invented)", "project_summary": "Invented.", "project_months": 12}
    | {"milestones": [{"title": "Report", "due_on": "2026-04-30"}]},
    "talents": {"talents_bachelor": 1, "talents_master": 0, "talents_doctor": 1, "degree_origins": ["local"], "doctor_origins": ["local"]}
    | {"talents_may_work": True, "talents_are_independent": True, "selectors_are_free": True, "requested_amount": 780_000_00},
}


def month(head: str, person: str, first: str, last: str, amount: str) -> dict[str, str]:
    """One person's month as a row of a claim."""
    return {"head": head, "item": person, "spent_on": first, "until_on": last, "claimed_cents": amount}


def test_allowances_are_paid_by_the_month_worked(begun: Any, make: Any) -> None:
    play = begun(date(2025, 5, 6), "itf")
    kinds.company(play, make)
    kinds.funded(play, "itf", "rth", MILLION, "2025-26")
    kinds.submitted(play, "rth", TALENTS)
    kinds.screened(play)
    kinds.approved(play, "780,000")
    kinds.accepted(play)
    play.clock.to(date(2025, 7, 2))
    bachelor, doctor = "talents_bachelor", "talents_doctor"
    june = month(bachelor, "Ada", "2025-06-01", "2025-06-30", "20,000")
    part = month(doctor, "Ben", "2025-06-19", "2025-06-30", "45,000")  # 12 of 30 days at HK$35,000 + HK$10,000
    kinds.claimed(play, 1, june, part, allowed=("20,000", "18,000"))
    kinds.settled(play, 1)
    assert in_hkd(play, "paid") == 38_000_00
    play.at("signatory", "claims/1/").sees("The monthly rate, by the days of the month, comes to less", "19 June 2025 – 30 June 2025")
    play.clock.to(date(2025, 9, 1))  # July was not worked and is not paid; a day of June is not paid twice
    again = month(bachelor, "ada ", "2025-06-30", "2025-06-30", "666")
    august = month(bachelor, "Ada", "2025-08-01", "2025-08-31", "20,000")
    across = month(doctor, "Ben", "2025-07-15", "2025-08-14", "45,000")
    kinds.claimed(play, 2, again, august, across, allowed=("0", "20,000", "0"))
    told = play.at("signatory", "claims/2/").sees("Days of this person are already claimed", "not of one calendar month")
    told.sees("Monthly allowance")
    kinds.settled(play, 1)
    assert in_hkd(play, "paid") == 58_000_00
    kinds.closed(play)
    assert in_hkd(play, "committed") == 0


def startup(name: str) -> dict[str, dict[str, Any]]:
    """A start-up of the university, asking for HK$1.5m of the year's block grant."""
    return {
        "university": CONTACT | {"applicant_kind": "ugc_university", "university": "hkust", "sector": "biotechnology"},
        "start_up": {"project_title": name, "project_purpose": "start_up", "project_summary": "Invented.", "startup_name": name}
        | {"startup_number": f"{sum(name.encode()):08d}", "startup_stream": "tsssu_o", "company_age_months": 6, "years_in_stream": 0}
        | {"years_since_first_in_stream": 0}
        | {"was_funded_in_plus": False, "is_university_team": True}
        | {"team_members": [{"name": "Invented", "standing": "student", "part": "Leads"}]},
        "money": {"budget_lines": [{"head": "research", "item": "Engineers", "amount": 1_500_000_00}], "requested_amount": 1_500_000_00}
        | {"other_support": False, "milestones": [{"title": "The year's report", "due_on": "2026-03-31"}]},
    }


def selected(play: Play, amounts: dict[str, str]) -> None:
    """The university's panel selects its start-ups."""
    told: dict[str, Any] = {"met_on": "2025-05-05", "members-0-name": "Professor A (invented)"}
    for reference, amount in amounts.items():
        play.reference = reference
        told |= {f"outcome_{play.case().pk}": "selected", f"amount_{play.case().pk}": amount}
    play.at("signatory", "selection/").submit("Record the selection", **told)


def test_an_advance_is_cleared_by_claims_and_what_they_do_not_cover_is_owed_back(begun: Any, make: Any) -> None:
    play = begun(date(2025, 5, 6), "itf")
    kinds.funded(play, "itf", "tsssu", 10 * MILLION, "2025-26")
    alga, boron = (kinds.submitted(play, "tsssu", startup(f"{name} Bio")).reference for name in ("Alga", "Boron"))
    selected(play, {alga: "1,000,000", boron: "1,200,000"})
    for reference, amount in ((alga, "1,000,000"), (boron, "1,200,000")):
        play.reference = reference
        kinds.approved(play, amount)
        play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    account_verified(play)
    cleared(play, alga)
    play.people["colleague"] = make.person("Colleague (invented)", powers=("finance",), at=chain_story.EARLY)
    owed_back(play, boron)
    held = play.at("signatory", "?show=money").sees("Block grant of 2025-26", "HK$8,000,000", "HK$2,200,000", alga, boron)
    held.sees("HK$1,100,000")  # HK$850,000 and HK$250,000: claimed, and paid


def account_verified(play: Play) -> None:
    told = {"holder": "Invented University", "bank_code": "004", "account_number": "123456789"}
    play.at("signatory", "account/").submit("Propose this account", **told)
    for role in ("finance", "maker"):
        story.enter(play.people[role]).open("/finance/accounts/").submit("Verified")


def cleared(play: Play, reference: str) -> None:
    """HK$400,000 advanced of at most HK$500,000; claims of HK$300,000 release nothing, of HK$850,000 in all the HK$450,000 beyond."""
    play.reference = reference
    play.at("finance", "instalments/1/release/").sees("No advance has been asked for")
    page = play.at("writer", "?show=money").click("Ask for an advance")
    page.submit("Ask for it", amount_cents="500,001", status=422)
    page.submit("Ask for it", amount_cents="400,000", times=2)
    assert AdvanceRequest.objects.count() == 1
    kinds.settled(play, 1)
    assert in_hkd(play, "paid") == 400_000_00
    kinds.claimed(play, 1, {"head": "research", "claimed_cents": "300,000"})
    story.reached(play, 2)
    waits = play.at("finance", "instalments/2/release/").sees("HK$100,000 of the advance is to be covered first")
    waits.sees("Claims have not yet covered the advance")
    kinds.claimed(play, 2, {"head": "research", "claimed_cents": "550,000"})
    kinds.settled(play, 2)
    assert in_hkd(play, "paid") == 850_000_00
    assert list(Release.objects.filter(case=play.case()).values_list("amount_cents", flat=True)) == [400_000_00, 450_000_00]
    kinds.closed(play)
    assert in_hkd(play, "committed") == 0


def owed_back(play: Play, reference: str) -> None:
    """HK$600,000 advanced and HK$250,000 of it spent: the case closes once HK$350,000 came back, and not on a refund taken back."""
    play.reference = reference
    play.at("writer", "instalments/1/advance/").submit("Ask for it", amount_cents="600,000")
    kinds.settled(play, 1)
    kinds.claimed(play, 1, {"head": "research", "claimed_cents": "250,000"})
    play.at("officer", "close/").sees("To be refunded", "HK$350,000").submit("Close the case", status=409).sees("has not been refunded")
    refund = {"amount_cents": "350,000", "received_on": play.clock.today.isoformat(), "bank_reference": "R-1"}
    play.at("finance", "refund/").submit("Record", **refund)
    taken_back = f"refunds/{Refund.objects.get().pk}/take-back/"
    play.at("finance", taken_back).submit("Take it back", status=403, reason="Another payer's (invented).").sees("another person")
    play.at("colleague", taken_back).submit("Take it back", reason="Another payer's (invented).")
    play.at("officer", "close/").submit("Close the case", status=409).sees("has not been refunded")
    play.at("finance", "refund/").submit("Record", **refund)
    kinds.closed(play)
    assert (in_hkd(play, "paid"), in_hkd(play, "committed"), play.case().paid_cents) == (250_000_00, 0, 250_000_00)
