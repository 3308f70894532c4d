"""Walks the pages of an application over HTTP with real commits — e.g. from an empty draft to a receipt that can be checked."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millrace.registers.cases.models import Case
from millrace.registers.documents.models import Document
from millrace.registers.messages.models import Notice
from millrace.registers.people.models import Organisation
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import NIFS, NOON, PDF
from millrace.stages.apply.models import Answers, Draft, Message, Part, Submission
from millrace.web import access, clock

LANGUAGES = ("en", "zh-hant", "zh-hans")


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def enter(person, language="en"):
    """A browser in which this person is signed in, second factor passed."""
    browser = Client()
    browser.force_login(person, backend="millrace.web.sign_in.Backend")
    session = browser.session
    session[access.DEMONSTRATION] = True
    session.save()
    browser.cookies["language"] = language
    return browser


def hidden(page):
    """The hidden inputs of a page's forms, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: id="[^"]*")? value="([^"]*)"', page.content.decode())
    return dict(found)


BUDGET = {
    "budget_lines-lines": "1",
    "budget_lines-0-head": "machinery",
    "budget_lines-0-item": "Machining centre",
    "budget_lines-0-amount": "30,000,000",
    "own_money": "20000000",
    "requested_amount": "10,000,000.00",
    "other_support": "no",
}
ASKED = "budget_lines patent_cost own_money requested_amount other_support"


def send(browser, case, section="budget", **changes):
    url = f"/cases/{case.reference}/draft/sections/{section}/"
    page = browser.get(url)
    given = hidden(page) | {"asked": ASKED} | BUDGET | changes
    return browser.post(url, {name: value for name, value in given.items() if value is not None})


def test_the_whole_way_from_draft_to_a_receipt_that_can_be_checked(company, make):
    writer, signatory = enter(company.writer), enter(company.signatory)
    page = writer.post("/schemes/nifs/apply/", {"organisation": company.organisation.pk, "command": uuid.uuid4()})
    case = Case.objects.get()
    assert page.url == f"/cases/{case.reference}/draft/"
    case = company.draft(answers={name: given for name, given in NIFS.items() if name != "budget"}, with_file=False)
    assert send(writer, case).status_code == 302
    upload = SimpleUploadedFile("報價單.pdf", PDF)
    url = f"/cases/{case.reference}/draft/sections/documents/"
    writer.post(url, {**hidden(writer.get(url)), "asked": "quotations layout_plan", "quotations": upload})
    assert Document.objects.get().name == "報價單.pdf"
    assert "Check the answers" in writer.get(f"/cases/{case.reference}/draft/check/").content.decode()
    assert writer.post(f"/cases/{case.reference}/request-sign-off/", {"command": uuid.uuid4()}).status_code == 302
    sign = {"is_true": "on", "command": str(uuid.uuid4())}
    done = [signatory.post(f"/cases/{case.reference}/sign/", sign) for _ in range(2)]
    assert [each.url for each in done] == [f"/cases/{case.reference}/receipt/"] * 2
    kept = Submission.objects.get()
    told = signatory.get(f"/cases/{case.reference}/receipt/").content.decode()
    assert kept.sha256 in told and "12:00:00 HKT" in told
    assert kept.sha256 in signatory.get(f"/cases/{case.reference}/receipt/text/").content.decode()
    assert signatory.get(f"/cases/{case.reference}/receipt/submission/").content.decode() == kept.text
    anyone = Client()
    assert (
        "for exactly this content" in anyone.get("/receipts/check/", {"reference": case.reference, "sha256": kept.sha256}).content.decode()
    )
    assert "We gave no receipt" in anyone.get("/receipts/check/", {"reference": case.reference, "sha256": "0" * 64}).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_draft_shows_in_each_language(company, make, language):
    case = company.draft()
    writer, signatory, officer = (
        enter(person, language) for person in (company.writer, company.signatory, make.person(powers=("officer",), at=NOON))
    )
    new = make.organisation(is_confirmed=False, by=company.writer)
    pages = {
        writer: [
            "/home/",
            "/schemes/nifs/apply/",
            "/schemes/raise-plus/apply/",
            "/organisations/register/",
            f"/organisations/{company.organisation.pk}/",
            f"/cases/{case.reference}/",
            f"/cases/{case.reference}/?show=application",
            f"/cases/{case.reference}/?show=thread",
            f"/cases/{case.reference}/draft/",
            *(f"/cases/{case.reference}/draft/sections/{section}/" for section in ("eligibility", "project", "budget", "documents")),
            f"/cases/{case.reference}/draft/sections/budget/earlier/",
            f"/cases/{case.reference}/draft/check/",
            f"/cases/{case.reference}/draft/rules/",
            f"/cases/{case.reference}/parts/",
            f"/cases/{case.reference}/withdraw/",
            "/receipts/check/",
        ],
        signatory: [f"/cases/{case.reference}/sign/"],
        officer: ["/desk/organisations/", f"/desk/organisations/{new.pk}/"],
    }
    for browser, addresses in pages.items():
        for address in addresses:
            page = browser.get(address)
            assert page.status_code == 200, address
            text = page.content.decode()
            assert text.count("<h1") == 1 and len(page.content) <= 100_000, address
    company.submit(case)
    for address in ("", "?show=application", "?show=thread"):
        assert officer.get(f"/cases/{case.reference}/{address}").status_code == 200
    assert signatory.get(f"/cases/{case.reference}/receipt/").status_code == 200


def test_an_amount_with_too_many_decimals_is_named_and_kept_as_typed(company):
    case, writer = company.draft(), enter(company.writer)
    page = send(writer, case, own_money="20000000.005")
    assert page.status_code == 422
    text = page.content.decode()
    assert "20000000.005 has more than 2 decimals" in text and 'value="20000000.005"' in text
    again = writer.get(f"/cases/{case.reference}/draft/sections/budget/").content.decode()
    assert 'value="20000000.005"' in again
    assert Answers.objects.filter(section="budget").latest("number").answers["requested_amount"] == 1_000_000_000


def test_a_stale_save_shows_both_texts_and_loses_neither(company, make):
    case = company.draft()
    colleague = make.member(company.organisation, "member", at=NOON - timedelta(days=1))
    writer, other = enter(company.writer), enter(colleague)
    url = f"/cases/{case.reference}/draft/sections/project/"
    mine = hidden(writer.get(url)) | {"asked": "project_title line_address", "project_title": "My title", "line_address": "Tai Po"}
    theirs = hidden(other.get(url)) | {"asked": "project_title line_address", "project_title": "Their title", "line_address": "Yuen Long"}
    assert other.post(url, theirs).status_code < 400
    page = writer.post(url, mine)
    text = page.content.decode()
    assert page.status_code == 409 and "My title" in text and "Their title" in text and "Tai Po" in text
    chosen = hidden(page) | {"keep-project_title": "theirs", "keep-line_address": "mine"}
    assert writer.post(url, chosen).status_code < 400
    kept = Answers.objects.filter(section="project").latest("number").answers
    assert (kept["project_title"], kept["line_address"]) == ("Their title", "Tai Po")
    assert kept["project_months"] == 18


def test_autosave_answers_with_a_fragment_and_never_blocks_its_own_page(company):
    case, writer = company.draft(), enter(company.writer)
    url = f"/cases/{case.reference}/draft/sections/budget/"
    given = hidden(writer.get(url)) | {"asked": ASKED} | BUDGET | {"own_money": "19000000"}
    saved = writer.post(url, given, headers={"HX-Request": "true"})
    text = saved.content.decode()
    assert saved.status_code == 200 and "<html" not in text and 'id="saved"' in text and 'id="preview"' in text
    assert writer.post(url, given | {"own_money": "20000000"}).status_code == 302  # still based on the number of the open page
    assert Answers.objects.filter(section="budget").count() == 3


def test_a_question_that_an_answer_calls_for_is_asked_next_without_scripts(company):
    case, writer = company.draft(answers={}), enter(company.writer)
    url = f"/cases/{case.reference}/draft/sections/project/"
    first = hidden(writer.get(url))
    assert "smart_technologies" not in first["asked"]
    page = writer.post(url, first | {"is_smart_line": "yes"})
    assert page.status_code == 200 and "smart_technologies" in hidden(page)["asked"]
    done = writer.post(url, hidden(page) | {"is_smart_line": "yes", "smart_technologies": "sensors"})
    assert done.status_code == 302
    assert Answers.objects.filter(section="project").latest("number").answers["smart_technologies"] == ["sensors"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("q.pdf", b"MZ\x90\x00\x03", "Only these kinds are taken"),
        ("q.xlsx", PDF, "is named .xlsx but is a pdf file"),
        ("q.pdf", b"%PDF-1.7 " + b" " * 11_000_000, "The file is 11.1 MB; at most 10 MB is taken."),
    ],
)
def test_an_oversized_or_mistyped_file_is_refused_by_name_and_the_rest_is_kept(company, name, content, sentence):
    case, writer = company.draft(with_file=False), enter(company.writer)
    url = f"/cases/{case.reference}/draft/sections/documents/"
    page = writer.post(url, {**hidden(writer.get(url)), "asked": "quotations layout_plan", "quotations": SimpleUploadedFile(name, content)})
    assert page.status_code == 422 and sentence in page.content.decode() and f"“{name}”" in page.content.decode()
    assert not Document.objects.exists()


def test_a_late_submission_shows_both_clocks(company, make, monkeypatch):
    case = company.draft()
    call = Draft.objects.get(case=case).call
    call.closes_at = NOON
    call.save()
    page = enter(company.signatory).post(f"/cases/{case.reference}/sign/", {"is_true": "on", "command": uuid.uuid4()})
    text = page.content.decode()
    assert page.status_code == 409 and text.count("3 March 2025, 12:00 HKT") >= 2
    assert Case.objects.get(pk=case.pk).status == "draft"


def test_what_is_not_theirs_does_not_exist(company, make):
    case = company.draft()
    company.submit(case)
    stranger = enter(make.member(make.organisation(), "member", "signatory", "administrator"))
    document = Document.objects.get()
    for address in (
        f"/organisations/{company.organisation.pk}/",
        f"/desk/organisations/{company.organisation.pk}/",
        *(
            f"/cases/{case.reference}/{rest}"
            for rest in ("", "draft/", "receipt/", "sign/", "parts/", f"files/{document.pk}/", "withdraw/")
        ),
    ):
        page = stranger.get(address)
        assert page.status_code == 404 and "Harbour" not in page.content.decode(), address


def test_a_sponsor_confirms_its_own_part_and_sees_nothing_else(company, make):
    case, writer = company.draft(), enter(company.writer)
    bank = make.organisation("Pearl Capital Ltd", at=NOON)
    sponsor = make.member(bank, "member", at=NOON)
    number = bank.registration_number
    writer.post(f"/cases/{case.reference}/parts/", {"role": "sponsor", "registration_number": number, "command": uuid.uuid4()})
    part = Part.objects.get()
    theirs = enter(sponsor)
    assert f"/cases/{case.reference}/parts/{part.pk}/" in theirs.get("/home/").content.decode()
    asked = theirs.get(f"/cases/{case.reference}/parts/{part.pk}/").content.decode()
    assert "Money the sponsor brings" in asked and 'name="in_kind_cents"' not in asked
    told = {"work": "Cash for the line", "cash_cents": "2,000,000", "in_kind_cents": "", "command": uuid.uuid4()}
    assert theirs.post(f"/cases/{case.reference}/parts/{part.pk}/", told).status_code == 302
    part.refresh_from_db()
    assert part.cash_cents == 200_000_000 and part.confirmed_by == sponsor
    page = theirs.get(f"/cases/{case.reference}/").content.decode()
    assert "HK$2,000,000" in page and "Housings" not in page and "20,000,000" not in page
    assert "What happened to your part" in page and "A file was added" not in page and "Draft begun" not in page
    for rest in ("draft/", "draft/check/", "receipt/", "?show=application"):
        page = theirs.get(f"/cases/{case.reference}/{rest}")
        assert page.status_code == 404 or "Housings" not in page.content.decode()


def test_a_file_is_only_ever_a_download_and_is_accepted_on_record(company, make):
    case = company.draft()
    company.submit(case)
    document, officer = Document.objects.get(), enter(make.person(powers=("officer",), at=NOON))
    file = officer.get(f"/cases/{case.reference}/files/{document.pk}/")
    assert file["Content-Disposition"].startswith("attachment") and file["X-Content-Type-Options"] == "nosniff" and file.content == PDF
    officer.post(f"/cases/{case.reference}/files/{document.pk}/ruling/", {"ruling": "accept", "command": uuid.uuid4()})
    document.refresh_from_db()
    assert document.state == "accepted" and Event.objects.filter(kind="document_accepted").exists()


def test_question_and_reply_stay_out_of_the_events(company, make):
    case = company.draft()
    company.submit(case)
    officer = make.person(powers=("officer",), at=NOON)
    enter(company.writer).post(f"/cases/{case.reference}/thread/", {"body": "May it stand in Yuen Long?", "command": uuid.uuid4()})
    enter(officer).post(f"/cases/{case.reference}/thread/", {"body": "It may.", "command": uuid.uuid4()})
    assert [message.is_from_funder for message in Message.objects.order_by("id")] == [False, True]
    assert not Event.objects.filter(body__contains="Yuen").exists()
    told = enter(company.writer).get(f"/cases/{case.reference}/?show=thread").content.decode()
    assert "It may." in told


def test_a_question_and_its_reply_reach_the_other_sides_inbox(company, make):
    case = company.draft()
    company.submit(case)
    officer, thread = make.person(powers=("officer",), at=NOON), f"/cases/{case.reference}/thread/"

    def told(person, kind):
        return Notice.objects.filter(person=person, case=case, event__kind=kind).count()

    def is_queued():
        return case.reference in enter(officer).get("/desk/queues/questions/").content.decode()

    assert not is_queued()
    for body in ("May it stand in Yuen Long?", "Or in Tai Po?"):
        enter(company.writer).post(thread, {"body": body, "command": uuid.uuid4()})
    assert is_queued() and not told(officer, "question_asked"), "nobody has it yet: the queue shows it"
    enter(officer).post(thread, {"body": "It may.", "command": uuid.uuid4()})
    assert told(company.writer, "question_answered") == told(company.signatory, "question_answered") == 1 and not is_queued()
    Case.objects.filter(pk=case.pk).update(officer=officer)
    enter(company.writer).post(thread, {"body": "Thank you. And from when?", "command": uuid.uuid4()})
    assert told(officer, "question_asked") == 1 and is_queued()


def test_a_draft_offers_no_thread_that_no_officer_can_read(company):
    case, writer = company.draft(), enter(company.writer)
    page = writer.get(f"/cases/{case.reference}/?show=thread").content.decode()
    assert "once the application is submitted" in page and f"/cases/{case.reference}/thread/" not in page
    refused = writer.post(f"/cases/{case.reference}/thread/", {"body": "May it?", "command": uuid.uuid4()})
    assert refused.status_code == 409 and "No officer can see a draft" in refused.content.decode() and not Message.objects.exists()


def test_an_organisation_is_registered_and_confirmed_by_hand(published, make):
    chan, officer = make.person(), make.person(powers=("officer",), at=NOON)
    told = {"name": "Harbour Precision Ltd", "name_zh": "港灣精工", "kind": "company", "registration_kind": "hk_br"}
    told |= {"registration_number": "1234567", "incorporated_in": "HK", "next": "", "command": uuid.uuid4()}
    page = enter(chan).post("/organisations/register/", told)
    assert page.status_code == 422 and "Copy it again from the certificate" in page.content.decode()
    assert enter(chan).post("/organisations/register/", told | {"registration_number": "12345678-000"}).status_code == 302
    new = Organisation.objects.get(registration_number="12345678")
    listed = enter(officer).get("/desk/organisations/").content.decode()
    assert "Harbour Precision Ltd" in listed
    enter(officer).post(f"/desk/organisations/{new.pk}/", {"is_subvented": "no", "command": uuid.uuid4()})
    new.refresh_from_db()
    assert new.confirmed_by == officer


def test_a_sponsors_files_are_read_by_itself_and_the_funder_not_by_the_lead(company, make, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case, bank = company.draft(), make.organisation("Pearl Capital Ltd", at=NOON)
    sponsor, lead = enter(make.member(bank, "member", at=NOON)), enter(company.writer)
    stranger = enter(make.member(make.organisation("Other Ltd", at=NOON), at=NOON))
    number = bank.registration_number
    lead.post(f"/cases/{case.reference}/parts/", {"role": "sponsor", "registration_number": number, "command": uuid.uuid4()})
    part = Part.objects.get()
    base = f"/cases/{case.reference}/parts/{part.pk}/"
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    wrong = sponsor.post(f"{base}files/", {"file": SimpleUploadedFile("terms.pdf", b"not one"), "command": uuid.uuid4()})
    assert wrong.status_code == 422 and "was not taken" in wrong.content.decode()
    assert sponsor.post(f"{base}files/", {"file": SimpleUploadedFile("terms.pdf", pdf), "command": uuid.uuid4()}).status_code == 302
    document = Document.objects.get(place=f"part-{part.pk}")
    assert document.state == "quarantined" and document.organisation == bank
    assert sponsor.get(f"{base}files/{document.pk}/").content == pdf
    assert "terms.pdf" in sponsor.get(base).content.decode() and "terms.pdf" in sponsor.get(f"/cases/{case.reference}/").content.decode()
    named = lead.get(f"/cases/{case.reference}/?show=application").content.decode()
    assert "terms.pdf" in named and f"/files/{document.pk}/" not in named
    for browser in (lead, stranger):
        for address in (f"{base}files/{document.pk}/", f"/cases/{case.reference}/files/{document.pk}/"):
            assert browser.get(address).status_code == 404, address
        upload = {"file": SimpleUploadedFile("terms.pdf", pdf), "command": uuid.uuid4()}
        assert browser.post(f"{base}files/", upload).status_code == 404
        for address in (f"{base}files/{document.pk}/remove/", f"/cases/{case.reference}/files/{document.pk}/remove/"):
            assert browser.post(address, {"command": uuid.uuid4()}).status_code == 404
    assert sponsor.post(f"{base}files/{document.pk}/remove/", {"command": uuid.uuid4()}).status_code == 302
    assert "terms.pdf" not in sponsor.get(base).content.decode()
