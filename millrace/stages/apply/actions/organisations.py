"""Registers organisations once and says who may act for them — e.g. Ms Chan, authorised person of Harbour Precision Ltd.

Whoever registers an organisation may draft for it at once, and sign for it only after an officer has confirmed both.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from millrace.core import identity
from millrace.core.refusal import Refusal
from millrace.registers.messages import actions as messages
from millrace.registers.people import actions as people
from millrace.registers.people import invitations
from millrace.registers.people.models import Membership, Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks
from millrace.stages.apply.models import Invitation

INVITED = _("%(organisation)s invites you to act for it")
INVITATION = _(
    "%(organisation)s invites you to act for it when it applies for public funding.\n\nOpen this address, sign in or sign up with this "
    "e-mail address, and accept. It works once, for %(days)s days:\n\n%(link)s"
)
_WRONG_NUMBER = {
    "wrong-shape": _("It does not have the shape of such a number."),
    "wrong-check-digit": _("Its check digit does not agree with the rest: a character is mistyped."),
    "unknown-kind": _("That kind of number is not taken."),
}


@dataclass(frozen=True)
class Particulars:
    """What a person says of an organisation when registering it."""

    name: str
    name_zh: str
    kind: str
    registration_kind: str
    registration_number: str
    incorporated_in: str
    place: str = ""


def register_organisation(particulars: Particulars, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will register an organisation and make `by` its first member and administrator, awaiting confirmation to sign."""
    number = _number(particulars)
    if not number.is_good:
        raise Refusal(
            f"registration-number-{number.problem}",
            what=_("The registration number was not taken."),
            why=_WRONG_NUMBER[number.problem],
            next_step=_("Copy it again from the certificate."),
            field="registration_number",
            status=422,
        )
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        organisation = _written(particulars, number, by, at)
        if organisation is None:  # someone wrote it first: this very click, sent twice, or another person
            if done := timeline.replay(command):
                return done
            raise Refusal(
                "organisation-already-registered",
                what=_("The organisation was not registered again."),
                why=_("An organisation with this number is registered already."),
                next_step=_("Ask its administrator to invite you. If you do not know who that is, write to the secretariat."),
                field="registration_number",
            )
        for power in (Membership.Power.MEMBER, Membership.Power.ADMINISTRATOR):
            people.grant_membership(by, organisation, power, by=by, at=at)
        return timeline.record(
            "organisation_registered",
            command=command,
            by=by,
            at=at,
            organisation=organisation,
            facts={"registration_kind": number.kind, "kind": organisation.kind, "incorporated_in": organisation.incorporated_in},
        )


def _number(particulars: Particulars) -> identity.Number:
    kind = policy.number_kinds().get(particulars.registration_kind)
    if kind is None:
        return identity.Number(particulars.registration_kind, problem="unknown-kind")
    return identity.registration(kind, particulars.registration_number)


def _written(particulars: Particulars, number: identity.Number, by: Person, at: datetime) -> Organisation | None:
    name, name_zh = identity.tidy_name(particulars.name), identity.tidy_name(particulars.name_zh)
    if not name and not name_zh:
        raise Refusal(
            "name-missing",
            what=_("The organisation was not registered."),
            why=_("It has no name yet."),
            next_step=_("Give its name in English, in Chinese or in both, as on the certificate."),
            field="name",
            status=422,
        )
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                name=name or name_zh,
                name_zh=name_zh,
                kind=particulars.kind,
                registration_kind=number.kind,
                registration_number=number.number,
                incorporated_in=particulars.incorporated_in,
                place=particulars.place,
                registered_at=at,
                registered_by=by,
                is_demonstration=by.is_demonstration,
            )
    except IntegrityError:
        return None


def confirm_organisation(organisation: Organisation, *, is_subvented: bool, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will confirm, by an officer who saw the certificate, an organisation and its first authorised person."""
    with transaction.atomic(durable=True):
        organisation = locks.lock_organisation(organisation)
        if done := timeline.replay(command):
            return done
        if organisation.confirmed_at is not None:
            raise Refusal("already-confirmed", what=_("The organisation was confirmed already."))
        if organisation.registered_by_id == by.pk:
            raise Refusal(
                "own-organisation",
                what=_("The organisation was not confirmed."),
                why=_("Nobody confirms an organisation that they registered themselves."),
                next_step=_("Ask a colleague to confirm it."),
            )
        organisation.confirmed_at, organisation.confirmed_by, organisation.is_subvented = at, by, is_subvented
        organisation.save(update_fields=["confirmed_at", "confirmed_by", "is_subvented"])
        people.grant_membership(organisation.registered_by, organisation, Membership.Power.SIGNATORY, by=by, at=at)
        return timeline.record(
            "organisation_confirmed",
            command=command,
            by=by,
            at=at,
            organisation=organisation,
            person=organisation.registered_by,
            facts={"is_subvented": is_subvented, "registration_kind": organisation.registration_kind},
        )


def invite_colleague(
    organisation: Organisation, *, email: str, power: str, secret: str, link: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will mail a colleague an invitation; whoever signs in with that e-mail address and brings the secret may accept, once."""
    with transaction.atomic(durable=True):
        organisation = locks.lock_organisation(organisation)
        if done := timeline.replay(command):
            return done
        _must_administer(organisation, by, at)
        Invitation.objects.create(
            organisation=organisation,
            email=email.strip().lower(),
            power=Membership.Power(power),
            secret_sha256=invitations.secret_hash(secret),
            invited_at=at,
            invited_by=by,
        )
        event_id = timeline.reserve_id()
        said = {"organisation": organisation.name, "link": link, "days": str(invitations.LASTS.days)}
        messages.send_invitation(email, subject=INVITED, body=INVITATION, values=said, event_id=event_id, at=at)
        return timeline.record(
            "colleague_invited",
            command=command,
            by=by,
            at=at,
            event_id=event_id,
            organisation=organisation,
            on_behalf_of=organisation,
            facts={"power": power},
        )


def accept_invitation(*, secret: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will make the invited person what the invitation says, once."""
    with transaction.atomic(durable=True):
        found = Invitation.objects.select_for_update().filter(secret_sha256=invitations.secret_hash(secret), ended_at__isnull=True).first()
        if done := timeline.replay(command):
            return done
        if found is None or found.accepted_at is not None or found.email != by.email:
            raise Refusal.not_found()
        invitations.must_be_open(found.invited_at, at)
        found.accepted_at, found.accepted_by = at, by
        found.save(update_fields=["accepted_at", "accepted_by"])
        for power in dict.fromkeys((found.power, Membership.Power.MEMBER)):
            people.grant_membership(by, found.organisation, power, by=found.invited_by, at=at)
        return timeline.record(
            "membership_granted",
            command=command,
            by=by,
            at=at,
            organisation=found.organisation,
            person=by,
            facts={"power": found.power},
        )


def end_membership(membership: Membership, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end a power from now on; what was done under it stands. The last administrator stays."""
    with transaction.atomic(durable=True):
        organisation = locks.lock_organisation(membership.organisation)
        if done := timeline.replay(command):
            return done
        _must_administer(organisation, by, at)
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        if membership.ends_at is not None:
            raise Refusal("already-ended", what=_("That power had ended already."))
        people.end_membership(membership.person, organisation, membership.power, at=at)
        return timeline.record(
            "membership_ended",
            command=command,
            by=by,
            at=at,
            organisation=organisation,
            person=membership.person,
            facts={"power": membership.power},
        )


def _must_administer(organisation: Organisation, by: Person, at: datetime) -> None:
    held = Membership.objects.filter(organisation=organisation, person=by, power=Membership.Power.ADMINISTRATOR, starts_at__lte=at)
    if not held.exclude(ends_at__lte=at).exists():
        raise Refusal.not_found()
