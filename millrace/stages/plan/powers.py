"""Grants and ends what people may do for the funder, on the timeline — e.g. Mr Lam checks payments from 3 March, granted by Ms Ho.

Nobody grants to themselves; an address nobody has here yet is invited, and holds the power once its owner has accepted.
"""

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.refusal import Refusal
from millrace.core.texts import Text
from millrace.registers.messages import actions as messages
from millrace.registers.people import actions as people
from millrace.registers.people import invitations
from millrace.registers.people import queries as held
from millrace.registers.people.models import Person, Power
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan.models import StaffInvitation

INVITED = _("You are invited to work here")
INVITATION = _(
    "You are invited to the staff of the funder.\n\nOpen this address, sign in or sign up with this e-mail address, and accept. It works "
    "once, for %(days)s days:\n\n%(link)s\n\nYou will be asked to set up a second factor: an authenticator app on a phone or computer."
)
FINANCE = frozenset({Power.Kind.FINANCE, Power.Kind.FINANCE_MAKER, Power.Kind.FINANCE_CHECKER})
ADMINISTRATOR = Power.Kind.ADMINISTRATOR


def grant_power(
    person: Person, power: str, *, limit_cents: int | None = None, grade: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will let someone use a power of the funder from now on.

    An authority needs a limit. Someone of finance has one of their own or that of a grade, and moves no money without either.
    """
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        must_administer(by, at)
        limits = Limits(_limit(power, limit_cents), _grade(power, grade, at))
        return _grant(person, power, limits, by=by, granted_by=by, at=at, command=command)


class Limits(NamedTuple):
    """How much someone may decide or move: a limit of their own, or that of a grade."""

    limit_cents: int | None
    grade: str

    def as_facts(self) -> dict[str, Any]:
        return {"limit_cents": self.limit_cents, **({"grade": self.grade} if self.grade else {})}


def _grant(person: Person, power: str, limits: Limits, *, by: Person, granted_by: Person, at: datetime, command: uuid.UUID) -> Event:
    if Power.objects.filter(held.at_moment(at), person=person, power=power, **limits._asdict()).exists():
        raise Refusal(
            "power-held",
            what=_("This person holds that power already."),
            next_step=_("Look at the list: it shows who holds what, and since when."),
            field="power",
        )
    people.grant_power(person, power, by=granted_by, at=at, **limits._asdict())
    event_id = timeline.reserve_id()
    messages.send_notice([person], event_id=event_id, case=None, at=at)
    facts = {"power": power, **limits.as_facts()}
    return timeline.record("power_granted", command=command, by=by, at=at, event_id=event_id, person=person, facts=facts)


def end_power(power: Power, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end a power from now on; what was done under it stands. The last administrator stays."""
    with transaction.atomic(durable=True):
        # One lock for all administrators, so that two who end each other at once do not leave nobody.
        administrators = list(Power.objects.select_for_update().filter(held.at_moment(at), power=ADMINISTRATOR).order_by("pk"))
        if done := timeline.replay(command):
            return done
        must_administer(by, at)
        power = Power.objects.select_for_update(of=("self",)).select_related("person").get(pk=power.pk)
        if power.ends_at is not None:
            raise Refusal("already-ended", what=_("That power had ended already."))
        if power.power == ADMINISTRATOR and len(administrators) == 1:
            raise Refusal(
                "last-administrator",
                what=_("The power was not ended."),
                why=_("Nobody would be left to grant powers."),
                next_step=_("Make someone else administrator first."),
            )
        people.end_power(power.person, power.power, at=at)
        event_id = timeline.reserve_id()
        messages.send_notice([power.person], event_id=event_id, case=None, at=at)
        facts = {"power": power.power, "limit_cents": power.limit_cents}
        return timeline.record("power_ended", command=command, by=by, at=at, event_id=event_id, person=power.person, facts=facts)


def invite_staff(
    email: str,
    power: str,
    *,
    secret: str,
    link: str,
    limit_cents: int | None = None,
    grade: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will mail an invitation to hold a power; whoever signs in with that address and brings the secret may accept."""
    email = email.strip().lower()
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        must_administer(by, at)
        limits = Limits(_limit(power, limit_cents), _grade(power, grade, at))
        if email == by.email:
            raise Refusal("power-for-oneself", what=_("Nobody grants a power to themselves."), next_step=_("Ask another administrator."))
        # A new invitation takes the place of one that was never taken up.
        still_open(StaffInvitation.objects.filter(email=email, power=power)).update(withdrawn_at=at)
        StaffInvitation.objects.create(
            email=email,
            power=Power.Kind(power),
            **limits._asdict(),
            secret_sha256=invitations.secret_hash(secret),
            invited_at=at,
            invited_by=by,
        )
        event_id = timeline.reserve_id()
        said = {"link": link, "days": str(invitations.LASTS.days)}
        messages.send_invitation(email, subject=INVITED, body=INVITATION, values=said, event_id=event_id, at=at)
        facts = {"power": power, **limits.as_facts()}
        return timeline.record("staff_invited", command=command, by=by, at=at, event_id=event_id, person=by, facts=facts)


def accept_invitation(secret: str, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will give the invited person the power, once; void when whoever invited may no longer grant powers."""
    with transaction.atomic(durable=True):
        found = StaffInvitation.objects.select_for_update().filter(secret_sha256=invitations.secret_hash(secret)).first()
        if done := timeline.replay(command):
            return done
        if found is None or found.accepted_at or found.withdrawn_at or found.email != by.email or not _administers(found.invited_by, at):
            raise Refusal.not_found()
        invitations.must_be_open(found.invited_at, at)
        event = _grant(by, found.power, Limits(found.limit_cents, found.grade), by=by, granted_by=found.invited_by, at=at, command=command)
        found.accepted_at, found.accepted_by = at, by
        found.save(update_fields=["accepted_at", "accepted_by"])
        return event


def withdraw_invitation(invitation: StaffInvitation, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will make an invitation worthless before it is taken up."""
    with transaction.atomic(durable=True):
        found = StaffInvitation.objects.select_for_update().get(pk=invitation.pk)
        if done := timeline.replay(command):
            return done
        must_administer(by, at)
        if found.accepted_at or found.withdrawn_at:
            raise Refusal("already-ended", what=_("That invitation was taken up or withdrawn already."))
        found.withdrawn_at = at
        found.save(update_fields=["withdrawn_at"])
        facts = {"power": found.power}
        return timeline.record("staff_invitation_withdrawn", command=command, by=by, at=at, person=by, facts=facts)


def still_open(rows: QuerySet[StaffInvitation]) -> QuerySet[StaffInvitation]:
    """This will narrow invitations to those neither taken up nor withdrawn."""
    return rows.filter(Q(accepted_at__isnull=True) & Q(withdrawn_at__isnull=True))


def must_administer(by: Person, at: datetime) -> None:
    """This will refuse everyone but an administrator of the funder; the program itself names the first one."""
    if not _administers(by, at):
        raise Refusal.not_found()


def _administers(by: Person, at: datetime) -> bool:
    return by.is_system or ADMINISTRATOR in held.powers_of(by, at)


def _limit(power: str, limit_cents: int | None) -> int | None:
    if power not in Power.Kind.values:
        raise Refusal("no-such-power", what=_("Choose one of the powers."), field="power", status=422)
    if power in FINANCE and limit_cents and limit_cents > 0:
        return limit_cents
    if power != Power.Kind.AUTHORITY:
        return None
    if not limit_cents or limit_cents <= 0:
        raise Refusal(
            "limit-missing",
            what=_("An authority needs a limit."),
            why=_("Without one it may decide nothing."),
            next_step=_("Give the largest amount it may approve."),
            field="limit_cents",
            status=422,
        )
    return limit_cents


def grades(on: date) -> list[tuple[str, Text]]:
    """This will list the grades of finance whose limits the policy says on a day, with their titles."""
    told = policy.handling().group("limit_order", "", on) if policy.is_published() else ()
    return [(delegation.grade_of(found.measure.id), found.measure.title) for found in told]


def _grade(power: str, grade: str, at: datetime) -> str:
    if power not in FINANCE or not grade:
        return ""
    if grade not in dict(grades(at.date())):
        raise Refusal(
            "no-such-grade", what=_("The policy has no such grade."), next_step=_("Choose one of the list."), field="grade", status=422
        )
    return grade
