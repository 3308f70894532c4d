"""The policy desk: targets with their sources, texts as published, and the versions of NIFS tried on a second application of 2024."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client, RequestFactory

from millrace.core.access import Actor
from millrace.core.rules import facts, judge
from millrace.desks.policy import pages, queries
from millrace.registers.cases import replay
from millrace.registers.cases.models import Case, Verdict
from millrace.registers.policy import queries as policy
from millrace.testing.making import NOON

FACTS = {
    "applicant_kind": "company",
    "place_of_incorporation": "hong_kong",
    "project_purpose": "production_line",
    "is_smart_line": True,
    "total_cost": 3_000_000_000,
    "own_money": 2_000_000_000,
    "open_projects": 1,
    "granted_total": 1_000_000_000,
}
DAY = date(2024, 3, 1)


@pytest.fixture
def second_application(hong_kong, make):
    """A second application of 2024, let in by the rules of that year, its verdict stored."""
    row = policy.rows_in_force("nifs", DAY)[0]
    book = policy.read_version(row)
    said = judge.judge(book, facts.read(book.vocabulary.facts, FACTS, standing=None), on=DAY)
    case = make.case(scheme="nifs", status="submitted")
    return Verdict.objects.create(
        case=case,
        purpose="submission",
        scheme_version=row,
        judged_on=DAY,
        facts=said.facts,
        verdict=said.to_data(),
        sha256=said.sha256,
        recorded_at=datetime(2024, 3, 1, tzinfo=UTC),
        recorded_by=make.person(),
    )


def test_the_rules_of_2020_would_have_refused_it(second_application):
    scheme = policy.scheme("nifs")
    tried = queries.tried(scheme.version("v2"), scheme.version("v1"), Case.objects.all())
    assert [one.reference for one in tried.comparison.losers] == [second_application.case.reference]
    assert tried.comparison.reasons() == {"projects-at-a-time": 1}
    assert tried.comparison.change_by_year() == {2024: -1_000_000_000}
    assert {old.id if old else new.id for old, new in queries.changed(scheme.version("v1"), scheme.version("v2"))} == {
        "projects-at-a-time",
        "ceiling-per-applicant",
    }


def test_a_stored_verdict_replays_to_the_byte(second_application):
    assert replay.is_repeated(second_application)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
@pytest.mark.parametrize("address", ["/policy/", "/policy/rules/", "/policy/compare/nifs/?before=v2&after=v1"])
def test_the_pages_are_drawn_for_a_policy_officer_alone(second_application, make, language, address):
    assert Client().get(address).status_code == 302
    view, slug = {"/policy/": (pages.chain, {}), "/policy/rules/": (pages.rules, {})}.get(address, (pages.compare, {"slug": "nifs"}))
    request = RequestFactory().get(address, headers={"accept-language": language})
    request.user, request.at = make.person(powers=("policy",)), NOON
    request.actor = Actor(powers=frozenset({"policy"}))
    page = view.__wrapped__(request, **slug).content.decode()
    assert "<h1" in page
    assert len(page.encode()) < 100_000
