"""Applying by program: the same receipt for a repeat, no key without its scope, and another's case does not exist."""

import uuid

import pytest

from millrace.registers.people import tokens
from millrace.registers.timeline.models import Event
from millrace.stages.call import actions as calls
from millrace.web import clock


@pytest.fixture
def program(hong_kong, make, client):
    """A company's program with its key."""
    at = clock.now()
    lead = make.organisation()
    person = make.member(lead, "member", "signatory")
    for event in hong_kong.events:
        if event.scheme_version is not None:
            calls.announce_calls(event.scheme_version, by=make.system(), at=event.recorded_at, command=uuid.uuid4())
    _row, key = tokens.make_token(person, name="All", scopes=list(tokens.SCOPES), days=1, at=at)
    return lead, {"Authorization": f"Bearer {key}"}, person


def _open(client, lead, headers, key="one"):
    wanted = {"organisation": lead.pk, "scheme": "nifs"}
    return client.post("/api/v1/drafts", wanted, content_type="application/json", headers={**headers, "Idempotency-Key": key})


def test_a_draft_is_opened_once_however_often_it_is_asked(program, client):
    lead, headers, _person = program
    first, again = _open(client, lead, headers), _open(client, lead, headers)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert Event.objects.filter(kind="case_opened").count() == 1
    reference = first.json()["reference"]
    assert [case["reference"] for case in client.get("/api/v1/cases", headers=headers).json()] == [reference]
    timeline = client.get(f"/api/v1/cases/{reference}/timeline", headers=headers).json()
    assert [event["kind"] for event in timeline] == ["case_opened"]
    given = {"answers": {"project_title": "Smart line"}, "based_on": 0}
    put = {"content_type": "application/json", "headers": {**headers, "Idempotency-Key": "two"}}
    assert client.put(f"/api/v1/drafts/{reference}/sections/project", given, **put).json()["number"] == 1
    late = {"content_type": "application/json", "headers": {**headers, "Idempotency-Key": "three"}}
    stale = client.put(f"/api/v1/drafts/{reference}/sections/project", given | {"answers": {"project_title": "Other"}}, **late)
    assert stale.status_code == 409 and stale.json()["code"] == "stale-save"
    unready = client.post(f"/api/v1/drafts/{reference}/submission", headers={**headers, "Idempotency-Key": "four"})
    assert unready.status_code in (409, 422) and unready["Content-Type"] == "application/problem+json"


def test_a_key_reused_for_another_request_is_refused(program, client):
    lead, headers, _person = program
    assert _open(client, lead, headers).status_code == 201
    other = {"organisation": lead.pk, "scheme": "raise-plus"}
    reused = client.post("/api/v1/drafts", other, content_type="application/json", headers={**headers, "Idempotency-Key": "one"})
    assert reused.status_code == 422 and reused.json()["code"] == "idempotency-key-reused"
    missing = client.post("/api/v1/drafts", other, content_type="application/json", headers=headers)
    assert missing.status_code == 400


def test_without_a_key_or_its_scope_nothing_opens_and_anothers_case_does_not_exist(program, client, make):
    lead, headers, person = program
    assert client.get("/api/v1/cases").status_code == 401
    _row, narrow = tokens.make_token(person, name="Reads", scopes=["read_cases"], days=1, at=clock.now())
    assert _open(client, lead, {"Authorization": f"Bearer {narrow}"}).status_code == 403
    other = make.case(status="submitted")
    assert client.get(f"/api/v1/cases/{other.reference}", headers=headers).status_code == 404
    assert _open(client, make.organisation(), headers, key="theirs").status_code == 404


def test_a_browser_needs_its_csrf_token(program, make):
    from django.test import Client

    lead, _headers, person = program
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.get("/api/v1/cases").status_code == 200
    assert _open(browser, lead, {}).status_code == 403


def test_an_answer_that_cannot_be_read_is_told_when_it_is_kept_and_again_on_submitting(program, client):
    lead, headers, _person = program
    reference = _open(client, lead, headers).json()["reference"]
    put = {"content_type": "application/json", "headers": {**headers, "Idempotency-Key": "two"}}
    given = {"answers": {"own_money": "12.345"}, "based_on": 0}
    kept = client.put(f"/api/v1/drafts/{reference}/sections/budget", given, **put)
    told = {problem["field"]: problem["sentence"] for problem in kept.json()["problems"]}
    assert kept.status_code == 200 and "12.345 has more than 2 decimals" in told["own_money"]
    refused = client.post(f"/api/v1/drafts/{reference}/submission", headers={**headers, "Idempotency-Key": "three"}).json()
    listed = refused["values"]["problems"]
    assert refused["code"] == "not-complete" and len(listed) == refused["values"]["count"]
    assert {"section": "budget", "field": "own_money", "sentence": told["own_money"]} in listed


def test_a_fact_that_cannot_be_used_is_told_in_a_whole_sentence(program, client):
    def title(**facts):
        return client.post("/api/v1/find", {"facts": facts}, content_type="application/json").json()["title"]

    assert title(total_cost=-5) == "“total_cost” cannot be less than zero."
    assert title(applicant_kind="x").startswith("“applicant_kind” cannot be read: 'x' is not one of ")
