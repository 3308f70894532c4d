"""Proves that a submission is judged, frozen and answered once — e.g. two drafts racing for the last of three concurrent projects."""

import hashlib
import json
import uuid
from datetime import UTC, datetime

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case, Verdict
from millrace.registers.messages.models import Letter
from millrace.registers.timeline.models import Event
from millrace.stages.apply import facts, terms
from millrace.stages.apply.actions import drafts, submission
from millrace.stages.apply.conftest import ASKED, NIFS, NOON
from millrace.stages.apply.models import Answers, Submission
from millrace.testing import racing


def refused(company, case, **given):
    with pytest.raises(Refusal) as no:
        company.submit(case, **given)
    assert not Submission.objects.filter(case=case).exists()
    return no.value


def test_a_submission_is_bound_judged_frozen_and_receipted(company):
    event = company.submit(company.draft())
    case, received = Case.objects.get(), Submission.objects.get()
    assert (case.status, case.requested_cents, case.sector, case.track) == ("submitted", ASKED, "electrical_electronic", "normal")
    assert case.scheme_version.version == "v2" and received.version == case.scheme_version
    assert hashlib.sha256(received.text.encode()).hexdigest() == received.sha256 == event.facts["sha256"]
    told = json.loads(received.text)
    assert told["answers"]["budget"]["own_money"] == 2_000_000_000
    assert told["documents"][0]["sha256"]
    verdict = Verdict.objects.get()
    assert verdict.verdict["amount"] and verdict.facts["open_projects"] == {"value": 0, "standing": "computed"}
    assert event.sheet["status"] == "submitted" and event.sheet["received_on"] == "2025-03-03"
    assert "Chan" not in event.body and "Housings" not in event.body
    letter = Letter.objects.get()
    assert letter.kind == "receipt" and received.sha256 in letter.body and letter.event_id == event.pk


def test_a_second_click_gives_the_first_receipt(company):
    case, command = company.draft(), uuid.uuid4()
    first = company.submit(case, command=command)
    assert company.submit(case, command=command).pk == first.pk
    assert Submission.objects.count() == 1 and Event.objects.filter(kind="application_submitted").count() == 1


def test_two_clicks_at_once_have_one_effect(company):
    case, command = company.draft(), uuid.uuid4()
    answers = racing.together([lambda: company.submit(case, command=command).pk] * 2)
    assert len(set(answers)) == 1 and Submission.objects.count() == 1


def test_only_a_signatory_of_a_confirmed_organisation_signs(company, make, published):
    case = company.draft()
    with pytest.raises(Refusal) as no:
        submission.submit_application(case, by=company.writer, at=NOON, command=uuid.uuid4())
    assert no.value.code == "not-signatory"
    company.organisation.confirmed_at = None
    company.organisation.save()
    assert refused(company, case).code == "organisation-not-confirmed"


@pytest.mark.parametrize(
    ("section", "change", "rule"),
    [
        ("budget", {"own_money": 15_000_000_00}, "one-to-two"),
        ("project", {"is_smart_line": False, "smart_technologies": None}, "smart-line"),
    ],
)
def test_what_fails_a_rule_is_refused_by_clause(company, section, change, rule):
    answers = {**NIFS, section: {**NIFS[section], **change}}
    no = refused(company, company.draft(answers=answers))
    assert no.code == "rules-not-met" and rule in no.values["codes"] and no.clause


def test_who_applies_is_read_from_the_register_and_not_from_what_they_say(company):
    company.organisation.incorporated_in = "CN"
    company.organisation.save()
    answers = {**NIFS, "eligibility": {**NIFS["eligibility"], "applicant_kind": "company", "place_of_incorporation": "hong_kong"}}
    no = refused(company, company.draft(answers=answers))
    assert no.code == "rules-not-met" and no.values["codes"] == ["company-incorporated-in-hong-kong"]


def test_an_entry_no_officer_confirmed_is_only_declared(company, published):
    book = terms.in_force("nifs", NOON).terms.book
    confirmed = facts.registered(book, company.organisation)
    assert {name: (told.value, str(told.standing)) for name, told in confirmed.items()} == {
        "applicant_kind": ("company", "verified"),
        "place_of_incorporation": ("hong_kong", "verified"),
    }
    company.organisation.confirmed_at = None
    assert {str(told.standing) for told in facts.registered(book, company.organisation).values()} == {"declared"}


def test_the_frozen_facts_say_which_of_them_are_verified(company):
    company.submit(company.draft())
    kept = Verdict.objects.get(purpose="submission").facts
    standings = {name: kept[name]["standing"] for name in ("applicant_kind", "place_of_incorporation", "open_projects", "total_cost")}
    assert list(standings.values()) == ["verified", "verified", "computed", "declared"]


def test_what_is_missing_is_counted_and_named(company):
    answers = {**NIFS, "budget": {**NIFS["budget"], "own_money": None}}
    no = refused(company, company.draft(answers=answers, with_file=False))
    assert (no.code, no.field, no.values["count"]) == ("not-complete", "own_money", 2)


def test_three_projects_at_a_time_are_counted_by_us(company, make):
    for _ in range(3):
        make.case(lead=company.organisation, status="in_force", approved_cents=1_000_000_00)
    no = refused(company, company.draft())
    assert no.code == "rules-not-met" and no.values["codes"] == ["projects-at-a-time"]


def test_a_draft_begun_under_earlier_rules_is_confirmed_first(company):
    case = company.draft(at=datetime(2023, 12, 1, tzinfo=UTC))
    assert refused(company, case).code == "rules-changed"
    drafts.confirm_version(case, by=company.writer, at=NOON, command=uuid.uuid4())
    company.submit(case)
    assert Case.objects.get().scheme_version.version == "v2"
    assert Answers.objects.count() == len(NIFS)


def test_within_a_month_of_doubt_both_readings_are_kept_until_an_officer_chooses(company, make):
    june = datetime(2025, 6, 10, 4, tzinfo=UTC)
    answers = {**NIFS, "budget": {**NIFS["budget"], "requested_amount": 2_000_000_00, "own_money": 28_000_000_00}}
    case = company.draft(answers=answers)
    company.submit(case, at=june)
    assert Submission.objects.get().is_in_doubt and Verdict.objects.count() == 2
    later = Verdict.objects.get(scheme_version__version="v3")
    officer = make.person(powers=("officer",))
    submission.choose_reading(case, version_id=later.scheme_version_id, by=officer, at=june, command=uuid.uuid4())
    case.refresh_from_db()
    assert (case.track, case.scheme_version.version) == ("streamlined", "v3")
    with pytest.raises(Refusal):
        submission.choose_reading(case, version_id=later.scheme_version_id, by=officer, at=june, command=uuid.uuid4())


def test_a_withdrawn_draft_is_in_no_figure_and_a_withdrawn_application_is(company):
    draft, sent = company.draft(), company.draft()
    company.submit(sent)
    quiet = submission.withdraw_application(draft, by=company.writer, at=NOON, command=uuid.uuid4())
    told = submission.withdraw_application(sent, by=company.writer, at=NOON, command=uuid.uuid4())
    assert Letter.objects.filter(kind="withdrawn").count() == 1
    assert quiet.sheet is None and told.sheet["status"] == "withdrawn"
    with pytest.raises(Refusal) as no:
        submission.withdraw_application(sent, by=company.writer, at=NOON, command=uuid.uuid4())
    assert no.value.code == "not-withdrawable"
