"""The assessor's desk stays one page of fifty however much was asked — e.g. 120 proposals to declare on."""

from datetime import date
from typing import Any

from millrace.registers.cases import actions as cases
from millrace.stages.assess.models import Assignment
from millrace.testing import counting

MOST = 8


def asked(make: Any, person: Any, count: int) -> list[Any]:
    """So many proposals waiting for a declaration."""
    found = [make.case(status="under_assessment", reference=f"NIFS-{n:04}", title=f"Proposal {n} " + "x" * 150) for n in range(count)]
    shared = {"person": person, "role": "expert", "due_on": date(2026, 12, 1), "assigned_at": found[0].opened_at, "assigned_by": person}
    Assignment.objects.bulk_create(Assignment(case=case, **shared) for case in found)
    return found


def test_many_proposals_are_paged_searched_and_counted(hong_kong: Any, make: Any, sign_in: Any) -> None:
    person = make.person(powers=("assessor",))
    asked(make, person, 120)
    browser = sign_in(person)
    page = browser.see("/reviews/")
    assert "1–50" in page
    assert "120" in page
    assert page.count("<tr>") == 51
    assert len(page.encode()) <= 100_000
    assert 'href="/cases/NIFS-0000/interest/"' in page
    assert "NIFS-0007" in browser.see("/reviews/queues/declare/?q=nifs-0007")
    assert "Nothing here yet" in browser.see("/reviews/queues/done/")
    questions = counting.questions(browser.client, "/reviews/")
    assert len(questions) <= MOST, "\n".join(questions)


def test_a_conflict_leaves_no_trace(make: Any, sign_in: Any) -> None:
    person = make.person(powers=("assessor",))
    first, *_others = asked(make, person, 3)
    cases.grant_standing(person, first, "conflicted", by=person, at=first.opened_at)
    page = sign_in(person).see("/reviews/")
    assert first.reference not in page
    assert "1–2" in page


def test_a_queue_that_is_not_there_is_not_found(make: Any, sign_in: Any) -> None:
    sign_in(make.person(powers=("assessor",))).see("/reviews/queues/other/", status=404)
