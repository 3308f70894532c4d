"""Takes an assessor's marks and words against the scheme's criteria — e.g. the second version of a business review.

A change after submission is a new version; every earlier one is kept. Once the committee has advised, reviews are closed.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import scoring
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, queries
from millrace.stages.assess.models import Assignment, Review

_WHY = {
    "missing": _("This criterion has no mark yet."),
    "unknown": _("The scheme has no such criterion."),
    "out_of_range": _("A mark is a whole number from %(lowest)s to %(highest)s."),
}


def submit_review(
    case: Case,
    *,
    role: str,
    marks: Mapping[str, int],
    comments: Mapping[str, str],
    summary: str,
    is_supporting: bool,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will keep a whole review as the next version of this person's, in the role (expert or business) they were asked in."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "score", case, at)
        assignment = queries.own_assignments(by, case).filter(role=role, outcome=Assignment.Outcome.CLEAR).first()
        if assignment is None or role == Assignment.Role.COMMITTEE:
            raise Refusal.not_found()
        _must_be_open(case)
        criteria = queries.criteria_of(terms.of_row(case.scheme_version).book)
        _must_be_whole(scoring.problems(criteria, marks))
        total = scoring.total_tenths(criteria, marks)
        version = Review.objects.filter(assignment=assignment).count() + 1
        event_id = timeline.reserve_id()
        Review.objects.create(
            assignment=assignment,
            version=version,
            marks=dict(marks),
            comments={name: text.strip() for name, text in comments.items() if text.strip() and name in marks},
            summary=summary.strip(),
            is_supporting=is_supporting,
            total_tenths=total,
            submitted_at=at,
            event_id=event_id,
        )
        if assignment.written_at is None:
            assignment.written_at = at
            assignment.save(update_fields=["written_at"])
        return timeline.record(
            "review_submitted",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=terms.local_day(at),
            facts={"version": version, "role": role, "total_tenths": total, "is_supporting": is_supporting},
        )


def _must_be_open(case: Case) -> None:
    if case.status != "under_assessment":
        raise Refusal(
            "reviews-closed",
            what=_("Reviews of this case are closed."),
            why=_("The committee has advised on it, or the application ended."),
            next_step=_("Write to the officer of the case if your review was wrong."),
        )


def _must_be_whole(problems: tuple[scoring.Problem, ...]) -> None:
    for problem in problems:
        raise Refusal(
            f"mark-{problem.code.replace('_', '-')}",
            what=_WHY[problem.code],
            next_step=_("Give every criterion one mark."),
            field=f"mark_{problem.criterion}",
            status=422,
            values={"lowest": scoring.LOWEST_MARK, "highest": scoring.HIGHEST_MARK, "criterion": problem.criterion},
        )
