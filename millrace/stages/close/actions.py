"""Ends a case's money and lets it rest — e.g. HK$0.6m nobody claimed goes back to the NIFS envelope with the final account.

A closed case is opened again only by the authority's recorded decision; what was given back stays given back.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.facilities import actions as facility_acts
from millrace.registers.facilities import queries as facilities
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import moves
from millrace.stages.assess import post
from millrace.stages.close import letters, queries
from millrace.stages.close.models import FinalAccount, Refund
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.actions import recovery as debts

OBSTACLES = {
    "claim_undecided": _("A claim is not yet decided."),
    "payment_under_way": _("Money is due or a payment is under way."),
    "equipment_not_entered": _("Equipment that was paid for is not in the register."),
    "titles_not_told": _("The register of intellectual property is empty: enter what arose, or that nothing did."),
    "titles_break_a_rule": _("The shares of intellectual property break a rule of the scheme that is judged at closing."),
    "refund_due": _("More was paid than was earned; the difference has not been refunded."),
    "earned_after_return": _(
        "What came back as unspent was earned since and is the payee's. Take its receipt back and withdraw the debt; raise again what is "
        "still unspent, and record what came in once more: what is more than owed is held and paid back."
    ),
    "debt_open": _("A debt is raised and not yet settled."),
}
REGISTERS = ("equipment_not_entered", "titles_not_told", "titles_break_a_rule")
_MOVES = {FinalAccount.Ending.CLOSED: "close", FinalAccount.Ending.TERMINATED: "terminate"}
TERMINATION_REASONS = {
    "breach": _("The agreement was broken."),
    "no_progress": _("The project made no progress."),
    "insolvency": _("The enterprise is insolvent."),
    "mutual": _("Both sides agreed to end it."),
    "applicant_request": _("The enterprise asked to end it."),
}
REOPEN_REASONS = {
    "audit_finding": _("An audit found something to put right."),
    "late_evidence": _("Evidence came in late."),
    "our_error": _("It was closed by our mistake."),
    "appeal_upheld": _("An appeal was upheld."),
}


def close_case(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will draw up the final account, give what is left back to the envelope and let the case rest."""
    return _end(case, FinalAccount.Ending.CLOSED, by=by, at=at, command=command)


def terminate_case(case: Case, *, reason: str, note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end an agreement before its time; a refund still due is named in the account and stays to be recovered."""
    if reason not in TERMINATION_REASONS:
        raise Refusal("reason-needed", what=_("Choose why the agreement is ended."), field="reason", status=422)
    return _end(case, FinalAccount.Ending.TERMINATED, reason=reason, note=note, by=by, at=at, command=command)


def record_refund(
    case: Case, *, amount_cents: int, received_on: date, bank_reference: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will put money the enterprise paid back into the envelope it came from."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "close_money", case, at)
        _must_be_refundable(case, amount_cents, received_on, at)
        Refund.objects.create(
            case=case,
            amount_cents=amount_cents,
            unit=case.unit,
            received_on=received_on,
            bank_reference=deliver.take_reference(bank_reference),
            recorded_at=at,
            recorded_by=by,
        )
        case.paid_cents -= amount_cents
        case.save(update_fields=["paid_cents"])
        event, day = timeline.reserve_id(), gather.local_day(at)
        for envelope, part in gather.envelopes_of(case, "paid", amount_cents, unit=case.unit):
            ledger.return_unspent(case, part, envelope=envelope, event=event, on=day, at=at)
        facts = {"amount_cents": amount_cents, "unit": case.unit, "received_on": received_on}
        sheet = {"paid_cents": case.paid_cents}
        return timeline.record(
            "refund_received", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts, sheet=sheet
        )


def take_back_refund(refund: Refund, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will undo a refund recorded in error, by another person than the one who recorded it: the money counts as paid again."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(refund.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "close_money", case, at)
        debts.must_say_why(reason)
        row = Refund.objects.get(pk=refund.pk)
        if row.taken_back_at is not None:
            raise Refusal("taken-back-already", what=_("This refund was taken back already."))
        debts.must_be_another(by, row.recorded_by_id)
        _must_not_be_accounted_for(case, row)
        row.taken_back_at, row.taken_back_by, row.taken_back_reason = at, by, reason.strip()
        row.save()
        deliver.give_up_reference(row.bank_reference)
        case.paid_cents += row.amount_cents
        case.save(update_fields=["paid_cents"])
        event, day = timeline.reserve_id(), gather.local_day(at)
        post.tell_applicants(case, event_id=event, at=at)
        for envelope, part in gather.envelopes_of(case, "returned", row.amount_cents, unit=row.unit):
            ledger.take_back_return(case, part, envelope=envelope, event=event, on=day, at=at)
        facts = {"amount_cents": row.amount_cents, "unit": row.unit, "received_on": row.received_on}
        sheet = {"paid_cents": case.paid_cents}
        return timeline.record(
            "refund_taken_back", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts, sheet=sheet
        )


def reopen_case(case: Case, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will open a rested case again by the authority's decision; the final account is kept and marked as no longer standing."""
    if reason not in REOPEN_REASONS:
        raise Refusal("reason-needed", what=_("Choose why the case is opened again."), field="reason", status=422)
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "reopen", case, at)
        account = queries.standing_account(case)
        if account is None:
            raise Refusal("not-closed", what=_("The case is not closed."))
        account.reopened_at, account.reopened_by, account.reopen_reason = at, by, reason
        account.save()
        day = gather.local_day(at)
        moves.to(case, moves.must(case, "reopen"), day)
        sheet = {"status": "in_force", "completed_on": None, "terminated_on": None}
        facts = {"reason": reason, "final_account": account.number}
        return timeline.record("case_reopened", command=command, by=by, at=at, case=case, happened_on=day, facts=facts, sheet=sheet)


def _end(case: Case, ending: str, *, reason: str = "", note: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "close_case" if ending == FinalAccount.Ending.CLOSED else "terminate", case, at)
        # What is suspended may be ended, and is not closed as done.
        if ending == FinalAccount.Ending.CLOSED or not moves.may(case, _MOVES[ending]):
            gather.must_be_in_force(case)
        day = gather.local_day(at)
        drawn = queries.account(case, day)
        if drawn is None:
            raise Refusal("no-terms", what=_("The agreement has no terms on that day."), next_step=_("Ask the case's officer."))
        _must_be_endable(drawn, ending)
        FinalAccount.objects.create(
            case=case,
            number=FinalAccount.objects.filter(case=case).count() + 1,
            ending=ending,
            reason=reason,
            note=note,
            unit=drawn.unit,
            spent_cents=drawn.spent_cents,
            earned_cents=drawn.earned_cents,
            released_cents=drawn.released_cents,
            paid_cents=drawn.paid_cents,
            unspent_cents=drawn.unspent_cents,
            matching_cents=drawn.matching_cents,
            made_at=at,
            made_by=by,
        )
        moves.to(case, moves.must(case, _MOVES[ending]), day)
        event = timeline.reserve_id()
        letters.send_closing(case, drawn, event_id=event, by=by, at=at)
        _give_back(case, event=event, on=day, at=at)
        facts = {"ending": ending, "reason": reason, "unit": drawn.unit, "spent_cents": drawn.spent_cents}
        facts |= {"earned_cents": drawn.earned_cents, "paid_cents": drawn.paid_cents, "unspent_cents": drawn.unspent_cents}
        facts |= {"refund_cents": drawn.refund_cents}
        asked_for = deliver.settle_requests(case, is_termination=ending == FinalAccount.Ending.TERMINATED, by=by, at=at)
        facts |= {"change_requests": asked_for} if asked_for else {}
        ended = {"completed_on": day} if ending == FinalAccount.Ending.CLOSED else {"terminated_on": day}
        sheet = {"status": ending, **ended, "committed_cents": drawn.released_cents}
        return timeline.record(
            f"case_{ending}", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts, sheet=sheet
        )


def _give_back(case: Case, *, event: int, on: date, at: datetime) -> None:
    """This will give everything the case still holds back to its envelopes, hours as well as money."""
    for allocation in facilities.allocations_of(case):
        if allocation.left_hours:
            facility_acts.give_back(allocation, event=event, on=on, at=at)
    for line in sorted(balances.statement(case).envelopes, key=lambda line: (line.fund, line.scheme, line.unit)):
        envelope = ledger.envelope(line.fund, line.scheme, line.unit)
        if line.committed:
            ledger.release_commitment(case, line.committed, envelope=envelope, event=event, on=on, at=at)
        if line.reserved:
            ledger.release_reservation(case, line.reserved, envelope=envelope, event=event, on=on, at=at)


def _must_be_endable(drawn: queries.Account, ending: str) -> None:
    tolerated = (
        {"refund_due", "earned_after_return", "debt_open", "claim_undecided", *REGISTERS}
        if ending == FinalAccount.Ending.TERMINATED
        else set()
    )
    obstacles = [code for code in drawn.obstacles if code not in tolerated]
    if obstacles:
        raise Refusal(
            obstacles[0].replace("_", "-"),
            what=_("The case cannot be ended yet."),
            why=OBSTACLES[obstacles[0]],
            next_step=_("Settle this first; the final account shows the figures."),
        )


def _must_be_refundable(case: Case, amount_cents: int, received_on: date, at: datetime) -> None:
    paid = balances.statement(case).total("paid", case.unit)
    if 0 < amount_cents <= min(paid, case.paid_cents) and amount_cents > recovering.recoverable(case):
        raise Refusal(
            "asked-back-already",
            what=_("Of what was paid, %(asked_cents)s is asked back by a demand already."),
            next_step=_("Record what came in on the demand, where its interest is counted."),
            field="amount_cents",
            values={"asked_cents": recovering.asked_back(case), "unit": case.unit},
        )
    if not 0 < amount_cents <= min(paid, case.paid_cents):
        raise Refusal(
            "refund-too-large",
            what=_("A refund lies between nothing and what was paid, %(paid_cents)s."),
            field="amount_cents",
            status=422,
            values={"paid_cents": paid, "unit": case.unit},
        )
    if received_on > gather.local_day(at):
        raise Refusal("refund-in-future", what=_("Record a refund once it has arrived."), field="received_on", status=422)


def _must_not_be_accounted_for(case: Case, row: Refund) -> None:
    """This will refuse where a final account that stands counts the refund: it is never changed, only ended by opening the case again."""
    account = queries.standing_account(case)
    if account is not None and account.made_at >= row.recorded_at:
        raise Refusal(
            "refund-accounted-for",
            what=_("The case was ended after this refund was recorded; its final account counts it."),
            next_step=_("Ask the authority to open the case again first, then take the refund back."),
        )
