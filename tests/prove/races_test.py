"""Limits hold under races — e.g. two projects approved at once for the last of three, and 20 applications for 15 places.

Every racer has a connection of its own and starts at the same barrier; what one may have, exactly one gets.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from millrace.core.rules import form
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.stages.apply.actions import attachments, submission
from millrace.stages.apply.conftest import EARLY, PDF, Company, company, published  # noqa: F401  # fixtures are found by name
from millrace.stages.apply.models import Submission
from millrace.stages.assess.conftest import Story, story  # noqa: F401  # as above
from millrace.stages.award.conftest import ENVELOPE, Award, award  # noqa: F401  # as above
from millrace.testing import racing

pytestmark = pytest.mark.prove
PLACES, RACERS = 15, 20
EXERCISE = datetime(2024, 9, 20, 4, tzinfo=UTC)


def test_two_drafts_for_the_last_of_three_projects_end_as_one(award: Award, make: Any) -> None:  # noqa: F811  # the fixture
    """Two projects run, two more were drafted and submitted at once and recommended: exactly one of them is approved."""
    first = award.story
    applicant, at = first.company, first.at
    for _running in range(2):
        make.case(lead=applicant.organisation, status="in_force", approved_cents=1_000_000_00)
    second = Story(first.make, applicant, applicant.draft(at=at), at, first.people)
    third = Story(first.make, applicant, applicant.draft(at=at), at, first.people)
    assert racing.race([lambda one=one: applicant.submit(one.case, at=at) for one in (second, third)]) == ["done", "done"]
    for one in (second, third):
        one.case.refresh_from_db()
        one.to_recommended()
    award.fund(30_000_000_00)
    before = ledger.available(ENVELOPE)
    others = [first.make.person(f"Deputy {n}", powers=("authority",), at=EARLY) for n in range(3)]
    judged = [Award(one) for one in (first, second, third)]
    answers = racing.race([lambda one=one, by=by: one.decide(by=by) for one, by in zip(judged, others, strict=True)])
    assert sorted(answers) == ["done", "rules-no-longer-hold", "rules-no-longer-hold"]
    approved = Case.objects.get(status="approved")
    assert before - ledger.available(ENVELOPE) == approved.approved_cents


def test_with_three_projects_running_no_draft_passes_however_many_come_at_once(company: Company, make: Any) -> None:  # noqa: F811  # as above
    """The third approval comes while two drafts are being signed: whoever is signed after it is refused by the limit."""
    for _running in range(3):
        make.case(lead=company.organisation, status="in_force", approved_cents=1_000_000_00)
    waiting = [company.draft() for _ in range(2)]
    assert racing.race([lambda case=case: company.submit(case) for case in waiting]) == ["rules-not-met"] * 2
    assert not Submission.objects.exists()


def application(university: Company, number: int) -> Case:
    """A complete draft of a university's team for direct entry."""
    answers = {
        "team": {
            "sector": "biotechnology",
            "contact_name": "Wu Siu Fan",
            "contact_email": "wu@example.org",
            "team_members": [{"name": "Wu Siu Fan", "standing": "faculty", "part": "Leads"}],
            "is_research_team_of_university": True,
        },
        "project": {
            "project_title": f"A scaffold, the {number}th",
            "project_purpose": "transformation",
            "project_summary": "From the university's own patents.",
            "entry_stage": "stage_2",
            "has_prototype": True,
            "project_months": 34,
            "milestones": [{"title": "On the market", "stage": "stage_2", "due_on": "2027-06-30"}],
        },
        "stage_2": {"stage_2_budget": [{"head": "equipment", "item": "Line", "amount": 24_000_000_00}], "stage_2_industry": 12_000_000_00},
        "terms": {"is_money_non_repayable": True, "ip_share": 7000, "requested_amount": 12_000_000_00},
    }
    case = university.draft("raise-plus", at=EXERCISE, answers=answers, with_file=False)
    for place in ("sponsorship_letters", "selection_record"):
        given = {"slot": form.Slot(("pdf",), 1_000_000, 2), "name": "p.pdf", "content": PDF, "organisation": university.organisation}
        attachments.upload_document(case, place=place, **given, by=university.writer, at=EXERCISE, command=uuid.uuid4())
    return case


@pytest.mark.usefixtures("published")
def test_of_twenty_applications_of_one_university_fifteen_are_received(make: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    university, other = (Company(make, kind="university") for _ in range(2))
    for one in (university, other):
        one.organisation.registration_kind = "hk_university"
        one.organisation.save()
    cases = [application(university, number) for number in range(RACERS)]
    beside = application(other, 99)
    answers = racing.race(
        [lambda case=case: university.submit(case, at=EXERCISE) for case in cases] + [lambda: other.submit(beside, at=EXERCISE)]
    )
    assert answers.pop() == "done", "another university is not in the way"
    assert sorted(answers) == ["done"] * PLACES + ["rules-not-met"] * (RACERS - PLACES)
    assert Submission.objects.filter(organisation=university.organisation).count() == PLACES
    assert Case.objects.filter(lead=university.organisation, status="draft").count() == RACERS - PLACES
    gone = Submission.objects.filter(organisation=university.organisation).first()
    assert gone is not None
    submission.withdraw_application(gone.case, by=university.signatory, at=EXERCISE, command=uuid.uuid4())
    left = list(Case.objects.filter(lead=university.organisation, status="draft"))
    assert (
        sorted(racing.race([lambda case=case: university.submit(case, at=EXERCISE) for case in left])) == ["done"] + ["rules-not-met"] * 4
    )
