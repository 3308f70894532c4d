"""A second funder is a second folder: the SME Instrument published into an empty database, found, applied for and judged.

EUR 2.0m of eligible cost with EUR 0.6m of own money gets EUR 1.4m in phase 2, and a lump sum of EUR 50,000 in phase 1.
"""

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from millrace.core.rules.verdict import Outcome
from millrace.registers.cases import replay
from millrace.registers.cases.models import Case, Verdict
from millrace.registers.policy import queries as policy
from millrace.stages.apply.conftest import Company
from millrace.stages.call import actions as calls
from millrace.stages.plan import actions as plan
from millrace.stages.plan import finding
from millrace.testing.policies import files_of

FOLDER = Path(__file__).resolve().parents[2] / "policies" / "eu-sme-instrument"
EARLY, NOON = datetime(2014, 1, 2, tzinfo=UTC), datetime(2015, 6, 1, 12, tzinfo=UTC)
APPLICANT = {
    "is_for_profit": True,
    "place_of_establishment": "member_state",
    "employee_count": 40,
    "turnover": 8_000_000_00,
    "balance_sheet": 4_000_000_00,
}
PHASE_2 = {
    "applicant": {**APPLICANT, "contact_name": "A. Rossi", "contact_email": "rossi@example.org"},
    "project": {
        "project_title": "A quieter turbine",
        "summary": "Blades cast in one piece.",
        "project_months": 18,
        "milestones": [{"title": "Blades cast", "due_on": "2016-06-30"}],
    },
    "budget": {
        "budget_lines": [{"head": "personnel", "item": "Engineers", "amount": 2_000_000_00}],
        "own_money": 600_000_00,
        "requested_amount": 1_400_000_00,
    },
}


class Enterprise(Company):
    """A company of the instrument's own time."""

    def __init__(self, make: Any) -> None:
        self.organisation = make.organisation(kind="company", at=EARLY)
        self.writer = make.member(self.organisation, "member", at=EARLY)
        self.signatory = make.member(self.organisation, "member", "signatory", at=EARLY)


@pytest.fixture
def instrument(make: Any) -> None:
    """The folder, published, and its calls announced."""
    by = make.person(powers=("policy",), at=EARLY)
    told = plan.publish_policy(files_of(FOLDER), by=by, at=EARLY, command=uuid.uuid4())
    for event in told.events:
        if event.kind == "scheme_version_published":
            calls.announce_calls(event.scheme_version, by=by, at=EARLY, command=uuid.uuid4())


def test_the_finder_answers_for_both_phases(instrument: None) -> None:
    told = {**APPLICANT, "eligible_cost": 2_000_000_00, "own_money": 600_000_00, "project_months": 18, "open_projects": 0}
    found = {one.slug: one for one in finding.find(told, on=NOON.date(), schemes=policy.published_schemes(NOON))}
    amounts = {slug: (one.fit, one.first.verdict.amount_cents) for slug, one in found.items()}
    assert amounts == {"phase-1": (Outcome.PASS, 50_000_00), "phase-2": (Outcome.PASS, 1_400_000_00)}


def test_an_application_is_judged_and_replays_to_the_byte(make: Any, instrument: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    company = Enterprise(make)
    case = company.draft("phase-2", at=NOON, answers=PHASE_2, with_file=False)
    company.submit(case, at=NOON)
    kept = Case.objects.get()
    assert (kept.status, kept.requested_cents, kept.unit) == ("submitted", 1_400_000_00, "EUR")
    stored = Verdict.objects.get()
    assert stored.verdict["outcome"] == "pass" and stored.verdict["amount"]["value"] == 1_400_000_00
    assert replay.is_repeated(stored) and replay.verify().is_whole
