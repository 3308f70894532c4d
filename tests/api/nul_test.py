"""A NUL in an address, a question, a form or a program's body is answered, and no typed word is lost to it."""

import uuid

import pytest

from millrace.registers.people import tokens
from millrace.stages.apply.conftest import company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.apply.models import Answers
from millrace.web import clock
from tests.journeys.matrix_test import sign_in


@pytest.mark.parametrize("address", ["/register/%00/", "/schemes/%00/", "/figures/a%00/", "/api/v1/cases/%00", "/api/v1/figures/%00"])
def test_an_address_with_one_names_nothing(client, published, address):  # noqa: F811  # the fixture of that name
    assert client.get(address).status_code == 404


def test_what_is_asked_with_one_is_asked_without(client, make, published):  # noqa: F811  # the fixture of that name
    for address in ("/register/?q=%00", "/register/?scheme=%00&status=%00", "/find/?total_cost=%00"):
        assert client.get(address).status_code == 200
    officer = sign_in(make.person(powers=("officer", "finance")))
    for address in ("/desk/", "/desk/organisations/", "/desk/claims/", "/finance/to-release/", "/finance/debts/"):
        assert officer.get(f"{address}?q=%00&scheme=%00").status_code == 200, address


@pytest.mark.parametrize("is_multipart", [True, False])
def test_typed_words_are_kept(company, is_multipart):  # noqa: F811  # the fixture of that name
    case = company.draft()
    address = f"/cases/{case.reference}/draft/sections/project/"
    sent = {"asked": "project_title", "project_title": "ab\x00cd", "based_on": "1", "page": str(uuid.uuid4())}
    how = {} if is_multipart else {"content_type": "application/x-www-form-urlencoded"}
    data = sent if is_multipart else "&".join(f"{name}={value}" for name, value in sent.items()).replace("\x00", "%00")
    assert sign_in(company.writer).post(address, data, **how).status_code < 500
    kept = Answers.objects.filter(case=case, section="project").latest("number")
    assert kept.answers["project_title"] == "abcd"
    asked = {"body": "May we\x00 move?", "command": str(uuid.uuid4())}
    assert sign_in(company.writer).post(f"/cases/{case.reference}/thread/", asked).status_code < 500


def test_a_program_is_told_where_it_stands_and_nothing_is_written(client, company):  # noqa: F811  # the fixture of that name
    case = company.draft()
    _row, key = tokens.make_token(company.writer, name="k", scopes=["write_drafts"], days=1, at=clock.now())
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    address, given = f"/api/v1/drafts/{case.reference}/sections/project", {"answers": {"project_title": "a\x00b"}, "based_on": 1}
    answer = client.put(address, given, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "answers.project_title")
    assert answer.json()["title"] == "“answers.project_title” holds a NUL character, which cannot be kept."
    assert Answers.objects.filter(case=case, section="project").latest("number").number == 1
