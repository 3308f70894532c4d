"""Carries a claim to its settled payment over HTTP, as five people without scripts — and a double click on pay pays once."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as balances
from millrace.registers.timeline import sealer
from millrace.stages.deliver import keeping
from millrace.stages.deliver.deliver_test import ready
from millrace.stages.deliver.models import Claim, Evidence, PayeeAccount, Payment, PaymentRun, Release
from millrace.stages.deliver.reports_test import with_reports

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LANGUAGES = ("en", "zh-hant", "zh-hans")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", PDF.replace(b"Catalog>>", b"Catalog/N(" + name.encode() + b")>>"), "application/pdf")


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what the pages take for now."""
    from millrace.web import clock

    def set_to(at: Any) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    return set_to


LINE = {
    "lines-lines": "2",
    "lines-0-head": "machinery",
    "lines-0-item": "Coating chamber",
    "lines-0-supplier": "Precision Tools Ltd",
    "lines-0-invoice": "PT-1",
    "lines-0-spent_on": "2026-01-05",
    "lines-0-paid_on": "2026-01-20",
    "lines-0-claimed_cents": "29,700,000",
    "lines-1-head": "patents",
    "lines-1-item": "Filing fees",
    "lines-1-spent_on": "2026-01-06",
    "lines-1-paid_on": "2026-01-20",
    "lines-1-claimed_cents": "300,000.00",
}


def test_a_claim_reaches_its_payment_by_clicks_alone(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held = agree.nifs()
    clock_at(held.at)
    case = f"/cases/{held.case.reference}/"
    member, signatory, officer = sign_in(held.member), sign_in(held.signatory), sign_in(held.officer)
    finance, maker, checker = sign_in(held.finance), sign_in(held.maker), sign_in(held.checker)

    assert "Report a milestone" in member.see(f"{case}milestones/1/report/")
    member.press(f"{case}milestones/1/report/", note="The line runs.", file=pdf("acceptance"))
    payment = {
        "sponsor": held.lead.pk,
        "form": "cash",
        "amount_cents": "18,000,000",
        "paid_on": "2026-02-01",
        "payee": "P",
        "invoice": "I1",
    }
    shown = member.press(f"{case}matching/record/", 422, **{**payment, "amount_cents": "18.001", "file": pdf("bank")})
    assert "more than 2 decimals" in shown and 'value="18.001"' in shown
    member.press(f"{case}matching/record/", **payment, file=pdf("bank"))
    assert "already been recorded" in member.press(f"{case}matching/record/", 409, **payment, file=pdf("bank"))
    waiting = officer.see("/desk/evidence/")
    assert held.case.reference in waiting and "HK$18,000,000" in waiting
    member.see("/desk/evidence/", 404)
    for evidence in Evidence.objects.all():
        officer.see(f"{case}evidence/{evidence.number}/verify/")
        officer.press(f"{case}evidence/{evidence.number}/verify/", finding="yes")

    at_claim = member.press(f"{case}claims/begin/")
    assert at_claim.endswith("claims/1/lines/")
    assert "Add more lines" in member.see(at_claim)
    assert member.press(at_claim, **LINE).endswith("proofs/")
    proofs = {f"{proof}-{n}": pdf(f"{proof}{n}") for n in (1, 2) for proof in ("receipt", "payment_proof")}
    assert member.press(f"{case}claims/1/proofs/", **proofs).endswith("check/")
    checked = member.see(f"{case}claims/1/check/")
    assert "HK$250,000" in checked and "Guide 4.3" in checked
    member.press(f"{case}claims/1/check/")
    assert held.case.reference in officer.see("/desk/claims/") and held.case.reference not in officer.see("/desk/evidence/")
    finance.see("/desk/claims/", 404)
    officer.see(f"{case}claims/1/lines/1/rule/")
    officer.press(f"{case}claims/1/lines/1/rule/", allowed_cents="29,700,000")
    assert "Allow at most that much" in officer.press(f"{case}claims/1/lines/2/rule/", 409, allowed_cents="300,000", reason="over_unit_cap")
    officer.press(f"{case}claims/1/lines/2/rule/", allowed_cents="250,000", reason="over_unit_cap", note="The cap applies.")
    officer.see(f"{case}claims/1/decide/", 404)
    assert held.case.reference not in officer.see("/desk/claims/")
    assert "Grant earned" in finance.see(f"{case}claims/1/decide/")
    finance.press(f"{case}claims/1/decide/")
    for language in LANGUAGES:
        assert "Guide 4.3" in sign_in(held.member, language).see(f"{case}claims/1/")
    assert Claim.objects.get().payable_cents == 29_950_000_00 // 3

    signatory.press(f"{case}account/", holder="Harbour Precision", bank_code="004", account_number="123-456789-001")
    account = PayeeAccount.objects.get()
    for person in (maker, checker):
        assert "Harbour Precision" in person.see("/finance/accounts/")
        person.press(f"/finance/accounts/{account.pk}/verify/", do="verify")

    assert "HK$9,000,000" in finance.see("/finance/to-release/")
    csv = b"".join(finance.client.get("/finance/to-release/?format=csv").streaming_content).decode()
    assert f"{held.case.reference}," in csv and ",9000000.00," in csv
    page = finance.see(f"{case}instalments/1/release/")
    assert "HK$18,000,000 × 1 ÷ 2" in page
    assert "amount has changed" in finance.press(f"{case}instalments/1/release/", 409, expected_cents=1)
    finance.press(f"{case}instalments/1/release/", expected_cents=9_000_000_00)
    for person in (member, officer, finance):
        assert "HK$18,000,000" in person.see(f"{case}?show=delivery")
        assert "HK$18,000,000 × 1 ÷ 2" in person.see(f"{case}?show=money")
    order = {"release": [Release.objects.get().pk], "pay_on": "2026-03-04", "command": str(uuid.uuid4())}
    maker.see("/finance/runs/order/")
    to_run = {maker.press("/finance/runs/order/", **order) for _click in range(2)}
    assert len(to_run) == 1 and PaymentRun.objects.count() == 1
    (run,) = to_run
    click = str(uuid.uuid4())
    for _click in range(2):
        checker.press(f"{run}act/", do="check", command=click)
    maker.press(f"{run}act/", do="settle", payment=Payment.objects.get().pk, bank_reference="HSBC-1")
    assert balances.statement(held.case).total("paid", "HKD") == 9_000_000_00
    for language in LANGUAGES:
        reader = sign_in(held.finance, language)
        for address in ("", "to-release/", "claims/", "releases/", "runs/", "accounts/", "months/"):
            html = reader.see(f"/finance/{address}")
            assert len(html) < 100_000 and html.count("<h1") == 1
        reader.see(run)
        reader.see(f"{case}refund/")
    officer.see(f"{case}close/")
    assert held.case.reference in finance.client.get("/finance/claims/?format=csv").getvalue().decode()
    officer.press(f"{case}close/")
    assert balances.available(held.envelope) == 1_000_000_00


def test_the_desk_is_for_finance_alone_and_its_figures_stop_at_what_one_may_see(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held = agree.nifs()
    clock_at(held.at)
    for person, status in ((held.member, 404), (held.officer, 404), (held.finance, 200)):
        sign_in(person).see("/finance/to-release/", status)
    held.case.standings.create(person=held.finance, relation="conflicted", starts_at=held.at, granted_by=held.officer)
    assert held.case.reference not in sign_in(held.finance).see("/finance/to-release/")
    sign_in(held.finance).see(f"/cases/{held.case.reference}/instalments/1/release/", 404)
    other = agree.nifs()
    sign_in(other.member).see(f"/cases/{held.case.reference}/matching/record/", 404)


def test_a_month_is_closed_once_and_for_good(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held = agree.nifs()
    clock_at(held.at)
    finance = sign_in(held.finance)
    finance.press("/finance/months/close/", month="2026-02")
    assert balances.closed_months() == [date(2026, 2, 1)]
    finance.press("/finance/months/close/", 409, month="2026-02")
    finance.press("/finance/months/close/", 422, month="2026-03")
    sign_in(held.maker).press("/finance/months/close/", 404, month="2026-01")


def test_the_desk_asks_as_little_for_many_cases_as_for_one(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held = agree.nifs()
    clock_at(held.at)
    finance, asked = sign_in(held.finance), []
    for _more in range(2):
        sealer.seal(held.at)
        keeping.keep_up(held.at)
        finance.see("/finance/to-release/")
        with CaptureQueriesContext(connection) as told:
            finance.see("/finance/to-release/")
        asked.append(len(told))
        for _another in range(3):
            agree.raise_plus()
    assert asked[0] == asked[1] <= 11, "eight questions, and what begins and ends a transaction"


def test_every_block_leads_to_where_it_is_freed_and_the_list_is_narrowed_and_counted_by_it(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held, other = agree.nifs(), agree.raise_plus()
    clock_at(held.at)
    finance, case = sign_in(held.finance), f"/cases/{held.case.reference}/"
    opened = Claim.objects.create(case=held.case, number=4, state="submitted", stage_number=1, unit="HKD", opened_at=held.at,
        opened_by=held.member, submitted_at=held.at, submitted_by=held.member)  # fmt: skip
    with_reports(other, first_due=date(2026, 1, 1))
    page = finance.see("/finance/to-release/")
    for address in (f"{case}claims/{opened.number}/", "/finance/accounts/", f"{case}?show=delivery#delivery"):
        assert f'href="{address}"' in page, address
    for block, shown, hidden in (
        ("claim_undecided", held, other),
        ("report_overdue", other, held),
        ("no_verified_matching", held, None),
        ("stage_not_open", other, held),
    ):
        page = finance.see(f"/finance/to-release/?block={block}")
        assert shown.case.reference in page and (hidden is None or hidden.case.reference not in page), block
    for told in ("Claim undecided <b>1</b>", "Report overdue <b>3</b>", "Payee account <b>4</b>", "Matching money <b>4</b>"):
        assert told in page, told
    assert "Suspended <b>" not in page and "Advance to clear <b>" not in page
    assert "Payee account <b>3</b>" in finance.see("/finance/to-release/?block=account_not_verified&scheme=raise-plus&count=all")
    assert held.case.reference not in finance.see("/finance/to-release/?scheme=raise-plus")
    assert held.case.reference not in finance.see(f"/finance/to-release/?officer={held.officer.pk}")
    Case.objects.filter(pk=held.case.pk).update(officer=held.officer, status="suspended")
    assert held.case.reference in finance.see(f"/finance/to-release/?officer={held.officer.pk}&block=suspended")
    finance.see("/finance/to-release/?officer=x&block=x&year=x&fund=x&page=x")


def test_a_release_above_the_readers_limit_is_no_link_but_a_block(agree: Any, sign_in: Any, clock_at: Any) -> None:
    held = ready(agree.nifs())
    clock_at(held.at)
    assert f"/cases/{held.case.reference}/instalments/1/release/" in sign_in(held.finance).see("/finance/to-release/")
    held.finance.powers.update(limit_cents=5)
    page = sign_in(held.finance).see("/finance/to-release/")
    assert "above your delegated limit" in page and "/instalments/1/release/" not in page
