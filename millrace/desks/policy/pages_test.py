"""The policy desk: targets with their sources, texts as published, and the versions of NIFS tried on a second application of 2024."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from millrace.core.access import Actor
from millrace.desks.policy import comparing, forecasting, pages, queries
from millrace.registers.cases import actions as cases
from millrace.registers.cases import replay
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.award.conftest import award, company, published, story  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.plan import past_files
from millrace.testing.making import NOON

ADDRESS = "/policy/compare/nifs/"


@pytest.fixture
def second_application(submitted_case):
    """A second application of 2024, let in by the rules of that year, its verdict stored."""
    return submitted_case()


def test_the_rules_of_2020_would_have_refused_it(second_application, make, sign_in):
    page = sign_in(make.person(powers=("policy",))).see(f"{ADDRESS}?before=v2&after=v1")
    reference = second_application.case.reference
    assert f'href="/cases/{reference}/"' in page and "−HK$10,000,000" in page
    assert "2023-24: −HK$10,000,000" in page
    scheme = policy.scheme("nifs")
    assert {old.id if old else new.id for old, new in queries.changed(scheme.version("v1"), scheme.version("v2"))} == {
        "projects-at-a-time",
        "ceiling-per-applicant",
        "committee-members",
    }


def test_what_was_said_then_can_stand_before(second_application, make, sign_in):
    officer = sign_in(make.person(powers=("policy",)))
    assert "−HK$10,000,000" in officer.see(f"{ADDRESS}?before={comparing.AS_JUDGED}&after=v1")
    assert "−HK$10,000,000" not in officer.see(f"{ADDRESS}?before={comparing.AS_JUDGED}&after=v2")
    officer.see(f"{ADDRESS}?before=v9", 404)


def test_a_conflicted_case_leaves_no_shadow_in_a_sum(second_application, make, sign_in):
    person = make.person(powers=("policy",))
    cases.grant_standing(person, second_application.case, "conflicted", by=make.system(), at=NOON)
    page = sign_in(person).see(f"{ADDRESS}?before=v2&after=v1")
    assert second_application.case.reference not in page and "HK$10,000,000" not in page


def test_a_page_reads_few_cases_and_the_rest_at_a_press(second_application, make, sign_in, monkeypatch):
    officer = sign_in(make.person(powers=("policy",)))
    monkeypatch.setattr(comparing, "READ_AT_MOST", 0)
    assert "more than a page reads while you wait" in officer.see(ADDRESS)
    assert past_files.manifest() is None
    assert officer.press("/policy/compare/") == "/policy/compare/"
    assert past_files.manifest().case_count == 1
    assert "As each was judged" in officer.see(ADDRESS)
    assert "as of seal" in officer.see("/policy/compare/")


def test_who_may_not_write_policy_does_not_find_the_pages(second_application, make, sign_in):
    for address in (ADDRESS, "/policy/compare/"):
        sign_in(make.person(powers=("officer",))).see(address, 404)


def test_what_lies_ahead_is_shown_and_a_conflicted_case_leaves_no_shadow_in_it(award, make, sign_in):  # noqa: F811  # the fixture
    sealer.seal(award.story.at)
    sheet.project()
    person = make.person(powers=("policy",), at=NOON)
    page = sign_in(person).see("/policy/forecast/nifs/")
    assert "HK$10m" in page and "Not enough decided cases" in page and "HK$0 to HK$10m" in page
    sign_in(person).see("/policy/forecast/nifs/?on=2999-01-01", 422)
    sign_in(person).see("/policy/forecast/no-such-scheme/", 404)
    cases.grant_standing(person, award.case, "conflicted", by=make.system(), at=NOON)
    hidden = sign_in(person).see("/policy/forecast/nifs/")
    assert "HK$10m" not in hidden and "No open case and nothing promised" in hidden
    sign_in(make.person(powers=("officer",))).see("/policy/forecast/nifs/", 404)


def test_a_forecast_asks_as_much_of_many_cases_as_of_one(award, make, sign_in):  # noqa: F811  # the fixture
    sealer.seal(award.story.at)
    sheet.project()
    browser = sign_in(make.person(powers=("policy",), at=NOON))
    browser.see("/policy/forecast/nifs/")
    asked = []
    for number in range(2):
        with CaptureQueriesContext(connection) as seen:
            browser.see("/policy/forecast/nifs/")
        asked.append(sum(not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET ")) for one in seen.captured_queries))
        if not number:
            for _ in range(3):
                make.case(scheme="nifs", status="submitted", submitted_at=NOON)
            sealer.seal(award.story.at)
            sheet.project()
    assert asked[0] == asked[1]


def test_a_stored_verdict_replays_to_the_byte(second_application):
    assert replay.is_repeated(second_application)


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
@pytest.mark.parametrize(
    "address", ["/policy/", "/policy/rules/", "/policy/compare/", "/policy/compare/nifs/?before=v2&after=v1", "/policy/forecast/"]
)
def test_the_pages_are_drawn_for_a_policy_officer_alone(second_application, make, language, address):
    assert Client().get(address).status_code == 302
    views = {"/policy/": (pages.chain, {}), "/policy/rules/": (pages.rules, {}), "/policy/compare/": (comparing.index, {})}
    views["/policy/forecast/"] = (forecasting.index, {})
    view, slug = views.get(address, (comparing.published, {"slug": "nifs"}))
    request = RequestFactory().get(address, headers={"accept-language": language})
    request.user, request.at = make.person(powers=("policy",)), NOON
    request.actor = Actor(powers=frozenset({"policy"}))
    page = view.__wrapped__(request, **slug).content.decode()
    assert "<h1" in page
    assert len(page.encode()) < 100_000
