"""Keeps the register of what a grant bought — e.g. a lathe of claim 2, checked each year, sold only with recorded consent.

The register outlives the case: these acts are open as long as an item must be kept. What is gone too early is recorded as a breach,
which is a ground for recovery.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import holdings
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather, register
from millrace.stages.deliver.models import Breach, ClaimLine, Disposal, Equipment, EquipmentCheck


def register_equipment(
    line: ClaimLine,
    *,
    item: str,
    serial_number: str,
    place: str,
    custodian: str,
    cost_cents: int,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will enter an item bought on an allowed line; all items of a line cost at most what was allowed on it."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(line.claim.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "claim", case, at)
        wanted = next((one for one in register.lines_of(case) if one.line.pk == line.pk), None)
        if wanted is None:
            raise Refusal("not-for-the-register", what=_("Only what was allowed under a head of equipment is entered."), status=422)
        if not 0 < cost_cents <= wanted.left_cents:
            raise Refusal(
                "more-than-allowed",
                what=_("Items of this line may cost %(left_cents)s more in all."),
                next_step=_("Enter each item at what was allowed for it."),
                field="cost_cents",
                status=422,
                values={"left_cents": wanted.left_cents, "unit": line.claim.unit},
            )
        agreed = gather.terms_of(case, gather.local_day(at))
        entered = Equipment.objects.create(
            case=case,
            number=Equipment.objects.filter(case=case).count() + 1,
            line=line,
            item=item,
            serial_number=serial_number,
            place=place,
            custodian=custodian,
            cost_cents=cost_cents,
            unit=line.claim.unit,
            retain_until=holdings.retain_until(agreed.ends_before, register.kept_of(case).years),
            registered_at=at,
            registered_by=by,
        )
        facts = {"claim": line.claim.number, "line": line.number, "amount_cents": cost_cents, "retain_until_on": entered.retain_until}
        return _record("equipment_registered", entered, facts, by=by, at=at, command=command)


def check_equipment(
    equipment: Equipment, *, finding: str, checked_on: date, note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record what an officer found; an item gone before its years are over, without consent, is a breach."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(equipment.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "verify_evidence", case, at)
        equipment = Equipment.objects.select_related("case").get(pk=equipment.pk)
        if equipment.state == Equipment.State.GONE:
            raise Refusal("no-longer-held", what=_("This item is no longer held."))
        EquipmentCheck.objects.create(
            equipment=equipment, finding=finding, checked_on=checked_on, note=note, recorded_at=at, recorded_by=by
        )
        has_consent = equipment.state == Equipment.State.CONSENTED
        is_breach = holdings.is_breach(finding, checked_on, equipment.retain_until, has_consent=has_consent)
        if finding in (holdings.MISSING, holdings.DISPOSED):
            equipment.state = Equipment.State.GONE
            equipment.save(update_fields=["state"])
        if is_breach:
            Breach.objects.create(
                case=case,
                number=Breach.objects.filter(case=case).count() + 1,
                kind=finding,
                equipment=equipment,
                amount_cents=equipment.cost_cents,
                unit=equipment.unit,
                found_on=checked_on,
                recorded_at=at,
                recorded_by=by,
            )
        facts = {"finding": finding, "checked_on": checked_on, "is_breach": is_breach}
        facts |= {"amount_cents": equipment.cost_cents} if is_breach else {}
        return _record("equipment_breach" if is_breach else "equipment_checked", equipment, facts, by=by, at=at, command=command)


def ask_disposal(equipment: Equipment, *, manner: str, why: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will ask for consent to let an item go before its years are over."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(equipment.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "claim", case, at)
        equipment = Equipment.objects.select_related("case").get(pk=equipment.pk)
        if equipment.state != Equipment.State.HELD:
            raise Refusal("not-held", what=_("Consent for this item was asked for already, or it is no longer held."))
        if equipment.retain_until <= gather.local_day(at):
            raise Refusal("years-over", what=_("This item need no longer be kept: no consent is needed."))
        Disposal.objects.create(equipment=equipment, manner=manner, why=why, asked_at=at, asked_by=by)
        equipment.state = Equipment.State.ASKED
        equipment.save(update_fields=["state"])
        return _record("disposal_asked", equipment, {"manner": manner}, by=by, at=at, command=command)


def answer_disposal(equipment: Equipment, *, is_consented: bool, reason: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record the funder's consent, or its refusal with the reason; either is another person's act than the asking."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(equipment.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "verify_evidence", case, at)
        equipment = Equipment.objects.select_related("case").get(pk=equipment.pk)
        asked = Disposal.objects.filter(equipment=equipment, is_consented__isnull=True).first()
        if asked is None:
            raise Refusal("nothing-asked", what=_("Nobody has asked for consent, or it was answered already."))
        if not is_consented and not reason.strip():
            raise Refusal("reason-needed", what=_("Say why."), field="reason", status=422)
        asked.is_consented, asked.reason, asked.answered_at, asked.answered_by = is_consented, reason.strip(), at, by
        asked.save()
        equipment.state = Equipment.State.CONSENTED if is_consented else Equipment.State.HELD
        equipment.save(update_fields=["state"])
        kind = "disposal_consented" if is_consented else "disposal_refused"
        return _record(kind, equipment, {"manner": asked.manner}, by=by, at=at, command=command)


def _record(kind: str, equipment: Equipment, facts: dict[str, Any], *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    case: Case = equipment.case
    told = {"number": equipment.number, "unit": equipment.unit, **facts}
    return timeline.record(kind, command=command, by=by, at=at, case=case, happened_on=gather.local_day(at), facts=told)
