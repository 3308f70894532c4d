"""Settles what a stage left over by the scheme's rule — e.g. HK$2m of RAISe+ stage 1 that was never released, carried into stage 2.

New dated terms say so, and the old stay readable. What goes back to the envelope leaves the commitment; what was paid and is to come
back is not moved here: it is raised as a debt, by two people.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import agreement, named_terms
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.assess import post
from millrace.stages.award import agreements
from millrace.stages.award import queries as award
from millrace.stages.deliver import gather, leftover
from millrace.stages.deliver.models import StageSettlement


def settle_stage(case: Case, *, stage: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will settle a stage once, after the next was opened and its claims are decided."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "settle_stage", case, at)
        gather.must_be_in_force(case)
        day = gather.local_day(at)
        told = leftover.of_stage(case, stage, day)
        if told is None:
            raise gather.no_terms()
        _must_be_settleable(told)
        event = timeline.reserve_id()
        found, before = told.found, told.terms.stage(stage)
        number = None
        if found.after != told.terms:
            held = award.terms_row(case, day)
            assert held is not None  # the terms were just read from it
            titles = {int(number): title for number, title in held.milestone_titles.items()}
            delivered = {int(number): title for number, title in held.deliverable_titles.items()}
            named = named_terms.from_data(held.named)
            kept = agreements.keep(case, agreement.Composed(found.after, titles, delivered, named), from_on=day, at=at, event_id=event)
            number = kept.number
        _keep(case, told, number, before.grant_cents, event=event, by=by, at=at)
        sheet: dict[str, Any] | None = None
        if found.returned_cents:
            case.approved_cents = found.after.grant_cents
            case.save(update_fields=["approved_cents"])
            sheet = {"approved_cents": case.approved_cents, "committed_cents": case.approved_cents}
        post.tell_applicants(case, event_id=event, at=at)
        if found.returned_cents:
            for envelope, part in gather.envelopes_of(case, "committed", found.returned_cents, unit=case.unit):
                ledger.release_commitment(case, part, envelope=envelope, event=event, on=day, at=at)
        facts = {"stage_number": stage, "unit": told.terms.unit, "terms_number": number}
        facts |= {"carried_cents": found.carried_cents + found.carried_unearned_cents}
        facts |= {"returned_cents": found.returned_cents, "ask_back_cents": found.ask_back_cents}
        return timeline.record(
            "stage_settled", command=command, by=by, at=at, event_id=event, case=case, happened_on=day, facts=facts, sheet=sheet
        )


def _keep(case: Case, told: leftover.Leftover, terms: int | None, grant_cents: int, *, event: int, by: Person, at: datetime) -> None:
    found = told.found
    assert told.rule is not None  # without a rule there is an obstacle
    StageSettlement.objects.create(
        case=case,
        stage_number=told.stage,
        unit=told.terms.unit,
        grant_cents=grant_cents,
        released_cents=told.released_cents,
        earned_cents=told.earned_cents,
        carried_cents=found.carried_cents,
        returned_cents=found.returned_cents,
        carried_unearned_cents=found.carried_unearned_cents,
        ask_back_cents=found.ask_back_cents,
        measure=told.rule.as_json(),
        terms_number=terms,
        settled_at=at,
        settled_by=by,
        event=event,
    )


def _must_be_settleable(told: leftover.Leftover) -> None:
    if told.obstacle:
        raise Refusal(
            told.obstacle,
            what=_("The stage cannot be settled."),
            why=leftover.OBSTACLES[told.obstacle],
            next_step=_("Look at its claims and releases, and at the case's timeline."),
        )
