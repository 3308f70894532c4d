"""Records what is asked before anyone applies, and what was answered — e.g. a toy maker asks by telephone whether NIFS pays for robots.

The event says day, way and scheme in codes; who asked, what, and the answer stay in an ordinary row. What was recorded in error is struck,
and both records stay.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import queries as timeline_told
from millrace.registers.timeline.models import Event
from millrace.stages.call.models import Enquiry

POWERS = frozenset({"officer", "policy"})
NO_SCHEME = "-"  # in addresses: about none in particular


@dataclass(frozen=True)
class Told:
    """What is said of an enquiry: the day, how it came, who asked and what; the scheme where it is about one, the organisation by its
    registration number where it is registered here."""

    received_on: date
    way: str
    who: str
    question: str
    scheme: str = ""
    organisation: str = ""


def record_enquiry(told: Told, *, by: Person, at: datetime, command: uuid.UUID, is_demonstration: bool = False) -> Event:
    """This will record an enquiry; one of a day to come, of a scheme nobody published or an organisation nobody registered is refused."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_answer_the_public(by, at)
        _must_be_over(told.received_on, at, "received_on")
        if told.scheme and told.scheme not in {scheme.slug for scheme in policy.published_schemes(at)}:
            raise Refusal("no-such-scheme", what=_("No such scheme is published."), field="scheme", status=422)
        organisation = _organisation(told.organisation)
        event_id = timeline.reserve_id()
        facts = {"received_on": told.received_on, "way": told.way, "scheme": told.scheme}
        if organisation is not None:
            facts["organisation"] = organisation.pk
        event = timeline.record(
            "enquiry_recorded", command=command, by=by, at=at, event_id=event_id, person=by, happened_on=told.received_on, facts=facts
        )
        Enquiry.objects.create(
            received_on=told.received_on,
            way=told.way,
            scheme=told.scheme,
            organisation=organisation,
            who=told.who.strip(),
            question=told.question.strip(),
            recorded_at=at,
            recorded_by=by,
            event=event,
            is_demonstration=is_demonstration,
        )
        return event


def answer_enquiry(enquiry: Enquiry, *, answered_on: date, answer: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record what was answered and when; twice, before it was asked, on a day to come or without words is refused."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_answer_the_public(by, at)
        held = _held(enquiry)
        if held.answered_on:
            raise Refusal("answered-already", what=_("This enquiry was answered already."))
        if answered_on < held.received_on:
            raise Refusal("before-asked", what=_("It was asked after that day."), field="answered_on", status=422)
        _must_be_over(answered_on, at, "answered_on")
        if not answer.strip():
            raise Refusal("nothing-answered", what=_("Say what was answered."), field="answer", status=422)
        held.answered_on, held.answer, held.answered_at, held.answered_by = answered_on, answer.strip(), at, by
        held.save(update_fields=["answered_on", "answer", "answered_at", "answered_by"])
        facts = {"recorded": held.event_id, "answered_on": answered_on}
        return timeline.record("enquiry_answered", command=command, by=by, at=at, person=by, happened_on=answered_on, facts=facts)


def strike_enquiry(enquiry: Enquiry, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will strike an enquiry that was recorded in error: it is counted no more from then on."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_answer_the_public(by, at)
        held = _held(enquiry)
        held.struck_at, held.struck_by = at, by
        held.save(update_fields=["struck_at", "struck_by"])
        facts = {"recorded": held.event_id}
        return timeline.record("enquiry_struck", command=command, by=by, at=at, person=by, facts=facts)


def enquiries_known(number: int, as_at: date) -> QuerySet[Enquiry]:
    """This will give the enquiries received by a day, as known at a seal; one struck by that seal is left out."""
    rows = Enquiry.objects.filter(event__seal__number__lte=number, received_on__lte=as_at)
    return rows.exclude(event_id__in=timeline_told.struck("enquiry_struck", rows, number))


def counts_known(number: int, as_at: date) -> dict[str, int]:
    """This will count those by scheme; those of none in particular under no name."""
    return dict(enquiries_known(number, as_at).order_by().values_list("scheme").annotate(Count("pk")))


def _must_answer_the_public(by: Person, at: datetime) -> None:
    if not POWERS & people.powers_of(by, at):
        raise Refusal.not_found()


def _must_be_over(day: date, at: datetime, field: str) -> None:
    if day > policy.funder().day_of(at):
        raise Refusal("day-to-come", what=_("That day is still to come."), field=field, status=422)


def _held(enquiry: Enquiry) -> Enquiry:
    held = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    if held.struck_at:
        raise Refusal("struck-already", what=_("This enquiry was struck already."))
    return held


def _organisation(number: str) -> Organisation | None:
    wanted = number.replace(" ", "").upper()
    if not wanted:
        return None
    found = Organisation.objects.filter(registration_number=wanted).first()
    if found is None:
        what, step = _("No organisation with this number is registered."), _("Mend the number, or leave it out.")
        raise Refusal("no-such-organisation", what=what, next_step=step, field="organisation", status=422)
    return found
