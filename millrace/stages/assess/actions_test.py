"""Proves assessment from submission to recommendation — e.g. that a conflict closes a case and that silence lets it lapse."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Standing, Verdict
from millrace.registers.messages.models import Letter, Mail, Notice
from millrace.registers.timeline.models import Event
from millrace.stages.apply import terms
from millrace.stages.apply.conftest import NIFS
from millrace.stages.apply.models import Submission
from millrace.stages.assess import actions, guard, queries
from millrace.stages.assess.conftest import Story
from millrace.stages.assess.models import Assignment, Question, Review, Seat
from millrace.web import access


def refusal(call, *given, **named):
    with pytest.raises(Refusal) as no:
        call(*given, **named)
    return no.value


def test_screening_stores_its_verdict_and_moves_the_case(story):
    event = story.screen()
    assert story.now().status == "screened"
    assert event.sheet == {"status": "screened", "screened_on": story.at.date().isoformat(), "version": "v2", "track": "normal"}
    assert Verdict.objects.filter(case=story.case, purpose="screening").get().sha256 == event.facts["verdict"]
    assert story.case.officer == story.officer


def test_ineligible_names_rules_and_writes_the_letter(story):
    assert refusal(story.screen, "ineligible").code == "no-reason"
    event = story.screen("ineligible", reasons=["smart-line"])
    assert story.now().status == "ineligible"
    assert event.facts["reasons"] == [{"rule": "smart-line", "clause": "Meaning of a smart production line"}]
    letter = Letter.objects.exclude(kind="receipt").get()
    assert (letter.kind, letter.event_id) == ("ineligible", event.pk)
    assert "Meaning of a smart production line: All or a significant part" in letter.body
    assert Mail.objects.filter(letter=letter).count() == Notice.objects.filter(event=event).count() == 2


@pytest.mark.parametrize(("wanted", "track"), [("v2", "normal"), ("v3", "streamlined")])
def test_within_a_month_of_doubt_the_reading_chosen_at_screening_counts_from_then_on(make, company, wanted, track):
    june = datetime(2025, 6, 10, 4, tzinfo=UTC)
    budget = {**NIFS["budget"], "requested_amount": 2_000_000_00, "own_money": 28_000_000_00}
    case = company.draft(answers={**NIFS, "budget": budget})
    company.submit(case, at=june)
    case.refresh_from_db()
    story = Story(make, company, case, june)
    assert refusal(story.screen).code == "version-in-doubt"
    chosen = Verdict.objects.get(case=case, purpose="submission", scheme_version__version=wanted)
    strange = Verdict.objects.get(case=case, purpose="submission", scheme_version__version=wanted).scheme_version
    strange.pk = 0
    assert refusal(story.screen, version=strange).code == "version-in-doubt"
    event = story.screen(version=chosen.scheme_version)
    received, case = Submission.objects.get(case=case), story.now()
    assert (received.is_in_doubt, received.version_id, received.verdict_id) == (False, chosen.scheme_version_id, chosen.pk)
    assert (case.scheme_version.version, case.track, case.status) == (wanted, track, "screened")
    assert (event.sheet["version"], event.sheet["track"], event.facts["version"]) == (wanted, track, wanted)
    assert Verdict.objects.get(case=case, purpose="screening").scheme_version_id == chosen.scheme_version_id
    assert ("expert_review" in guard.workflow(terms.of_row(case.scheme_version).book, case.track)) == (track == "normal")
    story.call_committee()
    story.recommend()
    assert story.now().status == "recommended"


def test_a_repeated_click_has_one_effect(story):
    command = uuid.uuid4()
    given = {"outcome": "passed", "by": story.officer, "at": story.at, "command": command}
    first = actions.record_screening(story.case, **given)
    assert actions.record_screening(story.case, **given).pk == first.pk
    assert Event.objects.filter(kind="found_eligible").count() == 1


def test_who_acts_for_the_applicant_does_not_screen(story):
    story.company.writer.powers.create(power="officer", starts_at=story.at - timedelta(days=1), granted_by=story.officer)
    assert refusal(story.screen, by=story.company.writer).code == "own-application"
    assert refusal(story.screen, by=story.expert).status == 404


def ask(story, *texts, days=14):
    due_on = story.at.date() + timedelta(days=days)
    questions = [("budget_lines", text) for text in texts]
    return actions.ask_back(story.case, questions=questions, due_on=due_on, by=story.officer, at=story.tick(), command=uuid.uuid4())


def answer(story, answers):
    return actions.answer_questions(story.case, answers=answers, by=story.company.writer, at=story.tick(), command=uuid.uuid4())


def test_only_the_questions_asked_are_answered_and_all_of_them(story):
    ask(story, "Who quoted line 1?", "Why this model?")
    assert story.now().status == "information_needed"
    assert "1. Who quoted line 1?" in Letter.objects.get(kind="information_request").body
    assert refusal(answer, story, {1: "Acme", 2: "Price", 3: "More"}).code == "not-asked"
    assert refusal(answer, story, {1: "Acme"}).field == "answer_2"
    event = answer(story, {1: "Acme", 2: "Price"})
    assert story.now().status == "submitted"
    assert "Acme" not in event.body
    assert list(Question.objects.order_by("number").values_list("answer", flat=True)) == ["Acme", "Price"]
    assert refusal(answer, story, {1: "Again", 2: "Again"}).code == "nothing-asked"


def test_silence_lets_the_case_lapse_after_its_day_and_once(story, make):
    ask(story, "Who quoted line 1?", days=14)
    system = make.system()
    assert actions.lapse_unanswered(system, at=story.tick(13)) == 0
    assert actions.lapse_unanswered(system, at=story.tick(1)) == 1
    assert story.now().status == "lapsed"
    assert Letter.objects.filter(kind="lapsed").count() == 1
    assert actions.lapse_unanswered(system, at=story.tick()) == 0


def test_nobody_sees_the_dossier_before_declaring(story):
    story.screen()
    story.assign((story.expert, "expert"))
    assert story.now().status == "under_assessment"
    assert story.case not in access.cases_visible_to(story.expert, story.at)
    story.declare(story.expert)
    assert story.case in access.cases_visible_to(story.expert, story.at)


def test_a_conflict_closes_the_case_everywhere_even_after_a_review(story):
    story.screen()
    story.assign((story.expert, "expert"))
    story.declare(story.expert)
    story.review(story.expert)
    assert len(queries.counted_reviews(story.case)) == 1
    event = story.declare(story.expert, is_conflict=True)
    assert event.visibility == "audit" and event.facts == {"conflict_kind": "employment"}
    assert story.case not in access.cases_visible_to(story.expert, story.at)
    assert queries.counted_reviews(story.case) == []
    assert refusal(story.review, story.expert).status == 404
    assert refusal(story.assign, (story.expert, "expert")).code == "not-assignable-conflicted"


def test_who_may_not_assess_is_told_why(story):
    story.screen()
    assert refusal(story.assign, (story.authority, "expert")).code == "not-assignable-no-power"
    assert refusal(story.assign, (story.expert, "business")).code == "not-assignable-no-such-step"
    story.company.writer.powers.create(power="assessor", starts_at=story.at, granted_by=story.officer)
    assert refusal(story.assign, (story.company.writer, "expert")).code == "not-assignable-own-application"


def test_a_review_is_whole_and_a_change_is_a_new_version(story):
    story.screen()
    story.assign((story.expert, "expert"))
    story.declare(story.expert)
    assert refusal(story.review, story.expert, marks={"technology": 70}).field == "mark_capability"
    assert refusal(story.review, story.expert, marks={"technology": 101, "capability": 1, "budget": 1}).code == "mark-out-of-range"
    story.review(story.expert)
    story.review(story.expert, marks={"technology": 50, "capability": 50, "budget": 50})
    assert list(Review.objects.order_by("version").values_list("version", "total_tenths")) == [(1, 700), (2, 500)]
    book = story.case.scheme_version
    assert book is not None
    assert queries.own_review(story.expert, story.case).version == 2


def test_the_committee_advises_with_a_quorum_of_declared_members(story):
    story.screen()
    story.call_committee()
    one, two, three, *_rest = story.members
    assert refusal(story.recommend, present=[one, two]).code == "no-quorum"
    assert refusal(story.recommend, amount_cents=story.case.requested_cents + 1).code == "amount-above-rules"
    event = story.recommend(present=[one, two, three])
    assert story.now().status == "recommended"
    assert event.facts["present_count"] == 3 and event.sheet["supported_on"]
    assert Seat.objects.filter(recommendation__case=story.case).count() == 3


def test_leaving_the_room_is_a_declared_conflict(story):
    story.screen()
    story.call_committee()
    five = story.members[-1]
    story.recommend(left=[five])
    assert Standing.objects.filter(person=five, case=story.case, relation="conflicted", ends_at=None).exists()
    assert Assignment.objects.get(person=five).outcome == "conflict"
    assert five.pk not in queries.advisers(story.case)


def test_a_conflicted_member_may_not_stay(story):
    story.screen()
    story.call_committee()
    story.declare(story.members[0], is_conflict=True)
    assert refusal(story.recommend).code == "conflicted-stayed"


def test_who_records_the_meeting_does_not_vote(story):
    story.screen()
    story.call_committee()
    story.members[0].powers.create(power="officer", starts_at=story.at, granted_by=story.officer)
    assert refusal(story.recommend, by=story.members[0]).code == "secretary-votes"


def test_steps_are_not_skipped(story):
    assert refusal(story.recommend, present=[]).code == "not-now"
    story.screen()
    assert refusal(story.recommend, present=[]).code in ("not-now", "no-quorum")
    assert story.now().status == "screened"
