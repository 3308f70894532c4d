"""Holds the comparison of payments to what a clerk would see — e.g. INV-0012 and inv 12 are one number, A1-02 and A12 are two."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import likeness

DAY = date(2026, 3, 2)
ONE = likeness.Paid("one", 7, "Precision Tools Ltd", "INV-0012", 50_000_00, DAY)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [("INV-0012", "inv 12", True), ("ＩＮＶ０１２", "INV/12", True), ("A1-02", "A12", False), ("2026-1", "20261", False), ("0", "", False)],
)
def test_invoice_numbers_are_compared_without_their_signs(one: str, other: str, is_same: bool) -> None:
    assert (likeness.reference_key(one) == likeness.reference_key(other)) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Precision Tools Ltd.", "PRECISION TOOLS LIMITED", True),
        ("Precision Tools Co., Ltd", "Precisoin Tools", True),
        ("精密工具有限公司", "精密工具", True),
        ("精密工具有限公司", "海港貿易有限公司", False),
        ("Precision Tools Ltd", "Harbour Catering Ltd", False),
        ("Limited", "Ltd", False),
        ("", "Anyone", True),
    ],
)
def test_names_are_alike_whatever_their_form(one: str, other: str, is_alike: bool) -> None:
    assert likeness.is_alike(one, other) is is_alike


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"payee": "PRECISION TOOLS LIMITED", "invoice": "inv 12"}, ("same_invoice", "same_amount")),
        ({"payer": 8, "payee": "PRECISION TOOLS LIMITED", "invoice": "inv 12"}, ("same_invoice",)),
        ({"payer": 8, "payee": "", "invoice": "inv 12"}, ()),
        ({"payee": "Harbour Catering"}, ("same_invoice",)),
        ({"invoice": "", "on": DAY + timedelta(days=7)}, ("same_amount",)),
        ({"invoice": "", "on": DAY + timedelta(days=8)}, ()),
        ({"invoice": "X", "on": None}, ()),
        ({"invoice": "X", "amount_cents": 50_000_01}, ()),
        ({"invoice": "X", "payee": "Harbour Catering"}, ()),
        ({"payer": 8, "invoice": "X"}, ()),
    ],
)
def test_a_payment_is_like_another_by_invoice_or_by_amount_day_and_payee(changes: dict[str, Any], why: tuple[str, ...]) -> None:
    found = likeness.alike(ONE, [ONE, replace(ONE, key="other", **changes)], days=7)
    assert [(like.key, like.why) for like in found] == ([("other", why)] if why else [])


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_does_not_depend_on_who_comes_first(one: str, other: str) -> None:
    assert likeness.similarity(one, other) == likeness.similarity(other, one)
    assert 0 <= likeness.similarity(one, other) <= 100
    assert likeness.similarity(one, one) == 100


def test_a_payment_is_named_by_whose_invoice_it_settles() -> None:
    key = likeness.payment_key(7, "Precision Tools Ltd", "INV-0012")
    assert key == likeness.payment_key(8, "PRECISION TOOLS LIMITED", "inv 12")
    assert key != likeness.payment_key(7, "Harbour Catering", "INV-0012")
    assert likeness.payment_key(7, "", "INV-0012") == likeness.payment_key(7, " ", "inv 12") != likeness.payment_key(8, "", "INV-0012")
    assert likeness.payment_key(7, "Precision Tools Ltd", " - ") == ""
