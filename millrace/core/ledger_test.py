"""Proves that no entry makes or loses value — e.g. HKD never becomes GPU-hours, and no envelope pays what it does not hold."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import ledger
from millrace.core.ledger import Account, Envelope, Move

NIFS, HOURS = Envelope("itf", "nifs", "HKD"), Envelope("aiss", "aiss", "GPU-hour")
OUTSIDE = Account("appropriation", "HKD", "itf")


def accounts_of(envelope: Envelope) -> list[Account]:
    kinds = ["reserved", "committed", "due", "paid", *ledger.PASSING_KINDS]
    cash = [Account("cash_vote", envelope.unit, envelope.fund, "", "2025-26")]
    cash += [envelope.account(kind, financial_year="2025-26") for kind in ledger.CASH_KINDS]
    inside = [envelope.account(kind, case=case) for kind in kinds for case in (1, 2)]
    inside += [Account(kind, envelope.unit, case=case) for kind in ("debtor", *ledger.OWED_KINDS) for case in (1, 2)]
    return [Account("appropriation", envelope.unit, envelope.fund), envelope.account("available"), *inside, *cash]


ACCOUNTS = [*accounts_of(NIFS), *accounts_of(HOURS)]
PAIRS = [(a, b) for a in ACCOUNTS for b in ACCOUNTS if not ledger.problems([Move(a, b, 1)])]
good_moves = st.builds(lambda pair, amount: Move(pair[0], pair[1], amount), st.sampled_from(PAIRS), st.integers(1, 50))
any_moves = st.builds(Move, st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(-5, 50))
entries = st.lists(st.lists(st.one_of(good_moves, any_moves), max_size=3), max_size=25)


@given(entries)
def test_books_conserve_value_in_every_unit(proposed: list[list[Move[Account]]]) -> None:
    balances: dict[Account, int] = {}
    written: list[Move[Account]] = []
    for entry in proposed:
        after = ledger.apply(balances, entry)
        if isinstance(after, dict):
            balances = after
            written += entry
    assert {account: held for account, held in balances.items() if held} == {
        account: held for account, held in ledger.recompute(written).items() if held
    }
    assert not any(ledger.trial_balance(balances).values())
    assert all(held >= 0 or account.may_be_negative for account, held in balances.items())


def test_an_envelope_runs_from_available_to_returned() -> None:
    case = [NIFS.account(kind, case=7) for kind in ("reserved", "committed", "due", "paid", "returned")]
    route = [OUTSIDE, NIFS.account("available"), *case, NIFS.account("available")]
    balances: dict[Account, int] = {}
    for source, target in itertools.pairwise(route):
        after = ledger.apply(balances, [Move(source, target, 300)])
        assert isinstance(after, dict)
        balances = after
    assert balances[NIFS.account("available")] == 300


def test_what_a_payee_owes_is_never_more_than_was_raised_and_stays_apart_from_the_envelope() -> None:
    def of(kind: str, case: int = 7) -> Account:
        return Account(kind, "HKD", case=case)

    raised = ledger.apply({}, [Move(of("debtor"), of("receivable"), 900)])
    assert isinstance(raised, dict)
    ways = [Move(of("receivable"), of(kind), 300) for kind in ("received", "set_off", "written_off")]
    ended = ledger.apply(raised, ways)
    assert isinstance(ended, dict) and ended[of("receivable")] == 0 and ended[of("debtor")] == -900
    assert ledger.apply(ended, ways[:1]) == (ledger.Problem("overdrawn", 0, available=0, asked=300),)
    wrong = [
        Move(of("receivable"), NIFS.account("available"), 1),
        Move(of("paid"), of("received"), 1),
        Move(of("debtor"), of("received"), 1),
    ]
    assert [problem.code for problem in ledger.problems(wrong)] == ["move-not-permitted"] * 3
    assert ledger.problems([Move(of("receivable"), of("received", 8), 1)])[0].code == "case-mismatch"


def test_an_overdraft_says_what_there_is_and_what_was_asked() -> None:
    balances = {NIFS.account("available"): 120}
    (problem,) = ledger.apply(balances, [Move(NIFS.account("available"), NIFS.account("reserved", case=1), 300)])
    assert problem == ledger.Problem("overdrawn", 0, available=120, asked=300)


def test_what_comes_in_may_go_out_in_one_entry() -> None:
    paid, returned, available = NIFS.account("paid", case=1), NIFS.account("returned", case=1), NIFS.account("available")
    after = ledger.apply({paid: 50}, [Move(paid, returned, 50), Move(returned, available, 50)])
    assert after == {paid: 0, returned: 0, available: 50}


WRONG = {
    "unit-mismatch": Move(NIFS.account("available"), HOURS.account("reserved", case=1), 5),
    "amount-not-positive": Move(NIFS.account("available"), NIFS.account("reserved", case=1), 0),
    "amount-not-whole": Move(NIFS.account("available"), NIFS.account("reserved", case=1), 0.5),  # type: ignore[arg-type]  # the wrong type is what is tested
    "same-account": Move(NIFS.account("available"), NIFS.account("available"), 5),
    "move-not-permitted": Move(NIFS.account("available"), NIFS.account("paid", case=1), 5),
    "case-mismatch": Move(NIFS.account("reserved", case=1), NIFS.account("committed", case=2), 5),
    "case-missing-or-unwanted": Move(NIFS.account("available"), NIFS.account("reserved"), 5),
    "financial-year-missing-or-unwanted": Move(NIFS.account("cash_available"), NIFS.account("cash_spent"), 5),
    "sponsor-missing-or-unwanted": Move(Account("sponsor", "HKD"), Account("match_pledged", "HKD", case=1, sponsor=3, form="gift"), 5),
    "sponsor-mismatch": Move(
        Account("match_pledged", "HKD", case=1, sponsor=3, form="cash"),
        Account("match_evidenced", "HKD", case=1, sponsor=4, form="cash"),
        5,
    ),
    "unknown-kind": Move(NIFS.account("available"), NIFS.account("pocket"), 5),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_malformed_move_is_named(code: str) -> None:
    assert code in {problem.code for problem in ledger.problems([WRONG[code]])}
