"""One NIFS case carried through every stage, told once and walked twice — by forms without scripts, and by a real browser.

For example HK$10m for a HK$30m smart line: found, drafted, signed with a double click, asked back on one answer, screened, reviewed,
supported, approved, accepted, evidenced, claimed, released, paid and closed, each by the person who may, and a figure read at the end.
"""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from millrace.registers.cases.models import Case
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.apply.conftest import PDF, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import PaymentRun
from millrace.stages.plan import envelopes
from millrace.web import clock

Cast = dict[str, Any]
Enter = Callable[[Any], Any]
"""Signs a person in and gives who walks for them: `open`, `submit`, `sees`."""


@pytest.fixture
def cast(make: Any, published: None, settings: Any, tmp_path: Any) -> dict[str, Any]:  # noqa: F811  # the fixture of that name
    """Everyone in the story; all invented."""
    settings.MEDIA_ROOT = tmp_path
    company = make.organisation("Harbour Precision Ltd", name_zh="海港精密有限公司")
    sponsor = make.organisation("Osprey Metrology Ltd", name_zh="魚鷹計量有限公司")
    finance = make.person("Finance Fung", powers=("finance",))
    envelopes.fund_envelope("itf-nifs", by=finance, at=clock.now(), command=uuid.uuid4())
    return {
        "company": company,
        "writer": make.member(company, "member", name="Writer Wong"),
        "signatory": make.member(company, "member", "signatory", name="Signatory Sin"),
        "sponsor_company": sponsor,
        "sponsor": make.member(sponsor, "member", "signatory", name="Sponsor Siu"),
        "officer": make.person("Officer Ho", powers=("officer",)),
        "second": make.person("Officer Lau", powers=("officer",)),
        "authority": make.person("Commissioner Ng", powers=("authority",)),
        "expert": make.person("Dr Yip", powers=("assessor",)),
        "members": [make.person(f"Member {n}", powers=("committee",)) for n in range(1, 6)],
        "finance": finance,
        "maker": make.person("Maker Ma", powers=("finance_maker",)),
        "checker": make.person("Checker Che", powers=("finance_checker",)),
    }


def found(enter: Enter, cast: dict[str, Any]) -> None:
    """Somebody who is not signed in tells the finder about a line, and one scheme fits, with how much it would give."""
    told = {"applicant_kind": "company", "place_of_incorporation": "hong_kong", "total_cost": "30,000,000", "own_money": "20,000,000"}
    told |= {"project_purpose": "production_line", "is_smart_line": "yes", "open_projects": "0", "granted_total": "0"}
    page = enter(None).open("/find/").submit("Show which schemes fit", **told)
    page.sees("New Industrialisation Funding Scheme", "The rules would give at most HK$10,000,000", "Start application")


def draft(writer: Any) -> str:
    """A draft filled in section by section; gives its reference."""
    writer.open("/schemes/nifs/apply/").submit("Start application")
    reference = re.search(r"NIFS-[A-Z0-9-]+", writer.address)
    assert reference, writer.address
    sections = f"/cases/{reference.group()}/draft/sections"
    eligibility = {"sector": "electrical_electronic"}
    writer.open(f"{sections}/eligibility/").submit(
        "Save and continue", **eligibility, contact_name="Chan Tai Man", contact_email="chan@example.org"
    )
    project = {"project_title": "Smart line for sensor housings 傳感器外殼智能生產線", "project_purpose": "production_line"}
    writer.open(f"{sections}/project/").submit("Save and continue", **project, is_smart_line="yes")
    writer.submit(
        "Save and continue",
        project_summary="Housings machined and inspected without a break.",
        smart_technologies=["sensors", "automation"],
        line_count="1",
        line_address="Yuen Long",
        project_months="18",
        **{"milestones-0-title": "Line runs", "milestones-0-due_on": "2027-06-30"},
    )
    writer.open(f"{sections}/budget/").submit(
        "Save and continue",
        own_money="20,000,000",
        requested_amount="10,000,000",
        other_support="no",
        **{"budget_lines-0-head": "machinery", "budget_lines-0-item": "Machining centre", "budget_lines-0-amount": "30,000,000"},
    )
    writer.open(f"{sections}/documents/").submit("Save and continue", quotations_if_any=("quotation.pdf", PDF))
    return reference.group()


def joined(writer: Any, enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """A sponsor is invited; it reads nothing but its own part, and confirms that and its money itself."""
    number = cast["sponsor_company"].registration_number
    writer.open(f"/cases/{reference}/parts/").submit("Invite", role="sponsor", registration_number=number)
    sponsor = enter(cast["sponsor"]).open("/home/").sees(reference)
    for closed_to_it in ("draft/check/", "draft/sections/budget/"):
        sponsor.open(f"/cases/{reference}/{closed_to_it}", status=404)
    part = sponsor.open("/home/").click("State your part").sees("Harbour Precision Ltd", "Money the sponsor brings")
    part.submit("Confirm our part", work="Part of the machining centre.", cash_cents="5,000,000")
    writer.open(f"/cases/{reference}/parts/").sees("Osprey Metrology Ltd", "HK$5,000,000")


def submitted(enter: Enter, cast: dict[str, Any]) -> str:
    """Drafted, joined by a sponsor, sent to be signed, signed (the click sent twice), received once."""
    writer = enter(cast["writer"])
    reference = draft(writer)
    joined(writer, enter, cast, reference)
    writer.open(f"/cases/{reference}/draft/check/").submit("Send to be signed")
    signatory = enter(cast["signatory"]).open(f"/cases/{reference}/sign/")
    signatory.submit("Sign and submit", is_true="on", times=2)
    signatory.sees("Application received", reference, "SHA-256")
    assert Case.objects.get().status == "submitted"
    return reference


def asked_back(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """One question sent back on one answer, and its reply; the rest of the application is not reopened."""
    case, due_on = f"/cases/{reference}", gather.local_day(clock.now()) + timedelta(days=14)
    question = {"questions-0-about": "budget_lines", "questions-0-text": "Who quoted for the machining centre?"}
    enter(cast["officer"]).open(f"{case}/ask-back/").submit("Send the questions", due_on=due_on.isoformat(), **question)
    assert Case.objects.get().status == "information_needed"
    writer = enter(cast["writer"]).open(f"{case}/answer/").sees("Who quoted for the machining centre?")
    writer.submit("Send the answers", answer_1="Machines Ltd and two others.", times=2)
    assert Case.objects.get().status == "submitted"


def assessed(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """Screened, reviewed after a declaration of interests, supported by the committee."""
    case = f"/cases/{reference}"
    officer = enter(cast["officer"]).open("/desk/").sees(reference)
    officer.open(f"{case}/screening/").sees("Every rule is met").submit("Record the finding", outcome="passed")
    officer.open(f"{case}/assessors/").submit(
        "Ask them", expert=[str(cast["expert"].pk)], committee=[str(member.pk) for member in cast["members"]], due_on="2027-01-31"
    )
    expert = enter(cast["expert"]).open("/reviews/")
    expert.open(f"{case}/", status=404)
    expert.open(f"{case}/interest/").submit("Declare", answer="clear")
    expert.open(f"{case}/review/").submit(
        "Submit the review", mark_technology="70", mark_capability="80", mark_budget="60", summary="Sound.", is_supporting="yes"
    )
    for member in cast["members"]:
        enter(member).open(f"{case}/interest/").submit("Declare", answer="clear")
    second = enter(cast["second"]).open(f"{case}/recommendation/")
    second.submit(
        "Record the advice",
        held_on="2026-11-20",
        outcome="recommended",
        amount="10,000,000",
        present=[str(member.pk) for member in cast["members"]],
        reasons="A sound line.",
    )


def awarded(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """Approved by the authority (two clicks, one reservation), accepted by the authorised person."""
    case = f"/cases/{reference}"
    authority = enter(cast["authority"]).open(f"{case}/decision/")
    authority.submit("Decide", outcome="approved", amount="10,000,000", times=2)
    signatory = enter(cast["signatory"]).open(f"{case}/offer/").sees("HK$10,000,000")
    signatory.submit("Send your answer", answer="accept", times=2)
    assert Case.objects.get().status == "in_force"


def delivered(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """Milestone and own money shown and verified, the claim ruled line by line by one officer and decided by another."""
    case = f"/cases/{reference}"
    writer, officer = enter(cast["writer"]), enter(cast["officer"])
    writer.open(f"{case}/milestones/1/report/").submit("Submit", note="The line runs.", file=("report.pdf", PDF))
    for number, (payer, amount) in enumerate({"company": "15,000,000", "sponsor_company": "5,000,000"}.items(), 1):
        writer.open(f"{case}/matching/record/").submit(
            "Record",
            sponsor=str(cast[payer].pk),
            amount_cents=amount,
            paid_on=gather.local_day(clock.now()).isoformat(),
            payee="Machines Ltd",
            invoice=f"INV-{number}",
            file=("bank.pdf", PDF + f"%{number}".encode()),
        )
    for number in (1, 2, 3):
        officer.open(f"{case}/evidence/{number}/verify/").submit("Record the finding", finding="yes")
    writer.open(f"{case}/").open(f"{case}/?show=delivery").submit("Begin a claim")
    line = {
        "head": "machinery",
        "item": "Machining centre",
        "supplier": "Machines Ltd",
        "invoice": "INV-1",
        # Bought on the day the agreement begins, which is the day the story is told.
        "spent_on": gather.local_day(clock.now()).isoformat(),
        "paid_on": gather.local_day(clock.now()).isoformat(),
        "claimed_cents": "30,000,000",
    }
    writer.open(f"{case}/claims/1/lines/").submit("Save and continue", **{f"lines-0-{name}": value for name, value in line.items()})
    writer.submit("Save and continue", **{"receipt-1": ("invoice.pdf", PDF + b"%11"), "payment_proof-1": ("paid.pdf", PDF + b"%12")})
    writer.submit("Submit")
    officer.open(f"{case}/claims/1/lines/1/rule/").submit("Record the ruling", allowed_cents="30,000,000")
    officer.open(f"{case}/claims/1/decide/", status=404)
    enter(cast["finance"]).open(f"{case}/claims/1/decide/").submit("Decide", times=2)


def paid(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """An account verified by two people, an instalment released, a run ordered, checked and settled by different hands."""
    case = f"/cases/{reference}"
    enter(cast["signatory"]).open(f"{case}/account/").submit(
        "Propose this account", holder="Harbour Precision Ltd", bank_code="004", account_number="123456789"
    )
    finance, maker, checker = enter(cast["finance"]), enter(cast["maker"]), enter(cast["checker"])
    for one in (finance, maker):
        one.open("/finance/accounts/").submit("Verified")
    finance.open("/finance/to-release/").sees(reference)
    finance.open(f"{case}/instalments/1/release/").submit("Release", times=2)
    maker.open("/finance/runs/order/").submit("Order this run", times=2)
    run = f"/finance/runs/{PaymentRun.objects.get().reference}/"
    checker.open(run).submit("Check and send", times=2)
    maker.open(run).submit("Settled", bank_reference="B-1", times=2)
    assert Case.objects.get().paid_cents == 10_000_000_00


def entered(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """The machining centre stands in the register, with its place and who answers for it."""
    page = enter(cast["writer"]).open(f"/cases/{reference}/registers/equipment/1/1/")
    page.submit("Enter it", serial_number="MC-1 (invented)", place="Yuen Long", custodian="Works manager (invented)")


def closed(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """The final account; the case rests, and the figure counts it."""
    enter(cast["officer"]).open(f"/cases/{reference}/close/").submit("Close the case")
    assert Case.objects.get().status == "closed"
    sealer.seal(clock.now())
    sheet.project()
    enter(cast["officer"]).open("/figures/approved-by-scheme/").sees("HK$10")
    enter(None).open("/figures/approved-by-scheme/").sees("Groups of fewer than 5 cases are withheld")


def answered(enter: Enter, cast: dict[str, Any], reference: str) -> None:
    """Anybody reads the published figure as it stood on a day."""
    page = enter(None).open("/figures/mainland-collaboration-approved/?as-at=2024-01-31")
    page.sees("472", "HK$1,212.8m", "31 January 2024")


def whole(enter: Enter, cast: dict[str, Any]) -> str:
    """The whole life, in order, from "which scheme fits me?" to a published figure; gives the reference."""
    found(enter, cast)
    reference = submitted(enter, cast)
    for chapter in (asked_back, assessed, awarded, delivered, paid, entered, closed, answered):
        chapter(enter, cast, reference)
    return reference
