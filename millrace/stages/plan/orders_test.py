"""Money of a fund moves when a second person has confirmed — e.g. a year's cash lapses by an order of two, after its last day."""

import uuid
from datetime import timedelta

import pytest

from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as ledger
from millrace.registers.timeline.models import Event
from millrace.stages.plan import actions, envelopes, orders
from millrace.stages.plan.models import FundOrder
from millrace.testing.making import NOON
from millrace.testing.policies import HONG_KONG, files_of
from millrace.web import clock

NIFS = Envelope("itf-nifs", "nifs", "HKD")


@pytest.fixture
def two(make, monkeypatch):
    """A policy officer who proposes and a controller who confirms; the policy is published, nothing taken in yet."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    actions.publish_policy(files_of(HONG_KONG), by=make.person(), at=NOON, command=uuid.uuid4())
    return make.person(powers=("policy",)), make.person(powers=("finance",))


def refusal_of(act, *given, **named):
    with pytest.raises(Refusal) as no:
        act(*given, at=NOON, command=uuid.uuid4(), **named)
    return no.value.code


def test_what_was_voted_is_taken_in_when_another_person_confirms(two, make):
    policy, finance = two
    command = uuid.uuid4()
    event = orders.propose_order("fund", "itf-nifs", by=policy, at=NOON, command=command)
    assert orders.propose_order("fund", "itf-nifs", by=policy, at=NOON, command=command) == event
    assert event.kind == "fund_order_proposed" and ledger.available(NIFS) == 0
    assert refusal_of(orders.propose_order, "fund", "itf-nifs", by=finance) == "already-proposed"
    order = FundOrder.objects.get()
    assert refusal_of(orders.confirm_order, order, by=policy) == "not-found"
    confirm = uuid.uuid4()
    done = orders.confirm_order(order, by=finance, at=NOON, command=confirm)
    assert orders.confirm_order(order, by=finance, at=NOON, command=confirm) == done
    assert done.kind == "envelope_funded" and ledger.available(NIFS) == 200_000_000_000
    assert refusal_of(orders.propose_order, "fund", "itf-nifs", by=policy) == "nothing-new"
    assert refusal_of(orders.refuse_order, order, by=finance) == "already-decided"
    assert refusal_of(orders.propose_order, "fund", "raise-plus", by=make.person(powers=("officer",))) == "not-found"


def test_who_proposed_does_not_confirm_and_a_year_lapses_once_it_is_over(two, make):
    _policy, finance = two
    envelopes.fund_envelope("itf-nifs", by=finance, at=NOON, command=uuid.uuid4())
    assert refusal_of(orders.propose_order, "lapse", "itf-nifs", financial_year="2025-26", by=finance) == "year-not-over"
    orders.propose_order("lapse", "itf-nifs", financial_year="2024-25", by=finance, at=NOON, command=uuid.uuid4())
    order = FundOrder.objects.get()
    assert refusal_of(orders.confirm_order, order, by=finance) == "same-person"
    orders.confirm_order(order, by=make.person(powers=("finance",)), at=NOON, command=uuid.uuid4())
    assert ledger.envelope_state(NIFS).cash["2024-25"].lapsed == 30_000_000_000
    assert refusal_of(orders.propose_order, "lapse", "itf-nifs", financial_year="2024-25", by=finance) == "nothing-to-lapse"
    assert refusal_of(orders.propose_order, "share", "itf-nifs", scheme="nifs", amount_cents=1, by=finance) == "no-such-share"


def test_the_pages_show_a_fund_on_any_day_and_carry_an_order_to_its_end(two, make, sign_in):
    policy, finance = two
    proposer, second = sign_in(policy), sign_in(finance)
    base = "/finance/funds/itf-nifs/"
    assert "Take in what was voted" in proposer.see(base)
    assert "HK$2,000,000,000" in proposer.see(f"{base}orders/fund/")
    proposer.press(f"{base}orders/fund/")
    order = FundOrder.objects.get()
    shown = proposer.see(base)
    assert "another person confirms it" in shown and 'value="confirm"' not in shown
    second.press(f"{base}orders/{order.pk}/decide/", do="confirm")
    assert Event.objects.filter(kind="envelope_funded", fund="itf-nifs").count() == 1
    for language in ("en", "zh-hant", "zh-hans"):
        assert "HK$2,000,000,000" in sign_in(finance, language).see(base) or language != "en"
        assert "2,000,000,000" not in sign_in(finance, language).see(f"{base}?on={NOON.date() - timedelta(days=9)}").split("<tbody>")[1]
    assert "HK$2,000,000,000" in second.see("/finance/funds/")
    second.press(f"{base}orders/lapse/", financial_year="2024-25")
    mine = FundOrder.objects.get(kind="lapse")
    assert "does not confirm it" in second.press(f"{base}orders/{mine.pk}/decide/", 403, do="confirm")
    second.press(f"{base}orders/{mine.pk}/decide/", do="refuse")
    assert not ledger.envelope_state(NIFS).cash["2024-25"].lapsed
    auditor, officer = sign_in(make.person(powers=("auditor",))), sign_in(make.person(powers=("officer",)))
    auditor.see(base)
    auditor.see(f"{base}orders/fund/", 404)
    officer.see(base, 404)
    second.see(f"{base}orders/share/", 404)
    second.see("/finance/funds/nothing/", 404)


def test_a_fund_of_several_schemes_shares_out_its_commitment_and_each_years_cash(two, make):
    policy, finance = two
    pool, share = Envelope("itf", "", "HKD"), Envelope("itf", "mhkjfs", "HKD")
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    before = ledger.envelope_state(pool)
    cash = before.cash["2025-26"].available
    assert refusal_of(
        orders.propose_order, "share", "itf", scheme="mhkjfs", financial_year="2025-26", amount_cents=cash + 1, by=policy
    ) == ("more-than-available")
    assert refusal_of(orders.propose_order, "share", "itf", scheme="mhkjfs", financial_year="1999-00", amount_cents=1, by=policy) == (
        "more-than-available"
    )
    for year, amount in (("", 700), ("2025-26", 300)):
        orders.propose_order(
            "share", "itf", scheme="mhkjfs", financial_year=year, amount_cents=amount, by=policy, at=NOON, command=uuid.uuid4()
        )
        order = FundOrder.objects.get(decided_at=None)
        orders.confirm_order(order, by=finance, at=NOON, command=uuid.uuid4())
    after, shared = ledger.envelope_state(pool), ledger.envelope_state(share)
    assert (shared.available, shared.cash["2025-26"].available) == (700, 300)
    assert (before.available - after.available, cash - after.cash["2025-26"].available) == (700, 300)
    event = Event.objects.get(kind="cash_shared_out")
    assert event.facts == {"fund": "itf", "scheme": "mhkjfs", "unit": "HKD", "amount_cents": 300, "financial_year": "2025-26"}


def test_the_page_asks_what_is_shared_out(two, sign_in):
    policy, finance = two
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    base, proposer = "/finance/funds/itf/", sign_in(policy)
    page = proposer.see(f"{base}orders/share/")
    assert 'value="commitment"' in page and 'value="2025-26"' in page and 'value="2024-25"' not in page
    proposer.press(f"{base}orders/share/", scheme="mhkjfs", financial_year="2025-26", amount_cents="1,000")
    order = FundOrder.objects.get()
    assert (order.financial_year, order.amount_cents) == ("2025-26", 1_000_00)
    sign_in(finance).press(f"{base}orders/{order.pk}/decide/", do="confirm")
    assert ledger.envelope_state(Envelope("itf", "mhkjfs", "HKD")).cash["2025-26"].available == 1_000_00
