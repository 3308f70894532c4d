"""Walks a case from screening to the accepted offer through its pages, as browsers post them — e.g. a double click on "Decide"."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from millrace.registers.ledger import actions as moves
from millrace.registers.ledger import queries as ledger
from millrace.registers.timeline.models import Event
from millrace.stages.assess.models import Assignment, Meeting
from millrace.stages.award.conftest import ENVELOPE, Award
from millrace.web import access, clock


@pytest.fixture
def moment(story, monkeypatch):
    """The pages' clock follows the story's."""
    monkeypatch.setattr(clock, "now", lambda: story.at)
    return story


def browser(person, language="en"):
    client = Client(headers={"accept-language": language})
    client.force_login(person)
    session = client.session
    session[access.DEMONSTRATION] = True
    session.save()
    return client


def seen(person, address, language="en", status=200):
    answer = browser(person, language).get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def sent(person, address, status=302, **given):
    given.setdefault("command", str(uuid.uuid4()))
    answer = browser(person).post(address, given)
    assert answer.status_code == status, (
        address,
        answer.status_code,
        answer.content.decode()[:3000] if status != answer.status_code else "",
    )
    return answer


def test_a_case_goes_from_screening_to_the_accepted_offer_through_pages(moment):
    story, base = moment, f"/cases/{moment.case.reference}/"
    page = seen(story.officer, f"{base}screening/")
    assert "Funding ratio" in page and "HK$10,000,000" in page and page.count("<h1") == 1
    sent(story.officer, f"{base}screening/", outcome="passed")
    due = (story.at + timedelta(days=20)).date().isoformat()
    offered = seen(story.officer, f"{base}assessors/")
    people = [story.expert, *story.members]
    offered = seen(story.officer, f"{base}assessors/")
    assert story.expert.get_full_name() in offered
    sent(story.officer, f"{base}assessors/", expert=[story.expert.pk], committee=[member.pk for member in story.members], due_on=due)
    for person in people:
        assert story.case.title in seen(person, f"{base}interest/")
        assert "To declare on" in seen(person, "/reviews/")
        sent(person, f"{base}interest/", answer="clear")
    marks = {"mark_technology": 70, "mark_capability": 80, "mark_budget": 60, "summary": "Sound", "is_supporting": "yes"}
    assert "illustrative" in seen(story.expert, f"{base}review/")
    assert "must be at most 100" in sent(story.expert, f"{base}review/", 422, **{**marks, "mark_budget": 101}).content.decode()
    sent(story.expert, f"{base}review/", **marks)
    assert "For the meeting" in seen(story.secretary, "/desk/queues/meeting/")
    held = {
        "held_on": story.at.date().isoformat(),
        "by_circulation": "no",
        "present": [m.pk for m in story.members],
        "outcome": "recommended",
    }
    assert "70.0" in seen(story.secretary, f"{base}recommendation/")
    sent(story.secretary, f"{base}recommendation/", amount="10,000,000", reasons="Fair price", reason_codes=["budget"], **held)
    meeting = Meeting.objects.get()
    sitting = seen(story.members[0], f"/desk/meetings/{meeting.pk}/")
    assert story.case.reference in sitting and str(story.members[1]) in sitting
    assert f"/desk/meetings/{meeting.pk}/" in seen(story.authority, "/desk/meetings/")
    outsider = story.person("Another member", "committee")
    assert f"/desk/meetings/{meeting.pk}/" not in seen(outsider, "/desk/meetings/")
    for person in (outsider, story.company.writer):
        seen(person, f"/desk/meetings/{meeting.pk}/", status=404)
    Award(story).fund(10_000_000_00)
    assert "Left in the envelope" in seen(story.authority, f"{base}decision/")
    too_much = sent(story.authority, f"{base}decision/", 409, outcome="approved", amount="10,000,000.01")
    assert "Judged again today, the rules give HK$10,000,000" in too_much.content.decode()
    command = str(uuid.uuid4())
    for _click in range(2):
        sent(story.authority, f"{base}decision/", outcome="approved", amount="10,000,000", command=command)
    assert Event.objects.filter(kind="decision_made").count() == 1 and ledger.available(ENVELOPE) == 0
    signatory = story.company.signatory
    page = seen(signatory, f"{base}offer/")
    letter = page.split("/letters/")[1].split("/")[0]
    answer = browser(signatory).get(f"{base}letters/{letter}/")
    assert answer.content.startswith(b"%PDF-1.7") and answer["Content-Type"] == "application/pdf"
    assert "Accept or decline the offer" in seen(signatory, f"{base}?show=award")
    sent(signatory, f"{base}offer/", answer="accept")
    assert story.now().status == "in_force"
    shown = seen(story.officer, f"{base}?show=assessment")
    assert "70.0" in shown and "Fair price" in shown and story.expert.get_full_name() in shown
    assert "On completion: Line runs" in seen(signatory, f"{base}?show=award", "zh-hant").replace("完成時：", "On completion: ")
    assert story.expert.get_full_name() not in seen(signatory, base) and "70.0" not in seen(signatory, f"{base}?show=assessment")


def test_questions_go_back_and_answers_come_by_pages(moment):
    story, base = moment, f"/cases/{moment.case.reference}/"
    lines = {"questions-lines": "1", "questions-0-about": "budget_lines", "questions-0-text": "Who quoted?"}
    early = {"due_on": story.at.date().isoformat(), **lines}
    assert "must be due after today" in sent(story.officer, f"{base}ask-back/", 422, **early).content.decode()
    sent(story.officer, f"{base}ask-back/", due_on=(story.at + timedelta(days=9)).date().isoformat(), **lines)
    assert "Who quoted?" in seen(story.company.writer, f"{base}answer/")
    sent(story.company.writer, f"{base}answer/", answer_1="Acme")
    assert story.now().status == "submitted"


def test_a_conflict_hides_the_case_on_every_page_list_count_and_file(moment):
    story, base = moment, f"/cases/{moment.case.reference}/"
    story.screen()
    both = story.person("Officer and expert", "officer", "assessor")
    story.assign((both, "expert"))
    reference = story.case.reference
    assert reference in seen(both, "/desk/") and reference in seen(both, "/reviews/")
    sent(both, f"{base}interest/", answer="conflict", kind="family")
    assert Assignment.objects.get(person=both).outcome == "conflict"
    assert reference not in seen(both, "/desk/") and reference not in seen(both, "/reviews/")
    assert reference not in seen(both, "/desk/queues/mine/")
    csv = b"".join(browser(both).get("/desk/?format=csv").streaming_content).decode()
    assert reference not in csv
    for step in ("screening/", "assessors/", "recommendation/", "interest/", "review/"):
        seen(both, f"{base}{step}", status=404)
    csv = b"".join(browser(story.officer).get("/desk/?format=csv").streaming_content).decode()
    assert reference in csv


def test_nobody_without_the_standing_enters(moment):
    story, base = moment, f"/cases/{moment.case.reference}/"
    for step in ("screening/", "ask-back/", "assessors/", "interest/", "review/", "recommendation/", "decision/", "stage/"):
        seen(story.company.writer, f"{base}{step}", status=404)
        seen(story.expert, f"{base}{step}", status=404)
    seen(story.expert, "/desk/", status=404)
    seen(story.company.writer, "/reviews/", status=404)


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (15_000_000_00, ()),
        (10_900_000_00, ("After this approval the envelope is near its end: HK$900,000 of HK$10,900,000 would be left.",)),
        (9_000_000_00, ("Cases not yet decided ask for HK$10,000,000; HK$9,000,000 is left.", "HK$1,000,000 would be missing")),
    ],
)
def test_whoever_decides_is_warned_before_an_envelope_runs_out(moment, cents, said):
    award = Award(moment.to_recommended())
    award.fund(cents)
    address = f"/cases/{award.case.reference}/decision/"
    page = " ".join(seen(moment.authority, address).split())
    for sentence in said:
        assert sentence in page
    assert ("near its end" in page, "would be missing" in page) == (cents < 11_000_000_00, cents < 10_000_000_00)
    if cents < 10_000_000_00:
        # The warning stops nothing; the ledger does, with the figures.
        refused = sent(moment.authority, address, 409, outcome="approved", amount="10,000,000").content.decode()
        assert "HK$9,000,000" in refused and ledger.statement(award.case).total("reserved", "HKD") == 0


def test_an_envelope_that_is_near_its_end_already_says_so(moment, make):
    award = Award(moment.to_recommended())
    award.fund(200_000_000_00)
    other = make.case(status="approved")
    with transaction.atomic():
        event = Event.objects.filter(case=award.case).latest("id")
        moves.reserve(other, 185_000_000_00, envelope=ENVELOPE, event=event.pk, on=moment.at.date(), at=moment.at)
    page = " ".join(seen(moment.authority, f"/cases/{award.case.reference}/decision/").split())
    assert "This envelope is near its end: HK$15,000,000 is left of HK$200,000,000." in page
