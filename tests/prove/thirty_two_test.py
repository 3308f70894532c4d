"""Thirty-two at once for what only one may have — e.g. a furnace on Tuesday, a receipt for two cases, the last million of a pool.

Each has a connection of its own and starts at the same barrier. Beside these: envelopes (registers/ledger) and releases (stages/deliver).
"""

import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction

from millrace.core import changes
from millrace.core.ledger import Envelope
from millrace.registers.facilities import actions as facilities
from millrace.registers.facilities.models import Allocation, Booking
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver.deliver_test import claim, proof
from millrace.stages.deliver.models import ChangeRequest, Claim, ClaimLine, Evidence, HeldProof
from millrace.stages.plan import actions as plan
from millrace.stages.plan import envelopes
from millrace.testing import policies, racing

pytestmark = pytest.mark.prove
WRITERS, MILLION = 32, 1_000_000_00
GPU = 64  # of one partition, each hour


@pytest.fixture
def published(make: Any, settings: Any, tmp_path: Any) -> Any:
    """The policy, published by someone; files go to a folder of this test."""
    settings.MEDIA_ROOT = tmp_path
    by = make.person(powers=("policy",))
    return plan.publish_policy(
        policies.files_of(policies.HONG_KONG), by=by, at=datetime.fromisoformat("2020-07-01T00:00Z"), command=uuid.uuid4()
    )


def allocated(agree: Any, hours: int, *, cases: int) -> list[tuple[Any, Allocation]]:
    """Cases that may book the partitions of one centre, each with so many hours."""
    held = [agree.nifs() for _case in range(cases)]
    names, where = {"en": "AI Supercomputing Centre"}, {"unit": "gpu_hours", "fund": "supercomputing-hours", "scheme": "aiss"}
    with transaction.atomic(durable=True):
        resource = facilities.open_resource("ai-supercomputing-centre", names=names, **where, at=held[0].at)
        event = timeline.record("envelope_funded", command=uuid.uuid4(), by=held[0].authority, at=held[0].at, fund="all", facts={})
        envelope = ledger.envelope(where["fund"], where["scheme"], where["unit"])
        ledger.appropriate(envelope, hours * cases, event=event.pk, on=held[0].at.date(), at=held[0].at)
    span = {"starts_on": date(2026, 3, 1), "ends_before": date(2026, 6, 1)}
    for one in held:
        one.act(deliver.grant_hours, one.case, resource=resource, hours=hours, by=one.officer, **span)
    return [(one, Allocation.objects.get(case=one.case)) for one in held]


def booked(held: Any, allocation: Allocation, starts_at: datetime) -> Any:
    """One click on "book", for four hours of the first partition."""
    slot = {"tool": "partition-a", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=4)}
    return lambda: deliver.book_hours(allocation, **slot, by=held.member, at=held.at, command=uuid.uuid4())


@pytest.mark.usefixtures("published")
def test_of_bookings_that_overlap_none_is_held_beside_another(agree: Any) -> None:
    several = allocated(agree, 10_000, cases=4)
    first = datetime.fromisoformat("2026-04-01T01:00Z")
    answers = racing.race([booked(*several[n % 4], first + timedelta(hours=n % 8)) for n in range(WRITERS)])
    held = list(Booking.objects.order_by("starts_at").values_list("starts_at", "ends_at"))
    assert Counter(answers) == {"done": len(held), "taken": WRITERS - len(held)} and 1 <= len(held) <= 3
    assert all(before[1] <= after[0] for before, after in pairwise(held))


@pytest.mark.usefixtures("published")
def test_of_bookings_that_do_not_overlap_no_more_are_held_than_there_are_hours(agree: Any) -> None:
    [(held, allocation)] = allocated(agree, 3 * 4 * GPU, cases=1)
    first = datetime.fromisoformat("2026-04-01T01:00Z")
    answers = racing.race([booked(held, allocation, first + timedelta(hours=4 * n)) for n in range(WRITERS)])
    assert Counter(answers) == {"done": 3, "more-than-left": WRITERS - 3}
    assert sum(Booking.objects.values_list("hours", flat=True)) == allocation.left_hours


@pytest.mark.usefixtures("published")
def test_one_payment_shown_to_two_cases_at_once_proves_one(agree: Any) -> None:
    first, second = agree.raise_plus(), agree.raise_plus()
    second.case.parties.create(organisation=first.sponsor, role="sponsor", joined_at=first.at)
    shown = {"sponsor": first.sponsor, "form": "cash", "amount_cents": MILLION, "paid_on": date(2026, 3, 1), "valuation": ""}
    shown |= {"payee": "Tools Ltd", "invoice": "T-1", "file": proof("advice")}

    def bring(held: Any) -> Any:
        return lambda: deliver.record_matching(held.case, **shown, by=held.member, at=held.at, command=uuid.uuid4())

    answers = racing.race([bring((first, second)[n % 2]) for n in range(WRITERS)])
    assert answers.count("done") == Evidence.objects.count() == 1
    assert len(set(HeldProof.objects.values_list("case", flat=True))) == 1
    evidenced = [balances.statement(one.case).matched("evidenced", unit="HKD") for one in (first, second)]
    assert sorted(evidenced) == [0, MILLION]


@pytest.mark.usefixtures("published")
def test_one_receipt_claimed_in_two_cases_at_once_is_claimed_in_one(agree: Any) -> None:
    several = [agree.nifs() for _case in range(8)]
    day, opened = date(2026, 1, 5), []
    for held in several:
        draft = deliver.open_claim(held.case, by=held.member, at=held.at)
        entry = deliver.LineEntry("machinery", "Chamber", MILLION, "Tools Ltd", "", day, day)
        deliver.save_claim(draft, lines=[entry], by=held.member, at=held.at)
        for kind in ("receipt", "payment_proof"):
            deliver.attach_proof(draft.lines.get(), proof=kind, file=proof(kind), by=held.member, at=held.at)
        opened.append((held, draft))

    def hand_in(held: Any, draft: Claim) -> Any:
        return lambda: deliver.submit_claim(draft, by=held.member, at=held.at, command=uuid.uuid4())

    answers = racing.race([hand_in(*opened[n % len(opened)]) for n in range(WRITERS)])
    assert answers.count("done") == Claim.objects.filter(state="submitted").count() == 1
    assert "proof-used" in answers


def test_the_last_of_a_pool_is_shared_out_once(published: Any, make: Any) -> None:
    at, by = datetime.fromisoformat("2026-03-02T04:00Z"), make.person(powers=("finance",))
    fund = next(one for one in policy.funds() if len(one.schemes) > 1)
    pool = Envelope(fund.id, "", fund.unit)
    with transaction.atomic(durable=True):
        event = timeline.record("envelope_funded", command=uuid.uuid4(), by=by, at=at, fund=fund.id, facts={})
        ledger.appropriate(ledger.envelope(fund.id, "", fund.unit), 10 * MILLION, event=event.pk, on=at.date(), at=at)

    def share(n: int) -> Any:
        scheme, amount = fund.schemes[n % len(fund.schemes)], (3, 2, 1)[n % 3] * MILLION
        return lambda: envelopes.share_out(fund.id, scheme, amount, by=by, at=at, command=uuid.uuid4())

    answers = racing.race([share(n) for n in range(WRITERS)])
    shared = sum((3, 2, 1)[n % 3] * MILLION for n, answer in enumerate(answers) if answer == "done")
    states = balances.envelope_states()
    assert states[pool].available == 10 * MILLION - shared >= 0
    assert (
        sum(
            states[Envelope(fund.id, scheme, fund.unit)].available
            for scheme in fund.schemes
            if Envelope(fund.id, scheme, fund.unit) in states
        )
        == shared
    )
    assert "envelope-overdrawn" in answers and set(answers) == {"done", "envelope-overdrawn"}


@pytest.mark.usefixtures("published")
def test_a_claim_is_decided_once_and_its_lines_are_ruled_within_what_the_terms_leave(agree: Any) -> None:
    held = agree.nifs()
    people = [agree.make.person(powers=("finance",)) for _person in range(4)]
    decided = claim(held, 10 * MILLION, 15 * MILLION)
    assert decided.state == "decided"
    waiting = submitted(held, 4 * MILLION, 4 * MILLION)
    lines = list(waiting.lines.order_by("number"))

    def rule(line: ClaimLine) -> Any:
        how = {"allowed_cents": line.claimed_cents, "reason": "", "by": held.officer, "at": held.at}
        return lambda: deliver.rule_line(line, **how, command=uuid.uuid4())

    racing.race([rule(lines[n % 2]) for n in range(WRITERS)])
    allowed = ClaimLine.objects.filter(claim__case=held.case, allowed_cents__isnull=False)
    assert sum(allowed.values_list("allowed_cents", flat=True)) <= 30 * MILLION, "more was allowed than the head holds"
    for line in waiting.lines.filter(allowed_cents__isnull=True):
        held.act(deliver.rule_line, line, allowed_cents=0, reason="ineligible_item", by=held.officer)

    def decide(by: Any) -> Any:
        return lambda: deliver.decide_claim(waiting, by=by, at=held.at, command=uuid.uuid4())

    answers = racing.race([decide(people[n % 4]) for n in range(WRITERS)])
    assert answers.count("done") == 1
    assert Event.objects.filter(case=held.case, kind="claim_decided").count() == 2


def submitted(held: Any, *amounts: int) -> Claim:
    """A claim handed in and not yet ruled."""
    opened, day = deliver.open_claim(held.case, by=held.member, at=held.at), date(2026, 1, 6)
    entries = [deliver.LineEntry("machinery", f"More {n}", amount, "Tools Ltd", f"M{n}", day, day) for n, amount in enumerate(amounts)]
    deliver.save_claim(opened, lines=entries, by=held.member, at=held.at)
    for line in opened.lines.order_by("number"):
        for kind in ("receipt", "payment_proof"):
            deliver.attach_proof(line, proof=kind, file=proof(f"more{kind}{line.pk}"), by=held.member, at=held.at)
            line.refresh_from_db()
    held.act(deliver.submit_claim, opened, by=held.member)
    return opened


@pytest.mark.usefixtures("published")
def test_a_change_is_decided_once_whoever_clicks(agree: Any) -> None:
    held = agree.nifs()
    change = deliver.open_change(held.case, kind=changes.SCOPE, by=held.member, at=held.at)
    deliver.save_change(change, wish=deliver.Wish("Smaller.", "One line less.", {"grant_cents": 6 * MILLION}), by=held.member, at=held.at)
    held.act(deliver.submit_change, change, by=held.member)
    held.act(deliver.advise_change, change, advice="support", note="Sound.", by=held.officer)
    others = [agree.make.person(powers=("authority",)) for _person in range(4)]

    def decide(n: int) -> Any:
        how = {"is_approved": n % 2 == 0, "note": "Decided.", "by": others[n % 4], "at": held.at}
        return lambda: deliver.decide_change(change, **how, command=uuid.uuid4())

    answers = racing.race([decide(n) for n in range(WRITERS)])
    assert answers.count("done") == 1
    state = ChangeRequest.objects.get().state
    back = 4 * MILLION if state == "approved" else 0
    assert AgreedTerms.objects.count() == (2 if back else 1)
    assert balances.available(held.envelope) == back
    assert balances.statement(held.case).total("committed", "HKD") == 10 * MILLION - back
