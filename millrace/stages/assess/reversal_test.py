"""Proves that an ineligible finding made in error is reversed by a second officer only — e.g. with the days lost to answer given back."""

import uuid
from datetime import timedelta

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Verdict
from millrace.registers.messages.models import Letter, Mail, Notice
from millrace.registers.timeline.models import Event
from millrace.stages.assess import actions, panels, queries
from millrace.stages.assess.models import Question, Reversal

WRONG = ["smart-line"]


def reverse(story, **given):
    given = {"reason": "rule_misapplied", "by": story.secretary, "command": uuid.uuid4()} | given
    return actions.reverse_ineligible(story.case, at=story.tick(), **given)


def refused(story, **given):
    with pytest.raises(Refusal) as no:
        reverse(story, **given)
    return no.value


def test_a_second_officer_puts_the_case_back_where_it_was_screened_from(story):
    finding, command = story.screen("ineligible", reasons=WRONG), uuid.uuid4()
    event = reverse(story, remarks="The line is smart: clause 3.", command=command)
    assert story.now().status == "submitted"
    assert event.kind == "finding_reversed" and event.sheet == {"status": "submitted", "refused_on": None}
    assert event.facts["reason"] == "rule_misapplied" and event.facts["finding"] == finding.pk
    assert event.facts["verdict"] == Verdict.objects.get(case=story.case, purpose="reversal").sha256
    assert "smart: clause" not in event.body
    letter = Letter.objects.get(kind="reinstated")
    assert letter.event_id == event.pk and "You need do nothing now." in letter.body
    assert Mail.objects.filter(letter=letter).count() == Notice.objects.filter(event=event).count() == 2
    # A double click is one act, and the case may be screened again; the finding and its reversal are kept.
    assert reverse(story, command=command).pk == event.pk and Reversal.objects.count() == 1
    story.screen()
    assert story.now().status == "screened"
    assert story.secretary.pk in queries.advisers(story.case)


def test_the_letter_is_in_the_applicants_language(story):
    story.case.opened_by.language = "zh-hant"
    story.case.opened_by.save()
    story.screen("ineligible", reasons=WRONG)
    reverse(story)
    assert "你暫時無須採取任何行動。" in Letter.objects.get(kind="reinstated").body


def test_nobody_reverses_a_finding_of_their_own_or_without_a_reason_or_a_finding(story):
    assert refused(story).code == "not-now"
    story.screen("ineligible", reasons=WRONG)
    assert refused(story, by=story.officer).code == "same-person"
    assert refused(story, reason="because").field == "reason"
    assert refused(story, by=story.authority).status == refused(story, by=story.company.signatory).status == 404
    story.company.writer.powers.create(power="officer", starts_at=story.at - timedelta(days=1), granted_by=story.officer)
    assert refused(story, by=story.company.writer).code == "own-application"
    assert story.now().status == "ineligible" and not Reversal.objects.exists() and not Letter.objects.filter(kind="reinstated").exists()
    reverse(story)
    assert refused(story).code == "not-now"


def test_a_limit_reached_since_then_keeps_the_case_out(story, make):
    story.screen("ineligible", reasons=WRONG)
    for _number in range(3):
        make.case(lead=story.company.organisation, status="in_force", approved_cents=1_000_000_00, at=story.at)
    no = refused(story)
    assert no.code == "still-ineligible" and "projects-at-a-time" in no.values["rules"] and "Number of projects" in no.clause
    assert story.now().status == "ineligible" and not Event.objects.filter(kind="finding_reversed").exists()


def test_questions_that_stood_open_are_open_again_with_the_days_lost_given_back(story, make):
    due_on = story.at.date() + timedelta(days=14)
    actions.ask_back(
        story.case, questions=[("", "Who quoted line 1?")], due_on=due_on, by=story.officer, at=story.tick(), command=uuid.uuid4()
    )
    story.screen("ineligible", reasons=WRONG)
    # While the case is ineligible nothing waits for the answers, however long it takes.
    assert actions.lapse_unanswered(make.system(), at=story.tick(30)) == 0
    assert panels.questions(story.now(), story.officer, story.at)["is_waiting"] is False
    event = reverse(story)
    assert story.now().status == "information_needed"
    given_back = queries.open_request(story.case).due_on
    assert given_back == due_on + timedelta(days=31) and event.facts["due_on"] == given_back.isoformat()
    assert "open again: please answer them by" in Letter.objects.get(kind="reinstated").body
    actions.answer_questions(story.case, answers={1: "Acme"}, by=story.company.writer, at=story.tick(), command=uuid.uuid4())
    assert story.now().status == "submitted" and Question.objects.get().answer == "Acme"


def test_the_page_shows_the_finding_and_reverses_it(story, sign_in):
    story.screen("ineligible", reasons=WRONG)
    address = f"/cases/{story.case.reference}/reverse-finding/"
    officer, party = sign_in(story.secretary), story.company.writer
    party.powers.create(power="officer", starts_at=story.at - timedelta(days=1), granted_by=story.officer)
    # Offered to another officer alone: neither to who made the finding nor to a party who is an officer too.
    case_page = f"/cases/{story.case.reference}/"
    assert address in officer.see(case_page)
    assert address not in sign_in(story.officer).see(case_page) and address not in sign_in(party).see(case_page)
    page = officer.see(address)
    assert "Meaning of a smart production line" in page and "What the rules say now" in page
    assert address in officer.see(f"/cases/{story.case.reference}/")
    assert "recorded this finding" in sign_in(story.officer).press(address, status=403, reason="fact_misread")
    assert officer.press(address, reason="fact_misread", remarks="Read again.") == f"/cases/{story.case.reference}/"
    shown = officer.see(f"/cases/{story.case.reference}/?show=assessment")
    assert "Reversed" in shown and "A fact of the application was misread." in shown and "Read again." in shown
    assert "撤銷" in sign_in(story.secretary, "zh-hant").see(f"/cases/{story.case.reference}/")
    sign_in(story.company.signatory).see(address, status=404)
