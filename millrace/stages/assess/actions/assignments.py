"""Asks people to assess a case and takes their declarations of interest before its dossier opens — e.g. a conflict of Dr Yip's.

A declared conflict closes the case to that person everywhere, at once: the standing "conflicted" outweighs every other.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.registers.cases import actions as cases
from millrace.registers.cases import queries as standing
from millrace.registers.cases.models import Case, Standing
from millrace.registers.messages import actions as messages
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person, Power
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard
from millrace.stages.assess.interests import CONFLICT_KINDS
from millrace.stages.assess.models import Assignment, Interest

# Which step of the workflow a role serves, which power it takes, and how its holder stands to the case once declared.
STEP_OF = {Assignment.Role.EXPERT: "expert_review", Assignment.Role.BUSINESS: "business_review", Assignment.Role.COMMITTEE: "committee"}
POWER_OF = {
    Assignment.Role.EXPERT: Power.Kind.ASSESSOR,
    Assignment.Role.BUSINESS: Power.Kind.ASSESSOR,
    Assignment.Role.COMMITTEE: Power.Kind.COMMITTEE,
}
STANDING_OF = {
    Assignment.Role.EXPERT: Standing.Relation.ASSESSOR,
    Assignment.Role.BUSINESS: Standing.Relation.ASSESSOR,
    Assignment.Role.COMMITTEE: Standing.Relation.COMMITTEE,
}


def assign_assessors(
    case: Case, *, people: Sequence[tuple[Person, str]], due_on: date, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will ask each (person, role) to declare interests; nobody sees the dossier by being asked."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "assign", case, at)
        guard.must_not_be_party(by, case, at)
        book, today = terms.of_row(case.scheme_version).book, terms.local_day(at)
        steps = guard.workflow(book, case.track, case.stream)
        _must_be_in_time(due_on, today)
        asked = [(person, role) for person, role in people if not _is_asked(case, person, role)]
        if not asked:
            raise Refusal("nobody-new", what=_("Choose at least one person who was not asked yet."), field="people", status=422)
        for person, role in asked:
            _must_be_assignable(case, person, role, steps, at)
        may_begin = lifecycle.may_move(steps, case.status, "begin_assessment")
        target = guard.must_move(case, "begin_assessment") if may_begin else _standing_status(case)
        event_id = timeline.reserve_id()
        for person, role in asked:
            Assignment.objects.create(case=case, person=person, role=role, due_on=due_on, assigned_at=at, assigned_by=by)
            cases.grant_standing(person, case, Standing.Relation.INVITED, by=by, at=at)
        messages.send_notice({person.pk: person for person, _role in asked}.values(), event_id=event_id, case=case, at=at)
        guard.set_status(case, target, today if may_begin else case.status_on)
        return timeline.record(
            "assessors_assigned",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"assigned_count": len(asked), "due_on": due_on, "roles": sorted(role for _person, role in asked)},
            sheet={"status": target} if may_begin else None,
        )


def _standing_status(case: Case) -> str:
    """More people may be asked while the assessment runs, and members again for the committee's advice on stage two."""
    if case.status not in ("under_assessment", "in_force"):
        raise Refusal(
            "not-now",
            what=_("This cannot be done where the case stands now."),
            why=_("Assessors are asked after screening and before the committee's recommendation."),
            next_step=_("Look at the case's timeline for what happened."),
        )
    return case.status


def _must_be_in_time(due_on: date, today: date) -> None:
    if due_on <= today:
        raise Refusal("due-too-early", what=_("The day must be after today."), field="due_on", status=422)


def _is_asked(case: Case, person: Person, role: str) -> bool:
    return Assignment.objects.filter(case=case, person=person, role=role, ended_at=None).exists()


def _must_be_assignable(case: Case, person: Person, role: str, steps: Sequence[str], at: datetime) -> None:
    """Every reason is a person's: no power, a party's own member, the officer of the case, or a conflict already declared."""
    held = people.powers_of(person, at)
    reasons = {
        "no-such-step": (STEP_OF[Assignment.Role(role)] not in steps, _("The scheme's workflow has no such step.")),
        "no-power": (POWER_OF[Assignment.Role(role)] not in held, _("This person does not hold the power for that role.")),
        "own-application": (person.pk in guard.party_people(case, at), _("This person acts for a party to the case.")),
        "own-case": (person.pk == case.officer_id, _("The officer of a case does not assess it.")),
        "conflicted": ("conflicted" in standing.standings_of(person, case, at), _("This person declared a conflict.")),
    }
    for code, (is_so, why) in reasons.items():
        if is_so:
            raise Refusal(
                f"not-assignable-{code}",
                what=_("%(name)s cannot assess this case."),
                why=why,
                next_step=_("Choose another person."),
                field="people",
                status=422,
                values={"name": person.get_full_name()},
            )


def declare_interest(
    case: Case, *, is_conflict: bool, kind: str = "", details: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will open the dossier to a person without conflict, or close the case to one who has; either may be said later, too."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "declare_interest", case, at)
        if is_conflict and kind not in CONFLICT_KINDS:
            raise Refusal("conflict-kind", what=_("Say what kind of conflict it is."), field="kind", status=422)
        event_id, today = timeline.reserve_id(), terms.local_day(at)
        declare(case, by, is_conflict=is_conflict, kind=kind, details=details, by=by, at=at, event_id=event_id)
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event_id, case=case, at=at)
        return timeline.record(
            "conflict_declared" if is_conflict else "interest_clear",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            person=by,
            happened_on=today,
            facts={"conflict_kind": kind} if is_conflict else {},
        )


def declare(case: Case, person: Person, *, is_conflict: bool, kind: str, details: str, by: Person, at: datetime, event_id: int) -> None:
    """This will write a declaration and what follows from it: the meeting records one for a member who leaves the room."""
    Interest.objects.create(
        case=case,
        person=person,
        is_conflict=is_conflict,
        kind=kind if is_conflict else "",
        details=details if is_conflict else "",
        declared_at=at,
        event_id=event_id,
    )
    cases.end_standing(person, case, Standing.Relation.INVITED, at=at)
    assignments = Assignment.objects.filter(case=case, person=person, ended_at=None)
    if is_conflict:
        assignments.update(outcome=Assignment.Outcome.CONFLICT, declared_at=at, ended_at=at)
        cases.grant_standing(person, case, Standing.Relation.CONFLICTED, by=by, at=at)
        return
    for assignment in assignments.filter(outcome=Assignment.Outcome.WAITING):
        cases.grant_standing(person, case, STANDING_OF[Assignment.Role(assignment.role)], by=by, at=at)
    assignments.filter(outcome=Assignment.Outcome.WAITING).update(outcome=Assignment.Outcome.CLEAR, declared_at=at)


def decline_assignment(case: Case, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will let a person say no for another reason than a conflict: outside expertise, load or dates."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "decline_assignment", case, at)
        waiting = Assignment.objects.filter(case=case, person=by, outcome=Assignment.Outcome.WAITING, ended_at=None)
        waiting.update(outcome=Assignment.Outcome.DECLINED, declared_at=at, ended_at=at)
        cases.end_standing(by, case, Standing.Relation.INVITED, at=at)
        event_id = timeline.reserve_id()
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event_id, case=case, at=at)
        return timeline.record(
            "assignment_declined",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            person=by,
            happened_on=terms.local_day(at),
            facts={"reason": reason},
        )
