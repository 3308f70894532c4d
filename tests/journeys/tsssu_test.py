"""The TSSSU story over HTTP: a university's own panel selects among its start-ups, within what is left of its block grant.

HK$8m a year in the stream, HK$6m of it granted: two start-ups get HK$1m each, a third is told why not.
"""

import uuid
from datetime import date
from typing import Any

import pytest

from millrace.registers.ledger import queries as ledger
from millrace.registers.messages.models import Letter
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.assess.judging import submitted_verdict
from millrace.stages.assess.models import PanelChoice, PanelMeeting
from millrace.stages.plan import envelopes
from tests.journeys import chain_story
from tests.journeys import raise_plus_story as story
from tests.journeys.chain_story import CONTACT
from tests.journeys.raise_plus_story import Play

MILLION = 1_000_000_00


NUMBERS = {"Alga Bio": "12345678", "Boron Bio": "12345679", "Cobalt Bio": "12345680"}


def application(name: str, number: str = "") -> dict[str, dict[str, Any]]:
    """One start-up, asking for HK$1.5m."""
    member = {"team_members-0-name": "Invented Student", "team_members-0-standing": "student", "team_members-0-part": "Leads"}
    started = {"startup_name": name, "startup_number": number or NUMBERS[name], "startup_stream": "tsssu_o", "company_age_months": "6"}
    return {
        "university": CONTACT | {"university": "hkust", "sector": "biotechnology"},
        "start_up": started
        | member
        | {"project_title": name, "project_purpose": "start_up", "project_summary": "Invented.", "is_university_team": "yes"}
        | {"years_in_stream": "0", "years_since_first_in_stream": "0", "was_funded_in_plus": "no"},
        "money": {
            "budget_lines-0-head": "research",
            "budget_lines-0-item": "Engineers",
            "budget_lines-0-amount": "1,500,000",
            "requested_amount": "1,500,000",
            "milestones-0-title": "Prototype",
            "milestones-0-due_on": "2026-03-31",
            "other_support": "no",
        },
    }


@pytest.fixture
def play(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Play:  # noqa: F811  # the fixture
    """HK$6m of the year's block grant was granted before."""
    settings.MEDIA_ROOT = tmp_path
    begun = chain_story.begun(make, monkeypatch, date(2025, 5, 6), ("itf",))
    at, by = begun.clock.now(), begun.people["authority"]
    envelopes.share_out("itf", "tsssu", 100 * MILLION, by=begun.people["finance"], at=at, command=uuid.uuid4())
    granted = {"scheme": "tsssu", "stream": "tsssu_o", "status": "in_force", "approved_cents": 6 * MILLION, "unit": "HKD"}
    earlier = make.case(lead=begun.people["university"], at=at, **granted)
    timeline.record("decision_made", command=uuid.uuid4(), by=by, at=at, case=earlier, facts={"outcome": "approved"})
    return begun


def put_forward(play: Play) -> dict[str, Any]:
    """Three start-ups of the university, each submitted; the play goes on with the first."""
    found = {}
    for name in ("Alga", "Boron", "Cobalt"):
        sections = application(f"{name} Bio") | {"documents": {"business_plan": play.proof()}}
        chain_story.drafted(play, "tsssu", sections)
        story.submitted(play)
        found[name] = play.case()
    play.reference = found["Alga"].reference
    return found


def record(cases: dict[str, Any], amounts: dict[str, str], **more: Any) -> dict[str, Any]:
    """A panel of three of whom one declared an interest in Boron and left for it; who is not given an amount is told why not."""
    told: dict[str, Any] = {"met_on": "2025-05-05", "members-0-name": "Professor A (invented)", "members-1-name": "Ms B (invented)"}
    interest = {"interest": "Her student is a founder", "interest_in": cases["Boron"].reference, "has_left": "yes"}
    told |= {"members-2-name": "Professor C (invented)"} | {f"members-2-{name}": value for name, value in interest.items()}
    for name, case in cases.items():
        told |= {f"outcome_{case.pk}": "selected" if name in amounts else "not", f"amount_{case.pk}": amounts.get(name, "")}
        told |= {} if name in amounts else {f"reason_{case.pk}": "The business plan is not yet sound."}
    return told | more


def test_a_university_selects_within_its_block_grant(play: Play) -> None:
    cases = put_forward(play)
    play.at("signatory").sees("Record the panel's selection")
    page = play.at("signatory", "selection/").sees("HK$8,000,000", "HK$6,000,000", "HK$2,000,000", "Alga Bio", "Boron Bio", "Cobalt Bio")
    too_much = page.submit("Record the selection", **record(cases, {"Alga": "1,500,000", "Boron": "1,000,000"}), status=409)
    too_much.sees("It comes to HK$2,500,000; of the block grant of HK$8,000,000, HK$6,000,000 is used and HK$2,000,000 is left.")
    selected = {"Alga": "1,000,000", "Boron": "1,000,000"}
    stayed = record(cases, selected) | {"members-2-has_left": "no"}
    play.at("signatory", "selection/").submit("Record the selection", **stayed, status=422).sees("a member with a declared interest")
    unsaid = record(cases, selected) | {f"reason_{cases['Cobalt'].pk}": ""}
    play.at("signatory", "selection/").submit("Record the selection", **unsaid, status=422).sees("say why it was not selected")
    above = record(cases, {"Alga": "1,500,001"})
    play.at("signatory", "selection/").submit("Record the selection", **above, status=422).sees("above what the rules give")
    assert not PanelMeeting.objects.exists()
    play.at("signatory", "selection/").submit("Record the selection", **record(cases, selected), times=2)
    assert PanelMeeting.objects.count() == 1 and PanelChoice.objects.count() == 3
    for case in cases.values():
        case.refresh_from_db()
    assert [case.status for case in cases.values()] == ["selected", "selected", "refused"]
    assert "The business plan is not yet sound." in Letter.objects.get(case=cases["Cobalt"], kind="refused").body
    events = Event.objects.filter(kind__in=("team_selected", "team_passed_over"))
    assert events.count() == 3 and events.values("command").distinct().count() == 1
    assert "invented" not in str([event.facts for event in events])
    play.at("officer", "?show=assessment").sees("Professor C (invented)", "Her student is a founder", "HK$1,000,000")
    decided(play, cases)


def decided(play: Play, cases: dict[str, Any]) -> None:
    """The authority approves at most what the panel selected each for; money comes from the scheme's envelope."""
    above = play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,200,000", status=409)
    above.sees("The panel selected it for HK$1,000,000")
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,000,000")
    assert ledger.statement(play.case()).total("reserved", "HKD") == MILLION
    play.reference = cases["Boron"].reference
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,000,000")
    assert play.case().status == "approved"


def test_nobody_but_its_authorised_person_records_it(play: Play) -> None:
    cases = put_forward(play)
    for role in ("writer", "officer", "authority", "finance"):
        play.at(role, "selection/", status=404)
    empty = record(cases, {}) | {"members-0-name": "", "members-1-name": "", "members-2-name": "Professor C (invented)"}
    alone = play.at("signatory", "selection/").submit("Record the selection", **empty, status=422)
    alone.sees("nobody without an interest")
    assert play.case().status == "submitted"


def granted(play: Play, make: Any, cents: int, **fields: Any) -> None:
    """Another university's case of the same start-up, approved on the day."""
    at = play.clock.now()
    other = make.organisation("Other University (invented)", kind="university", registration_kind="hk_university", at=at)
    told = {"scheme": "tsssu", "stream": "tsssu_o", "status": "in_force", "approved_cents": cents, "unit": "HKD"} | fields
    case = make.case(lead=other, at=at, beneficiary="hk_br:12345678", **told)
    timeline.record("decision_made", command=uuid.uuid4(), by=play.people["authority"], at=at, case=case, facts={"outcome": "approved"})


def test_a_start_up_of_two_universities_has_one_ceiling_for_the_year(play: Play, make: Any) -> None:
    """HK$1.2m through another university, in the same stream: HK$0.3m is left, and nothing after HK$0.3m more."""
    granted(play, make, 120 * MILLION // 100)
    granted(play, make, 9 * MILLION, stream="tsssu_plus")
    sections = application("Alga Bio", "12345678-000-01-24-1") | {"documents": {"business_plan": play.proof()}}
    chain_story.drafted(play, "tsssu", sections)
    story.submitted(play)
    case = play.case()
    assert case.beneficiary == "hk_br:12345678"
    rules = {rule["rule"]: rule for rule in submitted_verdict(case).to_data()["rules"]}
    assert rules["ceiling-per-start-up"]["limits_amount"] and submitted_verdict(case).amount_cents == 30 * MILLION // 100
    above = {"met_on": "2025-05-05", "members-0-name": "Professor A (invented)"}
    above |= {f"outcome_{case.pk}": "selected", f"amount_{case.pk}": "300,001"}
    play.at("signatory", "selection/").submit("Record the selection", **above, status=422).sees("above what the rules give")
    play.at("signatory", "selection/").submit("Record the selection", **above | {f"amount_{case.pk}": "300,000"})
    granted(play, make, 30 * MILLION // 100)
    page = play.at("authority", "decision/").sees("whichever universities put it forward")
    page.submit("Decide", outcome="approved", amount="300,000", status=409)
    assert play.case().status == "selected"


def test_a_start_up_is_named_by_a_number_that_can_be_read(play: Play) -> None:
    chain_story.drafted(play, "tsssu", application("Alga Bio", "12-34") | {"documents": {"business_plan": play.proof()}})
    play.at("writer", "draft/check/").sees("This number has the wrong form. Write it as it stands on the certificate.")
