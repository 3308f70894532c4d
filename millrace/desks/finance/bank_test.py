"""Sends a run to the bank and reads its answer over HTTP — e.g. one of two payments rejected, and paid to another account after.

Also that nothing half is ever done: every file that is not the bank's answer to this run leaves the books as they were.
"""

import uuid
from importlib import resources
from typing import Any

import pytest
import xmlschema
from django.core.files.uploadedfile import SimpleUploadedFile

from millrace.core import payment_file
from millrace.core.bank_status_test import BOMB, file, transaction
from millrace.desks.finance import reconciling
from millrace.registers.ledger import queries as balances
from millrace.registers.people.models import Power
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import queries
from millrace.stages.deliver.deliver_test import open_account, pay, ready, refused
from millrace.stages.deliver.models import Payment, PaymentFile, PaymentRun, StatusFile
from millrace.testing import racing
from millrace.web import clock


@pytest.fixture
def two(hong_kong: Any, agree: Any, settings: Any, tmp_path: Any) -> Any:
    """Two cases with an instalment released each, under the published policy."""
    settings.MEDIA_ROOT = tmp_path
    first, second = ready(agree.nifs()), ready(agree.nifs())
    for one in (first, second):
        one.act(deliver.release_instalment, one.case, instalment=1, by=one.finance)
    return first, second


def sent(held: Any) -> PaymentRun:
    run = held.act(deliver.order_payment_run, list(queries.unpaid_releases()), by=held.maker)
    return held.act(deliver.check_payment_run, run, by=held.checker)


def test_a_payment_the_bank_gives_back_later_is_recorded_with_its_reference_by_another_than_its_maker(two: Any, sign_in: Any) -> None:
    run = sent(two[0])
    kept, back = run.payments.order_by("pk")
    for payment in (kept, back):
        two[0].act(deliver.settle_payment, payment, by=two[0].finance)
    address = f"/finance/runs/{run.reference}/"
    maker, finance = sign_in(two[0].maker), sign_in(two[0].finance)
    assert "The bank returned it" not in maker.see(address) and "The bank returned it" in finance.see(address)
    told = {"do": "return", "payment": back.pk, "reason": "AC04", "returned_on": ""}
    assert "reference" in finance.press(f"{address}act/", 422, **told, bank_reference="")
    finance.press(f"{address}act/", **told, bank_reference="BK-77")
    for language, said in (("en", "Returned by the bank"), ("zh-hant", "被銀行退回"), ("zh-hans", "被银行退回")):
        page = sign_in(two[0].finance, language).see(address)
        assert said in page and "BK-77" in page
    told = reconciling.reconcile(PaymentRun.objects.get())
    assert not told.differences and told.settled_cents == told.rejected_cents == told.taken_back_cents == 10_000_000_00
    assert [row.case_id for row in queries.unpaid_releases()] == [back.case_id]


def everything() -> Any:
    """All that a bank's answer may change."""
    payments = list(Payment.objects.order_by("pk").values_list("state", "accepted_at", "settled_on", "reason", "bank_reference"))
    return payments, balances.trial_balance(), Event.objects.count(), StatusFile.objects.count()


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("answer.xml", content, "application/xml")


def test_a_run_goes_to_the_bank_and_what_it_rejects_is_paid_to_another_account(
    two: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, other = two
    run = sent(held)
    monkeypatch.setattr(clock, "now", lambda: held.at)
    address = f"/finance/runs/{run.reference}/"
    finance, member = sign_in(held.finance), sign_in(held.member)
    fetched = [sign_in(person).client.get(f"{address}download/").content for person in (held.finance, held.maker)]
    assert fetched[0] == fetched[1] and payment_file.digest(fetched[0]) == PaymentFile.objects.get().sha256
    xmlschema.XMLSchema(str(resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd")).validate(fetched[0].decode())
    for person in (member, sign_in(held.officer)):
        person.see(f"{address}download/", 404)
    paid, rejected = run.payments.order_by("pk")
    answer = file(
        transaction(paid.end_to_end, "ACSC", amount="10000000.00"), transaction(rejected.end_to_end, "RJCT", "AC04"), original=run.reference
    )
    assert "pain.002" in finance.see(f"{address}answer/")
    click = str(uuid.uuid4())
    for _twice in range(2):
        finance.press(f"{address}answer/", file=upload(answer), command=click)
    assert "was read before" in finance.press(f"{address}answer/", 409, file=upload(answer))
    assert Event.objects.filter(kind="payment_settled").count() == Event.objects.filter(kind="payment_rejected").count() == 1
    for language in ("en", "zh-hant", "zh-hans"):
        assert "AC04" in sign_in(held.finance, language).see(address)
    assert "Everything agrees." in finance.see(f"{address}reconciliation/")
    told = reconciling.reconcile(PaymentRun.objects.get())
    assert (told.run_cents, told.file_cents, told.posted_cents) == (20_000_000_00,) * 3
    assert told.settled_cents == told.rejected_cents == told.taken_back_cents == 10_000_000_00
    loser = held if rejected.case_id == held.case.pk else other
    with refused("account-refused-by-bank"):
        pay(loser)
    open_account(loser, bank_code="012")
    loser.at = max(held.at, loser.at)
    assert pay(loser).state == "settled"
    assert [balances.statement(one.case).total("paid", "HKD") for one in two] == [10_000_000_00] * 2
    assert PaymentFile.objects.count() == len(set(PaymentFile.objects.values_list("message_id", flat=True))) == 2


def test_a_file_that_is_not_the_answer_to_this_run_changes_nothing(two: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held, _other = two
    run = sent(held)
    monkeypatch.setattr(clock, "now", lambda: held.at)
    names = list(run.payments.order_by("pk").values_list("end_to_end", flat=True))
    whole = file(transaction(names[0], "ACSC"), original=run.reference)
    settled = transaction(names[0], "ACSC")
    wrong = {
        "no payment Z": file(settled, transaction("Z", "ACSC"), original=run.reference),
        "this run was sent as": file(settled, original="R20200101-ANOTHER1"),
        "is no XML": whole[:-40],
        "declares a document type": file(settled, original=run.reference, head=BOMB),
        "we ordered": file(settled, transaction(names[1], "ACSC", amount="1.00"), original=run.reference),
        "has no meaning": file(settled, transaction(names[1], "WHAT"), original=run.reference),
        "payments; this run has 2": file(settled, original=run.reference, more="<OrgnlNbOfTxs>9</OrgnlNbOfTxs>"),
        "twice": file(settled, settled, original=run.reference),
        "payment status report": b"<Document/>",
    }
    before, finance = everything(), sign_in(held.finance)
    for said, content in wrong.items():
        status = 422 if said in ("is no XML", "declares a document type", "payment status report") else 409
        page = finance.press(f"/finance/runs/{run.reference}/answer/", status, file=upload(content))
        assert said in page and "nothing was changed" in page, said
        assert everything() == before, said
    finance.press(f"/finance/runs/{run.reference}/answer/", file=upload(whole))
    contradicting = file(transaction(names[1], "ACSC"), transaction(names[0], "RJCT"), original=run.reference, message="BANK-2")
    before = everything()
    assert "contradicts" in finance.press(f"/finance/runs/{run.reference}/answer/", 409, file=upload(contradicting))
    assert everything() == before
    sign_in(held.checker).see(f"/finance/runs/{run.reference}/answer/", 404)
    held.case.standings.create(person=held.finance, relation="conflicted", starts_at=held.at, granted_by=held.officer)
    for page in ("download", "answer", "reconciliation"):
        finance.see(f"/finance/runs/{run.reference}/{page}/", 404)


def test_who_ordered_a_run_does_not_record_that_the_bank_refused_it(two: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held, _other = two
    run = sent(held)
    monkeypatch.setattr(clock, "now", lambda: held.at)
    paid, rejected = run.payments.order_by("pk")
    address, before, maker = f"/finance/runs/{run.reference}/", everything(), sign_in(held.maker)
    answer = file(transaction(paid.end_to_end, "ACSC"), transaction(rejected.end_to_end, "RJCT", "AC04"), original=run.reference)
    assert "Ask a colleague" in maker.press(f"{address}answer/", 403, file=upload(answer))
    assert "Ask a colleague" in maker.press(f"{address}act/", 403, do="reject", payment=rejected.pk, reason="AC04")
    assert 'value="reject"' not in maker.see(address) and 'value="reject"' in sign_in(held.finance).see(address)
    assert everything() == before
    maker.press(f"{address}act/", do="settle", payment=paid.pk, bank_reference="B1")
    finance = sign_in(held.finance)
    finance.press(f"{address}act/", do="reject", payment=rejected.pk, reason="AC04")
    # A run is answered, not paid, once the bank has said of each payment what became of it.
    for page in (address, "/finance/runs/"):
        assert "Answered by the bank" in finance.see(page)


def test_another_file_under_a_used_form_and_a_day_to_come_are_refused(two: Any) -> None:
    held, _other = two
    run = sent(held)
    first, second = run.payments.order_by("pk").values_list("end_to_end", flat=True)
    command = uuid.uuid4()
    told = {"by": held.finance, "at": held.at, "command": command}
    one = file(transaction(first, "ACSP"), original=run.reference)
    assert deliver.read_status_file(run, content=one, **told) == deliver.read_status_file(run, content=one, **told)
    before = everything()
    with refused("form-used"):
        deliver.read_status_file(run, content=file(transaction(second, "ACSC"), original=run.reference, message="BANK-9"), **told)
    later = file(transaction(second, "ACSC"), original=run.reference, message="BANK-9").replace(b"2026-03-02</Dt>", b"2026-12-31</Dt>")
    with refused("settled-later"):
        deliver.read_status_file(run, content=later, **{**told, "command": uuid.uuid4()})
    assert everything() == before


def test_two_answers_at_once_settle_each_payment_once(two: Any) -> None:
    held, _other = two
    run = sent(held)
    settled = [transaction(name, "ACSC") for name in run.payments.values_list("end_to_end", flat=True)]
    contents = [file(*settled, original=run.reference, message=f"BANK-{number}") for number in range(4)]

    def answer(number: int) -> Any:
        return deliver.read_status_file(run, content=contents[number % 4], by=held.finance, at=held.at, command=uuid.uuid4())

    racing.race([lambda number=number: answer(number) for number in range(8)])
    assert Event.objects.filter(kind="payment_settled").count() == 2 and StatusFile.objects.count() == 4
    assert sum(one.settled_count for one in StatusFile.objects.all()) == 2
    for one in two:
        one.case.refresh_from_db()
        assert one.case.paid_cents == 10_000_000_00


def test_a_difference_between_run_file_and_books_is_shown(two: Any, owner_connection: Any) -> None:
    held, _other = two
    run = sent(held)
    assert reconciling.reconcile(run).differences == []
    content = bytes(PaymentFile.objects.get().content).replace(b"10000000.00", b"10000000.01")
    owner_connection.execute("UPDATE deliver_paymentfile SET content = %s", [content])
    owner_connection.commit()
    assert reconciling.reconcile(run).differences == ["file"]
    owner_connection.execute("UPDATE deliver_paymentfile SET content = %s", [content[:-40]])
    owner_connection.commit()
    assert reconciling.reconcile(run).differences == ["file"]
    owner_connection.execute("UPDATE deliver_paymentfile SET content = %s", [content])
    owner_connection.commit()
    PaymentRun.objects.update(total_cents=1)
    run.refresh_from_db()
    assert reconciling.reconcile(run).differences == ["payments", "file", "books"]


def test_no_one_moves_more_than_they_were_delegated(two: Any) -> None:
    held, _other = two
    waiting = list(queries.unpaid_releases())
    for limits, code in (
        ({"limit_cents": 19_999_999_99, "grade": ""}, "above-limit"),
        ({"limit_cents": None, "grade": ""}, "no-limit"),
        ({"limit_cents": None, "grade": "gone"}, "limit-unreadable"),
        ({"limit_cents": None, "grade": "junior"}, "above-limit"),
    ):
        Power.objects.filter(person=held.maker).update(**limits)
        with refused(code):
            held.act(deliver.order_payment_run, waiting, by=held.maker)
    assert not PaymentRun.objects.exists()
    Power.objects.filter(person=held.maker).update(limit_cents=None, grade="senior")
    run = held.act(deliver.order_payment_run, waiting, by=held.maker)
    Power.objects.filter(person=held.checker).update(limit_cents=19_999_999_99)
    with refused("above-limit"):
        held.act(deliver.check_payment_run, run, by=held.checker)
    run.refresh_from_db()
    assert run.state == "ordered" and not PaymentFile.objects.exists()
