"""Records what the committee advised and who was there — e.g. five present, one left for the item, HK$10m recommended.

The advice counts only with a quorum of members who declared their interests; a member in conflict has left the room. For a
scheme of two stages the committee advises a second time, on going on to stage two.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import meeting
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case, Standing
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, joint, judging, queries
from millrace.stages.assess.actions import assignments
from millrace.stages.assess.models import Assignment, Meeting, Recommendation, Seat

_WHY = {
    "not_called": _("Someone marked as present was not called for this case."),
    "left_without_being_present": _("Someone marked as having left was not marked as present."),
    "conflicted_stayed": _("A member in conflict must have left for this item."),
    "not_declared": _("A member who stayed has not declared interests for this case."),
    "no_quorum": _("Too few members took part: %(needed)s are needed, %(found)s took part."),
}
REVIEW_STEPS = {"expert_review": Assignment.Role.EXPERT, "business_review": Assignment.Role.BUSINESS}


@dataclass(frozen=True)
class Held:
    """A sitting, or a circulation of papers: when, who took part or replied, who left for this item."""

    on: date
    present: Sequence[Person]
    left: Sequence[Person] = ()
    is_by_circulation: bool = False


@dataclass(frozen=True)
class Advice:
    """What the committee said: the amount and conditions where it supports, the reasons always."""

    outcome: str
    amount_cents: int = 0
    purpose: str = Recommendation.Purpose.AWARD
    stage_number: int = 1
    conditions: str = ""
    reasons: str = ""
    reason_codes: Sequence[str] = ()
    found: Mapping[str, bool] = field(default_factory=dict)  # facts that the rules leave to a committee that decides


def record_recommendation(case: Case, *, held: Held, advice: Advice, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record the committee's advice on one case, with who was present and who left."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "record_meeting", case, at)
        guard.must_not_be_party(by, case, at)
        book, today = terms.of_row(case.scheme_version).book, terms.local_day(at)
        target = _target(case, book, advice)
        must_be_possible(case, book, held, advice, today)
        must_be_quorate(case, held, by=by, at=at)
        event_id = timeline.reserve_id()
        for person in held.left:
            note_conflict(case, person, by=by, at=at, event_id=event_id)
        keep(case, held, advice, by=by, at=at, event_id=event_id)
        is_supported = advice.outcome == Recommendation.Outcome.RECOMMENDED
        if target != case.status:
            guard.set_status(case, target, today)
        if target == "recommended" and joint.is_supported(case):
            # The other funder was quicker: with our committee's advice both sides are there.
            target = guard.must_move(case, "record_joint_support")
            guard.set_status(case, target, today)
        sheet = {"status": target, **({"supported_on": held.on} if is_supported else {})}
        return timeline.record(
            "recommendation_made",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=held.on,
            facts={
                "purpose": advice.purpose,
                "outcome": advice.outcome,
                "amount_cents": advice.amount_cents,
                "present_count": len(held.present),
                "left_count": len(held.left),
                "is_by_circulation": held.is_by_circulation,
                "reasons": list(advice.reason_codes),
            },
            sheet=sheet if advice.purpose == Recommendation.Purpose.AWARD else None,
        )


def _target(case: Case, book: rulebook.SchemeVersion, advice: Advice) -> str:
    """Advice on an award moves the case; advice on stage two leaves an agreement in force where it is."""
    if advice.purpose == Recommendation.Purpose.AWARD:
        return guard.must_move(case, "recommend" if advice.outcome == Recommendation.Outcome.RECOMMENDED else "not_recommend")
    if case.status != "in_force" or case.stage_number != 1 or len(book.stages) < 2:
        raise Refusal(
            "no-next-stage",
            what=_("There is no next stage to advise on."),
            why=_("Stage two follows stage one of an agreement in force, in a scheme of two stages."),
            next_step=_("Look at the case's timeline for where it stands."),
        )
    return case.status


def must_be_possible(
    case: Case, book: rulebook.SchemeVersion, held: Held, advice: Advice, today: date, *, said: Verdict | None = None
) -> None:
    """This will refuse advice before its time, above the rules (as `said`, or else as at submission), or without the reviews it must
    rest on."""
    if held.on > today:
        raise Refusal("meeting-in-future", what=_("The meeting has not been held yet."), field="held_on", status=422)
    if advice.purpose == Recommendation.Purpose.STAGE_TWO:
        return
    if missing := _missing_reviews(case, book):
        raise Refusal(
            "review-missing",
            what=_("The committee advises after the reviews: one is missing."),
            why=_("The scheme's published workflow has the step “%(step)s”."),
            next_step=_("Wait for the review, or ask another assessor."),
            values={"step": missing[0]},
        )
    if advice.outcome == Recommendation.Outcome.RECOMMENDED:
        joint.must_be_filed(case)
    if advice.outcome != Recommendation.Outcome.RECOMMENDED:
        _must_give_reasons(advice)
        return
    if not 1 <= advice.stage_number <= max(1, len(book.stages)):
        raise Refusal("no-such-stage", what=_("The scheme has no such stage."), field="stage_number", status=422)
    _must_be_within_rules(advice, said or judging.submitted_verdict(case), case.unit)


def _missing_reviews(case: Case, book: rulebook.SchemeVersion) -> list[str]:
    """A step that the scheme published is not skipped; one that is only illustrative may be."""
    done = {review.assignment.role for review in queries.counted_reviews(case)}
    published = {step.kind for step in book.steps if step.is_published}
    return [step for step, role in REVIEW_STEPS.items() if step in published and role not in done]


def _must_give_reasons(advice: Advice) -> None:
    if not advice.reasons.strip():
        raise Refusal("no-reason", what=_("Give the committee's reasons."), field="reasons", status=422)


def _must_be_within_rules(advice: Advice, said: Verdict, unit: str) -> None:
    """Advice above what the rules give would only be refused later, by the authority's own check."""
    most = said.amount_cents
    if advice.amount_cents <= 0 or (most is not None and advice.amount_cents > most):
        raise Refusal(
            "amount-above-rules",
            what=_("The amount must be above nothing and at most what the rules give."),
            why=_("The verdict on this case gives %(most_cents)s."),
            next_step=_("Correct the amount."),
            field="amount",
            status=422,
            values={"most_cents": most or 0, "unit": unit},
        )


def must_be_quorate(case: Case, held: Held, *, by: Person, at: datetime) -> None:
    """This will refuse a sitting without a quorum of members who declared; who acts for a party is in conflict, declared or not."""
    called = Assignment.objects.filter(case=case, role=Assignment.Role.COMMITTEE).exclude(outcome=Assignment.Outcome.DECLINED)
    rows = list(called.values_list("person_id", "outcome"))
    conflicted = Standing.objects.filter(case=case, relation=Standing.Relation.CONFLICTED, ends_at=None).values_list("person_id", flat=True)
    sitting = meeting.Sitting(
        called=frozenset(person for person, _outcome in rows),
        present=frozenset(person.pk for person in held.present),
        left=frozenset(person.pk for person in held.left),
        declared=frozenset(person for person, outcome in rows if outcome == Assignment.Outcome.CLEAR),
        conflicted=frozenset(conflicted) | (guard.party_people(case, at) & frozenset(person for person, _outcome in rows)),
    )
    if by.pk in sitting.deciding:
        raise Refusal(
            "secretary-votes",
            what=_("Who records the meeting does not take part in its advice."),
            next_step=_("Ask another officer to record it."),
        )
    for problem in meeting.problems(sitting):
        raise Refusal(
            problem.code.replace("_", "-"),
            what=_("The committee's advice cannot be recorded so."),
            why=_WHY[problem.code],
            next_step=_("Correct who was present and who left, or ask the members to declare first."),
            field="present",
            status=422,
            values={"needed": meeting.quorum(sitting.called), "found": len(sitting.deciding), "count": len(problem.people)},
        )


def note_conflict(case: Case, person: Person, *, by: Person, at: datetime, event_id: int) -> None:
    """Leaving the room for an item is a declared conflict: the case closes to that person everywhere."""
    if Standing.objects.filter(people.at_moment(at), case=case, person=person, relation=Standing.Relation.CONFLICTED).exists():
        return
    assignments.declare(case, person, is_conflict=True, kind="other", details="", by=by, at=at, event_id=event_id)


def keep(case: Case, held: Held, advice: Advice, *, by: Person, at: datetime, event_id: int) -> Recommendation:
    """This will write the advice under its meeting, with a seat for each member who was present."""
    sitting, _made = Meeting.objects.get_or_create(
        scheme=case.scheme,
        held_on=held.on,
        is_by_circulation=held.is_by_circulation,
        defaults={"recorded_at": at, "recorded_by": by},
    )
    row = Recommendation.objects.create(
        case=case,
        meeting=sitting,
        purpose=advice.purpose,
        outcome=advice.outcome,
        amount_cents=advice.amount_cents if advice.outcome == Recommendation.Outcome.RECOMMENDED else 0,
        stage_number=advice.stage_number,
        conditions=advice.conditions.strip(),
        reasons=advice.reasons.strip(),
        reason_codes=list(advice.reason_codes),
        recorded_at=at,
        recorded_by=by,
        event_id=event_id,
    )
    left = {person.pk for person in held.left}
    Seat.objects.bulk_create(Seat(recommendation=row, person=person, has_left=person.pk in left) for person in held.present)
    return row
