"""The AISS story over HTTP: the committee decides itself, and its recorded meeting reserves the envelope and makes the offer.

HK$7m of a list price of HK$10m; nobody in conflict, no one without a declaration and no authority decides in its place.
"""

from datetime import date
from typing import Any

import pytest

from millrace.registers.cases import replay
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.actions import Envelope
from millrace.registers.messages.models import Letter
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.assess import judging
from millrace.stages.award.models import Decision
from tests.journeys import chain_story, raise_plus_story
from tests.journeys.chain_story import CONTACT
from tests.journeys.raise_plus_story import MEMBERS, Play

MILLION = 1_000_000_00
ENVELOPE = Envelope("aiss", "aiss", "HKD")
APPLICATION: dict[str, dict[str, Any]] = {
    "applicant": CONTACT | {"applicant_kind": "ugc_university", "sector": "information_technology"},
    "project": {
        "project_title": "A language model for clinical notes 臨床記錄語言模型",
        "project_purpose": "computing",
        "is_ai_project": "yes",
        "project_summary": "Trains an open model on notes in both scripts.",
        "benefit": "Hospitals may use it.",
        "milestones-0-title": "Model trained",
        "milestones-0-due_on": "2026-06-30",
    },
    "compute": {
        "gpu_cards": "64",
        "project_months": "12",
        "gpu_hours": "400000",
        "compute_lines-0-item": "Training",
        "compute_lines-0-cards": "64",
        "compute_lines-0-months": "12",
        "compute_lines-0-amount": "10,000,000",
        "compute_reason": "Nothing smaller holds the data.",
        "asks_exceptional_rate": "no",
        "requested_amount": "7,000,000",
        "is_scope_subsidised_elsewhere": "no",
    },
}


@pytest.fixture
def play(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Play:  # noqa: F811  # the fixture
    settings.MEDIA_ROOT = tmp_path
    return chain_story.begun(make, monkeypatch, date(2025, 3, 3), ("aiss", "supercomputing-hours"))


def to_committee(play: Play, **compute: str) -> None:
    """Submitted, screened, the members called and their interests declared."""
    names = ("proposal_slides", "team_cvs", "financial_proof")
    told = APPLICATION | {"compute": APPLICATION["compute"] | compute}
    chain_story.drafted(play, "aiss", told | {"documents": {name: play.proof() for name in names}})
    raise_plus_story.submitted(play)
    play.at("officer", "screening/").submit("Record the finding", outcome="passed")
    chain_story.called(play)


def test_the_committee_decides_itself(play: Play) -> None:
    to_committee(play)
    before = ledger.available(ENVELOPE)
    play.clock.to(date(2025, 4, 7))
    play.at("second").sees("Record the committee's decision").sees_nothing_of("Record the committee's advice")
    page = play.at("second", "committee/").sees("This committee decides itself", "HK$7,000,000")
    page.submit("Record the decision", **chain_story.met(play), outcome="recommended", amount="7,000,001", status=422)
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="7,000,000", status=409).sees("This cannot be done")
    play.at("second", "recommendation/").submit("Record the advice", **chain_story.met(play), outcome="recommended", status=409)
    assert not Decision.objects.exists() and ledger.available(ENVELOPE) == before
    page.submit("Record the decision", **chain_story.met(play), outcome="recommended", amount="7,000,000", times=2)
    case, decision = play.case(), Decision.objects.get()
    assert (case.status, case.approved_cents) == ("approved", 7 * MILLION)
    assert decision.is_by_committee and decision.limit_cents is None and decision.recommendation.seats.count() == len(MEMBERS)
    event = Event.objects.get(case=case, kind="decision_made")
    assert event.facts["is_by_committee"] is True and event.sheet["approved_cents"] == 7 * MILLION
    assert ledger.statement(case).total("reserved", "HKD") == 7 * MILLION == before - ledger.available(ENVELOPE)
    assert set(Letter.objects.filter(case=case).values_list("kind", flat=True)) == {"receipt", "offer", "agreement"}
    play.at("second", "?show=award").sees("the committee on 7 April 2025, recorded by Second (invented)")
    play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    assert play.case().status == "in_force" and ledger.statement(case).total("committed", "HKD") == 7 * MILLION


def test_ninety_percent_needs_the_committees_own_finding(play: Play) -> None:
    to_committee(play, requested_amount="9,000,000")
    play.clock.to(date(2025, 4, 7))
    page = play.at("second", "committee/").sees("Does the Committee find the case special and exceptional?", "HK$7,000,000")
    told = chain_story.met(play) | {"outcome": "recommended", "amount": "9,000,000"}
    page.submit("Record the decision", **told, status=422).sees("The verdict on this case gives HK$7,000,000")
    page.submit("Record the decision", **told, found_is_exceptional_case="yes")
    decision = Decision.objects.get()
    assert (play.case().status, decision.amount_cents) == ("approved", 9 * MILLION)
    assert decision.verdict.facts["is_exceptional_case"] == {"value": True, "standing": "verified"}
    assert replay.is_repeated(decision.verdict)
    # What the committee found stands for every later judgement: a change within HK$9m is not above what the rules give.
    again = judging.judge_again(play.case(), at=play.clock.now())
    assert again.amount_cents == 9 * MILLION and again.facts["is_exceptional_case"] == {"value": True, "standing": "verified"}


def test_a_member_in_conflict_has_left_and_too_few_decide_nothing(play: Play) -> None:
    to_committee(play)
    play.at("member1", "interest/").submit("Declare", answer="conflict", kind="family")
    play.clock.to(date(2025, 4, 7))
    decided = {"outcome": "recommended", "amount": "7,000,000"}
    page = play.at("second", "committee/")
    page.submit("Record the decision", **chain_story.met(play), **decided, status=422).sees("must have left for this item")
    few = chain_story.met(play, "member2", "member3")
    play.at("second", "committee/").submit("Record the decision", **few, **decided, status=422).sees("Too few members took part")
    early = chain_story.met(play, *MEMBERS[1:]) | {"held_on": "2025-03-01"}
    play.at("second", "committee/").submit("Record the decision", **early, **decided, status=422).sees("before the case came")
    assert not Decision.objects.exists() and play.case().status == "under_assessment"
    left = chain_story.met(play) | {"left": [str(play.people["member1"].pk)]}
    play.at("second", "committee/").submit("Record the decision", **left, **decided)
    assert play.case().status == "approved"


def test_the_committee_refuses_by_named_reasons(play: Play) -> None:
    to_committee(play)
    play.clock.to(date(2025, 4, 7))
    told = chain_story.met(play) | {"outcome": "not_recommended"}
    page = play.at("second", "committee/")
    page.submit("Record the decision", **told, status=422).sees("names at least one")
    page.submit("Record the decision", **told, reason_codes=["reasonableness"])
    assert play.case().status == "refused"
    assert Letter.objects.get(kind="refused").body.count("Reasonableness") == 1
    assert ledger.statement(play.case()).total("reserved", "HKD") == 0
