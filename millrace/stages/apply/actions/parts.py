"""Brings partners and sponsors into a draft; each states and confirms its own part and money — e.g. a sponsor's HK$2m in cash."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case, Party
from millrace.registers.messages import actions as messages
from millrace.registers.people import invitations
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.models import Part

INVITED = _("%(organisation)s invites you to take part in its application")
INVITATION = _(
    "%(organisation)s invites your organisation to take part in its application for public funding, as a partner or sponsor.\n\n"
    "Open this address, sign in or sign up with this e-mail address, and say what you would do and bring. You will see your own part "
    "and nothing else. It works once, for %(days)s days:\n\n%(link)s"
)


def invite_part(
    case: Case,
    *,
    role: str,
    by: Person,
    at: datetime,
    command: uuid.UUID,
    organisation: Organisation | None = None,
    email: str = "",
    secret: str = "",
    link: str = "",
) -> Event:
    """This will invite a registered organisation, or mail whoever reads an address a link, to take a part in a draft."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        role = Part.Role(role)
        if organisation is not None and (organisation.pk == case.lead_id or _holds(case, role, organisation)):
            raise Refusal(
                "already-a-party",
                what=_("The organisation was not invited."),
                why=_("It has a part in this application already."),
                next_step=_("Look at the list of parts below."),
                field="registration_number",
            )
        part = Part.objects.create(
            case=case,
            role=role,
            organisation=organisation,
            email=email.strip().lower(),
            secret_sha256=invitations.secret_hash(secret) if secret else None,
            invited_at=at,
            invited_by=by,
        )
        if organisation is not None:
            Party.objects.create(case=case, organisation=organisation, role=role, joined_at=at)
        event_id = timeline.reserve_id()
        _tell(part, link, event_id=event_id, at=at)
        return timeline.record(
            "partner_invited",
            command=command,
            by=by,
            at=at,
            event_id=event_id,
            case=case,
            organisation=organisation,
            on_behalf_of=case.lead,
            facts={"role": role, "part": part.pk},
        )


def _tell(part: Part, link: str, *, event_id: int, at: datetime) -> None:
    """Members of a registered organisation find it in their inbox; anyone else gets the link by e-mail."""
    if part.organisation is not None:
        members = people.members_of(part.organisation_id, at)
        messages.send_notice(members, event_id=event_id, case=part.case, at=at)
        return
    said = {"organisation": part.case.lead.name, "link": link, "days": str(invitations.LASTS.days)}
    messages.send_invitation(part.email, subject=INVITED, body=INVITATION, values=said, event_id=event_id, at=at, case=part.case)


def _holds(case: Case, role: str, organisation: Organisation) -> bool:
    return Part.objects.filter(case=case, role=role, organisation=organisation, ended_at__isnull=True).exists()


def take_up_part(part: Part, *, organisation: Organisation, secret: str, by: Person, at: datetime) -> Part:
    """This will give a part invited by e-mail to the organisation of the person who brings its secret; confirming comes after."""
    with transaction.atomic(durable=True):
        locks.lock_case(part.case)
        part = Part.objects.select_for_update().select_related("case").get(pk=part.pk)
        if part.organisation_id == organisation.pk:
            return part
        is_theirs = part.secret_sha256 == invitations.secret_hash(secret) and part.email == by.email
        if part.organisation_id is not None or part.ended_at is not None or not is_theirs or organisation.pk == part.case.lead_id:
            raise Refusal.not_found()
        invitations.must_be_open(part.invited_at, at)
        part.organisation = organisation
        part.save(update_fields=["organisation"])
        Party.objects.get_or_create(case=part.case, organisation=organisation, role=part.role, left_at=None, defaults={"joined_at": at})
        return part


def confirm_part(part: Part, *, work: str, cash_cents: int, in_kind_cents: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record what a partner or sponsor itself says it does and brings; said again before submission, it replaces the first."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(part.case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        part = _open_part(part)
        if cash_cents < 0 or in_kind_cents < 0 or (cash_cents + in_kind_cents == 0 and not work.strip()):
            raise Refusal(
                "part-empty",
                what=_("The part was not confirmed."),
                why=_("It says neither what you will do nor what you will bring."),
                next_step=_("Describe your work, or give an amount."),
                field="work",
                status=422,
            )
        part.work, part.cash_cents, part.in_kind_cents = work.strip(), cash_cents, in_kind_cents
        part.confirmed_at, part.confirmed_by, part.declined_at = at, by, None
        part.save(update_fields=["work", "cash_cents", "in_kind_cents", "confirmed_at", "confirmed_by", "declined_at"])
        return timeline.record(
            "part_confirmed",
            command=command,
            by=by,
            at=at,
            case=case,
            organisation=part.organisation,
            on_behalf_of=part.organisation,
            facts={"role": part.role, "part": part.pk, "cash_cents": cash_cents, "in_kind_cents": in_kind_cents},
        )


def decline_part(part: Part, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record that an invited organisation will not take part."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(part.case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        part = _open_part(part)
        part.declined_at, part.confirmed_at, part.confirmed_by = at, None, None
        part.save(update_fields=["declined_at", "confirmed_at", "confirmed_by"])
        return timeline.record(
            "part_declined",
            command=command,
            by=by,
            at=at,
            case=case,
            organisation=part.organisation,
            on_behalf_of=part.organisation,
            facts={"role": part.role, "part": part.pk},
        )


def end_part(part: Part, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take a part off a draft, by the lead; its organisation then no longer sees the case."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(part.case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        part = _open_part(part)
        part.ended_at = at
        part.save(update_fields=["ended_at"])
        if part.organisation_id:
            Party.objects.filter(case=case, organisation=part.organisation, role=part.role, left_at__isnull=True).update(left_at=at)
        return timeline.record(
            "part_ended",
            command=command,
            by=by,
            at=at,
            case=case,
            organisation=part.organisation,
            on_behalf_of=case.lead,
            facts={"role": part.role, "part": part.pk},
        )


def _open_part(part: Part) -> Part:
    part = Part.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=part.pk)
    if part.ended_at is not None:
        raise Refusal.not_found()
    return part
