"""Money of a fund moves when a second person has confirmed — e.g. a year's cash lapses by an order of two, after its last day."""

import hashlib
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as ledger
from millrace.registers.messages.models import Notice
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.stages.plan import envelopes, orders
from millrace.stages.plan.models import FundOrder
from millrace.testing.making import NOON
from millrace.web import clock, sentences

HONG_KONG_ZONE = ZoneInfo("Asia/Hong_Kong")
NIFS = Envelope("itf-nifs", "nifs", "HKD")


@pytest.fixture
def two(hong_kong, make, monkeypatch):
    """A policy officer who proposes and a controller who confirms; the policy is published, nothing taken in yet."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
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
    assert "itf-nifs" not in sign_in(finance, "zh-hant").see(base).rsplit("<h2>", 1)[1].replace(base, "")
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
    facts = {"fund": "itf", "scheme": "mhkjfs", "unit": "HKD", "amount_cents": 300, "financial_year": "2025-26", "order": order.pk}
    assert event.facts == facts


@pytest.mark.parametrize(
    ("kind", "fund", "what", "told_as"),
    [
        ("fund", "itf-nifs", {}, "envelope_funded"),
        ("share", "itf", {"scheme": "mhkjfs", "amount_cents": 7}, "envelope_shared_out"),
        ("share", "itf", {"scheme": "mhkjfs", "amount_cents": 7, "financial_year": "2025-26"}, "cash_shared_out"),
        ("lapse", "itf", {"financial_year": "2024-25"}, "cash_lapsed"),
    ],
)
def test_what_an_order_did_names_the_order_and_vouches_for_its_reason(two, kind, fund, what, told_as):
    policy, finance = two
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    orders.propose_order(kind, fund, **what, reason="The committee advised it", by=policy, at=NOON, command=uuid.uuid4())
    order = FundOrder.objects.get()
    event = orders.confirm_order(order, by=finance, at=NOON, command=uuid.uuid4())
    digest = hashlib.sha256(bytes(policy.salt) + b"The committee advised it").hexdigest()
    assert (event.kind, event.facts["order"], event.facts["reason_sha256"]) == (told_as, order.pk, digest)
    assert "committee" not in event.body and f"by order {order.pk}" in sentences.sentence(event, HONG_KONG_ZONE)


def test_what_was_done_without_an_order_names_none(two):
    _policy, finance = two
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    for event in (
        Event.objects.get(kind="envelope_funded"),
        envelopes.share_out("itf", "mhkjfs", 7, by=finance, at=NOON, command=uuid.uuid4()),
        envelopes.share_out("itf", "mhkjfs", 7, financial_year="2025-26", by=finance, at=NOON, command=uuid.uuid4()),
        envelopes.lapse_year("itf", "2024-25", by=finance, at=NOON, command=uuid.uuid4()),
    ):
        assert "order" not in event.facts
        said = sentences.sentence(event, HONG_KONG_ZONE)
        assert "order" not in said and "—" not in said


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


@pytest.fixture
def shared(two, make):
    """The fund of many schemes, HK$10 and this year's HK$5 of it in the share of mhkjfs, nothing in that of itsp."""
    _policy, finance = two
    envelopes.fund_envelope("itf", by=finance, at=NOON, command=uuid.uuid4())
    for year, amount in (("", 1000), ("2025-26", 500)):
        envelopes.share_out("itf", "mhkjfs", amount, financial_year=year, by=finance, at=NOON, command=uuid.uuid4())
    return two


def moving(amount=400, **other):
    return {"giver": "mhkjfs", "scheme": "itsp", "amount_cents": amount, "reason": "Fewer applications than planned", **other}


@pytest.mark.parametrize("year", ["", "2025-26"])
def test_a_share_moves_to_another_scheme_in_one_entry(shared, make, year):
    policy, finance = shared
    Person.objects.filter(pk=policy.pk).update(salt=b"policy's own")
    policy.refresh_from_db()
    giver, taker = Envelope("itf", "mhkjfs", "HKD"), Envelope("itf", "itsp", "HKD")
    orders.propose_order("transfer", "itf", **moving(financial_year=year), by=policy, at=NOON, command=uuid.uuid4())
    order = FundOrder.objects.get()
    assert order.reason == "Fewer applications than planned"
    command = uuid.uuid4()
    event = orders.confirm_order(order, by=finance, at=NOON, command=command)
    assert orders.confirm_order(order, by=finance, at=NOON, command=command) == event
    assert event.kind == ("cash_transferred" if year else "envelope_transferred") and "reason" not in event.facts
    # The sealed facts lead to the order and vouch for its reason, and do not hold it.
    reason = hashlib.sha256(b"policy's own" + order.reason.encode()).hexdigest()
    for told in (Event.objects.get(kind="fund_order_proposed"), event):
        assert (told.facts["order"], told.facts["reason_sha256"]) == (order.pk, reason) and order.reason not in told.body
        assert f"rder {order.pk}" in sentences.sentence(told, HONG_KONG_ZONE)
    kind = "cash_available" if year else "available"
    assert ledger.posted_by([event.pk]) == {(kind, kind): 400}
    held = [ledger.envelope_state(each) for each in (giver, taker)]
    assert [state.available for state in held] == ([1000, 0] if year else [600, 400])
    assert [state.cash["2025-26"].available if state.cash else 0 for state in held] == ([100, 400] if year else [500, 0])
    assert Notice.objects.filter(person=finance).exists() and Notice.objects.filter(person=policy, event=event).exists()


def test_a_move_is_refused_with_the_figures_without_a_reason_and_of_a_year_that_is_over(shared):
    policy, finance = shared
    with pytest.raises(Refusal) as no:
        orders.propose_order("transfer", "itf", **moving(1001), by=policy, at=NOON, command=uuid.uuid4())
    assert (no.value.code, no.value.values["available_cents"], no.value.values["amount_cents"]) == ("more-than-available", 1000, 1001)
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(giver="itsp", scheme="mhkjfs"), by=policy) == "more-than-available"
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(reason="  "), by=policy) == "reason-missing"
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(scheme="mhkjfs"), by=policy) == "no-such-share"
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(scheme="nifs"), by=policy) == "no-such-share"
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(financial_year="2024-25"), by=policy) == "year-over"
    # What was there when it was proposed may be gone when it is confirmed.
    orders.propose_order("transfer", "itf", **moving(1000), by=policy, at=NOON, command=uuid.uuid4())
    first = FundOrder.objects.get()
    assert refusal_of(orders.propose_order, "transfer", "itf", **moving(7), by=policy) == "already-proposed"
    orders.propose_order("transfer", "itf", **moving(1000, scheme="tcfs"), by=policy, at=NOON, command=uuid.uuid4())
    second = FundOrder.objects.latest("pk")
    orders.confirm_order(first, by=finance, at=NOON, command=uuid.uuid4())
    assert refusal_of(orders.confirm_order, second, by=finance) == "more-than-available"


@pytest.mark.parametrize(
    ("limit", "grade", "code"),
    [
        (399, "", "above-limit"),
        (None, "", "no-limit"),
        (None, "no-such-grade", "limit-unreadable"),
        (400, "", None),
        (None, "junior", None),
    ],
)
def test_a_move_stays_within_the_limit_of_who_confirms_it(shared, make, limit, grade, code):
    policy, _finance = shared
    orders.propose_order("transfer", "itf", **moving(), by=policy, at=NOON, command=uuid.uuid4())
    confirmer = make.person(powers=("finance",))
    confirmer.powers.update(limit_cents=limit, grade=grade)
    given = {"by": confirmer, "at": NOON, "command": uuid.uuid4()}
    if code is None:
        assert orders.confirm_order(FundOrder.objects.get(), **given).kind == "envelope_transferred"
    else:
        assert refusal_of(orders.confirm_order, FundOrder.objects.get(), by=confirmer) == code
        assert FundOrder.objects.get().decided_at is None


def test_a_move_is_proposed_and_confirmed_on_the_funds_page(shared, sign_in):
    policy, finance = shared
    base, proposer, second = "/finance/funds/itf/", sign_in(policy), sign_in(finance)
    assert "Move from one scheme to another" in proposer.see(base)
    typed = {"giver": "mhkjfs", "scheme": "itsp", "financial_year": "commitment", "reason": "Fewer applications"}
    again = proposer.press(f"{base}orders/transfer/", 409, amount_cents="11", **typed)
    assert "HK$10" in again and "HK$11" in again and "Fewer applications" in again
    proposer.press(f"{base}orders/transfer/", amount_cents="4", **typed)
    assert "Fewer applications" in second.see(base)
    second.press(f"{base}orders/{FundOrder.objects.get().pk}/decide/", do="confirm")
    shown = second.see(base)
    assert "moved from the share of" in shown and "the share of mhkjfs" not in shown


def test_what_is_left_of_ended_years_lapses_once_by_night_and_the_commitment_stays(shared):
    system = people.system_person()
    before = ledger.envelope_state(Envelope("itf", "mhkjfs", "HKD"))
    eve, turn = datetime(2026, 3, 31, 23, 59, tzinfo=HONG_KONG_ZONE), datetime(2026, 4, 1, 2, 0, tzinfo=HONG_KONG_ZONE)
    envelopes.lapse_ended_years(system, at=eve)
    assert ledger.envelope_state(Envelope("itf", "mhkjfs", "HKD")).cash["2025-26"].available == 500
    assert envelopes.lapse_ended_years(system, at=turn) == 1 and envelopes.lapse_ended_years(system, at=turn) == 0
    after = ledger.envelope_state(Envelope("itf", "mhkjfs", "HKD"))
    assert (after.cash["2025-26"].available, after.cash["2025-26"].lapsed, after.available) == (0, 500, before.available)
    event = Event.objects.filter(kind="cash_lapsed").latest("pk")
    assert (event.facts["financial_year"], event.facts["reason"]) == ("2025-26", "year_ended") and event.by == system
    pool = ledger.envelope_state(Envelope("itf", "", "HKD")).cash
    assert event.facts["amount_cents"] == pool["2025-26"].lapsed + 500 and pool["2026-27"].available


def test_years_missed_while_the_machine_was_off_lapse_together(shared):
    at = datetime(2027, 6, 1, tzinfo=HONG_KONG_ZONE)
    assert envelopes.lapse_ended_years(people.system_person(), at=at) == len(
        {year for year, cash in ledger.envelope_state(Envelope("itf", "", "HKD")).cash.items() if year < "2027-28" and cash.lapsed}
    )
    assert not ledger.envelope_state(Envelope("itf", "mhkjfs", "HKD")).cash["2025-26"].available
