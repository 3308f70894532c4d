"""Holds claims to their terms: allowed + refused = claimed, and never a cent above head, cap or award — e.g. NIFS patent fees."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import claims, matching

START = date(2024, 3, 1)
TERMS = claims.Terms(
    START,
    date(2026, 3, 1),
    {
        "machinery": claims.Head("machinery", 2_000_000_00),
        "patents": claims.Head("patents", 400_000_00, cap_cents=250_000_00, clause="NIFS guide 4.3"),
    },
)


def line(number: int = 1, **changes: Any) -> claims.Line:
    fields: dict[str, Any] = {"head": "machinery", "claimed_cents": 100_000_01, "spent_on": date(2024, 5, 6), "paid_on": date(2024, 5, 7)}
    proofs = {"receipt": f"r{number}", "payment_proof": f"p{number}", "supplier": "S", "invoice": f"I-{number}"}
    return claims.Line(number, **{**fields, **proofs, **changes})


def codes(examination: claims.Examination) -> list[str]:
    return [reason.code for reason in examination.reasons]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"spent_on": START - timedelta(days=1)}, "outside_period"),
        ({"spent_on": date(2026, 3, 1)}, "outside_period"),
        ({"head": "catering"}, "not_in_budget"),
        ({"receipt": ""}, "no_proof_of_purchase"),
        ({"payment_proof": ""}, "no_proof_of_payment"),
        ({"paid_on": None}, "no_proof_of_payment"),
        ({"receipt": "used"}, "duplicate_elsewhere"),
    ],
)
def test_a_bar_leaves_no_room_and_says_why(changes: dict[str, Any], code: str) -> None:
    found = claims.examine([line(**changes)], TERMS, used_receipts=frozenset({"used"}))[0]
    assert (found.room_cents, codes(found)) == (0, [code])


def test_the_first_and_last_day_are_inside() -> None:
    for day in (START, date(2026, 2, 28)):
        assert claims.examine([line(spent_on=day)], TERMS)[0].room_cents == 100_000_01


def test_a_capped_head_reduces_with_its_clause() -> None:
    found = claims.examine([line(head="patents", claimed_cents=300_000_00)], TERMS)[0]
    assert found.room_cents == 250_000_00
    assert found.reasons == (claims.Reason("over_unit_cap", "NIFS guide 4.3", "25000000", "30000000"),)


def test_the_same_receipt_twice_is_a_flag_not_a_decision() -> None:
    first, second = claims.examine([line(1, receipt="same"), line(2, receipt="same")], TERMS)
    assert first.room_cents == second.room_cents == 100_000_01
    assert claims.Flag("same_receipt", ((0, 2),)) in first.flags and claims.Flag("same_receipt", ((0, 1),)) in second.flags


def test_what_is_not_allowed_needs_a_reason_from_the_list() -> None:
    with pytest.raises(ValueError, match="reason"):
        claims.Ruling(1, "machinery", 100, 40)
    assert claims.Ruling(1, "machinery", 100, 40, "arithmetic").outcome == claims.REDUCED
    assert claims.Ruling(1, "machinery", 100, 0, "arithmetic").outcome == claims.REFUSED


def test_ten_small_claims_earn_what_one_large_one_would() -> None:
    ratio = matching.Ratio(1, 2)
    earned = 0
    for turn in range(10):
        ruling = claims.Ruling(1, "machinery", 101, 101)
        earned += claims.decide(
            [ruling], ratio=ratio, approved_cents=10**9, allowed_before_cents=101 * turn, payable_before_cents=earned
        ).payable_cents
    assert earned == 1010 // 3


heads = st.dictionaries(
    st.sampled_from(["machinery", "patents", "manpower"]),
    st.builds(
        claims.Head, st.just("h"), st.integers(0, 10**9), st.integers(0, 10**8), st.one_of(st.none(), st.integers(0, 10**9)), st.just("")
    ),
)
lines = st.lists(
    st.builds(
        claims.Line,
        st.integers(1, 50),
        st.sampled_from(["machinery", "patents", "manpower", "other"]),
        st.integers(0, 10**9),
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2026, 12, 31))),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["", "c"]),
    ),
    max_size=8,
    unique_by=lambda one: one.number,
)


@given(lines, heads, st.integers(1, 5), st.integers(0, 5), st.integers(0, 10**9), st.data())
def test_no_rulings_ever_allow_more_than_the_terms(
    typed: list[claims.Line], budget: dict[str, claims.Head], grant: int, own: int, approved: int, data: st.DataObject
) -> None:
    terms = claims.Terms(START, date(2026, 3, 1), budget)
    rulings: list[claims.Ruling] = []
    for one in data.draw(st.permutations(typed)):
        room = claims.examine_one(one, typed, terms, rulings).room_cents
        allowed = data.draw(st.integers(0, room))
        rulings.append(claims.Ruling(one.number, one.head, one.claimed_cents, allowed, "ineligible_item"))
    result = claims.decide(
        rulings, ratio=matching.Ratio(grant, own), approved_cents=approved, allowed_before_cents=0, payable_before_cents=0
    )
    assert result.allowed_cents + result.refused_cents == result.claimed_cents == sum(one.claimed_cents for one in typed)
    assert result.payable_cents <= approved
    assert result.payable_cents * (grant + own) <= result.allowed_cents * grant
    for code, head in budget.items():
        assert sum(ruling.allowed_cents for ruling in rulings if ruling.head == code) <= head.left_cents


@given(lines, heads)
def test_examining_in_order_equals_ruling_each_to_its_room_in_order(typed: list[claims.Line], budget: dict[str, claims.Head]) -> None:
    terms = claims.Terms(START, date(2026, 3, 1), budget)
    rulings: list[claims.Ruling] = []
    for one, examined in zip(typed, claims.examine(typed, terms), strict=True):
        alone = claims.examine_one(one, typed, terms, rulings)
        assert alone == examined
        rulings.append(claims.Ruling(one.number, one.head, one.claimed_cents, alone.room_cents, "ineligible_item"))


TOLERANT = replace(TERMS, tolerance=claims.Tolerance(1_000, most_cents=500_000_00, clause="Guide 5.3"))


def test_a_head_may_be_exceeded_within_its_tolerance_from_what_others_leave() -> None:
    # Machinery HK$2m, tolerance 10%: HK$200,000 from the HK$250,000 that patents leave; the capped head itself is not stretched.
    found = claims.examine([line(1, claimed_cents=2_150_000_00), line(2, claimed_cents=100_000_00)], TOLERANT)
    assert [(one.room_cents, one.moved_cents) for one in found] == [(2_150_000_00, 150_000_00), (50_000_00, 50_000_00)]
    assert [(step.code, step.amount_cents) for step in found[0].steps] == [
        ("head_left", 2_000_000_00),
        ("head_tolerance", 200_000_00),
        ("budget_left", 2_250_000_00),
        ("head_room", 2_200_000_00),
    ]
    assert found[1].reasons == (claims.Reason("head_exceeded", "", "5000000", "10000000"),)
    assert claims.examine([line(head="patents", claimed_cents=300_000_00)], TOLERANT)[0].room_cents == 250_000_00


def test_what_one_head_took_is_gone_from_the_others() -> None:
    lines = [line(1, claimed_cents=2_200_000_00), line(2, head="patents", claimed_cents=250_000_00)]
    assert [one.room_cents for one in claims.examine(lines, TOLERANT)] == [2_200_000_00, 50_000_00]


def test_a_tolerance_has_a_cap() -> None:
    tolerance = claims.Tolerance(1_000, most_cents=30_000_00)
    found = claims.examine([line(claimed_cents=2_200_000_00)], replace(TERMS, tolerance=tolerance))[0]
    assert (found.room_cents, found.moved_cents) == (2_030_000_00, 30_000_00)


@given(lines, heads, st.integers(0, 5_000), st.none() | st.integers(0, 10**8), st.data())
def test_virement_never_exceeds_the_tolerance_of_a_head_or_the_whole_budget(
    typed: list[claims.Line], budget: dict[str, claims.Head], share: int, most: int | None, data: st.DataObject
) -> None:
    tolerance = claims.Tolerance(share, most)
    terms = claims.Terms(START, date(2026, 3, 1), budget, tolerance=tolerance)
    rulings: list[claims.Ruling] = []
    for one in data.draw(st.permutations(typed)):
        room = claims.examine_one(one, typed, terms, rulings).room_cents
        rulings.append(claims.Ruling(one.number, one.head, one.claimed_cents, data.draw(st.integers(0, room)), "ineligible_item"))
    before = sum(head.allowed_before_cents for head in budget.values())
    whole = sum(head.ceiling_cents for head in budget.values())
    allowed = sum(ruling.allowed_cents for ruling in rulings)
    assert allowed == 0 or before + allowed <= whole
    for code, head in budget.items():
        of_head = sum(ruling.allowed_cents for ruling in rulings if ruling.head == code)
        assert of_head == 0 or head.allowed_before_cents + of_head <= head.ceiling_cents + tolerance.of(head)


@given(lines, heads, st.integers(0, 5_000))
def test_with_a_tolerance_too_examining_in_order_equals_ruling_in_order(
    typed: list[claims.Line], budget: dict[str, claims.Head], share: int
) -> None:
    terms = claims.Terms(START, date(2026, 3, 1), budget, tolerance=claims.Tolerance(share))
    rulings: list[claims.Ruling] = []
    for one, examined in zip(typed, claims.examine(typed, terms), strict=True):
        assert claims.examine_one(one, typed, terms, rulings) == examined
        rulings.append(claims.Ruling(one.number, one.head, one.claimed_cents, examined.room_cents, "ineligible_item"))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=5), st.integers(0, 10**9), st.integers(1, 2 * 10**9), st.data())
def test_errors_take_the_grant_by_which_a_decision_without_them_is_lower(
    typed: list[int], before: int, approved: int, data: st.DataObject
) -> None:
    def decided(*allowed: int) -> claims.Payable:
        rulings = [claims.Ruling(n, "machinery", cents, cents) for n, cents in enumerate(allowed, 1)]
        ratio, paid = matching.Ratio(1, 2), min(before // 3, approved)
        return claims.decide(rulings, ratio=ratio, approved_cents=approved, allowed_before_cents=before, payable_before_cents=paid)

    error, kept = data.draw(st.integers(0, sum(typed))), decided(*typed)
    lost = claims.grant_lost([step.as_json() for step in kept.steps], error)
    assert lost == kept.payable_cents - decided(sum(typed) - error).payable_cents
    # Where more was spent than the award pays for, that goes first.
    assert lost <= max(0, error - max(0, before + sum(typed) - 3 * approved)) // 3 + 1
