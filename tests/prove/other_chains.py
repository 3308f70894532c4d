"""One application along each chain of authority that the demonstration does not tell: two funders, a committee that decides, a panel.

For example an MHKJFS project that waits for its partner's filing to be recorded, so that the pages of the other funder have a case.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Membership, Organisation, Person
from millrace.stages.apply import terms
from millrace.stages.apply.actions import attachments, drafts, submission
from millrace.stages.assess.actions import joint
from millrace.stages.call import actions as calls
from millrace.stages.call.models import Call

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
CONTACT = {"contact_name": "Invented 虛構", "contact_email": "invented@example.org", "applicant_kind": "ugc_university"}
MILESTONES = {"milestones": [{"title": "Shown 展示", "due_on": "2028-06-30"}]}
MHKJFS: dict[str, dict[str, Any]] = {
    "applicant": CONTACT | {"sector": "biotechnology"},
    "project": MILESTONES
    | {"project_title": "Antibodies of both sides (invented)", "project_purpose": "research", "project_type": "platform"}
    | {"project_summary": "Invented 虛構.", "project_months": 24, "theme": "biotechnology"},
    "mainland_side": {"mainland_partner": "Invented 虛構", "is_filed_on_both_sides": True, "mainland_filed_on": "2026-01-05"}
    | {"mainland_division": "Invented 虛構.", "mainland_work_share": 4000, "mainland_cost": 800_000_00},
    "money": {"budget_lines": [{"head": "manpower", "item": "Invented 虛構", "amount": 2_000_000_00}], "sponsorship_cash": 200_000_00}
    | {"sponsorship_in_kind": 0, "requested_amount": 1_800_000_00, "other_support": False},
}
AISS: dict[str, dict[str, Any]] = {
    "applicant": CONTACT | {"sector": "information_technology"},
    "project": MILESTONES
    | {"project_title": "A model of clinical notes (invented)", "project_purpose": "computing", "is_ai_project": True}
    | {"project_summary": "Invented 虛構.", "benefit": "Invented 虛構."},
    "compute": {"gpu_cards": 64, "project_months": 12, "gpu_hours": 400_000, "compute_reason": "Invented 虛構."}
    | {"compute_lines": [{"item": "Invented 虛構", "cards": 64, "months": 12, "amount": 10_000_000_00}], "asks_exceptional_rate": False}
    | {"requested_amount": 7_000_000_00, "is_scope_subsidised_elsewhere": False},
}
TSSSU: dict[str, dict[str, Any]] = {
    "university": CONTACT | {"university": "hkust", "sector": "biotechnology"},
    "start_up": {"project_title": "Alga Bio (invented)", "project_purpose": "start_up", "project_summary": "Invented 虛構."}
    | {"startup_name": "Alga Bio (invented)", "startup_number": "12345678", "startup_stream": "tsssu_o", "company_age_months": 6}
    | {"years_in_stream": 0, "years_since_first_in_stream": 0, "was_funded_in_plus": False, "is_university_team": True}
    | {"team_members": [{"name": "Invented 虛構", "standing": "student", "part": "Invented 虛構"}]},
    "money": MILESTONES
    | {"budget_lines": [{"head": "research", "item": "Invented 虛構", "amount": 1_500_000_00}], "requested_amount": 1_500_000_00}
    | {"other_support": False},
}
TOLD = {"mhkjfs": MHKJFS, "aiss": AISS, "tsssu": TSSSU}


def tell(at: datetime, *, extends: Person) -> list[Case]:
    """This will submit one application under each scheme, for a university that has somebody to write and to sign."""
    for call in Call.objects.filter(scheme__in=TOLD, closes_at__lte=at).order_by("-closes_at").distinct():
        if call.closes_at == max(one.closes_at for one in Call.objects.filter(scheme=call.scheme) if one.closes_at):
            later = {"closes_at": at + timedelta(days=30), "reason": "Invented 虛構"}
            calls.extend_call(call, **later, by=extends, at=at, command=uuid.uuid4())
    signing = Membership.objects.filter(power="signatory", ends_at=None, organisation__registration_kind="hk_university")
    signatory = signing.select_related("organisation", "person").order_by("pk")[0]
    writing = Membership.objects.filter(power="member", ends_at=None, organisation=signatory.organisation).order_by("pk")
    writer = writing[0].person
    wanted = [*TOLD.items(), ("tsssu", TSSSU)]  # of two start-ups one is selected later on
    told = [_submitted(scheme, answers, signatory.organisation, writer, signatory.person, at) for scheme, answers in wanted]
    again = _submitted("mhkjfs", MHKJFS, signatory.organisation, writer, signatory.person, at)
    _taken_back(again, by=extends, at=at)
    return [*told, again]


def _taken_back(case: Case, *, by: Person, at: datetime) -> None:
    """The other funder takes its approval back under an agreement in force, whose own story is told elsewhere."""
    day = terms.local_day(at)
    for name in ("filing", "letter"):
        paper = joint.Paper(f"{name}.pdf", PDF + f"%mhkjfs {name}".encode())
        told: dict[str, Any] = {"paper": paper, "by": by, "at": at, "command": uuid.uuid4()}
        if name == "filing":
            joint.record_joint_filing(case, reference="Invented 虛構", filed_on=day, **told)
            Case.objects.filter(pk=case.pk).update(status="in_force")
        else:
            joint.record_joint_decision(case, theirs=joint.Theirs("refused", day, currency="CNY"), **told)


def _submitted(
    scheme: str, answers: Mapping[str, Mapping[str, Any]], university: Organisation, writer: Person, signatory: Person, at: datetime
) -> Case:
    event = drafts.open_draft(university, scheme=scheme, by=writer, at=at, command=uuid.uuid4())
    case = event.case
    assert case is not None
    for section, given in answers.items():
        drafts.save_answers(case, section=section, answers=dict(given), typed={}, based_on=0, by=writer, at=at)
    for question in terms.of_row(case.scheme_version).book.form.questions():
        if question.slot and question.is_required and question.shown_when is None:
            told: dict[str, Any] = {"place": question.id, "slot": question.slot, "name": "invented.pdf", "organisation": university}
            content = PDF + f"%{scheme} {question.id}".encode()
            attachments.upload_document(case, **told, content=content, by=writer, at=at, command=uuid.uuid4())
    submission.submit_application(case, by=signatory, at=at, command=uuid.uuid4())
    case.refresh_from_db()
    return case
