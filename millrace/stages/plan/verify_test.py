"""Proves that an altered reason of an order on a fund is seen — e.g. "Fewer applications" made "Fewer applicants" a year later."""

import uuid
from typing import Any

import pytest

from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import verify as sealed
from millrace.stages.plan import envelopes, orders, verify
from millrace.stages.plan.models import FundOrder
from millrace.testing.making import NOON

REASON = "Fewer applications than planned"


@pytest.fixture
def ordered(hong_kong: Any, make: Any) -> FundOrder:
    """An order of two people, carried out: HK$7 of the fund shared out to mhkjfs, with a reason."""
    policy, finance = make.person(powers=("policy",)), make.person(powers=("finance",))
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    what: dict[str, Any] = {"scheme": "mhkjfs", "amount_cents": 700, "reason": REASON}
    orders.propose_order("share", "itf", **what, by=policy, at=NOON, command=uuid.uuid4())
    order = FundOrder.objects.get()
    orders.confirm_order(order, by=finance, at=NOON, command=uuid.uuid4())
    return order


def found() -> list[tuple[str, str]]:
    return [(finding.check, finding.what.split(" (")[0]) for finding in verify.verify().findings]


def altered(order: FundOrder, **fields: Any) -> None:
    FundOrder.objects.filter(pk=order.pk).update(**fields)


def test_a_reason_nobody_touched_is_whole_in_every_event_that_tells_of_it(ordered: FundOrder) -> None:
    assert verify.verify().counts == {"orders": 1, "reasons": 2, "erased": 0} and not found()


def test_one_letter_altered_is_found(ordered: FundOrder) -> None:
    altered(ordered, reason=REASON.replace("Fewer", "fewer"))
    assert found() == [("order-reason-differs", "its reason is not the one the timeline tells of")] * 2


def test_an_altered_salt_is_found(ordered: FundOrder) -> None:
    Person.objects.filter(pk=ordered.proposed_by_id).update(salt=b"another")
    assert [check for check, _ in found()] == ["order-reason-differs"] * 2


def test_a_reason_that_is_gone_is_found_unless_an_event_says_it_was_erased(ordered: FundOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    altered(ordered, reason="")
    assert found() == [("order-reason-differs", "its reason is gone, and no event says that it was erased")] * 2
    monkeypatch.setattr(sealed, "ERASURE", "policy_draft_approved")  # stands for the erasure by rule
    timeline.record(sealed.ERASURE, command=uuid.uuid4(), by=ordered.proposed_by, at=NOON, fund="itf", facts={"order": ordered.pk})
    assert not found() and verify.verify().counts == {"orders": 1, "reasons": 0, "erased": 2}
    altered(ordered, reason="Something else")
    assert found() == [("order-reason-differs", "its reason is not the one the timeline tells of")] * 2


def test_a_reason_put_in_afterwards_and_an_order_taken_out_are_found(ordered: FundOrder) -> None:
    who: dict[str, Any] = {"by": ordered.proposed_by, "at": NOON, "command": uuid.uuid4()}
    orders.propose_order("share", "itf", scheme="mhkjfs", amount_cents=1, **who)
    second = FundOrder.objects.latest("pk")
    assert not found()
    altered(second, reason=REASON)
    assert found() == [("order-reason-differs", "its reason was not there when it was proposed")]
    second.delete()
    assert [check for check, _ in found()] == ["order-gone"]


def test_what_was_told_before_every_person_had_a_salt_still_verifies(ordered: FundOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"order": ordered.pk, "reason_sha256": ordered.digests[1]}
    timeline.record("fund_order_refused", command=uuid.uuid4(), by=ordered.proposed_by, at=NOON, fund="itf", facts=told)
    assert not found()
    altered(ordered, reason=REASON + ".")
    assert len(found()) == 3
