"""Proves that the books are written as Beancount reads them — e.g. no two accounts alike, and ten and a half dollars as 10.50 HKD."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import beancount, ledger
from millrace.core.beancount import Leg
from millrace.core.ledger import Account

WORDS = st.sampled_from(["itf", "raise-plus", "aiss", "nifs"])
ACCOUNTS = st.one_of(
    st.builds(
        lambda fund, scheme, unit: Account("available", unit, fund, scheme),
        WORDS,
        WORDS | st.just(""),
        st.sampled_from(["HKD", "GPU-hour"]),
    ),
    st.builds(
        lambda fund, scheme, year: Account("cash_spent", "HKD", fund, scheme, year), WORDS, WORDS, st.sampled_from(["2025-26", "2026-27"])
    ),
    st.builds(
        lambda kind, fund, case: Account(kind, "HKD", fund, fund, "", case), st.sampled_from(["reserved", "due"]), WORDS, st.integers(1, 9)
    ),
    st.builds(
        lambda case, sponsor, form: Account("match_verified", "HKD", "", "", "", case, sponsor, form),
        st.integers(1, 9),
        st.integers(1, 9),
        st.sampled_from(ledger.MATCH_FORMS),
    ),
)


def written(account: Account) -> str:
    return beancount.name(account, f"NIFS-{account.case}" if account.case is not None else "")


@given(ACCOUNTS, ACCOUNTS)
def test_different_accounts_are_written_differently(one: Account, other: Account) -> None:
    assert (written(one) == written(other)) == (one == other)


def test_an_account_says_what_it_is() -> None:
    assert written(Account("committed", "HKD", "itf", "nifs", "", 7)) == "Assets:Committed:Itf:Nifs:NIFS-7:HKD"
    assert written(Account("appropriation", "GPU-hour", "aiss")) == "Equity:Appropriation:Aiss:None:GPU-HOUR"
    assert written(Account("match_pledged", "HKD", "", "", "", 7, 3, "in_kind")) == "Assets:Match-pledged:NIFS-7:Organisation-3:In-kind:HKD"


@pytest.mark.parametrize(
    "account", [Account("available", "HKD", "fund of funds"), Account("available", "H", "itf"), Account("available", "HKD", "基金")]
)
def test_what_cannot_be_written_is_refused(account: Account) -> None:
    with pytest.raises(ValueError, match="cannot"):
        beancount.name(account)


def test_a_case_needs_its_reference_and_nothing_else_may_have_one() -> None:
    for account, reference in ((Account("due", "HKD", "itf", "nifs", "", 7), ""), (Account("available", "HKD", "itf"), "NIFS-7")):
        with pytest.raises(ValueError, match="reference"):
            beancount.name(account, reference)


def test_amounts_have_every_decimal_of_their_unit() -> None:
    assert [beancount.amount(units, unit) for units, unit in ((1050, "HKD"), (-1, "HKD"), (10**15, "HKD"), (12, "GPU-hour"))] == [
        "10.50 HKD",
        "-0.01 HKD",
        "10000000000000.00 HKD",
        "12 GPU-HOUR",
    ]


def test_an_entry_names_its_event_and_cannot_break_out_of_its_quotes() -> None:
    told = beancount.entry(date(2026, 3, 2), 'a "kind"', "NIFS-7", (("event", 4),), [Leg("Assets:A", -1, "HKD"), Leg("Assets:B", 1, "HKD")])
    assert told == '\n2026-03-02 * "NIFS-7" "a \\"kind\\""\n  event: 4\n  Assets:A  -0.01 HKD\n  Assets:B  0.01 HKD\n'
    assert beancount.assertion(date(2026, 3, 3), "Assets:B", 1, "HKD") == "2026-03-03 balance Assets:B  0.01 ~ 0 HKD\n"
