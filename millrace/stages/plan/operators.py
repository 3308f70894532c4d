"""Names and ends who runs a facility — e.g. an engineer of the pilot line confirms its bookings from 3 March, named by an administrator.

Whoever runs a facility needs no power of the funder, and reads nothing of the cases but their bookings and hours.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities.models import Operator, Resource
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan import powers


def name_operator(resource: Resource, *, email: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will let someone who signs in here run a facility, beside those who do already."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        powers.must_administer(by, at)
        person = Person.objects.filter(email=email.strip().lower(), is_active=True, is_system=False).first()
        if person is None:
            raise Refusal(
                "nobody-here",
                what=_("Nobody signs in here with that address."),
                next_step=_("Ask the person to sign up first, then name them."),
                field="email",
                status=422,
            )
        if person == by:
            raise Refusal("power-for-oneself", what=_("Nobody names themselves."), next_step=_("Ask another administrator."), field="email")
        facilities.name_operator(resource, person, by=by, at=at)
        return _announce("operator_named", resource, person, by=by, at=at, command=command)


def end_operator(operator: Operator, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end what someone runs; what they confirmed and recorded stands."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        powers.must_administer(by, at)
        facilities.end_operator(operator, at=at)
        return _announce("operator_ended", operator.resource, operator.person, by=by, at=at, command=command)


def _announce(kind: str, resource: Resource, person: Person, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    event_id = timeline.reserve_id()
    messages.send_notice([person], event_id=event_id, case=None, at=at)
    facts = {"resource": resource.code}
    return timeline.record(kind, command=command, by=by, at=at, event_id=event_id, person=person, facts=facts)
