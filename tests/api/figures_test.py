"""Figures and keys over HTTP: three languages, the answer's seal, its ETag, and refusals that say what to ask instead."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from millrace.registers.people import tokens
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.plan import figures
from millrace.testing.making import NOON
from millrace.web import clock

POLICY = Path(__file__).parents[2] / "policies" / "hong-kong"
FILES = {str(path.relative_to(POLICY)): path.read_text() for folder in ("figures", "series") for path in (POLICY / folder).glob("*.toml")}
COLLABORATION = "/figures/mainland-collaboration-approved/"


@pytest.fixture
def published(make):
    by = make.person(powers=("policy",))
    figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4())
    case = make.case(status="approved")
    values = {"scheme": "nifs", "status": "approved", "approved_on": "2026-03-10", "approved_cents": 300_000_000}
    timeline.record("case_corrected", command=uuid.uuid4(), by=by, at=NOON, case=case, facts={}, sheet=values)
    sealer.seal(datetime(2026, 3, 31, 4, tzinfo=UTC))
    sheet.project()
    return case


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("HK$1,212.8m", "Primary source", "31 January 2024")),
        ("zh-hant", ("12.13", "一手來源", "2024年1月31日")),
        ("zh-hans", ("一手来源",)),
    ],
)
def test_the_page_answers_with_source_and_seal_in_three_languages(published, client, language, words):
    client.cookies["language"] = language
    page = client.get(COLLABORATION, {"as-at": "2024-01-31"})
    assert page.status_code == 200
    for word in ("472", *words):
        assert word in page.text
    assert len(page.content) < 100_000


def test_the_rounding_of_the_rows_is_said(published, client):
    assert "HK$181.5m" in client.get(COLLABORATION, {"as-at": "2024-01-31"}).text


def test_a_day_before_the_data_is_refused_and_keeps_what_was_typed(published, client):
    page = client.get(COLLABORATION, {"as-at": "2023-12-31"})
    assert page.status_code == 422 and "31 January 2024" in page.text and 'value="2023-12-31"' in page.text
    assert client.get(COLLABORATION, {"as-at": "yesterday"}).status_code == 422
    assert client.get("/figures/no-such-figure/").status_code == 404


def test_the_list_shows_every_figure(published, client):
    page = client.get("/figures/").text
    assert "607" in page and "/figures/approved-by-scheme/" in page


def test_programs_get_the_same_answer_with_an_etag(published, client):
    address = "/api/v1/figures/mainland-collaboration-approved"
    first = client.get(address, {"as_at": "2025-12-31"})
    told = first.json()
    assert (told["count"], told["amount_minor"], told["currency"]) == (607, 143_220_000_000, "HKD")
    assert client.get(address, {"as_at": "2025-12-31"}, headers={"If-None-Match": first["ETag"]}).status_code == 304
    refused = client.get(address, {"as_at": "2023-12-31"})
    assert refused.status_code == 422 and refused["Content-Type"] == "application/problem+json"
    assert refused.json()["field"] == "as_at" and refused.json()["values"] == {"first": "2024-01-31"}
    assert client.get(address, {"as_at": "soon"}).json()["code"] == "wrong-value"


def test_a_key_is_made_once_shown_once_and_revoked(make, client):
    person = make.person()
    client.force_login(person)
    made = client.post("/me/keys/", {"name": "Finance system", "scopes": ["read_cases"], "days": "30"}).text
    key = made.split("<code>")[1].split("</code>")[0]
    assert key.startswith("mr_") and key not in client.get("/me/keys/").text
    row = tokens.token_of(key, at=clock.now())
    assert row and row.person == person
    other = Client()
    other.force_login(make.person())
    assert other.post(f"/me/keys/{row.pk}/revoke/").status_code == 404
    client.post(f"/me/keys/{row.pk}/revoke/")
    assert tokens.token_of(key, at=clock.now()) is None


def test_the_description_is_there_for_programs_and_people(client):
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs").text
    assert "/api/v1/figures/{name}" in page and "script src" in page and "cdn" not in page
