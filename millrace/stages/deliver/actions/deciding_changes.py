"""Decides a change of an agreement and carries it out — e.g. HK$2m less, signed by the authority on an officer's advice, back in the
envelope with the same click that dates the new terms.

New terms are added and the old stay; the letter, the parties, the pledges and the money follow in the same transaction.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import agreement, changes, delegation, named_terms
from millrace.core.refusal import Refusal
from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facilities
from millrace.registers.ledger import actions as ledger
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import moves
from millrace.stages.assess import guard, post
from millrace.stages.award import agreements
from millrace.stages.award import queries as award
from millrace.stages.deliver import addenda, changing, gather, queries, register
from millrace.stages.deliver.actions.changes import _record, _still, must_say, must_stand
from millrace.stages.deliver.models import ChangeRequest
from millrace.stages.deliver.models.changes import OPEN

State = ChangeRequest.State
_OBJECTIONS = {
    "own-recommendation": (
        _("You advised on this request and cannot decide it."),
        _("Who advises or asks is never the one who decides."),
        _("Ask another authority."),
    ),
    "own-application": (
        _("You act for a party to this case."),
        _("No one acts for the funder on a case of their own organisation."),
        _("Ask another authority."),
    ),
    "no-limit": (
        _("You have no delegated limit."),
        _("A missing limit stops a decision; it never lets it pass."),
        _("Ask the administrator to record your limit."),
    ),
    "above-limit": (
        _("The grant would be above your delegated limit."),
        _("You may approve up to %(limit_cents)s."),
        _("Ask an authority with a higher limit."),
    ),
}


@dataclass(frozen=True)
class _When:
    """What every part of one approval carries."""

    event: int
    by: Person
    at: datetime

    @property
    def posting(self) -> dict[str, Any]:
        return {"event": self.event, "on": gather.local_day(self.at), "at": self.at}


def decide_change(change: ChangeRequest, *, is_approved: bool, note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will refuse a request with its reason, or approve it: new dated terms, and everything that follows from them."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(change.case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "decide_change", case, at)
        change = _still(change, State.SUBMITTED)
        worked = changing.worked_out(case, changing.asked_of(change), at)
        _must_sign(case, change, worked.said, is_approved=is_approved, by=by, at=at)
        when = _When(timeline.reserve_id(), by, at)
        change.decided_by, change.decided_at = by, at
        if not is_approved:
            change.state, change.note = State.REFUSED, must_say(note)
            change.save()
            post.tell_applicants(case, event_id=when.event, at=at)
            return _record("change_refused", change, case, event=when.event, by=by, at=at, command=command)
        _must_be_doable(case, change)
        must_stand(case, worked)
        change.state, change.note = State.APPROVED, note.strip()
        return _carry_out(case, change, worked.said, when, command)


def _carry_out(case: Case, change: ChangeRequest, said: changes.Consequences, when: _When, command: uuid.UUID) -> Event:
    day = gather.local_day(when.at)
    held = award.terms_row(case, day)
    assert held is not None  # the terms were just changed from it
    titles = {int(number): title for number, title in held.milestone_titles.items()}
    delivered = {int(number): title for number, title in held.deliverable_titles.items()}
    named_before = named_terms.from_data(held.named)
    named = named_terms.replaced(named_before, changing.asked_of(change).named)
    kept = agreements.keep(case, agreement.Composed(said.after, titles, delivered, named), from_on=day, at=when.at, event_id=when.event)
    letter = addenda.send(case, change, said, named_terms.between(named_before, named), event_id=when.event, by=when.by, at=when.at)
    change.terms_number, change.letter = kept.number, letter
    change.save()
    if letter is None:
        post.tell_applicants(case, event_id=when.event, at=when.at)
    _change_parties(case, change, when.at)
    sheet = _move_case(case, change, said, when)
    _move_pledges(case, said.before, said.after, when)
    _move_money(case, said.grant_change_cents, when)
    facts = {"terms": kept.sha256, "terms_number": kept.number, "signer": said.signer, "unit": case.unit}
    facts |= {"grant_change_cents": said.grant_change_cents, "ends_before": said.after.ends_before}
    facts |= {"letters": [letter.sha256]} if letter else {}
    facts |= _move_ends(case, said)
    return timeline.record(
        "change_approved",
        event_id=when.event,
        command=command,
        by=when.by,
        at=when.at,
        case=case,
        happened_on=day,
        facts={"number": change.number, "change": change.kind, **facts},
        sheet=sheet or None,
    )


def _move_case(case: Case, change: ChangeRequest, said: changes.Consequences, when: _When) -> dict[str, Any]:
    """The case's own row, and what the sheet says of it."""
    sheet: dict[str, Any] = {}
    if said.grant_change_cents:
        case.approved_cents = said.after.grant_cents
        case.save(update_fields=["approved_cents"])
        sheet |= {"approved_cents": said.after.grant_cents, "committed_cents": said.after.grant_cents}
    if change.kind == changes.SUSPENSION:
        target = moves.must(case, "suspend")
        moves.to(case, target, gather.local_day(when.at))
        sheet["status"] = target
    return sheet


def _change_parties(case: Case, change: ChangeRequest, at: datetime) -> None:
    asked = changing.asked_of(change)
    leaver = case.parties.filter(organisation=asked.leaves, left_at__isnull=True).exclude(role="lead").first() if asked.leaves else None
    if leaver is not None:
        leaver.left_at = at
        leaver.save(update_fields=["left_at"])
    if asked.joins and not case.parties.filter(organisation=asked.joins, left_at__isnull=True).exists():
        case.parties.create(organisation_id=asked.joins, role=leaver.role if leaver else "sponsor", joined_at=at)


def _move_ends(case: Case, said: changes.Consequences) -> dict[str, Any]:
    """What ends with the agreement, or so many years after it, moves with its end: hours of a facility, and equipment entered already."""
    was, ends_before = said.before.ends_before, said.after.ends_before
    if ends_before == was:
        return {}
    until, items = register.outlasted(case, ends_before)
    kept_longer = items.update(retain_until=until)
    allocations = facilities.move_ends(case, ended_before=was, ends_before=ends_before)
    kept = {"retain_until_on": until, "kept_longer_count": kept_longer} if kept_longer else {}
    return kept | ({"allocation_count": allocations} if allocations else {})


def _pledged(terms: Terms) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = {}
    for one in terms.pledges:
        sums[one.sponsor, one.form] = sums.get((one.sponsor, one.form), 0) + one.amount_cents
    return sums


def _move_pledges(case: Case, before: Terms, after: Terms, when: _When) -> None:
    was, now = _pledged(before), _pledged(after)
    sponsors = Organisation.objects.in_bulk({sponsor for sponsor, _form in {**was, **now}})
    for sponsor, form in sorted({**was, **now}):
        by = now.get((sponsor, form), 0) - was.get((sponsor, form), 0)
        if by:
            move = ledger.pledge_match if by > 0 else ledger.withdraw_pledge
            move(case, sponsors[sponsor], form, abs(by), unit=after.unit, **when.posting)


def _move_money(case: Case, by_cents: int, when: _When) -> None:
    """What the commitment shrinks by goes back to its envelope; what it grows by is reserved there, or refused, and committed."""
    if by_cents < 0:
        for envelope, part in gather.envelopes_of(case, "committed", -by_cents, unit=case.unit):
            ledger.release_commitment(case, part, envelope=envelope, **when.posting)
    if by_cents > 0:
        envelope = gather.envelope_of(case)
        ledger.reserve(case, by_cents, envelope=envelope, **when.posting)
        ledger.commit(case, by_cents, envelope=envelope, **when.posting)


def _must_sign(case: Case, change: ChangeRequest, said: changes.Consequences, *, is_approved: bool, by: Person, at: datetime) -> None:
    """The one who signs has the power this change needs, asked for nothing, advised nothing, and is no party to the case."""
    if said.signer == changes.AUTHORITY:
        if "authority" not in people.powers_of(by, at):
            raise Refusal(
                "authority-signs",
                what=_("This change is decided by the authority."),
                why=_("It stops the agreement or moves its money, or the scheme leaves it to the authority."),
                next_step=_("Record your advice; the authority decides on it."),
                status=403,
            )
        if not change.advice and not change.is_by_funder:
            raise Refusal(
                "advice-first",
                what=_("No officer has advised on this request yet."),
                why=_("The authority decides on an officer's recorded advice, so that two people of the funder have looked at it."),
                next_step=_("Have an officer of the case record the advice."),
            )
    concerned = {change.advised_by_id, change.submitted_by_id, change.opened_by_id} - {None}
    asked = delegation.Asked(
        person=by.pk,
        limit_cents=people.limit_of(by, at),
        amount_cents=said.after.grant_cents,
        recommenders={person for person in concerned if person is not None},
        party_people=guard.party_people(case, at),
        rules_give_cents=said.after.grant_cents,  # what the rules give is among the objections to the change itself
        requested_cents=said.after.grant_cents,
    )
    for code in delegation.objections(asked, is_approval=is_approved and said.grant_change_cents > 0):
        what, why, next_step = _OBJECTIONS[code]
        raise Refusal(
            code, what=what, why=why, next_step=next_step, status=403, values={"limit_cents": asked.limit_cents or 0, "unit": case.unit}
        )


def _must_be_doable(case: Case, change: ChangeRequest) -> None:
    if change.kind == changes.TERMINATION:
        raise Refusal(
            "ended-by-its-account",
            what=_("An agreement is ended by its final account."),
            next_step=_("Open “Terminate the agreement”: ending it there approves this request."),
        )
    gather.must_be_in_force(case)


def lift_suspension(case: Case, *, note: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will let a suspended agreement go on, by the authority's decision; its money moves again."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if replayed := timeline.replay(command, case):
            return replayed
        gather.must(by, "lift_suspension", case, at)
        held = queries.suspension_of(case)
        if held is None:
            raise Refusal(
                "not-suspended",
                what=_("The agreement was not suspended by a request of ours."),
                why=_("It is not suspended, or the other funder's refusal suspended it, which is decided separately."),
                next_step=_("Look at the case's timeline."),
            )
        held.note = "\n\n".join(filter(None, [held.note, must_say(note)]))
        held.save(update_fields=["note"])
        target, event = moves.must(case, "resume"), timeline.reserve_id()
        moves.to(case, target, gather.local_day(at))
        post.tell_applicants(case, event_id=event, at=at)
        return timeline.record(
            "suspension_lifted",
            event_id=event,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=gather.local_day(at),
            facts={"number": held.number},
            sheet={"status": target},
        )


def settle_requests(case: Case, *, is_termination: bool, by: Person, at: datetime) -> list[int]:
    """This will settle what was still asked for when an agreement ends, and name the request that asked for the end.

    Call it inside the action that ends the case, which announces it.
    """
    asked_for = []
    for change in ChangeRequest.objects.filter(case=case, state__in=OPEN):
        is_asked_for = is_termination and change.kind == changes.TERMINATION and change.state == State.SUBMITTED
        # Who asked or advised does not approve: the case ends all the same, the request is merely settled.
        if is_asked_for and by.pk not in (change.submitted_by_id, change.advised_by_id):
            change.state, change.decided_by, change.decided_at = State.APPROVED, by, at
            asked_for.append(change.number)
        else:
            change.state = State.WITHDRAWN
        change.save()
    return asked_for
