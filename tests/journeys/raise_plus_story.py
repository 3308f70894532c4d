"""One RAISe+ case carried through both of its stages by forms without scripts, on a clock of the story's own.

For example HK$16m for a university's tissue scaffold: HK$12m in stage 1 at two to one, with a partner's instruments counted in kind,
and HK$4m in stage 2 at one to one, opened by decision two years after the exercise of 2024.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from millrace.registers.cases.models import Case
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.apply.conftest import EARLY, PDF, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.deliver.models import Evidence, PaymentRun
from millrace.stages.plan import envelopes
from millrace.web import clock
from tests.journeys import visitor
from tests.journeys.visitor import Visitor

STAGE_1, STAGE_2 = 12_000_000_00, 4_000_000_00


class StoryClock:
    """The server's clock, moved on by the story alone; each look at it is a second later."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def to(self, day: date) -> None:
        """This will go on at noon of a later day."""
        self.at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    @property
    def today(self) -> date:
        return self.at.date()


def enter(person: Any) -> Visitor:
    """A visitor whose sign-in lasts as long as the story, which goes on past the real clock's fortnight."""
    entered = visitor.enter(person)
    session = entered.client.session
    session.set_expiry(timedelta(days=3650))
    session.save()
    return entered


@dataclass
class Play:
    """The case and everyone who acts on it; all invented."""

    people: dict[str, Any]
    clock: StoryClock
    reference: str = ""
    proofs: int = 0

    def case(self) -> Any:
        return Case.objects.get(reference=self.reference)

    def at(self, role: str, page: str = "", *, status: int = 200) -> Visitor:
        """This will have one person open a page of the case."""
        return enter(self.people[role]).open(f"/cases/{self.reference}/{page}", status=status)

    def proof(self) -> tuple[str, bytes]:
        """This will give a file no one has seen before."""
        self.proofs += 1
        return f"proof-{self.proofs}.pdf", PDF + b"%" + str(self.proofs).encode()


@pytest.fixture
def play(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Play:  # noqa: F811  # the fixture
    """The university, its partner and its sponsor, and the funder's people, on the tenth day of the second exercise."""
    settings.MEDIA_ROOT = tmp_path
    told = StoryClock(datetime(2024, 9, 16, 4, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", told.now)
    numbers = {"kind": "university", "registration_kind": "hk_university", "registration_number": "INVU"}
    university = make.organisation("Invented University", at=EARLY, is_subvented=True, **numbers)
    partner, sponsor = make.organisation("Kestrel Instruments Ltd", at=EARLY), make.organisation("Osprey Medical Ltd", at=EARLY)
    funder: dict[str, Callable[[], Any]] = {}
    people: dict[str, Any] = {
        "university": university,
        "partner_company": partner,
        "sponsor_company": sponsor,
        "writer": make.member(university, "member", at=EARLY, name="Writer Wu"),
        "signatory": make.member(university, "member", "signatory", at=EARLY, name="Registrar Sit"),
        "partner": make.member(partner, "member", "signatory", at=EARLY, name="Partner Pang"),
        "sponsor": make.member(sponsor, "member", "signatory", at=EARLY, name="Sponsor Siu"),
        **{role: funder[role]() for role in funder},
    }
    powers = {"officer": "officer", "second": "officer", "authority": "authority", "expert": "assessor", "business": "assessor"}
    powers |= {"finance": "finance", "maker": "finance_maker", "checker": "finance_checker"}
    powers |= {f"member{number}": "committee" for number in range(1, 6)}
    people |= {role: make.person(f"{role.title()} (invented)", powers=(power,), at=EARLY) for role, power in powers.items()}
    envelopes.fund_envelope("raise-plus", by=people["finance"], at=told.now(), command=uuid.uuid4())
    return Play(people, told)


MEMBERS = [f"member{number}" for number in range(1, 6)]
CONTACT = {"contact_name": "Wu Siu Fan", "contact_email": "wu@example.org", "sector": "biotechnology"}
PROJECT = {"project_title": "A tissue scaffold for bone repair 骨骼修復支架", "project_purpose": "transformation"}
PROJECT |= {"project_summary": "A scaffold grown from the university's own patents."}


def drafted(play: Play, *, is_direct: bool = False) -> None:
    """The draft, section by section; direct entry shows a prototype and leaves stage 1 out."""
    writer = enter(play.people["writer"]).open("/find/").open("/schemes/raise-plus/").open("/schemes/raise-plus/apply/")
    writer.submit("Start application")
    found = re.search(r"RAISE-[A-Z0-9-]+", writer.address)
    assert found, writer.address
    play.reference = found.group()
    sections = f"/cases/{play.reference}/draft/sections"
    member = {"team_members-0-name": "Wu Siu Fan", "team_members-0-standing": "faculty", "team_members-0-part": "Leads"}
    member |= {"is_research_team_of_university": "yes"}
    writer.open(f"{sections}/team/").submit("Save and continue", **CONTACT, **member)
    milestones = [("Product on the market", "stage_2", "2027-06-30")]
    if not is_direct:
        milestones = [("Prototype shown", "stage_1", "2025-12-31"), ("Prototype accepted", "stage_1", "2026-06-30"), *milestones]
    rows = {
        f"milestones-{number}-{name}": value
        for number, row in enumerate(milestones)
        for name, value in zip(("title", "stage", "due_on"), row, strict=True)
    }
    told = PROJECT | rows | {"project_months": "34" if is_direct else "60"}
    writer.open(f"{sections}/project/").submit("Save and continue", **told, entry_stage="stage_2" if is_direct else "stage_1")
    if is_direct:  # the page asks what the answer calls for
        writer.submit("Save and continue", has_prototype="yes")
    if not is_direct:
        writer.open(f"{sections}/stage_1/").submit(
            "Save and continue",
            **{"stage_1_budget-0-head": "manpower", "stage_1_budget-0-item": "Engineers", "stage_1_budget-0-amount": "18,000,000"},
            stage_1_industry_cash="3,000,000",
            stage_1_industry_in_kind="2,000,000",
            stage_1_university_cash="1,000,000",
            stage_1_university_in_kind="0",
        )
    cost, industry, asked = ("24,000,000", "12,000,000", "12,000,000") if is_direct else ("8,000,000", "4,000,000", "16,000,000")
    budget = {"stage_2_budget-0-head": "equipment", "stage_2_budget-0-item": "Pilot line", "stage_2_budget-0-amount": cost}
    writer.open(f"{sections}/stage_2/").submit("Save and continue", **budget, stage_2_industry=industry)
    writer.open(f"{sections}/terms/").submit("Save and continue", is_money_non_repayable="yes", ip_share="70", requested_amount=asked)
    letters = {"sponsorship_letters": play.proof(), "selection_record": play.proof()}
    writer.open(f"{sections}/documents/").submit("Save and continue", **letters)


def joined(play: Play, role: str, **brought: str) -> None:
    """A partner or sponsor is invited by the university, and confirms its own part and money itself."""
    number = play.people[f"{role}_company"].registration_number
    play.at("writer", "parts/").submit("Invite", role=role, registration_number=number)
    own = enter(play.people[role]).open("/home/").sees(play.reference)
    own.open(f"/cases/{play.reference}/draft/check/", status=404)
    links = [href for _words, href in own.open("/home/").page.links if "/parts/" in href]
    own.open(links[0]).submit("Confirm our part", work="Brings what it says.", **brought)


def submitted(play: Play) -> None:
    """Not without every part confirmed; then signed by the university's authorised person, and received once."""
    play.at("writer", "draft/check/").submit("Send to be signed")
    play.at("signatory", "sign/").submit("Sign and submit", is_true="on", times=2).sees("Application received", "SHA-256")
    assert play.case().status == "submitted"


def assessed(play: Play, amount: str) -> None:
    """Screened, reviewed by an expert and for its business, advised by the committee."""
    play.clock.to(date(2024, 11, 11))
    play.at("officer", "screening/").sees("Every rule is met").submit("Record the finding", outcome="passed")
    chosen = {"expert": [str(play.people["expert"].pk)], "business": [str(play.people["business"].pk)]}
    chosen["committee"] = [str(play.people[member].pk) for member in MEMBERS]
    play.at("officer", "assessors/").submit("Ask them", **chosen, due_on="2025-01-31")
    for reviewer in ("expert", "business"):
        play.at(reviewer, "interest/").submit("Declare", answer="clear")
        marks = {"mark_content": "80", "mark_opportunity": "70", "mark_team": "75"}
        play.at(reviewer, "review/").submit("Submit the review", **marks, summary="Sound.", is_supporting="yes")
    for member in MEMBERS:
        play.at(member, "interest/").submit("Declare", answer="clear")
    play.clock.to(date(2025, 1, 20))
    stage = str(play.case().stage_number)
    advised(play, outcome="recommended", amount=amount, stage_number=stage)


def advised(play: Play, **advice: Any) -> None:
    """The committee meets, and a second officer records who was there and what it said."""
    present = [str(play.people[member].pk) for member in MEMBERS]
    given = {"held_on": play.clock.today.isoformat(), "present": present, "reasons": "Sound and wanted.", **advice}
    play.at("second", "recommendation/").submit("Record the advice", **given)


def awarded(play: Play, amount: str) -> None:
    """Approved by the authority, accepted by the university; its account verified by two people of finance."""
    play.clock.to(date(2025, 2, 10))
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount=amount, times=2)
    play.at("signatory", "offer/").submit("Send your answer", answer="accept", times=2)
    assert play.case().status == "in_force"
    account = {"holder": "Invented University", "bank_code": "004", "account_number": "123456789"}
    play.at("signatory", "account/").submit("Propose this account", **account)
    for role in ("finance", "maker"):
        enter(play.people[role]).open("/finance/accounts/").submit("Verified")


def brought(play: Play, sponsor: str, amount: str, *, form: str = "cash") -> None:
    """Matching money recorded by the university with its proof, and verified by the officer."""
    if form == "in_kind":
        instruments(play, sponsor, amount)
        return
    how = {"paid_on": play.clock.today.isoformat(), "payee": "Lab Ltd", "invoice": f"M-{play.proofs}", "amount_cents": amount}
    play.at("writer", "matching/record/").submit("Record", **how, sponsor=str(play.people[sponsor].pk), file=play.proof())
    verified(play)


def instruments(play: Play, sponsor: str, amount: str) -> None:
    """Instruments given in kind: of their list price the policy counts half, whatever else is declared."""
    listed = f"{2 * int(amount.replace(',', '')):,}"
    how = {"list_price_cents": listed, "quantity": "1", "on": play.clock.today.isoformat(), "valuation": "Instruments at list price"}
    page = play.at("writer", "matching/in-kind/?way=goods").sees("not published; illustrative")
    page.submit("Record", **how, sponsor=str(play.people[sponsor].pk), file=play.proof()).open(f"/cases/{play.reference}/?show=delivery")
    verified(play)


def reached(play: Play, milestone: int) -> None:
    """A milestone reported by the university and accepted by the officer."""
    play.at("writer", f"milestones/{milestone}/report/").submit("Submit", note="Reached.", file=play.proof())
    verified(play)


def verified(play: Play) -> None:
    number = Evidence.objects.filter(case__reference=play.reference).latest("number").number
    play.at("officer", f"evidence/{number}/verify/").submit("Record the finding", finding="yes")


def claimed(play: Play, number: int, head: str, amount: str) -> None:
    """A claim of one line with its proofs, ruled by the officer and decided by another person."""
    play.at("writer", "?show=delivery").submit("Begin a claim")
    day = play.clock.today.isoformat()
    line = {"head": head, "item": "Work", "supplier": "Lab Ltd", "invoice": f"C-{number}", "spent_on": day, "paid_on": day}
    page = play.at("writer", f"claims/{number}/lines/")
    page.submit("Save and continue", **{f"lines-0-{name}": value for name, value in (line | {"claimed_cents": amount}).items()})
    page.submit("Save and continue", **{"receipt-1": play.proof(), "payment_proof-1": play.proof()}).submit("Submit")
    play.at("officer", f"claims/{number}/lines/1/rule/").submit("Record the ruling", allowed_cents=amount)
    play.at("finance", f"claims/{number}/decide/").submit("Decide")


def released(play: Play, instalment: int) -> Visitor:
    """Finance releases what an instalment may release now."""
    return play.at("finance", f"instalments/{instalment}/release/").submit("Release", times=2)


def paid(play: Play) -> None:
    """Everything due is paid in one run: ordered, checked by another person, settled."""
    enter(play.people["maker"]).open("/finance/runs/order/").submit("Order this run", times=2)
    run = PaymentRun.objects.latest("pk")
    address = f"/finance/runs/{run.reference}/"
    enter(play.people["checker"]).open(address).submit("Check and send", times=2)
    while run.payments.filter(state="sent").exists():
        enter(play.people["maker"]).open(address).submit("Settled", bank_reference=f"B-{run.pk}")


def entered(play: Play) -> None:
    """What was bought stands in the register with its place; 70% of the patent is the team's, as the scheme asks."""
    page = play.at("writer", "registers/").sees("Still to be entered")
    while any("Enter it" in words for words, _href in page.page.links):
        page.click("Enter it").submit("Enter it", serial_number="SN (invented)", place="Laboratory 2", custodian="Manager (invented)")
    page = play.at("officer", "close/").sees("The register of intellectual property is empty")
    page.submit("Close the case", status=409)
    titled(play, "60", "30", status=422).sees("The shares do not come to the whole")
    titled(play, "60", "40").sees("Not met")
    play.at("officer", "close/").submit("Close the case", status=409).sees("break a rule of the scheme that is judged at closing")
    again = {"shares-0-basis_points": "70", "shares-1-basis_points": "30"}
    play.at("writer", "registers/titles/1/").submit("Enter it", **again).sees("70%")


def titled(play: Play, team: str, firm: str, *, status: int = 200) -> Visitor:
    rows = [("Team (invented)", "yes", team), ("Firm (invented)", "no", firm)]
    names = ("holder", "is_team", "basis_points")
    shares = {f"shares-{i}-{name}": value for i, row in enumerate(rows) for name, value in zip(names, row, strict=True)}
    told = {"kind": "patent", "name": "Bone scaffold 骨骼支架", "registration": "HK-INV-1"}
    return play.at("writer", "registers/titles/").submit("Enter it", **told, **shares, status=status)


def closed(play: Play) -> None:
    """The final account; the case rests, and the figure counts it."""
    entered(play)
    play.at("officer", "close/").submit("Close the case")
    assert play.case().status == "closed"
    sealer.seal(clock.now())
    sheet.project()
