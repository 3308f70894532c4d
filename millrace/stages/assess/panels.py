"""What the case page shows of assessment, in panels — e.g. who was asked, who declared, and the reviews that count.

Each gives the context of its template, or None where there is nothing to show yet.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.apply import preview, terms
from millrace.stages.assess import queries, telling
from millrace.stages.assess.actions.reversals import REASONS
from millrace.stages.assess.interests import CONFLICT_KINDS
from millrace.stages.assess.models import Assignment
from millrace.web import access
from millrace.web.forms import said


def _is_staff(person: Person, case: Case, at: datetime) -> bool:
    return access.may(access.actor_of(person, at), person, "screen", case, at).allowed


def screening(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the finding of screening with its stored verdict, rule by rule."""
    found = cases.once(case, queries.latest_screening)
    if found is None:
        return None
    held = terms.of_row(found.verdict.scheme_version)
    return {
        "case": case,
        "finding": found,
        "reasons": telling.reason_words(held.book, [row["rule"] for row in found.reasons]),
        "shown": preview.of_stored(found.verdict.verdict, held),
        "reversal": (reversal := getattr(found, "reversal", None)),
        "reversed_because": _(REASONS[reversal.reason]) if reversal else "",
    }


def questions(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show what was asked back, and the answers."""
    asked = list(queries.requests_of(case).select_related("asked_by", "answered_by"))
    if not asked:
        return None
    labels = {question.id: said(question.label) for question in terms.of_row(case.scheme_version).book.form.questions()}
    rows = [
        {
            "request": request,
            "questions": [
                {"number": one.number, "text": one.text, "answer": one.answer, "about": labels.get(one.form_question, "")}
                for one in sorted(request.questions.all(), key=lambda one: one.number)
            ],
        }
        for request in asked
    ]
    # Screening may go on while questions stand open: then nothing waits for them any more.
    return {"case": case, "rows": rows, "is_waiting": case.status == "information_needed"}


def assessors(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show who was asked and what each declared; the kind of a conflict is for the officer's eyes."""
    rows = queries.everyone_asked(case)
    if not rows:
        return None
    kinds = queries.conflict_kinds(case) if _is_staff(person, case, at) else {}
    return {
        "case": case,
        "rows": [{"assignment": row, "conflict": _(CONFLICT_KINDS.get(kinds.get(row.person_id, ""), ""))} for row in rows],
    }


def reviews(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the reviews that count and what they come to."""
    book = terms.of_row(case.scheme_version).book
    found = queries.scores_of(case, book)
    return {"case": case, **telling.scores(found, book)} if found.reviews else None


def own_review(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show an assessor the own review, and how to write or change it."""
    asked = [row for row in queries.own_assignments(person, case) if row.role != Assignment.Role.COMMITTEE]
    if not asked:
        return None
    return {"case": case, "assignment": asked[0], "review": queries.own_review(person, case), "is_open": case.status == "under_assessment"}


def advice(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the committee's advice, with who sat and who left for the item."""
    rows = queries.recommendations_of(case)
    if not rows:
        return None
    book = terms.of_row(case.scheme_version).book
    return {
        "case": case,
        "rows": [
            {
                "advice": row,
                "reasons": telling.reason_words(book, row.reason_codes),
                "present": [seat.person.get_full_name() for seat in seats if not seat.has_left],
                "left": [seat.person.get_full_name() for seat in seats if seat.has_left],
            }
            for row, seats in rows
        ],
    }
