"""Records visits for exchange with other places — e.g. three firms two days in Shenzhen, to find partners for power modules.

The event says where, when, how many and for which aim, in codes; who went and why stays in an ordinary row. A visit recorded in error is
struck, and both records stay.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from millrace.core.policy_folder.funder import Funder, Place
from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import queries as timeline_told
from millrace.registers.timeline.models import Event
from millrace.stages.plan.models import ExchangeVisit, ExchangeVisitor


@dataclass(frozen=True)
class Told:
    """What is said of a visit: where, from which day to which, which aim, why and who, in words; organisations by registration number."""

    place: str
    starts_on: date
    ends_on: date
    aim: str
    why: str
    who: str
    hosts: str = ""
    organisations: tuple[str, ...] = ()


def places(funder: Funder) -> tuple[Place, ...]:
    """This will list where one may go: every place of the policy but its own, and every city it names."""
    return (*funder.cities, *funder.places[1:])


def record_exchange_visit(told: Told, *, by: Person, at: datetime, command: uuid.UUID, is_demonstration: bool = False) -> Event:
    """This will record a visit that was made; one still to come, of another place, or of an organisation nobody registered is refused."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_keep_policy(by, at)
        _must_be_so(told, at)
        organisations = _organisations(told.organisations)
        event_id = timeline.reserve_id()
        went = [line for line in told.who.splitlines() if line.strip()]
        facts = {
            "place": told.place,
            "starts_on": told.starts_on,
            "ends_on": told.ends_on,
            "aim": told.aim,
            "people_count": len(went),
            "organisations": [one.pk for one in organisations],
        }
        event = timeline.record(
            "exchange_visit_recorded", command=command, by=by, at=at, event_id=event_id, person=by, happened_on=told.ends_on, facts=facts
        )
        visit = ExchangeVisit.objects.create(
            place=told.place,
            starts_on=told.starts_on,
            ends_on=told.ends_on,
            aim=told.aim,
            why=told.why.strip(),
            who="\n".join(line.strip() for line in went),
            hosts=told.hosts.strip(),
            recorded_at=at,
            recorded_by=by,
            event=event,
            is_demonstration=is_demonstration,
        )
        ExchangeVisitor.objects.bulk_create(ExchangeVisitor(visit=visit, organisation=one) for one in organisations)
        return event


def strike_exchange_visit(visit: ExchangeVisit, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will strike a visit that was recorded in error: it is counted no more from then on."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_keep_policy(by, at)
        held = ExchangeVisit.objects.select_for_update().get(pk=visit.pk)
        if held.struck_at:
            raise Refusal("struck-already", what=_("This visit was struck already."))
        held.struck_at, held.struck_by = at, by
        held.save(update_fields=["struck_at", "struck_by"])
        facts = {"recorded": held.event_id}
        return timeline.record("exchange_visit_struck", command=command, by=by, at=at, person=by, facts=facts)


def visits_known(number: int, as_at: date) -> QuerySet[ExchangeVisit]:
    """This will list the visits over by a day, as known at a seal, the latest first; one struck by that seal is left out."""
    rows = ExchangeVisit.objects.filter(event__seal__number__lte=number, ends_on__lte=as_at)
    return rows.exclude(event_id__in=timeline_told.struck("exchange_visit_struck", rows, number)).order_by("-starts_on", "-pk")


def _must_keep_policy(by: Person, at: datetime) -> None:
    if "policy" not in people.powers_of(by, at):
        raise Refusal.not_found()


def _must_be_so(told: Told, at: datetime) -> None:
    funder = policy.funder()
    if told.place not in {place.id for place in places(funder)}:
        raise Refusal("no-such-place", what=_("The policy names no such place."), field="place", status=422)
    if told.ends_on < told.starts_on:
        raise Refusal("ends-before", what=_("It ends before it begins."), field="ends_on", status=422)
    if told.ends_on > funder.day_of(at):
        what, step = _("A visit is recorded once it is over."), _("Record it after its last day.")
        raise Refusal("not-over", what=what, next_step=step, field="ends_on", status=422)
    if not told.who.strip():
        raise Refusal("nobody-went", what=_("Say who went."), field="who", status=422)


def _organisations(numbers: Collection[str]) -> list[Organisation]:
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    found = {one.registration_number: one for one in Organisation.objects.filter(registration_number__in=wanted)}
    lost = [number for number in wanted if number not in found]
    if lost:
        what, step = _("No organisation is registered under %(numbers)s."), _("Mend the number, or leave the organisation out.")
        values = {"numbers": ", ".join(lost)}
        raise Refusal("no-such-organisation", what=what, next_step=step, field="organisations", status=422, values=values)
    return [found[number] for number in wanted]
