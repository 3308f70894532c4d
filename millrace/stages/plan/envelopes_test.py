"""A fund's vote reaches its envelope once — e.g. HK$2bn for NIFS, however often the policy is published again."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as ledger
from millrace.stages.plan import envelopes
from millrace.testing.making import NOON

NIFS = Envelope("itf-nifs", "nifs", "HKD")


@pytest.fixture
def finance(hong_kong, make):
    return make.person(powers=("finance",))


def test_what_was_voted_is_put_in_once(finance):
    command = uuid.uuid4()
    event = envelopes.fund_envelope("itf-nifs", by=finance, at=NOON, command=command)
    assert envelopes.fund_envelope("itf-nifs", by=finance, at=NOON, command=command) == event
    assert envelopes.fund_envelope("itf-nifs", by=finance, at=NOON + timedelta(days=1), command=uuid.uuid4()) is None
    state = ledger.envelope_state(NIFS)
    assert state.available == 200_000_000_000
    assert state.cash["2025-26"].available == 30_000_000_000


def test_a_vote_counts_from_its_day(finance, make):
    make.person()
    early = datetime(2023, 5, 1, 4, 0, tzinfo=UTC)
    treasurer = make.person(powers=("finance",), at=early)
    event = envelopes.fund_envelope("raise-plus", by=treasurer, at=early, command=uuid.uuid4())
    assert event is not None and event.facts["voted_cents"] == 0
    later = envelopes.fund_envelope("raise-plus", by=treasurer, at=NOON, command=uuid.uuid4())
    assert later is not None and later.facts["voted_cents"] == 1_000_000_000_000


def test_only_finance_moves_what_a_fund_has(finance, make):
    with pytest.raises(Refusal):
        envelopes.fund_envelope("itf-nifs", by=make.person(powers=("officer",)), at=NOON, command=uuid.uuid4())


def test_a_year_lapses_when_it_is_over(finance):
    envelopes.fund_envelope("itf-nifs", by=finance, at=NOON, command=uuid.uuid4())
    with pytest.raises(Refusal) as refused:
        envelopes.lapse_year("itf-nifs", "2025-26", by=finance, at=NOON, command=uuid.uuid4())
    assert refused.value.code == "year-not-over"
    envelopes.lapse_year("itf-nifs", "2024-25", by=finance, at=NOON, command=uuid.uuid4())
    cash = ledger.envelope_state(NIFS).cash
    assert (cash["2024-25"].available, cash["2024-25"].lapsed) == (0, 30_000_000_000)
    assert cash["2025-26"].available == 30_000_000_000


@pytest.mark.parametrize(
    ("fund", "said"),
    [
        ("itf-nifs", "(15 May 2020)"),
        ("raise-plus", "(18 October 2023, the day is not published; illustrative)"),
        ("supercomputing-hours", "(31 December 2024, not published; illustrative)"),
    ],
)
def test_a_vote_tells_the_day_that_was_found_and_labels_one_that_stands_for_it(hong_kong, make, sign_in, fund, said):
    page = sign_in(make.person(powers=("finance",))).see(f"/finance/funds/{fund}/")
    assert said in " ".join(page.split())
