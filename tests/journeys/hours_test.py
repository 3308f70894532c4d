"""Hours of a facility from an offer to a closed case, over HTTP — e.g. HK$7m of computing power with 400,000 GPU-hours to use it.

One award draws on two envelopes of two units; both are reserved, committed, used and returned by the same code, or neither is taken.
"""

import uuid
from datetime import date
from typing import Any

import pytest

from millrace.jobs import verify
from millrace.registers.facilities.models import Allocation, Booking, Usage
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.actions import Envelope
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.award.models import Decision
from millrace.stages.plan import envelopes
from millrace.web import clock
from tests.journeys import aiss_test, chain_story, kinds
from tests.journeys.kinds import CONTACT, MILLION
from tests.journeys.raise_plus_story import Play, enter

MONEY, HOURS = Envelope("aiss", "aiss", "HKD"), Envelope("supercomputing-hours", "aiss", "gpu_hours")


@pytest.fixture
def begun(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Any:  # noqa: F811  # the fixture
    settings.MEDIA_ROOT = tmp_path
    return lambda on, *funds: chain_story.begun(make, monkeypatch, on, funds)


def decided(play: Play, *, amount: str = "7,000,000", status: int = 200) -> Any:
    play.clock.to(date(2025, 4, 7))
    page = play.at("second", "committee/")
    return page.submit("Record the decision", **chain_story.met(play), outcome="recommended", amount=amount, status=status)


def stands(play: Play, state: str) -> tuple[int, int]:
    """What the case holds of both in one state."""
    held = ledger.statement(play.case())
    return held.total(state, "HKD"), held.total(state, "gpu_hours")


def test_a_decision_that_needs_two_envelopes_takes_both_or_neither(begun: Any) -> None:
    play = begun(date(2025, 3, 3), "aiss")
    aiss_test.to_committee(play)
    before = ledger.available(MONEY)
    decided(play, status=409).sees("supercomputing-hours has no envelope")
    assert (ledger.available(MONEY), stands(play, "reserved")) == (before, (0, 0)) and not Decision.objects.exists()
    envelopes.fund_envelope("supercomputing-hours", by=play.people["finance"], at=play.clock.now(), command=uuid.uuid4())
    hours = ledger.available(HOURS)
    decided(play, amount="3,500,000")
    assert stands(play, "reserved") == (3_500_000_00, 200_000)  # half of the money, half of the hours
    assert (ledger.available(MONEY), ledger.available(HOURS)) == (before - 3_500_000_00, hours - 200_000)
    play.at("signatory", "offer/").submit("Send your answer", answer="decline")
    assert stands(play, "reserved") == (0, 0)
    assert (ledger.available(MONEY), ledger.available(HOURS)) == (before, hours)


def test_one_award_in_money_and_hours(begun: Any) -> None:
    play = begun(date(2025, 3, 3), "aiss", "supercomputing-hours")
    aiss_test.to_committee(play)
    before = ledger.available(MONEY), ledger.available(HOURS)
    decided(play)
    assert stands(play, "reserved") == (7 * MILLION, 400_000)
    kinds.accepted(play)
    assert (stands(play, "reserved"), stands(play, "committed")) == ((0, 0), (7 * MILLION, 400_000))
    booked(play)
    kinds.claimed(play, 1, {"head": "compute_lines", "claimed_cents": "5,000,000"})
    kinds.settled(play, 1)  # 70% of the list price
    assert stands(play, "paid") == (3_500_000_00, 640)
    given_back(play)
    kinds.closed(play)
    assert stands(play, "committed") == (0, 0)
    assert ledger.available(MONEY) == before[0] - 3_500_000_00 and ledger.available(HOURS) == before[1] - 640
    sealer.seal(clock.now())
    report = verify.verify()
    assert report.is_whole, list(report.lines())


def test_a_special_case_has_ninety_percent_and_its_hours_by_the_committees_own_finding(begun: Any) -> None:
    play = begun(date(2025, 3, 3), "aiss", "supercomputing-hours")
    aiss_test.to_committee(play, requested_amount="9,000,000")
    before = ledger.available(MONEY), ledger.available(HOURS)
    decided(play, amount="9,000,000", status=422).sees("The verdict on this case gives HK$7,000,000")
    assert stands(play, "reserved") == (0, 0)
    told = chain_story.met(play) | {"outcome": "recommended", "amount": "9,000,000", "found_is_exceptional_case": "yes"}
    play.at("second", "committee/").submit("Record the decision", **told)
    assert stands(play, "reserved") == (9 * MILLION, 400_000)
    assert (ledger.available(MONEY), ledger.available(HOURS)) == (before[0] - 9 * MILLION, before[1] - 400_000)
    kinds.accepted(play)
    assert (stands(play, "reserved"), stands(play, "committed")) == ((0, 0), (9 * MILLION, 400_000))
    booked(play)
    kinds.claimed(play, 1, {"head": "compute_lines", "claimed_cents": "5,000,000"})
    kinds.settled(play, 1)  # 90% of the list price
    assert stands(play, "paid") == (4_500_000_00, 640)
    given_back(play)
    assert stands(play, "committed") == (4_500_000_00, 0) and ledger.available(HOURS) == before[1] - 640
    kinds.closed(play)
    assert stands(play, "committed") == (0, 0) and ledger.available(MONEY) == before[0] - 4_500_000_00
    sealer.seal(clock.now())
    report = verify.verify()
    assert report.is_whole, list(report.lines())


def booked(play: Play) -> None:
    """Ten hours of a partition of 64 cards: asked for, confirmed, and charged when they are over."""
    page = play.at("writer", "?show=money").click("Hours and bookings").sees("400,000 GPU-hours").click("Book a machine")
    wanted = {"tool": "partition-a", "on": "2025-04-14", "from_hour": "09:00", "hours": "10"}
    page.submit("Book", **wanted | {"on": "2027-04-14"}, status=422).sees("outside the days of the allocation")
    page.submit("Book", **wanted, times=2)
    booking = Booking.objects.get()
    assert (booking.hours, booking.state) == (640, "asked")
    again = play.at("writer", f"hours/{booking.allocation_id}/book/").sees("Hours already taken")
    again.submit("Book", **wanted | {"from_hour": "18:00", "hours": "2"}, status=409).sees("Somebody has booked this machine")
    play.at("officer", f"bookings/{booking.number}/answer/").submit("Record the answer", answer="no", status=422).sees("Say why")
    enter(play.people["officer"]).open("/desk/bookings/").sees(play.reference, "To be confirmed")
    play.at("officer", f"bookings/{booking.number}/answer/").submit("Record the answer", answer="yes")
    play.at("officer", f"bookings/{booking.number}/use/").submit("Record", status=409).sees("once the booking has begun")
    play.clock.to(date(2025, 4, 15))
    use = play.at("officer", "hours/").sees("Confirmed").click("Record what was used")
    use.submit("Record", hours="640", times=2)
    assert Usage.objects.get().hours == 640 and Event.objects.filter(kind="hours_used").count() == 1
    assert "Writer" not in str(list(Event.objects.filter(kind__startswith="booking").values_list("facts", flat=True)))


def given_back(play: Play) -> None:
    """What is booked cannot be given back; what is not can, and is another case's to be granted."""
    allocation = Allocation.objects.get()
    wanted = {"tool": "partition-b", "on": "2025-05-14", "from_hour": "09:00", "hours": "1"}
    play.at("writer", f"hours/{allocation.pk}/book/").submit("Book", **wanted)
    play.at("writer", f"hours/{allocation.pk}/return/").submit("Give them back", status=409).sees("64 of these hours are booked")
    play.at("writer", "bookings/2/cancel/").submit("Give it up")
    play.at("writer", f"hours/{allocation.pk}/return/").sees("399,360 GPU-hours").submit("Give them back", times=2)
    assert Event.objects.filter(kind="hours_returned").count() == 1
    allocation.refresh_from_db()
    assert (allocation.used_hours, allocation.returned_hours) == (640, 399_360)


TRIAL: dict[str, dict[str, Any]] = {
    "company": CONTACT | {"firm_class": "start_up", "sector": "electrical_electronic"},
    "trial": {"project_title": "Trial run (invented)", "project_purpose": "trial_production", "material": "silicon_carbide"}
    | {"project_summary": "Invented.", "project_months": 6, "milestones": [{"title": "Wafers", "due_on": "2026-09-30"}]},
    "hours": {"tool_plan": [{"step": "Epitaxy", "wafers": 12, "hours": 240}]},
}


def test_tool_hours_are_the_grant_itself(begun: Any, make: Any) -> None:
    play = begun(date(2026, 3, 2), "pilot-line-hours")
    kinds.company(play, make)
    kinds.submitted(play, "pilot-line-access", TRIAL)
    kinds.screened(play)
    play.at("authority", "decision/").sees("240 tool-hours").submit("Decide", outcome="approved", amount="240")
    kinds.accepted(play, has_money=False)
    held = Allocation.objects.get()
    assert (held.granted_hours, held.resource.code) == (240, "microelectronics-pilot-line")
    play.at("writer", f"hours/{held.pk}/book/").submit("Book", tool="ion-implanter", on="2026-03-09", from_hour="09:00", hours="8")
    play.at("officer", "bookings/1/answer/").submit("Record the answer", answer="yes")
    play.clock.to(date(2026, 3, 10))
    play.at("officer", "bookings/1/use/").submit("Record", hours="6")
    reading = {"hours": "30", "used_on": "2026-03-10", "source_key": "log-77"}
    play.at("officer", f"hours/{held.pk}/reading/").submit("Record", **reading)
    play.at("officer", f"hours/{held.pk}/reading/").submit("Record", **reading)  # the same reading again changes nothing
    stated = ledger.statement(play.case())
    assert (stated.total("paid", "tool_hours"), stated.total("committed", "tool_hours")) == (36, 204)
    play.at("officer", "close/").sees("36 tool-hours", "204 tool-hours")
    kinds.closed(play)
    stated = ledger.statement(play.case())
    assert (stated.total("paid", "tool_hours"), stated.total("committed", "tool_hours")) == (36, 0)
    held.refresh_from_db()
    assert held.returned_hours == 204
