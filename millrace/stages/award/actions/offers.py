"""Takes the applicant's answer to an offer — e.g. accepted on 3 June by an authorised person, and HK$10m committed.

Declining or letting the offer lapse gives the reserved money back to the envelope in the same transaction.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import agreement
from millrace.core.refusal import Refusal
from millrace.core.rules.verdict import from_data as read_verdict
from millrace.registers.cases.models import Case
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, joint, post
from millrace.stages.award import agreements
from millrace.stages.award.models import Offer


def accept_offer(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will sign the agreement for the applicant, by an authorised person, and commit the money that was reserved."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "accept_offer", case, at)
        joint.must_be_supported(case)
        offer, today = open_offer(case, on=terms.local_day(at)), terms.local_day(at)
        target, event_id = guard.must_move(case, "accept_offer"), timeline.reserve_id()
        said = read_verdict(offer.decision.verdict.verdict)
        written = agreements.composed(case, said, grant_cents=offer.decision.amount_cents, starts_on=today)
        kept = agreements.keep(case, written, from_on=today, at=at, event_id=event_id)
        _end(offer, Offer.State.ACCEPTED, by=by, at=at)
        first_stage = written.terms.stages[0].number
        guard.set_status(case, target, today, stage_number=first_stage)
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event_id, case=case, at=at)
        _commit(case, written, by=by, event=event_id, on=today, at=at)
        return timeline.record(
            "offer_accepted",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            happened_on=today,
            facts={"committed_cents": offer.decision.amount_cents, "unit": case.unit, "terms": kept.sha256, "stage_number": first_stage},
            sheet={
                "status": target,
                "agreed_on": today,
                "committed_cents": offer.decision.amount_cents,
                "stage_number": first_stage,
            },
        )


def _commit(case: Case, written: agreement.Composed, *, by: Person, event: int, on: date, at: datetime) -> None:
    """The grant is committed, what each sponsor undertook to bring is pledged, and what may be used of a facility is allotted."""
    for envelope, amount in agreements.drawn_on(case, written.terms):
        ledger.commit(case, amount, envelope=envelope, event=event, on=on, at=at)
    sponsors = Organisation.objects.in_bulk({pledge.sponsor for pledge in written.terms.pledges})
    for pledge in written.terms.pledges:
        ledger.pledge_match(case, sponsors[pledge.sponsor], pledge.form, pledge.amount_cents, unit=case.unit, event=event, on=on, at=at)
    agreements.allot(case, written.terms, by=by, at=at)


def decline_offer(case: Case, *, remarks: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will turn the offer down for the applicant and give the reserved money back."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "accept_offer", case, at)
        offer = open_offer(case, on=terms.local_day(at))
        offer.remarks = remarks.strip()
        _end(offer, Offer.State.DECLINED, by=by, at=at)
        common = {"command": command, "by": by, "at": at, "on_behalf_of": case.lead}
        return _release(case, offer, "decline_offer", "offer_declined", common)


def lapse_offer(offer: Offer, *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will let an offer lapse that was not answered by the end of its last day; None when it need not."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(offer.case)
        if done := timeline.replay(command, case):
            return done
        present = Offer.objects.select_related("decision").get(pk=offer.pk)
        if present.state != Offer.State.OPEN or terms.local_day(at) <= present.lapses_on:
            return None
        _end(present, Offer.State.LAPSED, by=by, at=at)
        return _release(case, present, "lapse_offer", "offer_lapsed", {"command": command, "by": by, "at": at})


def lapse_offers(by: Person, *, at: datetime) -> int:
    """This will let lapse every offer whose last day is past, and say how many; the nightly job calls it, as "system"."""
    late = Offer.objects.filter(state=Offer.State.OPEN, lapses_on__lt=terms.local_day(at)).select_related("case").order_by("id")
    done = [lapse_offer(row, by=by, at=at, command=uuid.uuid5(uuid.NAMESPACE_OID, f"lapse-offer-{row.pk}")) for row in late]
    return sum(event is not None for event in done)


def _release(case: Case, offer: Offer, move: str, kind: str, common: dict[str, Any]) -> Event:
    """The letter, the end of the case, and last the money."""
    at, by = common["at"], common["by"]
    today, event_id = terms.local_day(at), timeline.reserve_id()
    target, amount = guard.must_move(case, move), offer.decision.amount_cents
    letter = "declined" if kind == "offer_declined" else "lapsed"
    post.send(case, letter, {"lapsed_on": offer.lapses_on}, amounts={"amount": amount}, event_id=event_id, by=by, at=at)
    guard.set_status(case, target, today)
    for line in balances.statement(case).envelopes:
        if line.reserved:
            envelope = ledger.envelope(line.fund, line.scheme, line.unit)
            ledger.release_reservation(case, line.reserved, envelope=envelope, event=event_id, on=today, at=at)
    return timeline.record(
        kind,
        **common,
        event_id=event_id,
        case=case,
        happened_on=today,
        facts={"released_cents": amount, "unit": case.unit, "lapses_on": offer.lapses_on},
        sheet={"status": target, "withdrawn_on": today},
    )


def open_offer(case: Case, *, on: date) -> Offer:
    """This will give the offer that may still be answered on the day, or refuse."""
    offer = Offer.objects.select_related("decision__verdict").filter(case=case, state=Offer.State.OPEN).first()
    if offer is None:
        raise Refusal(
            "no-open-offer",
            what=_("There is no open offer on this case."),
            why=_("It was answered already, or it lapsed."),
            next_step=_("Look at the case's timeline."),
        )
    if on > offer.lapses_on:
        raise Refusal(
            "offer-too-late",
            what=_("The offer has lapsed."),
            why=_("It could be accepted until the end of %(lapses_on)s."),
            next_step=_("You may apply again."),
            values={"lapses_on": offer.lapses_on},
        )
    return offer


def _end(offer: Offer, state: str, *, by: Person, at: datetime) -> None:
    offer.state, offer.answered_by, offer.answered_at = state, by, at
    offer.save(update_fields=["state", "answered_by", "answered_at", "remarks"])
