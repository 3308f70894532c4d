"""Agrees on instalments of what a payee owes — e.g. HK$90,000 in three parts; the second missed, and the whole is due.

A plan gives time, not money: interest runs on what is not yet paid. The night after a missed instalment the plan ends and all falls due.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.actions import recovery as debts
from millrace.stages.deliver.models import DueDay, Receivable, RecoveryPlan

Ending = RecoveryPlan.Ending
OBJECTIONS = {
    "part-of-nothing": _("Every instalment needs its day and an amount above nothing."),
    "parts-not-in-order": _("Each instalment is due after the one before."),
    "part-in-the-past": _("No instalment can be due before today."),
    "parts-differ": _("The instalments must come to what is owed today: %(owed_cents)s."),
}


def agree_plan(
    receivable: Receivable, *, parts: Sequence[recovery.Part], note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record the instalments agreed with the payee; a plan that stood is replaced."""

    def act(found: Receivable, case: Case, event: int, day: date) -> dict[str, Any]:
        gather.must(by, "recover", case, at)
        if found.state != Receivable.State.CONFIRMED:
            raise debts.no_longer_owed()
        owed = recovering.owed(found, day).total_cents
        if problem := recovery.plan_problem(parts, owed, day):
            values = {"owed_cents": owed, "unit": found.unit}
            raise Refusal(problem, what=OBJECTIONS[problem], field="parts", status=422, values=values)
        _end(found, Ending.REPLACED, day)
        plan = RecoveryPlan.objects.create(
            receivable=found,
            number=RecoveryPlan.objects.filter(receivable=found).count() + 1,
            parts=[[part.due_on.isoformat(), part.amount_cents] for part in parts],
            settled_before_cents=recovering.settled_cents(found),
            note=note.strip(),
            agreed_on=day,
            agreed_at=at,
            agreed_by=by,
            next_on=parts[0].due_on,
        )
        DueDay.objects.create(receivable=found, from_on=day, due_on=parts[0].due_on)
        post.tell_applicants(case, event_id=event, at=at)
        return {
            "plan": plan.number,
            "part_count": len(parts),
            "amount_cents": owed,
            "first_on": parts[0].due_on,
            "last_on": parts[-1].due_on,
        }

    return debts.done_to(receivable, "recovery_plan_agreed", act, by=by, at=at, command=command)


def bring_up_to_date(found: Receivable, day: date) -> None:
    """This will move a plan on to its first unpaid instalment, or end it, after something was settled."""
    plan = recovering.plan_of(found)
    if plan is None:
        return
    parts = recovering.parts_of(plan)
    following = recovery.first_unpaid(parts, recovering.settled_cents(found) - plan.settled_before_cents)
    if found.state != Receivable.State.CONFIRMED:
        _end(found, Ending.KEPT, day)
    elif following is None:
        # Interest that ran meanwhile is still owed: it is late from the last instalment's day, not from the first demand's.
        _end(found, Ending.KEPT, day)
        DueDay.objects.create(receivable=found, from_on=day, due_on=parts[-1].due_on)
    elif following.due_on != plan.next_on:
        plan.next_on = following.due_on
        plan.save(update_fields=["next_on"])
        DueDay.objects.create(receivable=found, from_on=day, due_on=following.due_on)


def end_missed_plans(by: Person, *, at: datetime) -> int:
    """This will end every plan whose instalment was not paid by its day, and say how many; the night calls it."""
    missed = RecoveryPlan.objects.filter(ended_on__isnull=True, next_on__lt=gather.local_day(at))
    return sum(_miss(plan, by=by, at=at) for plan in missed.select_related("receivable__case").order_by("pk"))


def _miss(plan: RecoveryPlan, *, by: Person, at: datetime) -> bool:
    command = uuid.uuid5(uuid.NAMESPACE_OID, f"recovery-plan-missed-{plan.pk}")
    with transaction.atomic(durable=True):
        case, day = gather.lock_case(plan.receivable.case), gather.local_day(at)
        found = debts.locked(plan.receivable, case)
        plan = RecoveryPlan.objects.get(pk=plan.pk)
        if plan.ended_on or plan.next_on is None or plan.next_on >= day:
            return False
        missed_on = plan.next_on
        _end(found, Ending.MISSED, day)
        DueDay.objects.create(receivable=found, from_on=day, due_on=found.due_on)
        event = timeline.reserve_id()
        post.tell_applicants(case, event_id=event, at=at)
        messages.send_notice([plan.agreed_by], event_id=event, case=case, at=at)
        facts = {"plan": plan.number, "missed_on": missed_on, "left_cents": found.left_cents}
        debts.record("recovery_plan_missed", found, facts, by=by, at=at, command=command, event_id=event)
        return True


def _end(found: Receivable, ending: str, day: date) -> None:
    RecoveryPlan.objects.filter(receivable=found, ended_on__isnull=True).update(ended_on=day, ending=ending, next_on=None)
