"""Asks for a change of an agreement, up to its decision — e.g. six months more, asked for by the enterprise, advised by an officer.

A draft is saved without an event, like any draft. Submitting, asking back, withdrawing and advising are events.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import changes, lifecycle
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.award import heads
from millrace.stages.deliver import changing, gather
from millrace.stages.deliver.models import ChangeRequest
from millrace.stages.deliver.models.changes import OPEN

State = ChangeRequest.State
# What the funder's own people may ask for; everything else is the enterprise's to ask.
BY_FUNDER = (changes.SUSPENSION,)
OBJECTIONS: dict[str, tuple[str, str, str]] = {
    "not_later": (
        _("The new end is not later than the present one."),
        _("The project now ends before %(ends_before)s."),
        _("Choose a later day."),
    ),
    "no_such_head": (_("The agreement has no such head of expenditure."), "", _("Choose a head of the agreement.")),
    "head_below_allowed": (
        _("Less than was already allowed under %(head)s."),
        _("Decided claims were allowed %(allowed_cents)s of it."),
        _("Leave at least that much there."),
    ),
    "head_above_cap": (
        _("More than the scheme allows under %(head)s."),
        _("Its own limit is %(cap_cents)s."),
        _("Move at most that much there."),
    ),
    "total_changed": (
        _("The heads no longer come to the same total."),
        _("They came to %(before_cents)s and would come to %(after_cents)s; moving money between heads keeps the total."),
        _("Take from one head what another is given, or ask for a change of scope."),
    ),
    "nothing_changed": (_("Nothing would change."), "", _("Say what is to be different.")),
    "grant_below_released": (
        _("The grant would be less than was already released."),
        _("%(released_cents)s was released."),
        _("Ask for at least that much."),
    ),
    "same_partner": (_("The same organisation leaves and joins."), "", _("Name another organisation.")),
    "lead_leaves": (
        _("The lead applicant cannot leave the project."),
        _("The agreement is made with it and the grant is paid to it."),
        _("Name a partner or sponsor, or ask to end the agreement."),
    ),
    "matching_short": (
        _("The matching money pledged would no longer carry the grant."),
        _("The instalments need %(needed_cents)s; %(pledged_cents)s is pledged."),
        _("Have the difference pledged by a party to the project."),
    ),
    "rule_broken": (
        _("A rule of the scheme would no longer hold."),
        _("%(rule)s Found: %(found)s."),
        _("Ask for what the rule bears."),
    ),
    "above_rules": (
        _("The grant would be more than the rules give."),
        _("Judged again, the rules give %(rules_give_cents)s."),
        _("Ask for at most that amount."),
    ),
}


@dataclass(frozen=True)
class Wish:
    """What the requester wrote: why, what in words, and the days and amounts of `core/changes` as plain data."""

    reason: str = ""
    description: str = ""
    asked: dict[str, Any] = field(default_factory=dict)


def open_change(case: Case, *, kind: str, by: Person, at: datetime) -> ChangeRequest:
    """This will begin a request, or give the one of that kind already begun: a second click opens no second."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        is_by_funder = _side(case, kind, by, at)
        _must_be_changeable(case, kind)
        gather.terms_of(case, gather.local_day(at))
        held = ChangeRequest.objects.filter(case=case, is_by_funder=is_by_funder, state__in=OPEN).first()
        if held is not None and (held.kind == kind or held.state != State.DRAFT):
            return _the_open_one(held, kind)
        if held is not None:  # a draft of another kind that nobody sent: this one takes its place
            held.kind, held.asked = kind, {}
            held.save(update_fields=["kind", "asked"])
            return held
        number = ChangeRequest.objects.filter(case=case).count() + 1
        return ChangeRequest.objects.create(case=case, number=number, kind=kind, is_by_funder=is_by_funder, opened_at=at, opened_by=by)


def save_change(change: ChangeRequest, *, wish: Wish, by: Person, at: datetime) -> ChangeRequest:
    """This will keep what was written; nothing of it counts before it is submitted."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        _must_be_own(case, change, by, at)
        change = _still(change, State.DRAFT, State.ASKED_BACK)
        change.reason, change.description = wish.reason.strip(), wish.description.strip()
        change.asked = changes.asked_from(change.number, change.kind, wish.asked).to_data()
        change.save(update_fields=["reason", "description", "asked"])
        return change


def submit_change(change: ChangeRequest, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will hand a request in: nothing that the terms or the rules cannot bear, and never without its reason."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        if replayed := timeline.replay(command, case):
            return replayed
        _must_be_own(case, change, by, at)
        change = _still(change, State.DRAFT, State.ASKED_BACK)
        _must_be_changeable(case, change.kind)
        _must_be_told(change)
        must_stand(case, changing.worked_out(case, changing.asked_of(change), at))
        change.state, change.submitted_at, change.submitted_by = State.SUBMITTED, at, by
        change.advice, change.advice_note, change.advised_at, change.advised_by = "", "", None, None
        change.save()
        event = timeline.reserve_id()
        if case.officer is not None and case.officer != by:
            messages.send_notice([case.officer], event_id=event, case=case, at=at)
        return _record("change_requested", change, case, event=event, by=by, at=at, command=command)


def withdraw_change(change: ChangeRequest, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take a request back before it is decided."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        if replayed := timeline.replay(command, case):
            return replayed
        _must_be_own(case, change, by, at)
        change = _still(change, *OPEN)
        change.state = State.WITHDRAWN
        change.save(update_fields=["state"])
        return _record("change_withdrawn", change, case, by=by, at=at, command=command)


def ask_back_change(change: ChangeRequest, *, note: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will return a request to the enterprise with what is missing; it may be submitted again."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "advise_change", case, at)
        change = _still(change, State.SUBMITTED)
        change.state, change.note = State.ASKED_BACK, must_say(note)
        change.save(update_fields=["state", "note"])
        event = timeline.reserve_id()
        post.tell_applicants(case, event_id=event, at=at)
        return _record("change_asked_back", change, case, event=event, by=by, at=at, command=command)


def advise_change(change: ChangeRequest, *, advice: str, note: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record an officer's advice to the authority; who advises does not decide."""
    if advice not in ChangeRequest.Advice.values:
        raise Refusal("advice-needed", what=_("Say whether you support the change."), field="advice", status=422)
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "advise_change", case, at)
        change = _still(change, State.SUBMITTED)
        change.advice, change.advice_note, change.advised_at, change.advised_by = advice, must_say(note), at, by
        change.save(update_fields=["advice", "advice_note", "advised_at", "advised_by"])
        return _record("change_advised", change, case, by=by, at=at, command=command, advice=advice)


def must_stand(case: Case, worked: changing.Worked) -> None:
    """This will refuse a change that something stands against, with the figures that show it."""
    for one in worked.objections:
        what, why, next_step = OBJECTIONS[one.code]
        values = {**one.values, "unit": case.unit}
        if "head" in values:
            values["head"] = heads.words_of(case).get(values["head"], values["head"])
        raise Refusal(
            one.code.replace("_", "-"),
            what=what,
            why=why,
            next_step=next_step,
            clause=str(one.values.get("clause") or ""),
            field=one.about,
            status=422,
            values=values,
        )


def must_say(note: str) -> str:
    """This will refuse an empty note: the other side reads it."""
    if not note.strip():
        raise Refusal("note-needed", what=_("Say why."), why=_("Whoever reads the record needs the reason."), field="note", status=422)
    return note.strip()


def _record(
    kind: str, change: ChangeRequest, case: Case, *, by: Person, at: datetime, command: uuid.UUID, event: int | None = None, **facts: Any
) -> Event:
    told = {"number": change.number, "change": change.kind, **facts}
    side = {"on_behalf_of": case.lead} if kind in ("change_requested", "change_withdrawn") and not change.is_by_funder else {}
    return timeline.record(
        kind, event_id=event, command=command, by=by, at=at, case=case, happened_on=gather.local_day(at), facts=told, **side
    )


def _side(case: Case, kind: str, by: Person, at: datetime) -> bool:
    """Whether the funder's own people ask; each side asks for what is its own to ask."""
    if kind not in changes.KINDS:
        raise Refusal("kind-needed", what=_("Choose what is to be changed."), field="kind", status=422)
    is_by_funder = kind in BY_FUNDER
    gather.must(by, "raise_suspension" if is_by_funder else "request_change", case, at)
    return is_by_funder


def _must_be_own(case: Case, change: ChangeRequest, by: Person, at: datetime) -> None:
    gather.must(by, "raise_suspension" if change.is_by_funder else "request_change", case, at)


def _still(change: ChangeRequest, *states: str) -> ChangeRequest:
    change = ChangeRequest.objects.get(pk=change.pk)
    if change.state not in states:
        raise Refusal(
            "change-moved-on",
            what=_("This cannot be done with the request where it stands now."),
            why=_("It was decided, withdrawn or sent on in the meantime."),
            next_step=_("Look at the request; a new one can be begun once it is settled."),
        )
    return change


def _the_open_one(held: ChangeRequest, kind: str) -> ChangeRequest:
    if held.kind != kind:
        raise Refusal(
            "change-open",
            what=_("Another change is waiting to be decided."),
            why=_("A change is worked out on the terms as they stand, so one is settled before the next."),
            next_step=_("Withdraw request %(number)s, or wait until it is decided."),
            values={"number": held.number},
        )
    return held


def _must_be_changeable(case: Case, kind: str) -> None:
    if case.status in lifecycle.ENDED:
        raise Refusal(
            "agreement-ended",
            what=_("The agreement has ended and can no longer be changed."),
            why=_("Its final account was settled; a change is made to an agreement in force."),
            next_step=_("If it must go on, ask the case's officer to have the authority reopen the case."),
        )
    if not changing.may_ask(case.status, kind):
        gather.must_be_in_force(case)


def _must_be_told(change: ChangeRequest) -> None:
    if not change.reason:
        raise Refusal(
            "reason-needed", what=_("Say why the change is needed."), next_step=_("Write the reason."), field="reason", status=422
        )
    if change.kind in (changes.KEY_PERSON, changes.EQUIPMENT, changes.SCOPE) and not change.description:
        raise Refusal(
            "description-needed",
            what=_("Say what changes."),
            next_step=_("Write what was agreed and what replaces it."),
            field="description",
            status=422,
        )
