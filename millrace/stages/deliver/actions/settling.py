"""Settles what a payee owes: kept back from a later release, given up, or received (`receipts`) — e.g. HK$40,000, HK$960 of it interest.

Each act takes interest first, counted to its own day, then principal. Principal that comes back goes to the envelope it was paid from, by
way of "returned"; interest and shares of revenue are income and stay out of it. A debt never falls by more than is owed.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation, recovery
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather, limits, recovering
from millrace.stages.deliver.actions import plans
from millrace.stages.deliver.actions import recovery as debts
from millrace.stages.deliver.models import Receivable, Release, SetOff, Settlement, Unpaid

Kind = Settlement.Kind
_POSTED: dict[str, Callable[..., Any]] = {
    Kind.RECEIPT: ledger.receive,
    Kind.SET_OFF: ledger.set_off,
    Kind.WRITE_OFF: ledger.write_off,
}


def write_off(receivable: Receivable, *, amount_cents: int, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will give up part or all of what is owed, by an authority: all that is given up of one debt stays within their limit."""

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "write_off", case, at)
        _must_be_owed(found)
        debts.must_say_why(reason)
        debts.must_be_another(by, found.raised_by_id)
        before = sum(
            sum(row)
            for row in Settlement.objects.filter(receivable=found, kind=Kind.WRITE_OFF).values_list("principal_cents", "interest_cents")
        )
        limits.must_be_within(by, delegation.WRITE_OFF, before + amount_cents, unit=found.unit, at=at)
        value_on = max(day, _last_day(found))
        return settle(found, Kind.WRITE_OFF, amount_cents, value_on=value_on, reason=reason.strip(), event=event, by=by, at=at)

    return debts.done_to(receivable, "recovery_written_off", act, by=by, at=at, command=command)


def propose_set_off(
    receivable: Receivable, *, release: Release, amount_cents: int, reason: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will put before a second person that what is owed be kept back from a release to the same payee, of this case or another."""
    with transaction.atomic(durable=True):
        cases = gather.lock_cases([receivable.case, release.case])
        case = cases[receivable.case_id]
        if done := timeline.replay(command, case):
            return done
        for each in cases.values():
            gather.must(by, "recover", each, at)
        found = debts.locked(receivable, case)
        _must_be_owed(found)
        debts.must_say_why(reason)
        _must_be_within_release(found, release, amount_cents)
        _must_be_within_debt(found, amount_cents, gather.local_day(at))
        number = SetOff.objects.filter(receivable=found).count() + 1
        told = {"amount_cents": amount_cents, "reason": reason.strip(), "proposed_at": at, "proposed_by": by}
        SetOff.objects.create(receivable=found, release=release, number=number, **told)
        facts = {"set_off": number, "amount_cents": amount_cents}
        return debts.record("set_off_proposed", found, facts, by=by, at=at, command=command)


def decide_set_off(set_off: SetOff, *, is_approved: bool, note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will keep what is owed back from a release, or say why not, by another person than the one who proposed it.

    The debt falls and the release counts as paid by the same cents, in one transaction; what is left of the release is paid by the bank.
    """
    with transaction.atomic(durable=True):
        cases = gather.lock_cases([set_off.receivable.case, set_off.release.case])
        case, paid = cases[set_off.receivable.case_id], cases[set_off.release.case_id]
        if done := timeline.replay(command, case):
            return done
        for each in cases.values():
            gather.must(by, "confirm_recovery", each, at)
        wish = SetOff.objects.select_related("receivable", "release").get(pk=set_off.pk)
        if wish.state != SetOff.State.PROPOSED:
            raise Refusal("not-waiting", what=_("This set-off was decided already."))
        debts.must_be_another(by, wish.proposed_by_id)
        wish.state = SetOff.State.APPROVED if is_approved else SetOff.State.REFUSED
        wish.decided_at, wish.decided_by, wish.note = at, by, note.strip()
        found = debts.locked(wish.receivable, case)
        if not is_approved:
            debts.must_say_why(note, "note")
            wish.save()
            told = {"set_off": wish.number, "amount_cents": wish.amount_cents}
            return debts.record("set_off_refused", found, told, by=by, at=at, command=command)
        return _set_off(wish, found, paid, by=by, at=at, command=command)


def _set_off(wish: SetOff, found: Receivable, paid: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    _must_be_owed(found)
    left = _must_be_within_release(found, wish.release, wish.amount_cents)
    wish.save()
    event, day = timeline.reserve_id(), gather.local_day(at)
    is_same = paid.pk == found.case_id
    other = event if is_same else timeline.reserve_id()
    # What the release is reduced by counts as paid before the debt's own principal comes back: on one case they are the same money.
    _pay_by_set_off(wish, paid, left, event=other, day=day, at=at)
    value_on = max(day, _last_day(found))
    facts = settle(found, Kind.SET_OFF, wish.amount_cents, value_on=value_on, set_off=wish, reason=wish.reason, event=event, by=by, at=at)
    post.tell_applicants(found.case, event_id=event, at=at)
    if not is_same:
        told = {"instalment": wish.release.instalment, "amount_cents": wish.amount_cents, "unit": found.unit}
        told |= {"left_cents": left - wish.amount_cents}
        sheet = {"paid_cents": paid.paid_cents}
        timeline.record(
            "release_set_off", command=command, by=by, at=at, event_id=other, case=paid, happened_on=day, facts=told, sheet=sheet
        )
    return debts.record("recovery_set_off", found, facts | {"set_off": wish.number}, by=by, at=at, command=command, event_id=event)


def _pay_by_set_off(wish: SetOff, paid: Case, left_cents: int, *, event: int, day: date, at: datetime) -> None:
    """This will count part of a release as paid, out of the year's cash as any payment: what came in for it is a receipt of its own."""
    paid.paid_cents += wish.amount_cents
    paid.save(update_fields=["paid_cents"])
    if wish.amount_cents == left_cents:
        Unpaid.objects.filter(release=wish.release).delete()
    year, unit = gather.year_of(day), wish.release.unit
    for envelope, part in gather.envelopes_of(paid, "due", wish.amount_cents, unit=unit):
        ledger.pay(paid, part, envelope=envelope, financial_year=year, event=event, on=day, at=at)


def settle(
    found: Receivable, kind: str, amount_cents: int, *, value_on: date, event: int, by: Person, at: datetime, **row: Any
) -> dict[str, Any]:
    """This will take an amount off a debt inside an action that holds its case, and give the facts of it.

    Of money asked back as unspent, no more comes back or is given up than claims have not earned by now.
    """
    owed, day, case = recovering.owed(found, value_on), gather.local_day(at), found.case
    taken = recovery.appropriate(owed, amount_cents)
    if taken is None:
        raise _more_than_owed(found, owed, amount_cents)
    principal, interest = taken
    _must_be_unspent(found, principal)
    charged = owed.accrued_cents - found.charged_cents
    found.charged_cents, found.left_cents = owed.accrued_cents, found.left_cents - principal
    if not found.left_cents:
        found.state, found.ended_at = Receivable.State.SETTLED, at
    found.save()
    Settlement.objects.create(
        receivable=found,
        number=Settlement.objects.filter(receivable=found).count() + 1,
        kind=kind,
        principal_cents=principal,
        interest_cents=interest,
        charged_cents=charged,
        value_on=value_on,
        booked_on=day,
        steps=[part.as_json() for part in owed.parts],
        recorded_at=at,
        recorded_by=by,
        event=event,
        **row,
    )
    plans.bring_up_to_date(found, day)
    when = {"event": event, "on": day, "at": at}
    if charged > 0:
        ledger.charge_interest(case, charged, unit=found.unit, **when)
    elif charged < 0:
        ledger.cancel_receivable(case, 0, unit=found.unit, interest=-charged, **when)
    _POSTED[kind](case, principal, interest=interest, unit=found.unit, **when)
    facts = {"amount_cents": amount_cents, "principal_cents": principal, "interest_cents": interest, "left_cents": found.left_cents}
    if kind == Kind.WRITE_OFF or found.ground not in recovery.TAKES_BACK or not principal:
        return facts
    case.paid_cents -= principal
    case.save(update_fields=["paid_cents"])
    for envelope, part in gather.envelopes_of(case, "paid", principal, unit=found.unit):
        ledger.return_unspent(case, part, envelope=envelope, **when)
    return facts | {"returned_cents": principal}


def _must_be_owed(found: Receivable) -> None:
    if found.state != Receivable.State.CONFIRMED:
        raise debts.no_longer_owed()


def _last_day(found: Receivable) -> date:
    """The day up to which interest was counted last; nothing is counted back over it."""
    last = recovering.standing_acts(found).order_by("-value_on").values_list("value_on", flat=True).first()
    return last or (found.confirmed_on or date.min)


def must_be_a_day_to_count_to(found: Receivable, received_on: date, today: date) -> None:
    """This will refuse a day that has not come, or one that interest was counted beyond already."""
    if received_on > today:
        raise Refusal("receipt-in-future", what=_("Record money once it has arrived."), field="received_on", status=422)
    if found.state == Receivable.State.CONFIRMED and received_on < _last_day(found):
        raise Refusal(
            "before-last-act",
            what=_("Interest was counted up to %(last_on)s already; nothing is counted back over that day."),
            next_step=_("Record money in the order in which it came; date this one on that day or later."),
            field="received_on",
            status=422,
            values={"last_on": _last_day(found)},
        )


def _must_be_within_release(found: Receivable, release: Release, amount_cents: int) -> int:
    row = recovering.releases_to_set_off(found).filter(pk=release.pk).first()
    if row is None:
        raise Refusal(
            "release-not-waiting",
            what=_("Only a release to the same payee that still waits to be paid can be reduced."),
            why=_("It is paid, in a payment run, suspended, or another organisation's."),
            next_step=_("Choose another release, or take this one out of its run first."),
            field="release",
        )
    left: int = row.to_pay_cents  # type: ignore[attr-defined]  # annotated by `unpaid_releases`
    if not 0 < amount_cents <= left:
        raise Refusal(
            "more-than-release",
            what=_("At most %(left_cents)s of this release is left to be paid."),
            next_step=_("Set off at most that much."),
            field="amount_cents",
            status=422,
            values={"left_cents": left, "unit": found.unit},
        )
    return left


def _must_be_within_debt(found: Receivable, amount_cents: int, on: date) -> None:
    owed = recovering.owed(found, max(on, _last_day(found)))
    if recovery.appropriate(owed, amount_cents) is None:
        raise _more_than_owed(found, owed, amount_cents)


def _must_be_unspent(found: Receivable, principal_cents: int) -> None:
    if found.ground == recovery.UNSPENT and principal_cents > (most := recovering.not_earned(found.case)):
        raise Refusal(
            "earned-since",
            what=_("Of what was asked back as not earned, claims decided since have earned all but %(most_cents)s."),
            why=_("What a claim has earned is not paid back."),
            next_step=_("Withdraw the debt and raise again what is still unspent. What came in can then be held for the payee."),
            field="amount_cents",
            values={"most_cents": most, "unit": found.unit},
        )


def _more_than_owed(found: Receivable, owed: recovery.Owed, asked_cents: int) -> Refusal:
    return Refusal(
        "more-than-owed",
        what=_("%(asked_cents)s was entered; %(owed_cents)s is owed on that day, of which %(interest_cents)s is interest."),
        why=_("A debt is never settled by more than is owed."),
        next_step=_("Enter what came in. If it was more than is owed, say that the rest is to be held: it is paid back to who sent it."),
        field="amount_cents",
        status=422,
        values={"asked_cents": asked_cents, "owed_cents": owed.total_cents, "interest_cents": owed.interest_cents, "unit": found.unit},
    )
