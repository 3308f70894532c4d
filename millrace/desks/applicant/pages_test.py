"""An applicant with many cases sees them a page at a time, what waits for them first — e.g. a draft older than twenty-five others."""

from datetime import timedelta

import pytest

from millrace.testing import counting
from millrace.testing.making import NOON
from millrace.web import clock


@pytest.fixture
def many(make, monkeypatch):
    """A member whose organisation has thirty cases; the oldest is a draft still to be finished."""
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=40))
    lead = make.organisation()
    member = make.member(lead)
    draft = make.case(lead=lead, by=member, at=NOON, status="draft")
    others = [make.case(lead=lead, by=member, at=NOON + timedelta(days=number), status="submitted") for number in range(1, 30)]
    return member, draft, others


def test_a_page_of_cases_at_a_time_and_each_on_one_page(many, sign_in):
    member, draft, others = many
    client = sign_in(member)
    first, second, third = (client.see(f"/home/?page={number}") for number in (1, 2, 3))
    seen = [case.reference for case in (draft, *reversed(others))]
    assert [ref for ref in seen if f'href="/cases/{ref}/"' in first] == seen[:25]
    assert [ref for ref in seen if f'href="/cases/{ref}/"' in second] == seen[25:]
    assert "Finish" in first and draft.reference in first and "Finish" not in second
    assert 'rel="next"' in first and 'rel="next"' not in second and 'rel="prev"' in third and "nothing on this page" in third
    assert client.see("/home/?page=x")


def test_many_cases_are_asked_for_in_eight_questions(many, sign_in):
    member, _draft, _others = many
    asked = counting.questions(sign_in(member).client, "/home/")
    # A published funder is kept for a minute; this world has none to keep.
    assert len([each for each in asked if "policy_publication" not in each]) <= 8
