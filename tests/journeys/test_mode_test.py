"""Test mode over HTTP: a policy officer tries the whole application of a draft version, and nothing anywhere counts it.

NIFS with HK$20m a project, not announced yet: the form, the preview of HK$20m, the submission and the verdict, each marked a test.
"""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from millrace.registers.cases.models import Case, Verdict
from millrace.registers.messages.models import Letter
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft, SchemeVersion
from millrace.registers.sheet import actions as sheet
from millrace.registers.sheet.models import Row
from millrace.registers.timeline import sealer
from millrace.stages.apply import facts
from millrace.stages.apply.conftest import PDF, Company, company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.call.models import Call
from millrace.web import clock
from tests.journeys import chain_story
from tests.journeys.raise_plus_story import StoryClock
from tests.journeys.visitor import Visitor, enter

RULES = "schemes/nifs/rules.toml"
APPLICATION: dict[str, dict[str, Any]] = {
    "eligibility": {
        "sector": "electrical_electronic",
        "contact_name": "Officer Po",
        "contact_email": "po@example.org",
    },
    "project": {
        "project_title": "A line that was never built",
        "project_purpose": "production_line",
        "project_summary": "Only a trial of the form.",
        "is_smart_line": "yes",
        "smart_technologies": ["sensors"],
        "line_count": "1",
        "line_address": "Yuen Long",
        "project_months": "18",
        "milestones-0-title": "Line runs",
        "milestones-0-due_on": "2026-06-30",
    },
    "budget": {
        "budget_lines-0-head": "machinery",
        "budget_lines-0-item": "Machines",
        "budget_lines-0-amount": "60,000,000",
        "own_money": "40,000,000",
        "requested_amount": "20,000,000",
        "other_support": "no",
    },
    "documents": {"quotations_if_any": ("q.pdf", PDF)},
}


@pytest.fixture
def told(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:  # noqa: F811  # the fixture of that name
    """One true application, so that every count that must not move is not nothing."""
    case = company.draft()
    event = company.submit(case)
    monkeypatch.setattr(clock, "now", StoryClock(event.recorded_at).now)
    return company


def counted(make: Any, people: dict[str, Any]) -> dict[str, Any]:
    """Everything that counts cases or calls, as each reader sees it."""
    sealer.seal(clock.now())
    sheet.project()
    pages = {f"{role} {address}": words(people[role], address) for role, address in READ}
    files = {role: b"".join(enter(people[role]).client.get("/desk/?format=csv").streaming_content) for role in ("officer", "auditor")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_posting")
        postings = cursor.fetchone()
    kept = {"letters": Letter.objects.count(), "mails": len(mail.outbox), "calls": Call.objects.count(), "postings": postings}
    versions = [row.pk for row in policy.scheme_versions("nifs")] + [
        len(policy.published_schemes(clock.now())),
        SchemeVersion.objects.count(),
    ]
    return pages | files | kept | {"cases": Case.objects.count(), "versions": versions}


READ = [
    *[("officer", address) for address in ("/desk/", "/desk/?q=TEST", "/desk/queues/screen/", "/desk/calls/", "/desk/organisations/")],
    *[("policy", address) for address in ("/figures/received-by-scheme/", "/figures/approved-by-scheme/")],  # nothing is withheld
    *[("policy", address) for address in ("/desk/", "/home/", "/policy/", "/policy/rules/", "/api/v1/cases")],
    *[("finance", address) for address in ("/finance/", "/finance/funds/")],
    *[("public", address) for address in ("/figures/received-by-scheme/", "/figures/approved-by-scheme/", "/register/", "/schemes/nifs/")],
]


def words(person: Any, address: str) -> str:
    """A page's words without what changes by itself: moments and seals."""
    visitor = enter(person)
    visitor.open(address)
    text = visitor.text or visitor.response.content.decode()
    return re.sub(r"\d\d:\d\d(:\d\d)?|seal \d+|[Ss]eal(ed)? (number )?\d+|[0-9a-f]{8,}", "", text)


def people_of(make: Any) -> dict[str, Any]:
    roles = ("officer", "policy", "auditor", "authority", "finance")
    early = clock.now().replace(year=2020)
    return {role: make.person(f"{role.title()} (invented)", powers=(role,), at=early) for role in roles} | {
        "second": make.person("Second Policy (invented)", powers=("policy",), at=early),
        "public": None,
    }


def tried(officer: Visitor) -> str:
    """A draft with another ceiling, and a test application under it, filled, previewed, signed and submitted."""
    officer.open("/policy/drafts/").submit("Begin", title="NIFS with HK$20m")
    draft = Draft.objects.get()
    file = f"/policy/drafts/{draft.pk}/text/?path={RULES}"
    text = draft.files[RULES].replace("value_cents = 15_000_000_00", "value_cents = 20_000_000_00")
    officer.open(file).submit("Save", text=text)
    officer.open(f"/policy/drafts/{draft.pk}/").sees("Try the application").click("New Industrialisation Funding Scheme")
    officer.sees("counts against nobody's limits").submit(
        "Begin a test", applicant_kind="company", place_of_incorporation="hong_kong", times=2
    )
    found = re.search(r"TEST-NIFS-[A-Z0-9-]+", officer.address)
    assert found and Case.every.filter(is_test=True).count() == 1
    base = f"/cases/{found.group()}/"
    for section, answers in APPLICATION.items():
        chain_story.saved(officer, f"{base}draft/sections/{section}/", answers, "Save and continue")
        officer.sees("counted nowhere")
    officer.open(f"{base}draft/check/").sees("HK$20,000,000", "counted nowhere").submit("Send to be signed")
    officer.open(f"{base}sign/").submit("Sign and submit", is_true="on", times=2)
    officer.sees("Nothing was applied for", "TEST-", "counted nowhere").sees_nothing_of("An officer checks the application")
    return found.group()


def test_a_draft_is_tried_whole_and_never_counted(told: Company, make: Any) -> None:
    people = people_of(make)
    before = counted(make, people)
    assert "NIFS" in str(before["officer /desk/"])
    limits = facts.measures("nifs", "", facts.Applying(told.organisation, None, None, clock.now().date()), frozenset({"projects_in_all"}))
    officer = enter(people["policy"])
    reference = tried(officer)
    case = Case.every.get(reference=reference)
    assert (case.is_test, case.status) == (True, "submitted")
    said = Verdict.objects.get(case=case)
    assert said.scheme_version.draft_id == Draft.objects.get().pk and said.verdict["amount"]["value"] == 20_000_000_00
    officer.open(f"/cases/{reference}/?show=application").sees("HK$20,000,000", "counted nowhere")
    officer.open(f"/cases/{reference}/").sees("Test application begun under a draft", "Application signed and submitted")
    assert counted(make, people) == before
    assert (
        facts.measures("nifs", "", facts.Applying(told.organisation, None, None, clock.now().date()), frozenset({"projects_in_all"}))
        == limits
    )
    assert set(Row.objects.filter(case=case).values_list("is_test", flat=True)) == {True}
    assert not Letter.objects.filter(case=case).exists()
    officer.open("/policy/drafts/1/test/nifs/").sees("Your earlier tests of it", reference)
    enter(people["second"]).open("/policy/drafts/1/test/nifs/").sees_nothing_of(reference)


def test_to_everyone_else_a_test_does_not_exist(told: Company, make: Any) -> None:
    people = people_of(make)
    reference = tried(enter(people["policy"]))
    for role in ("officer", "authority", "finance", "auditor", "second"):
        for page in ("", "screening/", "decision/", "draft/", "receipt/"):
            enter(people[role]).open(f"/cases/{reference}/{page}", status=404)
    for page in ("screening/", "assessors/", "decision/", "withdraw/", "draft/parts/", "parts/"):
        enter(people["policy"]).open(f"/cases/{reference}/{page}", status=404)
    for role in ("officer", "finance"):
        enter(people[role]).open("/policy/drafts/1/test/nifs/", status=404)
    submission = Case.every.get(reference=reference)
    sha = Verdict.objects.get(case=submission).sha256
    Visitor().open(f"/receipts/check/?reference={reference}&sha256={sha}").sees_nothing_of("was received")
