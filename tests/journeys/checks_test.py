"""What is checked of money, over HTTP as people without scripts would meet it — e.g. hours given in kind, priced by their rate.

Each story begins with a case in force; everything else goes through the pages.
"""

from typing import Any

import pytest

from millrace.registers.ledger import queries as balances
from tests.journeys.visitor import enter

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = "2026-02-02"


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
