"""The MHKJFS story over HTTP: one project, two funders, from submission on both sides to the first claim.

HK$1.8m of ours for a platform project of HK$2m, and RMB¥1.5m of the Ministry's, which is shown and counted nowhere.
"""

import re
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection

from millrace.registers.ledger import queries as ledger
from millrace.registers.messages.models import Letter, Notice
from millrace.registers.people.models import Person
from millrace.registers.sheet import actions as sheet
from millrace.registers.sheet.models import Row
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.award.models import Decision
from millrace.stages.plan import envelopes
from millrace.web import clock
from tests.journeys import chain_story
from tests.journeys import raise_plus_story as story
from tests.journeys.chain_story import CONTACT
from tests.journeys.raise_plus_story import Play, enter

MILLION = 1_000_000_00
THEIRS = 1_500_000_00
APPLICATION: dict[str, dict[str, Any]] = {
    "applicant": CONTACT | {"sector": "biotechnology"},
    "project": {
        "project_title": "Antibodies made on both sides 兩地共研抗體",
        "project_purpose": "research",
        "project_type": "platform",
        "theme": "biotechnology",
        "project_summary": "Screened here, made there.",
        "project_months": "24",
        "milestones-0-title": "Screen done",
        "milestones-0-due_on": "2025-12-31",
        "milestones-1-title": "Report",
        "milestones-1-due_on": "2026-10-31",
    },
    "mainland_side": {
        "mainland_partner": "Invented Institute, Guangzhou",
        "is_filed_on_both_sides": "yes",
        "mainland_filed_on": "2024-05-20",
        "mainland_division": "Screening here, making there.",
        "mainland_work_share": "40",
        "mainland_cost": "800,000",
    },
    "money": {
        "budget_lines-0-head": "manpower",
        "budget_lines-0-item": "Scientists",
        "budget_lines-0-amount": "1,500,000",
        "budget_lines-1-head": "equipment",
        "budget_lines-1-item": "Cell sorter",
        "budget_lines-1-amount": "500,000",
        "sponsorship_cash": "200,000",
        "sponsorship_in_kind": "0",
        "requested_amount": "1,800,000",
        "other_support": "no",
    },
}


@pytest.fixture
def play(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Play:  # noqa: F811  # the fixture
    settings.MEDIA_ROOT = tmp_path
    begun = chain_story.begun(make, monkeypatch, date(2024, 5, 20), ("itf",))
    finance = begun.people["finance"]
    envelopes.share_out("itf", "mhkjfs", 100 * MILLION, by=finance, at=begun.clock.now(), command=uuid.uuid4())
    sponsor = make.organisation("Kestrel Instruments Ltd", at=chain_story.EARLY)
    begun.people |= {"sponsor_company": sponsor, "sponsor": make.member(sponsor, "member", "signatory", at=chain_story.EARLY)}
    return begun


def filed(play: Play) -> None:
    """Submitted to us, and the partner's filing recorded: until then the case does not pass screening."""
    documents = {name: play.proof() for name in ("cooperation_agreement", "sponsorship_letters")}
    chain_story.drafted(play, "mhkjfs", APPLICATION | {"documents": documents})
    story.joined(play, "sponsor", cash_cents="200,000")
    story.submitted(play)
    play.clock.to(date(2024, 7, 15))
    one_sided = play.at("officer", "screening/").submit("Record the finding", outcome="passed", status=409)
    one_sided.sees("Only our side of this project is filed", "Ministry of Science and Technology")
    filing = {"reference": "MOST-2024-0815", "filed_on": "2024-05-20", "file": play.proof()}
    page = play.at("officer", "other-side/filing/").sees("Ministry of Science and Technology", "The Mainland")
    page.submit("Record the filing", **filing | {"filed_on": "2024-12-31"}, status=422)
    page.submit("Record the filing", **filing, times=2)
    assert Event.objects.filter(kind="joint_filing_recorded").count() == 1
    play.at("officer", "screening/").submit("Record the finding", outcome="passed")


def recommended(play: Play) -> None:
    chain_story.called(play, experts=("expert",))
    play.clock.to(date(2024, 10, 7))
    story.advised(play, outcome="recommended", amount="1,800,000")
    assert play.case().status == "recommended"


def decided(play: Play, outcome: str, **more: Any) -> None:
    """The Ministry's decision, recorded with its letter."""
    told = {"outcome": outcome, "decided_on": play.clock.today.isoformat(), "file": play.proof(), **more}
    play.at("officer", "other-side/decision/").submit("Record their decision", **told, times=2)


def of_ours() -> dict[str, Any]:
    """Everything that adds up our money: the books, and the sheet that figures read."""
    sealer.seal(clock.now())
    sheet.project()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(amount), 0) FROM ledger_posting")
        books = cursor.fetchone()
    sums = ("requested_cents", "approved_cents", "committed_cents", "paid_cents", "unit")
    officer = Person.objects.filter(powers__power="officer")[0]  # from whom nothing is withheld
    shown = [enter(officer).open(f"/figures/{name}/").text for name in ("approved-by-scheme", "mainland-collaboration-approved")]
    figures = [re.sub(r"\d\d:\d\d(:\d\d)?|[Ss]eal(ed)? (number )?\d+|[0-9a-f]{8,}|\d+ \w+ 2024", "", text) for text in shown]
    return {"books": books, "sheet": sorted(Row.objects.filter(known_before=None).values_list(*sums), key=str), "figures": figures}


def test_an_approval_stands_only_with_both(play: Play) -> None:
    filed(play)
    recommended(play)
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000", status=409).sees(
        "The other side, Ministry of Science and Technology, has not approved"
    )
    assert not Decision.objects.exists()
    before = of_ours()
    play.clock.to(date(2024, 11, 11))
    decided(play, "approved", amount="1,500,000")
    assert play.case().status == "jointly_supported"
    after = of_ours()
    assert (after["books"], after["figures"]) == (before["books"], before["figures"])
    assert {row[:5] for row in after["sheet"]} == {row[:5] for row in before["sheet"]}
    play.at("officer", "?show=assessment").sees("RMB¥1,500,000", "not counted in ours", "MOST-2024-0815")
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000")
    play.at("signatory", "?show=assessment").sees("RMB¥1,500,000")
    play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    case = play.case()
    assert (case.status, case.approved_cents) == ("in_force", 1_800_000_00)
    assert ledger.statement(case).total("committed", "HKD") == 1_800_000_00
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_posting WHERE amount = %s", [THEIRS])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM ledger_account WHERE unit = 'CNY'")
        assert cursor.fetchone() == (0,)
    assert of_ours()["sheet"] and not Row.objects.filter(unit="CNY").exists()
    enter(None).open(f"/register/{play.reference}/").sees("RMB¥1,500,000 (Ministry of Science and Technology)", "not counted in ours")
    play.at("officer").sees("The other funder decided on its side", "RMB¥1,500,000")


def test_their_refusal_before_ours_ends_the_case_with_a_letter(play: Play) -> None:
    filed(play)
    recommended(play)
    decided(play, "refused")
    assert play.case().status == "refused"
    assert "Ministry of Science and Technology" in Letter.objects.get(kind="refused").body
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000", status=409)
    play.at("officer").sees("The other funder refused its side: it gives no money").sees_nothing_of("RMB¥0")


def test_their_refusal_after_ours_bars_the_acceptance(play: Play) -> None:
    filed(play)
    recommended(play)
    decided(play, "approved", amount="1,500,000")
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000")
    play.clock.to(date(2024, 10, 14))
    decided(play, "refused")
    assert play.case().status == "approved"
    offer = play.at("signatory", "offer/")
    offer.submit("Send your answer", answer="accept", status=409).sees("It refused its side")
    assert ledger.statement(play.case()).total("committed", "HKD") == 0
    offer.submit("Send your answer", answer="decline")
    assert play.case().status == "declined" and ledger.statement(play.case()).total("reserved", "HKD") == 0
    for role in ("signatory", "authority", "finance"):
        play.at(role, "other-side/decision/", status=404)


def test_their_decision_may_come_before_our_committees_advice(play: Play) -> None:
    filed(play)
    decided(play, "approved", amount="1,500,000")
    assert play.case().status == "screened"
    play.at("officer", "?show=assessment").sees("RMB¥1,500,000")
    chain_story.called(play, experts=("expert",))
    play.clock.to(date(2024, 10, 7))
    story.advised(play, outcome="recommended", amount="1,800,000")
    assert play.case().status == "jointly_supported"
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000")
    assert play.case().status == "approved"


def test_their_early_refusal_ends_the_case_with_a_letter(play: Play) -> None:
    filed(play)
    decided(play, "refused")
    assert play.case().status == "refused"
    assert "Ministry of Science and Technology" in Letter.objects.get(kind="refused").body


@pytest.mark.parametrize("ends", [False, True])
def test_what_they_take_back_suspends_the_agreement_until_the_authority_decides(play: Play, ends: bool) -> None:
    in_force(play)
    play.clock.to(date(2025, 6, 16))
    before = Notice.objects.filter(case=play.case()).count()
    decided(play, "refused")
    assert play.case().status == "suspended" and Notice.objects.filter(case=play.case()).count() > before
    play.at("signatory").sees("The other funder decided on its side")
    assert "Begin a claim" not in play.at("writer", "?show=delivery").text
    for role in ("signatory", "officer", "finance"):
        play.at(role, "other-side/going-on/", status=404)
    if ends:
        play.at("authority", "terminate/").submit("Terminate", reason="mutual", note="Our side cannot be done alone.")
        case = play.case()
        assert case.status == "terminated" and ledger.statement(case).total("committed", "HKD") == 0
        play.at("authority", "other-side/going-on/", status=404)
        return
    page = play.at("authority", "other-side/going-on/").sees("nothing is claimed or paid")
    page.submit("Go on alone", reasons="", status=422)
    page.submit("Go on alone", reasons="The screen is ours and of use without theirs.", times=2)
    assert play.case().status == "in_force" and Event.objects.filter(kind="went_on_alone").count() == 1
    play.at("officer", "?show=assessment").sees("The screen is ours and of use without theirs.")
    assert "The screen is ours" not in play.at("signatory", "?show=assessment").text
    claimed(play, ("manpower", "600,000", "hong_kong"))


def in_force(play: Play) -> None:
    """Both sides approved, the offer accepted, the account verified."""
    filed(play)
    recommended(play)
    decided(play, "approved", amount="1,500,000")
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="1,800,000")
    play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    account = {"holder": "Invented University", "bank_code": "004", "account_number": "123456789"}
    play.at("signatory", "account/").submit("Propose this account", **account)
    for role in ("finance", "maker"):
        enter(play.people[role]).open("/finance/accounts/").submit("Verified")


def claimed(play: Play, *lines: tuple[str, str, str]) -> None:
    """A claim of lines of head, amount and place, with its proofs, submitted."""
    play.at("writer", "?show=delivery").submit("Begin a claim")
    day, rows = play.clock.today.isoformat(), {}
    for number, (head, amount, place) in enumerate(lines):
        row = {"head": head, "item": f"Work {number}", "supplier": "Lab Ltd", "invoice": f"C-{number}", "spent_on": day, "paid_on": day}
        rows |= {f"lines-{number}-{name}": value for name, value in (row | {"claimed_cents": amount, "place": place}).items()}
    page = play.at("writer", "claims/1/lines/").sees("Where it was spent", "The Mainland")
    unplaced = {name: "" if name.endswith("place") else value for name, value in rows.items()}
    proofs = {f"{kind}-{number}": play.proof() for number in range(1, len(lines) + 1) for kind in ("receipt", "payment_proof")}
    page.submit("Save and continue", **unplaced).submit("Save and continue", **proofs)
    page.submit("Submit", status=422).sees("does not say where it was spent")
    page = play.at("writer", "claims/1/lines/")
    page.submit("Save and continue", **rows).submit("Save and continue").submit("Submit")


def ruled(play: Play, *amounts: str) -> None:
    for number, amount in enumerate(amounts, 1):
        page = play.at("officer", f"claims/1/lines/{number}/rule/").sees("Where it was spent")
        page.submit("Record the ruling", allowed_cents=amount, reason="ineligible_item")


def test_the_first_claim_is_judged_by_where_the_money_was_spent(play: Play) -> None:
    in_force(play)
    play.clock.to(date(2025, 6, 16))
    claimed(play, ("manpower", "600,000", "hong_kong"), ("manpower", "500,000", "mainland"), ("equipment", "200,000", "mainland"))
    ruled(play, "600,000", "500,000", "200,000")
    refused = play.at("finance", "claims/1/decide/").sees("Judged again at this claim").submit("Decide", status=409)
    refused.sees("is judged at each claim does not hold", "At most half of the spending", "HK$700,000")
    assert not Event.objects.filter(kind="claim_decided").exists()
    ruled(play, "600,000", "500,000", "100,000")
    play.at("finance", "claims/1/decide/").submit("Decide", times=2)
    event = Event.objects.get(kind="claim_decided")
    assert event.facts["rules"] == {"mainland-work": "pass", "mainland-spending": "pass", "most-in-hong-kong": "pass"}
    play.at("signatory", "claims/1/").sees("Judged again at this claim", "HK$600,000", "The Mainland")
    story.brought(play, "sponsor_company", "200,000")
    story.released(play, 1)
    unpaid = ledger.statement(play.case()).total("due", "HKD")
    assert unpaid == 720_000_00
    envelopes.share_out("itf", "mhkjfs", unpaid, financial_year="2025-26", by=play.people["finance"], at=clock.now(), command=uuid.uuid4())
    story.paid(play)
    statement = ledger.statement(play.case())
    assert (statement.total("due", "HKD"), statement.total("paid", "HKD")) == (0, unpaid)
