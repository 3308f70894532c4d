"""Recovers over HTTP, as a finance officer without scripts would — e.g. raised, confirmed by a colleague, received, and nothing left."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.registers.messages import pdf, verify
from millrace.registers.messages.models import Letter, Notice
from millrace.registers.policy.models import SchemeVersion
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import recovering
from millrace.stages.deliver.deliver_test import PDF
from millrace.stages.deliver.models import PaymentRun, Receivable, Settlement
from millrace.stages.deliver.recovery_test import MILLION, files, owed, paid, propose, raise_, rates  # noqa: F401  # fixtures are found by name
from millrace.testing.pressing import Pressing

pytestmark = pytest.mark.usefixtures("rates")


def raised_over_http(paid: Any, client: Client, **fields: Any) -> Receivable:  # noqa: F811  # the fixture's value
    told = {
        "ground": "breach",
        "amount_cents": "600,000",
        "due_on": "2099-01-31",
        "reason": "The line stands still.",
        "evidence": "Visit 3.",
    }
    answer = client.post(f"/cases/{paid.case.reference}/debts/raise/", {**told, **fields, "command": str(uuid.uuid4())})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Receivable.objects.get(case=paid.case)


def test_from_ground_to_last_cent_by_two_people(paid: Any) -> None:  # noqa: F811  # the fixture
    first, second, payee = (Pressing(one).client for one in (paid.finance, paid.second, paid.member))
    debt = raised_over_http(paid, first)
    here = f"/cases/{paid.case.reference}/debts/{debt.number}/"
    assert payee.get(here).status_code == 404
    assert "HK$600,000" not in payee.get(f"/cases/{paid.case.reference}/?show=money").content.decode()
    own = first.post(f"{here}confirm/", {"command": str(uuid.uuid4())})
    assert own.status_code == 403 and "another person" in own.content.decode()
    command = str(uuid.uuid4())
    for _click in range(2):
        assert second.post(f"{here}confirm/", {"command": command}).status_code == 302
    assert balances.statement(paid.case).owed("receivable", "HKD") == 600_000_00
    assert Notice.objects.filter(person=paid.member, case=paid.case).exists()
    page = payee.get(here).content.decode()
    assert "HK$600,000" in page and "The line stands still." in page and "Visit 3." not in page
    told = {"amount_cents": "600,000.01", "received_on": str(debt.raised_at.date()), "bank_reference": "R-1", "command": str(uuid.uuid4())}
    too_much = first.post(f"{here}receive/", told)
    assert too_much.status_code == 422
    text = too_much.content.decode()
    assert "paid back to who sent it" in text and "600,000.01" in text and "R-1" in text
    command = str(uuid.uuid4())
    for _click in range(2):
        answer = first.post(f"{here}receive/", {**told, "received_on": _today(here, first), "amount_cents": "600000", "command": command})
        assert answer.status_code == 302, answer.content.decode()
    debt.refresh_from_db()
    assert (debt.state, Settlement.objects.filter(receivable=debt).count()) == ("settled", 1)
    paid.case.refresh_from_db()
    assert paid.case.paid_cents == 9 * MILLION - 600_000_00
    assert "Nothing left" in payee.get(here).content.decode()


def test_too_much_came_in_and_is_paid_back_by_two_people_and_a_wrong_receipt_is_taken_back(paid: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    finance, second, maker, checker = (Pressing(one) for one in (paid.finance, paid.second, paid.maker, paid.checker))
    here = f"/cases/{paid.case.reference}/debts/{debt.number}/"
    today = _today(here, finance.client)
    told = {"amount_cents": "2,000,000", "received_on": today, "bank_reference": "R-1", "holds_rest": "yes"}
    finance.press(f"{here}receive/", **told)
    assert "Held for payees" in finance.client.get("/finance/debts/").content.decode()
    page = maker.client.get(here).content.decode()
    assert "Held, to be paid back" in page and f"{here}receipts/1/repay/" in page and "take-back" not in page
    assert "Held, to be paid back" in Pressing(paid.member).client.get(here).content.decode()
    assert finance.client.get(f"{here}receipts/1/repay/").status_code == 404
    maker.press(f"{here}receipts/1/repay/")
    run = PaymentRun.objects.latest("pk")
    checker.press(f"/finance/runs/{run.reference}/act/", do="check")
    finance.press(f"/finance/runs/{run.reference}/act/", do="settle", payment=run.payments.get().pk)
    assert "Paid back" in maker.client.get(here).content.decode()
    assert "Everything agrees" in finance.client.get(f"/finance/runs/{run.reference}/reconciliation/").content.decode()

    finance.press(f"{here}receive/", amount_cents="20", received_on=today, bank_reference="R-2", holds_rest="yes")
    refused = finance.press(f"{here}receipts/2/take-back/", 403, reason="Another payer's.")
    assert "another person" in refused and "Another payer" in refused
    second.press(f"{here}receipts/2/take-back/", reason="Another payer's.")
    assert "Taken back" in second.client.get(here).content.decode()
    assert second.client.get(f"{here}receipts/2/take-back/").status_code == 404


def test_the_files_a_debt_rests_on_are_read_before_confirming_and_never_by_the_payee(paid: Any) -> None:  # noqa: F811  # the fixture
    first, second, officer, payee = (Pressing(one).client for one in (paid.finance, paid.second, paid.officer, paid.member))
    debt = raised_over_http(paid, first, file=[SimpleUploadedFile(f"note-{n}.pdf", PDF + b"%" + n.encode()) for n in "ab"])
    here = f"/cases/{paid.case.reference}/debts/{debt.number}/"
    rows = list(recovering.files_of(debt))
    assert [(one.name, one.state) for one in rows] == [("note-a.pdf", "quarantined"), ("note-b.pdf", "quarantined")]
    address, plain = f"{here}files/{rows[0].pk}/", f"/cases/{paid.case.reference}/files/{rows[0].pk}/"
    assert "note-a.pdf" in second.get(here).content.decode() and second.get(address).content == PDF + b"%a"
    assert officer.get(address).status_code == 404
    assert f'<a href="{address}">note-a.pdf</a>' in second.get(f"{here}confirm/").content.decode()
    assert f"{here}confirm/" in second.get(here).content.decode() and f"{here}confirm/" not in first.get(here).content.decode()
    second.post(f"{here}confirm/", {"command": str(uuid.uuid4())})
    assert officer.get(address).content == PDF + b"%a"
    for client in (payee, officer):
        assert client.get(plain).status_code == 404
        assert "note-a.pdf" not in client.get(f"/cases/{paid.case.reference}/?show=application").content.decode()
    assert payee.get(address).status_code == 404 and "note-a.pdf" not in payee.get(here).content.decode()
    other = f"/cases/{paid.case.reference}/debts/9/files/{rows[0].pk}/"
    assert officer.get(other).status_code == 404


def test_a_file_that_is_none_is_refused_and_one_of_a_dropped_debt_stays_shut(paid: Any) -> None:  # noqa: F811  # the fixture
    first = Pressing(paid.finance).client
    with pytest.raises(Refusal, match="file-"):
        raise_(paid, files=[deliver.File("note.pdf", b"no file")])
    assert not Receivable.objects.filter(case=paid.case).exists()
    debt = raise_(paid, files=[deliver.File("note.pdf", PDF)])
    paid.act(deliver.withdraw_receivable, debt, reason="Wrong case.", by=paid.finance)
    row = recovering.files_of(debt).get()
    assert row.state == "refused" and first.get(f"/cases/{paid.case.reference}/debts/1/files/{row.pk}/").status_code == 404


def _today(here: str, client: Client) -> str:
    """The day the page offers as the day of receipt."""
    page = client.get(f"{here}receive/").content.decode()
    return page.split('name="received_on"')[1].split('value="')[1].split('"')[0]


def test_anothers_case_and_a_conflict_have_no_debts(paid: Any, make: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid)
    here = f"/cases/{paid.case.reference}/debts/{debt.number}/"
    stranger, conflicted = make.member(make.organisation()), make.person(powers=("finance",))
    paid.case.standings.create(person=conflicted, relation="conflicted", starts_at=paid.at, granted_by=conflicted)
    for person in (stranger, conflicted):
        client = Pressing(person).client
        for address in (here, f"{here}receive/", f"{here}write-off/", f"{here}plan/"):
            assert client.get(address).status_code == 404
    assert paid.case.reference not in Pressing(conflicted).client.get("/finance/debts/").content.decode()
    assert Pressing(paid.officer).client.get(f"{here}receive/").status_code == 404


def test_the_list_by_age_and_its_file_on_any_day(paid: Any, agree: Any) -> None:  # noqa: F811  # the fixture
    debt = owed(paid, 77_700_00)
    client = Pressing(paid.finance).client
    late = f"{debt.due_on.replace(year=debt.due_on.year + 2):%Y-%m-%d}"
    page = client.get(f"/finance/debts/?on={late}").content.decode()
    assert paid.case.reference in page and "HK$77,700" in page and "Over a year late" in page
    assert paid.case.reference not in client.get(f"/finance/debts/?on={late}&age=1_30").content.decode()
    assert paid.case.reference not in client.get("/finance/debts/?on=2020-01-01").content.decode()
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(f"/finance/debts/?on={late}&format=csv")).decode("utf-8-sig"))))
    assert [(row["Case"], row["Principal owed"], row["Age"]) for row in rows] == [(paid.case.reference, "77700.00", "over_365")]
    wish_page = client.get("/finance/debts/").content.decode()
    assert "Not yet due" in wish_page
    assert client.get("/finance/debts/revenue/").status_code == 200


def test_the_demand_is_the_approved_letter_in_the_applicants_language(paid: Any, hong_kong: Any) -> None:  # noqa: F811  # the fixture
    """A tagged paper; where the version in force has no such letter, none is sent and the debt stands all the same."""
    owed(paid, 77_00)
    assert not Letter.objects.filter(case=paid.case, kind="demand").exists()
    paid.case.opened_by.language = "zh-hant"
    paid.case.opened_by.save()
    paid.case.scheme_version = SchemeVersion.objects.filter(scheme="nifs").latest("pk")
    paid.case.save()
    owed(paid, 600_000_00)
    letter = Letter.objects.get(case=paid.case, kind="demand")
    assert "HK$600,000" in letter.subject and "單利" in letter.body and "7.3%" in letter.body
    assert f"{paid.case.reference} / 2" in letter.body
    assert verify.is_approved(letter)
    assert b"/StructTreeRoot" in pdf.made(letter) and pdf.made(letter).startswith(b"%PDF")
