"""What the stories of every kind of grant share: an application put in the shortest way, its offer accepted and account verified.

For example a voucher of HK$300,000: submitted and approved, accepted by its signatory, and ready for the first claim.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from millrace.registers.cases.models import Case
from millrace.stages.apply import terms
from millrace.stages.apply.actions import attachments, drafts, submission
from millrace.stages.plan import envelopes
from tests.journeys import chain_story
from tests.journeys import raise_plus_story as story
from tests.journeys.raise_plus_story import Play, enter

MILLION = 1_000_000_00
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
CONTACT = {"contact_name": "Invented 虛構", "contact_email": "invented@example.org"}


def company(play: Play, make: Any, name: str = "Harbour Precision Ltd") -> None:
    """This will put a company and its people in the university's place."""
    lead = make.organisation(name, at=chain_story.EARLY)
    play.people |= {"university": lead}
    play.people["writer"] = make.member(lead, "member", at=chain_story.EARLY, name="Writer Wong")
    play.people["signatory"] = make.member(lead, "member", "signatory", at=chain_story.EARLY, name="Signatory Sin")


def submitted(play: Play, scheme: str, sections: Mapping[str, Mapping[str, Any]]) -> Case:
    """This will put in an application with every document asked for; the play goes on with it."""
    at, writer = play.clock.now(), play.people["writer"]
    case = drafts.open_draft(play.people["university"], scheme=scheme, by=writer, at=at, command=uuid.uuid4()).case
    assert case is not None
    for section, given in sections.items():
        drafts.save_answers(case, section=section, answers=dict(given), typed={}, based_on=0, by=writer, at=play.clock.now())
    for question in terms.of_row(case.scheme_version).book.form.questions():
        if question.slot and question.is_required and question.shown_when is None:
            name, content = play.proof()
            told = {"place": question.id, "slot": question.slot, "name": name, "content": content, "organisation": case.lead}
            attachments.upload_document(case, **told, by=writer, at=play.clock.now(), command=uuid.uuid4())
    submission.submit_application(case, by=play.people["signatory"], at=play.clock.now(), command=uuid.uuid4())
    case.refresh_from_db()
    play.reference = case.reference
    return case


def screened(play: Play) -> None:
    play.at("officer", "screening/").submit("Record the finding", outcome="passed")


def approved(play: Play, amount: str) -> None:
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount=amount)


def accepted(play: Play, *, has_money: bool = True) -> None:
    """The offer accepted; where money will be paid, the account named and verified by two people."""
    play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    assert play.case().status == "in_force"
    if has_money:
        told = {"holder": "Invented University", "bank_code": "004", "account_number": "123456789"}
        play.at("signatory", "account/").submit("Propose this account", **told)
        for role in ("finance", "maker"):
            enter(play.people[role]).open("/finance/accounts/").submit("Verified")


def funded(play: Play, fund: str, scheme: str, cents: int, *years: str) -> None:
    """The scheme's share of a fund that several schemes draw on, and its part of these years' cash."""
    by = {"by": play.people["finance"]}
    envelopes.share_out(fund, scheme, cents, **by, at=play.clock.now(), command=uuid.uuid4())
    for year in years:
        envelopes.share_out(fund, scheme, cents, financial_year=year, **by, at=play.clock.now(), command=uuid.uuid4())


def claimed(play: Play, number: int, *rows: Mapping[str, str], allowed: tuple[str, ...] = ()) -> None:
    """A claim of these rows with their proofs, each ruled as claimed or as `allowed` says, and decided by another person."""
    play.at("writer", "?show=delivery").submit("Begin a claim")
    day = play.clock.today.isoformat()
    page = play.at("writer", f"claims/{number}/lines/")
    known = page.form("Save and continue").names
    usual = {"item": "Work", "supplier": "Lab Ltd", "spent_on": day, "paid_on": day}
    lines: dict[str, str] = {}
    for i, row in enumerate(rows):
        cells = usual | {"invoice": f"{play.reference}-{number}-{i}"} | dict(row)
        lines |= {f"lines-{i}-{name}": value for name, value in cells.items() if f"lines-{i}-{name}" in known}
    page.submit("Save and continue", **lines)
    proofs = {f"{kind}-{i}": play.proof() for i in range(1, len(rows) + 1) for kind in ("receipt", "payment_proof")}
    page.submit("Save and continue", **proofs).submit("Submit")
    for i, row in enumerate(rows, 1):
        amount = allowed[i - 1] if allowed else row["claimed_cents"]
        ruling = play.at("officer", f"claims/{number}/lines/{i}/rule/")
        ruling.submit("Record the ruling", allowed_cents=amount)
    play.at("finance", f"claims/{number}/decide/").submit("Decide")


def settled(play: Play, instalment: int) -> None:
    """Released as far as may be, and paid."""
    story.released(play, instalment)
    story.paid(play)


def closed(play: Play) -> None:
    play.at("officer", "close/").submit("Close the case")
    assert play.case().status == "closed"
