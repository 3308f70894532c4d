"""What is checked of money, over HTTP as people without scripts would meet it — e.g. hours given in kind, priced by their rate.

Each story begins with a case in force; everything else goes through the pages.
"""

from datetime import date
from typing import Any

import pytest

from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import sealer
from millrace.stages.deliver import actions as deliver
from millrace.web import clock
from tests.journeys.visitor import enter

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = "2026-02-02"
JANUARY = date(2026, 1, 5)


def paper(name: str) -> tuple[str, bytes]:
    return f"{name}.pdf", PDF.replace(b"Catalog", b"Catalog/N(" + name.encode() + b")")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_hours_given_in_kind_are_priced_by_their_rate_and_limited_to_their_share(agree: Any, hong_kong: Any) -> None:
    held = agree.raise_plus()
    case, writer, officer = f"/cases/{held.case.reference}", enter(held.member), enter(held.officer)
    page = writer.open(f"{case}/matching/record/").click("Record a contribution in kind").sees("at most 50% of the matching money")
    given = {
        "measure": "in-kind-engineer",
        "hours_hundredths": "4o",
        "on": DAY,
        "valuation": "Tuning of the line",
        "declared_cents": "90,000",
    }
    page.submit("Record", status=422, **given).sees("written like 37.5")
    assert page.form("Record").values["valuation"] == ["Tuning of the line"]
    page.submit("Record", hours_hundredths="40", file=paper("sheet")).sees("has been recorded")
    writer.open(f"{case}/?show=delivery").sees("HK$600 × 40", "HK$24,000", "not published; illustrative")
    page = officer.open(f"{case}/evidence/1/verify/").sees("How it was priced", "Declared", "HK$90,000", "Counts as matching money")
    page.submit("Record the finding", finding="yes")
    assert balances.statement(held.case).matched("verified", form="in_kind", unit="HKD") == 24_000_00
    writer.open(f"{case}/matching/record/")
    cash = {"amount_cents": "10,000", "paid_on": DAY, "payee": "Lab Ltd", "invoice": "L-1"}
    writer.submit("Record", **cash, file=paper("advice"))
    officer.open(f"{case}/evidence/2/verify/").submit("Record the finding", finding="yes")
    writer.open(f"{case}/?show=money").sees(
        "Verified in kind and not yet used", "Of it counts now", "at most 50% of all matching money used"
    )
    writer.sees("HK$20,000 × 2 ÷ 1")


def test_a_payment_shown_to_two_cases_is_refused_with_where_or_without(agree: Any, hong_kong: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    paid = {"amount_cents": "500,000", "paid_on": DAY, "payee": "Precision Tools Ltd", "invoice": "INV-0012"}
    enter(one.member).open(f"/cases/{one.case.reference}/matching/record/").submit("Record", **paid, file=paper("advice"))
    writer = enter(other.member).open(f"/cases/{other.case.reference}/matching/record/")
    again = paid | {"payee": "PRECISION TOOLS LIMITED", "invoice": "inv 12"}
    writer.submit("Record", status=409, **again, file=paper("scan")).sees(
        "already been recorded in another case", "The same payment counts once"
    )
    writer.sees_nothing_of(one.case.reference)
    assert writer.form("Record").values["invoice"] == ["inv 12"]
    # Who may see both cases is told where.
    other.member.memberships.create(organisation=one.lead, power="member", starts_at=one.at, granted_by=other.member)
    writer.submit("Record", status=409, **again, file=paper("scan")).sees(f"already been recorded in case {one.case.reference}")
    # What is only alike — the same sponsor, amount and days — is recorded, and decided by the officer.
    other.case.parties.create(organisation=one.lead, role="sponsor", joined_at=one.at)
    writer.open(f"/cases/{other.case.reference}/matching/record/")
    writer.submit("Record", **paid | {"invoice": "A-9", "paid_on": "2026-02-04"}, sponsor=str(one.lead.pk), file=paper("other advice"))
    officer = enter(other.officer).open(f"/cases/{other.case.reference}/evidence/1/verify/")
    officer.sees("You decide", one.case.reference, "the same amount, about the same day")
    officer.submit("Record the finding", status=422, finding="yes").sees("Say why it is another payment")
    officer.submit("Record the finding", finding="yes", alike_reason="The second of two instalments.").sees("The finding is recorded")


def line(page: Any, number: int = 0, **cells: str) -> dict[str, str]:
    """One row of the claim's table as it is posted."""
    row = {"head": "machinery", "item": "Controller", "supplier": "Tools Ltd", "invoice": f"T-{number}", "spent_on": DAY, "paid_on": DAY}
    return {f"lines-{number}-{name}": value for name, value in {**row, **cells}.items()}


def proved(writer: Any, claim: str, *numbers: int) -> Any:
    files = {f"{proof}-{number}": paper(f"{proof}{number}") for number in numbers for proof in ("receipt", "payment_proof")}
    return writer.open(f"{claim}proofs/").submit("Continue", **files)


def test_a_line_in_another_currency_waits_for_its_rate_and_loses_nothing(agree: Any, hong_kong: Any) -> None:
    held = agree.nifs()
    case = f"/cases/{held.case.reference}/"
    claim, writer, officer, finance = f"{case}claims/1/", enter(held.member), enter(held.officer), enter(held.finance)
    writer.open(f"{case}?show=delivery").submit("Begin a claim")
    cells = {"currency": "USD", "claimed_cents": "1,000", "quantity_hundredths": "2", "unit_price_cents": "499"}
    writer.open(f"{claim}lines/").submit("Save and continue", **line(writer, **cells))
    proved(writer, claim, 1).sees("USD 1,000: no rate is recorded yet")
    writer.submit("Submit", status=422).sees("Line 1 is in USD", "Ask the finance office to record the rate", "kept as it is")
    assert writer.open(f"{claim}lines/").form("Save and continue").values["lines-0-claimed_cents"] == ["1,000"]
    officer.open("/desk/exchange-rates/").sees("No rate is recorded yet")
    assert not any(form.buttons and "Record a rate" in form.buttons[0] for form in officer.page.forms)
    rate = {"currency": "USD", "on": "2026-01-30", "rate": "7.8125", "source": "HKAB opening rates (invented)"}
    finance.open("/desk/exchange-rates/").submit("Record a rate", status=422, **rate | {"rate": "cheap"}).sees("a number above nothing")
    finance.submit("Record a rate", **rate, times=2).sees("HKD 7.8125", "HKAB opening rates (invented)")
    writer.open(f"{claim}check/").submit("Submit").sees("submitted")
    officer.open(f"{claim}lines/1/rule/").sees("HK$7,812.50", "USD 1,000 × 7.8125", "2 × USD 499 = USD 998 ≠ USD 1,000")
    officer.submit("Record the ruling", allowed_cents="7,812.50")
    finance.open(f"{claim}decide/").submit("Decide").sees("HK$7,812.50")


def test_a_head_exceeded_within_its_tolerance_shows_the_arithmetic(agree: Any, hong_kong: Any) -> None:
    held = agree.nifs(cost_cents=1_000_000_00)
    case = f"/cases/{held.case.reference}/"
    claim, writer, officer = f"{case}claims/1/", enter(held.member), enter(held.officer)
    writer.open(f"{case}?show=delivery").submit("Begin a claim")
    writer.open(f"{claim}lines/").submit("Save and continue", **line(writer, claimed_cents="1,150,000"), stated_cents="1,200,000")
    proved(writer, claim, 1).sees("Heads exceeded within the tolerance", "HK$1,000,000 × 10%", "at most HK$500,000", "HK$1,100,000")
    writer.sees("The statement says HK$1,200,000; the lines come to HK$1,150,000", "HK$1,100,000 left, HK$1,150,000 claimed")
    writer.submit("Submit")
    page = officer.open(f"{claim}lines/1/rule/").sees("Room taken from other heads", "not published; illustrative")
    page.submit("Record the ruling", status=409, allowed_cents="1,100,000.01", reason="head_exceeded").sees("leave room for less")
    page.submit("Record the ruling", allowed_cents="1,100,000", reason="head_exceeded")
    officer.open(claim).sees("of it from other heads: HK$100,000")


def test_what_can_never_be_allowed_is_said_before_it_is_handed_in(agree: Any, hong_kong: Any) -> None:
    one, other = agree.nifs(), agree.nifs()
    claims = [f"/cases/{held.case.reference}/claims/1/" for held in (one, other)]
    writers = [enter(one.member), enter(other.member)]
    for writer, claim, held in zip(writers, claims, (one, other), strict=True):
        writer.open(f"/cases/{held.case.reference}/?show=delivery").submit("Begin a claim")
        writer.open(f"{claim}lines/").submit("Save and continue", **line(writer, claimed_cents="190,000", spent_on="2025-03-31"))
        proved(writer, claim, 1).submit("Submit", status=422).sees("outside the agreement: 1 April 2025 to 31 March 2027", "Agreement 5")
        cells = line(writer, claimed_cents="190,000") | line(
            writer, 1, claimed_cents="195,000", supplier="TOOLS LIMITED", spent_on="2026-02-07"
        )
        writer.open(f"{claim}lines/").submit("Save and continue", **cells)
    proved(writers[0], claims[0], 1, 2).submit("Submit").sees("submitted")
    # The same receipt under another case, then the same supplier's invoice number with another receipt.
    proved(writers[1], claims[1], 1, 2).submit("Submit", status=409).sees("This document already proves a payment in another case")
    again = {f"receipt-{number}": paper(f"scan{number}") for number in (1, 2)}
    writers[1].open(f"{claims[1]}proofs/").submit("Continue", **again)
    writers[1].submit("Submit", status=409).sees("This payment has already been recorded in another case")
    officer = enter(one.officer).open(claims[0]).sees("May be one purchase told as several", "line 2", "together HK$385,000 within 30 days")
    officer.sees("Just below a threshold", "the threshold is HK$200,000", "Dated on a weekend", "Round sum", "a multiple of HK$10,000")


def test_an_audit_sample_is_drawn_worked_through_extrapolated_and_made_again(agree: Any, make: Any, hong_kong: Any) -> None:
    held = agree.nifs()
    claim = deliver.open_claim(held.case, by=held.member, at=held.at)
    bought = [deliver.LineEntry("machinery", f"Item {n}", 90_000_00, "Tools Ltd", f"T-{n}", JANUARY, JANUARY) for n in range(1, 9)]
    deliver.save_claim(claim, lines=bought, by=held.member, at=held.at)
    for row in claim.lines.all():
        for kind in ("receipt", "payment_proof"):
            row = deliver.attach_proof(row, proof=kind, file=deliver.File(*paper(f"{kind}{row.pk}")), by=held.member, at=held.at)
    held.act(deliver.submit_claim, claim, by=held.member)
    for row in claim.lines.all():
        held.act(deliver.rule_line, row, allowed_cents=row.claimed_cents, by=held.officer)
    held.act(deliver.decide_claim, claim, by=held.finance)
    sealer.seal(clock.now())
    auditor, second = enter(make.person(powers=("auditor",))), enter(make.person(powers=("finance",)))
    enter(held.officer).open("/desk/audit-samples/", status=404)
    page = auditor.open("/desk/audit-samples/").sees("No sample has been drawn yet").click("Draw an audit sample")
    page.sees("nobody chooses it", "not published; illustrative")
    page.submit("Draw", status=422, first="2026-03-03", last="2026-03-01", count="3").sees("Choose days that are over")
    page.submit("Draw", first="2026-03-02", last="2026-03-02", count="3", times=2)
    page.click("Sample 1").sees("8 · HK$720,000", "the draw made again gives the same lines")
    auditor.open("/desk/audit-samples/1/conclude/").submit("Conclude", status=409).sees("3 lines have no finding yet")
    auditor.open("/desk/audit-samples/1/1/").submit("Record the finding", status=422, error_cents="45,000").sees("needs its reason")
    auditor.submit("Record the finding", error_cents="45,000", reason="credit_note_due", note="Half was returned.")
    auditor.sees("Audit line 2 of 3").submit("Record the finding").sees("Audit line 3 of 3").submit("Record the finding")
    auditor.open("/desk/audit-samples/1/").click("Conclude").submit("Conclude")
    # Lines alike in amount and risk, 3 of 8: an error of HK$45,000 stands for about HK$120,000, and at 1:2 the grant paid a third.
    auditor.sees("Cost found in error, disallowed HK$45,000", "Grant that cost had earned HK$15,000", "A credit note is due")
    auditor.sees("Cost in error in all lines, extrapolated HK$120,000", "Grant extrapolated beyond the errors found HK$25,000")
    auditor.open("/desk/audit-samples/1/recovery/", status=404)
    second.open("/desk/audit-samples/1/").click("Decide on recovery").sees("Cost extrapolated beyond the errors found")
    second.submit("Decide", status=422, recover_cents="25,000.01", reason="More than the grant had paid.")
    second.submit("Decide", recover_cents="20,000", reason="The rest is within what a sample cannot know.")
    second.sees("Recovery beyond the errors found: HK$20,000", "the draw made again gives the same lines")
