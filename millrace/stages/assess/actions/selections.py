"""Records what an applicant's own panel selected for the funder — e.g. three start-ups of a university for HK$4m of the HK$5m left.

The university is trusted with whom, under its authorised person's hand; the sum, the amounts and the interests are held here.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import selection
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import delegated, guard, judging, post
from millrace.stages.assess.models import PanelChoice, PanelMeeting, PanelMember

_WHY = {
    "nobody_present": (_("Name the members who were present."), "members"),
    "nothing_chosen": (_("The panel has said nothing of any start-up yet."), ""),
    "interested_stayed": (_("Line %(about)s: a member with a declared interest takes no part in that choice, and has left."), "members"),
    "nobody_without_interest": (_("%(about)s: nobody without an interest was left to choose."), "members"),
    "no_reason": (_("%(about)s: say why it was not selected."), ""),
    "no_amount": (_("%(about)s: say for how much it is selected."), ""),
    "above_rules": (_("%(about)s: the amount is above what the rules give, or was asked for."), ""),
}


@dataclass(frozen=True)
class Present:
    """One member as the university's record names them: a declared interest is in one of the cases."""

    name: str
    interest: str = ""
    interest_in: str = ""
    has_left: bool = False


@dataclass(frozen=True)
class Said:
    """What the panel said of one case."""

    is_selected: bool
    amount_cents: int = 0
    reason: str = ""


def record_selection(
    case: Case, *, met_on: date, members: Sequence[Present], said: Mapping[str, Said], by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record the panel's meeting and its choice among the cases named by their reference, all or none of them.

    Each case gets its event under the same command; that of `case` is returned.
    """
    with transaction.atomic(durable=True):
        locks.lock_organisation(case.lead)
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        waiting = delegated.waiting(case, at)
        chosen = _locked(waiting, said)
        for one in (case, *chosen):
            guard.must(by, "record_selection", one, at)
        _must_be_past(met_on, terms.local_day(at))
        _must_stand(waiting, members, said, chosen, at)
        meeting = _write(case, waiting, met_on, members, chosen, by=by, at=at)
        events = {one.pk: _carry_out(one, meeting, said[one.reference], by=by, at=at, command=command) for one in chosen}
        return events.get(case.pk) or next(iter(events.values()))


def _locked(waiting: delegated.Waiting, said: Mapping[str, Said]) -> list[Case]:
    """The cases the panel spoke of, each locked, in order; one that no longer waits is refused."""
    known = {one.reference: one for one in waiting.cases}
    if any(reference not in known for reference in said):
        raise Refusal(
            "not-now",
            what=_("This cannot be done where the case stands now."),
            why=_("A start-up named here no longer waits for the panel."),
            next_step=_("Open the page again to see which do."),
        )
    return [locks.lock_case(one) for one in waiting.cases if one.reference in said]


def _must_be_past(met_on: date, today: date) -> None:
    if met_on > today:
        raise Refusal("meeting-in-future", what=_("The meeting has not been held yet."), field="met_on", status=422)


def _must_stand(
    waiting: delegated.Waiting, members: Sequence[Present], said: Mapping[str, Said], chosen: Sequence[Case], at: datetime
) -> None:
    names = {one.pk: one.reference for one in chosen}
    numbers = {one.reference: one.pk for one in waiting.cases}
    present = [
        selection.Member(line, numbers.get(one.interest_in, 0) if one.interest or one.interest_in else None, one.has_left)
        for line, one in enumerate(members, 1)
    ]
    choices = [
        selection.Choice(
            case=one.pk,
            is_selected=said[one.reference].is_selected,
            amount_cents=said[one.reference].amount_cents if said[one.reference].is_selected else 0,
            most_cents=judging.judge_again(one, at=at).amount_cents,
            requested_cents=one.requested_cents,
            has_reason=bool(said[one.reference].reason.strip()),
        )
        for one in chosen
    ]
    for problem in selection.problems(waiting.grant, present, choices):
        if problem.code == "above_block_grant":
            raise _above(waiting, choices)
        why, field = _WHY[problem.code]
        raise Refusal(
            problem.code.replace("_", "-"),
            what=_("The selection cannot be recorded so."),
            why=why,
            next_step=_("Correct the record, or have the panel meet again."),
            field=field,
            status=422,
            values={"about": names.get(problem.about, str(problem.about))},
        )


def _above(waiting: delegated.Waiting, choices: Sequence[selection.Choice]) -> Refusal:
    return Refusal(
        "above-block-grant",
        what=_("The selection comes to more than is left of the block grant."),
        why=_("It comes to %(asked_cents)s; of the block grant of %(block_cents)s, %(used_cents)s is used and %(left_cents)s is left."),
        next_step=_("Select fewer start-ups, or for less."),
        status=409,
        values={
            "asked_cents": selection.selected_cents(choices),
            "block_cents": waiting.grant.block_cents,
            "used_cents": waiting.grant.used_cents,
            "left_cents": waiting.grant.left_cents,
            "unit": waiting.cases[0].unit,
        },
    )


def _write(
    case: Case, waiting: delegated.Waiting, met_on: date, members: Sequence[Present], chosen: Sequence[Case], *, by: Person, at: datetime
) -> PanelMeeting:
    meeting = PanelMeeting.objects.create(
        organisation=case.lead,
        scheme=case.scheme,
        stream=waiting.stream,
        met_on=met_on,
        unit=case.unit,
        block_cents=waiting.grant.block_cents,
        used_cents=waiting.grant.used_cents,
        recorded_at=at,
        recorded_by=by,
    )
    by_reference = {one.reference: one for one in waiting.cases}
    PanelMember.objects.bulk_create(
        PanelMember(
            meeting=meeting,
            line=line,
            name=one.name.strip(),
            interest=one.interest.strip(),
            interest_in=by_reference.get(one.interest_in),
            has_left=one.has_left,
        )
        for line, one in enumerate(members, 1)
    )
    return meeting


def _carry_out(case: Case, meeting: PanelMeeting, told: Said, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """One case of the meeting: moved, told and announced."""
    today, event_id = terms.local_day(at), timeline.reserve_id()
    target = guard.must_move(case, "select" if told.is_selected else "pass_over")
    amount = told.amount_cents if told.is_selected else 0
    sheet: dict[str, Any] = {"status": target, "supported_on": today} if told.is_selected else {"status": target, "refused_on": today}
    if not told.is_selected:
        post.send(case, "refused", {"reasons": [told.reason.strip()]}, event_id=event_id, by=by, at=at)
    guard.set_status(case, target, today)
    PanelChoice.objects.create(
        meeting=meeting,
        case=case,
        is_selected=told.is_selected,
        amount_cents=amount,
        reason="" if told.is_selected else told.reason.strip(),
        event_id=event_id,
    )
    return timeline.record(
        "team_selected" if told.is_selected else "team_passed_over",
        event_id=event_id,
        command=command,
        by=by,
        at=at,
        case=case,
        on_behalf_of=case.lead,
        happened_on=today,
        facts={
            "met_on": meeting.met_on,
            "selected_cents": amount,
            "block_cents": meeting.block_cents,
            "used_cents": meeting.used_cents,
            "member_count": meeting.members.count(),
            "unit": meeting.unit,
        },
        sheet=sheet,
    )
