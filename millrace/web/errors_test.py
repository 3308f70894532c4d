"""A refusal reads the same as page, fragment and problem document — e.g. an overdrawn envelope, in three languages."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from millrace.core.refusal import Refusal
from millrace.web import demonstration, errors, funder

LATE = Refusal(
    "late",
    what="%(asked_cents)s at %(moment)s",
    clause="Guide 3.1",
    values={"asked_cents": 150_050, "moment": datetime(2026, 3, 2, 4, tzinfo=UTC)},
)


@pytest.fixture(autouse=True)
def not_a_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    """These pages are drawn without a database, in English unless a test says otherwise."""
    monkeypatch.setattr(demonstration, "is_here", lambda: False)
    monkeypatch.setattr(funder, "current", lambda: funder.UNPUBLISHED)
    translation.activate("en")


def request(path: str = "/", *, htmx: bool = False, **headers: str) -> HttpRequest:
    """A request of a visitor."""
    made = RequestFactory().get(path, headers=headers)
    made.user, made.htmx = AnonymousUser(), htmx  # type: ignore[attr-defined, assignment]  # what the middlewares set
    return made


def test_cents_and_moments_are_written_in_words() -> None:
    assert errors.in_words(LATE)["what"] == "¤1,500.50 at 2 March 2026, 04:00 UTC"


def test_a_program_gets_a_problem_document() -> None:
    answer = errors.answer(request("/api/v1/cases"), LATE)
    document = json.loads(answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    assert (document["status"], document["code"], document["clause"]) == (409, "late", "Guide 3.1")


def test_htmx_gets_a_fragment_for_the_notices() -> None:
    answer = errors.answer(request(htmx=True), LATE)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#notices")
    assert b"<html" not in answer.content


def test_a_constraint_speaks_in_the_readers_language() -> None:
    broken = IntegrityError("duplicate key")
    broken.__cause__ = Exception()
    broken.__cause__.diag = SimpleNamespace(constraint_name="organisation_registered_once")  # type: ignore[attr-defined]  # as psycopg does
    refusal = errors.as_refusal(broken)
    assert refusal is not None
    with translation.override("zh-hant"):
        assert errors.in_words(refusal)["what"] == "使用此註冊號碼的機構已經登記。"


def test_an_address_where_nothing_is_answers_404_with_ways_on(db_clone: Any) -> None:
    answer = Client(headers={"accept-language": "zh-HK"}).get("/nothing/here/")
    assert answer.status_code == 404
    assert "zh-Hant-HK" in answer.text


def test_our_own_fault_is_told_without_the_database() -> None:
    answer = errors.broken(request())
    assert answer.status_code == 500
    assert b"went wrong on our side" in answer.content
