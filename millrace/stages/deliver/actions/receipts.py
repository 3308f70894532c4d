"""Records money that came in from a payee, and takes back what was recorded in error — e.g. HK$45,000 on a debt of HK$40,000.

What is owed is settled, interest first; what came in beyond it is held for the payee and paid back. A receipt that was never at the
bank is taken back by another person: the debt stands as if it had not been recorded, by new postings, and interest runs on.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.actions import banked, plans, settling
from millrace.stages.deliver.actions import recovery as debts
from millrace.stages.deliver.models import DueDay, Payment, Receipt, Receivable, Settlement

State, Kind = Receivable.State, Settlement.Kind


def receive_money(
    receivable: Receivable,
    *,
    amount_cents: int,
    received_on: date,
    bank_reference: str,
    holds_rest: bool = False,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will record money that came in. More than is owed on its day is refused unless the rest is to be held for the payee."""

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "recover", case, at)
        if found.confirmed_at is None or (found.state != State.CONFIRMED and not holds_rest):
            raise debts.no_longer_owed()
        reference = banked.take_reference(bank_reference)
        if amount_cents <= 0:
            raise Refusal("nothing-came", what=_("Enter what came in."), field="amount_cents", status=422)
        settling.must_be_a_day_to_count_to(found, received_on, day)
        owed = recovering.owed(found, received_on)
        taken = min(amount_cents, owed.total_cents) if holds_rest else amount_cents
        row, facts = None, {"amount_cents": amount_cents, "left_cents": found.left_cents}
        if taken or not holds_rest:
            told = {"bank_reference": reference, "event": event, "by": by, "at": at}
            facts |= settling.settle(found, Kind.RECEIPT, taken, value_on=received_on, **told)
            row = Settlement.objects.get(receivable=found, event=event)
        held = amount_cents - taken
        Receipt.objects.create(
            receivable=found,
            number=Receipt.objects.filter(receivable=found).count() + 1,
            bank_reference=reference,
            received_on=received_on,
            amount_cents=amount_cents,
            held_cents=held,
            settlement=row,
            recorded_at=at,
            recorded_by=by,
            event=event,
        )
        facts |= {"received_on": received_on, "amount_cents": amount_cents}
        if not held:
            return facts
        ledger.hold(case, held, unit=found.unit, event=event, on=day, at=at)
        post.tell_applicants(case, event_id=event, at=at)
        return facts | {"held_cents": held, "kind": "recovery_overpaid"}

    return debts.done_to(receivable, "recovery_received", act, by=by, at=at, command=command)


def take_back_receipt(receipt: Receipt, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will undo a receipt recorded in error, by another person than the one who recorded it."""

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "recover", case, at)
        debts.must_say_why(reason)
        row = Receipt.objects.select_related("settlement").get(pk=receipt.pk)
        if row.taken_back_at is not None:
            raise Refusal("taken-back-already", what=_("This receipt was taken back already."))
        debts.must_be_another(by, row.recorded_by_id)
        _must_not_be_paid_back(row)
        row.taken_back_at, row.taken_back_by, row.taken_back_reason = at, by, reason.strip()
        row.save()
        banked.give_up_reference(row.bank_reference)
        facts = {"amount_cents": row.amount_cents, "receipt": row.number, "left_cents": found.left_cents}
        if row.settlement is not None:
            facts |= _owe_again(found, row.settlement, reason=reason.strip(), event=event, day=day, by=by, at=at)
        if row.held_cents:
            ledger.give_up_held(case, row.held_cents, unit=found.unit, event=event, on=day, at=at)
        post.tell_applicants(case, event_id=event, at=at)
        return facts

    return debts.done_to(receipt.receivable, "receipt_taken_back", act, by=by, at=at, command=command)


def _owe_again(found: Receivable, settled: Settlement, *, reason: str, event: int, day: date, by: Person, at: datetime) -> dict[str, Any]:
    """This will let what a receipt settled be owed as before. Interest charged stays charged: it ran, and now runs on the whole again."""
    case, principal, interest = found.case, settled.principal_cents, settled.interest_cents
    found.left_cents += principal
    found.state, found.ended_at = State.CONFIRMED, None
    found.save()
    Settlement.objects.create(
        receivable=found,
        number=Settlement.objects.filter(receivable=found).count() + 1,
        kind=Kind.TAKEN_BACK,
        principal_cents=-principal,
        interest_cents=-interest,
        charged_cents=0,
        value_on=settled.value_on,
        booked_on=day,
        takes_back=settled,
        reason=reason,
        recorded_at=at,
        recorded_by=by,
        event=event,
    )
    plans.bring_up_to_date(found, day)
    if recovering.plan_of(found) is None:
        # A plan that this receipt had completed is not brought back: the debt is late from its own day.
        DueDay.objects.create(receivable=found, from_on=day, due_on=found.due_on)
    when = {"event": event, "on": day, "at": at}
    ledger.take_back_receipt(case, principal, interest=interest, unit=found.unit, **when)
    facts = {"principal_cents": principal, "interest_cents": interest, "left_cents": found.left_cents}
    if found.ground not in recovery.TAKES_BACK or not principal:
        return facts
    case.paid_cents += principal
    case.save(update_fields=["paid_cents"])
    for envelope, part in gather.envelopes_of(case, "returned", principal, unit=found.unit):
        ledger.take_back_return(case, part, envelope=envelope, **when)
    return facts | {"paid_again_cents": principal}


def _must_not_be_paid_back(row: Receipt) -> None:
    if row.held_cents and Payment.objects.filter(receipt=row).exclude(state__in=Payment.UNDONE).exists():
        raise Refusal(
            "paid-back-already",
            what=_("What this receipt brought beyond the debt is in a payment run or was paid back."),
            next_step=_("Cancel the run first, if it was not sent to the bank yet."),
        )
