"""Raises what a payee owes, by two people — e.g. HK$84,000 of cost that audit sample 3 disallowed, due thirty days after the demand.

One person of finance raises a debt on a ground, with what it rests on; another confirms it. Only then is it in the books, and only then
is the demand sent. These acts outlive the case: what was found after its end is recovered all the same.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather, letters, recovering
from millrace.stages.deliver.actions.evidence import File
from millrace.stages.deliver.models import AuditSample, Breach, DueDay, Receivable, RevenueDeclaration, Settlement

State = Receivable.State


def raise_receivable(
    case: Case,
    *,
    ground: str,
    amount_cents: int,
    due_on: date,
    reason: str,
    evidence: str,
    breach: Breach | None = None,
    sample: AuditSample | None = None,
    declaration: RevenueDeclaration | None = None,
    files: Sequence[File] = (),
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will put a debt before a second person; it never exceeds what its ground gives, nor what was paid and is not asked back yet.

    Files stay in quarantine until the second person, who reads them, confirms the debt.
    """
    for file in files:
        documents.checked(file.content, name=file.name, field="file")
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "recover", case, at)
        _must_be_told(ground, reason, evidence)
        must_be_ahead(due_on, at)
        if sample is not None:
            sample = AuditSample.objects.select_for_update().get(pk=sample.pk)
        rests_on = {"breach": breach, "sample": sample, "declaration": declaration}
        _must_be_its_ground(case, ground, rests_on)
        raised = Receivable(
            case=case,
            number=Receivable.objects.filter(case=case).count() + 1,
            ground=ground,
            unit=case.unit,
            amount_cents=amount_cents,
            left_cents=amount_cents,
            due_on=due_on,
            reason=reason.strip(),
            evidence=evidence.strip(),
            **rests_on,
            raised_at=at,
            raised_by=by,
        )
        must_be_at_most(case, amount_cents, recovering.most(raised))
        raised.save()
        for file in files:
            told = {"name": file.name, "place": recovering.place_of_files(raised), "by": by, "at": at}
            documents.take_in(case, content=file.content, **told)
        return record(
            "receivable_raised", raised, {"ground": ground, "amount_cents": amount_cents, "due_on": due_on}, by=by, at=at, command=command
        )


def confirm_receivable(receivable: Receivable, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will put a raised debt into the books and send its demand, by another person than the one who raised it.

    Its ground is held against it once more: what it gave when the debt was raised may have been earned or asked back since.
    """

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "confirm_recovery", case, at)
        if found.state != State.RAISED:
            raise Refusal("not-waiting", what=_("This debt no longer waits to be confirmed."))
        must_be_another(by, found.raised_by_id)
        must_be_ahead(found.due_on, at)
        must_be_at_most(case, found.amount_cents, recovering.most(found))
        found.state, found.confirmed_at, found.confirmed_on, found.confirmed_by = State.CONFIRMED, at, day, by
        found.save()
        DueDay.objects.create(receivable=found, from_on=day, due_on=found.due_on)
        _rule_files(found, Document.State.ACCEPTED, by=by, at=at)
        letters.send_demand(found, event_id=event, by=by, at=at)
        post.tell_applicants(case, event_id=event, at=at)
        ledger.raise_receivable(case, found.amount_cents, unit=found.unit, event=event, on=day, at=at)
        return {"ground": found.ground, "amount_cents": found.amount_cents, "due_on": found.due_on}

    return done_to(receivable, "receivable_confirmed", act, by=by, at=at, command=command)


def withdraw_receivable(receivable: Receivable, *, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take back a debt raised in error. Once confirmed that is another person's act than the raising, and nothing of it may
    have been settled.

    A claim decided after the demand may earn what was asked back as unspent. Then what is left of it is taken back, also where part was
    settled, and what is still unspent is raised again as a debt of its own.
    """

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "recover", case, at)
        must_say_why(reason)
        if found.state not in recovering.STANDING:
            raise no_longer_owed()
        was_owed = found.state == State.CONFIRMED
        if not was_owed:
            _rule_files(found, Document.State.REFUSED, by=by, at=at)
        if was_owed:
            must_be_another(by, found.raised_by_id)
            _must_be_unsettled(found)
        found.state, found.ended_at, found.withdrawn_by, found.withdrawn_reason = State.WITHDRAWN, at, by, reason.strip()
        # Interest charged and not settled goes with the debt: that of a receipt taken back since is such.
        amount, charged = found.left_cents, found.charged_cents - sum(act.interest_cents for act in recovering.settled_of(found))
        found.left_cents, found.charged_cents = 0, found.charged_cents - charged
        found.save()
        if was_owed:
            Settlement.objects.create(
                receivable=found,
                number=Settlement.objects.filter(receivable=found).count() + 1,
                kind=Settlement.Kind.WITHDRAWAL,
                principal_cents=amount,
                interest_cents=0,
                charged_cents=-charged,
                value_on=day,
                booked_on=day,
                reason=reason.strip(),
                recorded_at=at,
                recorded_by=by,
                event=event,
            )
            found.plans.filter(ended_on__isnull=True).update(ended_on=day, ending="replaced", next_on=None)
            post.tell_applicants(case, event_id=event, at=at)
            ledger.cancel_receivable(case, amount, interest=charged, unit=found.unit, event=event, on=day, at=at)
        return {"amount_cents": amount, "was_owed": was_owed}

    kind = "receivable_dropped" if receivable.confirmed_at is None else "receivable_withdrawn"
    return done_to(receivable, kind, act, by=by, at=at, command=command)


# ── Shared with the acts that settle ─────────────────────────────────────────────────────────────────────────────────────────

Act = Callable[[Receivable, Case, int, date], dict[str, Any]]


def done_to(receivable: Receivable, kind: str, act: Act, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will lock the case, do the act on the debt as it stands now, and announce it with the facts the act gives.

    An act that turned out to be another kind of event names it as a fact.
    """
    with transaction.atomic(durable=True):
        case = gather.lock_case(receivable.case)
        if done := timeline.replay(command, case):
            return done
        found = locked(receivable, case)
        event = timeline.reserve_id()
        facts = act(found, case, event, gather.local_day(at))
        kind = facts.pop("kind", kind)
        return record(kind, found, facts, by=by, at=at, command=command, event_id=event)


def locked(receivable: Receivable, case: Case) -> Receivable:
    """This will give the debt as it stands under the lock of its case."""
    found = Receivable.objects.get(pk=receivable.pk)
    found.case = case
    return found


def record(
    kind: str, found: Receivable, facts: dict[str, Any], *, by: Person, at: datetime, command: uuid.UUID, event_id: int | None = None
) -> Event:
    """This will announce an act on a debt; what the case is paid is told with it."""
    case: Case = found.case
    told = {"number": found.number, "unit": found.unit, **facts}
    sheet = {"paid_cents": case.paid_cents} if {"returned_cents", "paid_again_cents"} & facts.keys() else None
    day = gather.local_day(at)
    return timeline.record(kind, command=command, by=by, at=at, event_id=event_id, case=case, happened_on=day, facts=told, sheet=sheet)


def must_be_another(by: Person, first: int | None) -> None:
    """This will refuse a second word by the person who gave the first."""
    if not by.is_system and by.pk == first:
        raise Refusal(
            "same-person",
            what=_("This takes another person than the one who began it."),
            next_step=_("Ask a colleague of finance."),
            status=403,
        )


def must_be_ahead(due_on: date, at: datetime) -> None:
    """This will refuse a demand that would be overdue when it arrives."""
    if due_on < gather.local_day(at):
        raise Refusal(
            "due-day-past",
            what=_("The day by which it is to be paid is past."),
            why=_("A demand leaves time to pay."),
            next_step=_("Raise it with a later day."),
            field="due_on",
            status=422,
        )


def must_be_at_most(case: Case, amount_cents: int, most_cents: int) -> None:
    """This will refuse an amount of nothing, or above what may be asked back."""
    if not 0 < amount_cents <= most_cents:
        raise Refusal(
            "more-than-recoverable",
            what=_("At most %(most_cents)s may be asked back on this ground."),
            why=_("No more than its ground gives, and no more than was paid and is not asked back already."),
            next_step=_("Check the amount against the statement of the case."),
            field="amount_cents",
            status=422,
            values={"most_cents": most_cents, "unit": case.unit},
        )


def must_say_why(reason: str, name: str = "reason") -> None:
    """This will refuse an act that needs its reason and has none."""
    if not reason.strip():
        raise Refusal("reason-needed", what=_("Say why."), field=name, status=422)


def no_longer_owed() -> Refusal:
    """This will say that nothing more can be done with a debt."""
    return Refusal(
        "not-owed",
        what=_("Nothing is owed here: it is not confirmed yet, settled or withdrawn."),
        next_step=_("Look at its history."),
    )


def _rule_files(found: Receivable, state: str, *, by: Person, at: datetime) -> None:
    for document in recovering.files_of(found).filter(state=Document.State.QUARANTINED):
        documents.rule(document, state=state, by=by, at=at)


def _must_be_told(ground: str, reason: str, evidence: str) -> None:
    if ground not in recovery.GROUNDS:
        raise Refusal("no-such-ground", what=_("Choose on which ground it is owed."), field="ground", status=422)
    must_say_why(reason)
    if not evidence.strip():
        raise Refusal("evidence-needed", what=_("Say what it rests on."), field="evidence", status=422)


def _must_be_its_ground(case: Case, ground: str, rests_on: dict[str, Any]) -> None:
    """This will refuse a ground without the record it needs, or with another case's."""
    if ground == recovery.UNSPENT and case.status in recovering.ENDED and case.status != "terminated":
        raise Refusal(
            "case-closed",
            what=_("The case is closed with its final account: nothing was left unspent."),
            next_step=_("Ask the authority to open it again, or choose another ground."),
            field="ground",
        )
    needed = {recovery.RETENTION: "breach", recovery.REVENUE: "declaration"}.get(ground)
    allowed = {needed} | ({"breach"} if ground == recovery.BREACH else {"sample"} if ground == recovery.DISALLOWED else set())
    given = {name for name, row in rests_on.items() if row is not None}
    foreign = [row for name, row in rests_on.items() if row is not None and name != "sample" and row.case_id != case.pk]
    if foreign or given - allowed or (needed and needed not in given):
        raise Refusal(
            "record-needed",
            what=_("This ground rests on a record of this case: a breach, or a declaration of revenue."),
            next_step=_("Choose the record it rests on."),
            field="rests_on",
            status=422,
        )


def _must_be_unsettled(found: Receivable) -> None:
    if not recovering.is_withdrawable(found):
        raise Refusal(
            "partly-settled",
            what=_("Part of this was paid, set off or written off already; it can no longer be taken back as an error."),
            next_step=_("Ask the authority to write off what is left."),
        )
