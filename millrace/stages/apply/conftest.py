"""What this stage's tests start from: the published policy, calls, a confirmed company with people — e.g. Harbour Precision Ltd."""

import uuid
from datetime import UTC, datetime

import pytest

from millrace.core.rules import form
from millrace.stages.apply.actions import attachments, drafts, submission

NOON = datetime(2025, 3, 3, 4, tzinfo=UTC)
EARLY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def published(announced_template, make):
    """The Hong Kong policy, published, and its calls announced."""


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
COST, OWN, ASKED = 30_000_000_00, 20_000_000_00, 10_000_000_00
NIFS = {
    "eligibility": {
        "sector": "electrical_electronic",
        "contact_name": "Chan Tai Man",
        "contact_email": "chan@example.org",
    },
    "project": {
        "project_title": "Smart line for sensor housings",
        "project_purpose": "production_line",
        "project_summary": "Housings for pressure sensors, machined and inspected without a break.",
        "is_smart_line": True,
        "smart_technologies": ["sensors"],
        "line_count": 1,
        "line_address": "Yuen Long",
        "project_months": 18,
        "milestones": [{"title": "Line runs", "due_on": "2026-06-30"}],
    },
    "budget": {
        "budget_lines": [{"head": "machinery", "item": "Machining centre", "amount": COST}],
        "own_money": OWN,
        "requested_amount": ASKED,
        "other_support": False,
    },
}


class Company:
    """A confirmed company with a writer and a signatory, who begin and fill drafts."""

    def __init__(self, make, *, kind="company", at=NOON):
        self.organisation = make.organisation(kind=kind, at=EARLY)
        self.writer = make.member(self.organisation, "member", at=EARLY)
        self.signatory = make.member(self.organisation, "member", "signatory", at=EARLY)

    def draft(self, scheme="nifs", *, at=NOON, answers=None, with_file=True):
        """This will begin a draft and save its sections; every answer may be changed by `answers`."""
        case = drafts.open_draft(self.organisation, scheme=scheme, by=self.writer, at=at, command=uuid.uuid4()).case
        for section, given in (NIFS if answers is None else answers).items():
            drafts.save_answers(case, section=section, answers=given, typed={}, based_on=0, by=self.writer, at=at)
        if with_file:
            slot = form.Slot(("pdf",), 1_000_000, 2)
            attachments.upload_document(
                case,
                place="quotations",
                slot=slot,
                name="q.pdf",
                content=PDF,
                organisation=self.organisation,
                by=self.writer,
                at=at,
                command=uuid.uuid4(),
            )
        return case

    def submit(self, case, *, at=NOON, command=None):
        """This will sign and submit."""
        return submission.submit_application(case, by=self.signatory, at=at, command=command or uuid.uuid4())


@pytest.fixture
def company(make, published, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Company(make)
