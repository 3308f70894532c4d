"""The API tells each reader what the page of the case tells, and nothing more — e.g. no score to an applicant who also assesses."""

import re
import uuid

import pytest

from millrace.registers.timeline import actions as timeline
from millrace.stages.apply.conftest import NOON, company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.web import sentences
from tests.journeys.matrix_test import POWERS, sign_in


@pytest.fixture
def told(make, company):  # noqa: F811  # the fixture of that name
    """A submitted case with something for each side, and one person per role in each relation to it."""
    case = company.draft()
    company.submit(case)
    for visibility in timeline.VISIBILITIES:
        told = {"case": case, "facts": {"side": visibility}, "visibility": visibility}
        timeline.record("assessors_assigned", command=uuid.uuid4(), by=make.system(), at=NOON, **told)
    partner = make.organisation(at=NOON)
    case.parties.create(organisation=partner, role="partner", joined_at=NOON)
    readers = {"member": company.writer, "outsider": make.member(make.organisation(), "member", "signatory", at=NOON)}
    for power in (*POWERS, ""):
        held = {"powers": (power,) if power else (), "at": NOON}
        readers[f"{power} of another"] = make.person(**held)
        for side, organisation, *others in (("lead", company.organisation, "signatory"), ("partner", partner)):
            readers[f"{power} of the {side}"] = make.member(organisation, "member", *others, **held)
        for relation in ("conflicted", "operator", "assessor", "committee"):
            readers[f"{power} {relation}"] = person = make.person(**held)
            case.standings.create(person=person, relation=relation, starts_at=NOON, granted_by=person)
    return case, readers


def test_the_api_tells_each_reader_the_events_of_the_page_and_no_other(told, monkeypatch):
    case, readers = told
    monkeypatch.setattr(sentences, "sentence", lambda event, _zone: f"event {event.kind} {event.facts.get('side', '')};")
    unlike, seen = {}, {}
    for who, person in readers.items():
        browser = sign_in(person)
        on_page = re.findall(r"event (\w+) (\w*);", browser.get(f"/cases/{case.reference}/").content.decode())
        answer = browser.get(f"/api/v1/cases/{case.reference}/timeline")
        through_api = [(event["kind"], event["facts"].get("side", "")) for event in answer.json()] if answer.status_code == 200 else []
        if on_page != through_api:
            unlike[who] = (on_page, through_api)
        seen[who] = {side for _kind, side in through_api if side}
    assert not unlike, unlike
    assert seen["assessor of the lead"] == seen["member"] == {"public", "party", "partner"}
    assert seen["finance_maker of another"] == {"public", "party", "finance"}
    assert seen["auditor of another"] == set(timeline.VISIBILITIES)
    assert not any(seen[who] for who in (" conflicted", "officer conflicted", " operator", "outsider", " of the partner"))
