"""One-click sign-in exists in a marked database on this machine and nowhere else — e.g. not through a proxy, not for a real person."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from millrace.core.refusal import Refusal
from millrace.registers.people import actions as people
from millrace.web import access, demonstration

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
ADDRESS = "/demo/sign-in/"


@pytest.fixture
def invented(make: Any) -> Any:
    """A checker who is invented, in a database that says so."""
    person = make.person("Invented Checker", powers=("finance_checker",), is_demonstration=True)
    people.mark_as_demonstration(at=NOON)
    return person


def test_it_is_absent_from_a_database_that_is_not_marked(make: Any) -> None:
    make.person(powers=("officer",), is_demonstration=True)
    assert Client().get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    "how",
    [{"REMOTE_ADDR": "10.0.0.5"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.5"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "funder.example"}],
)
def test_it_is_absent_for_who_is_not_at_this_machine(invented: Any, how: dict[str, str], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert Client().get(ADDRESS, **{"HTTP_HOST": "127.0.0.1", **how}).status_code == 404
    assert Client().post(ADDRESS, {"person": invented.pk}, **{"HTTP_HOST": "127.0.0.1", **how}).status_code == 404


def test_one_click_signs_in_past_the_second_factor(invented: Any) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    assert "Invented Checker" in client.get(ADDRESS).text
    assert client.post(ADDRESS, {"person": invented.pk}).status_code == 302
    assert client.session[access.DEMONSTRATION]
    assert client.get("/me/").status_code == 200


def test_administrators_of_the_funder_and_of_an_organisation_are_two_roles(invented: Any, make: Any) -> None:
    make.person("Adam of the funder", powers=("administrator",), is_demonstration=True)
    make.member(make.organisation(), "administrator", name="Ada of a company", is_demonstration=True)
    told = {code: (role, [person.name for person, _side in persons]) for code, role, persons in demonstration.roles(NOON)}
    assert told["administrator"] == ("Administrator of the funder", ["Adam of the funder"])
    assert told["organisation-administrator"] == ("Administrator of an organisation", ["Ada of a company"])
    assert '<li id="organisation-administrator">' in Client(HTTP_HOST="127.0.0.1").get(ADDRESS).text


def test_a_real_person_is_never_offered_and_a_real_database_never_marked(invented: Any, make: Any) -> None:
    real = make.person("Real Person")
    client = Client(HTTP_HOST="127.0.0.1")
    assert client.post(ADDRESS, {"person": real.pk}).status_code == 404
    with pytest.raises(Refusal, match="not-a-demonstration"):
        people.mark_as_demonstration(at=NOON)


def test_while_the_story_is_told_all_may_be_read_and_nothing_done(invented: Any) -> None:
    demonstration._asked.clear()
    people.mark_story("telling", at=NOON)
    client = Client(HTTP_HOST="127.0.0.1")
    assert client.post(ADDRESS, {"person": invented.pk}).status_code == 302
    # The finder only reads, though a program posts to it: here it misses the facts.
    assert client.post("/api/v1/find", {}, content_type="application/json").status_code == 422
    assert client.post("/api/v1/drafts", {}, content_type="application/json").status_code == 503
    refused = client.post("/finance/runs/order/", {"release": "1"})
    assert refused.status_code == 503 and "still being told" in refused.text
    assert "still being told" in client.get("/me/").text
    people.mark_story("told", at=NOON)
    assert client.post("/finance/runs/order/", {"release": "1"}).status_code != 503
    assert "still being told" not in client.get("/me/").text


def test_a_page_read_before_the_story_began_does_not_hide_what_the_database_is(db_clone: Any, make: Any) -> None:
    demonstration._asked.clear()
    assert not demonstration.is_here()
    people.mark_as_demonstration(at=NOON)
    assert demonstration.is_here()
    demonstration._asked.clear()
    make.person("Invented Officer", is_demonstration=True)
    assert demonstration.is_here()


def test_the_ribbon_tells_every_page(invented: Any) -> None:
    demonstration._asked.clear()
    assert 'class="ribbon"' in Client(HTTP_HOST="127.0.0.1").get(ADDRESS).text
