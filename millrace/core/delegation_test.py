"""Proves who may decide what — e.g. that an authority without a limit approves nothing."""

from dataclasses import replace
from datetime import date

import pytest

from millrace.core import dated, delegation
from millrace.core.policy_folder.handling import Handling, Measure, Value
from millrace.core.texts import Text

ASKED = delegation.Asked(
    person=1,
    limit_cents=1_500_000_000,
    amount_cents=1_000_000_000,
    recommenders={2, 3},
    party_people={4},
    rules_give_cents=1_000_000_000,
    requested_cents=1_000_000_000,
)


def test_within_everything_nothing_stands_against_it() -> None:
    assert delegation.objections(ASKED, is_approval=True) == ()


def test_a_missing_limit_stops() -> None:
    assert delegation.objections(replace(ASKED, limit_cents=None), is_approval=True) == ("no-limit",)


def test_above_the_limit_the_rules_or_the_request_stops() -> None:
    above = replace(ASKED, amount_cents=1_500_000_001)
    assert delegation.objections(above, is_approval=True) == ("above-limit", "above-rules", "above-request")
    assert delegation.objections(replace(ASKED, rules_give_cents=None), is_approval=True) == ("rules-unsettled",)


def test_neither_the_recommender_nor_the_applicant_decides_not_even_a_refusal() -> None:
    assert delegation.objections(replace(ASKED, recommenders={1}), is_approval=False) == ("own-recommendation",)
    assert delegation.objections(replace(ASKED, party_people={1}), is_approval=False) == ("own-application",)


def test_a_refusal_needs_no_limit() -> None:
    assert delegation.objections(replace(ASKED, limit_cents=None, amount_cents=0), is_approval=False) == ()


def test_a_committee_has_no_one_persons_limit_but_keeps_the_rules_and_the_distance() -> None:
    asked = replace(ASKED, limit_cents=None)
    assert delegation.objections_to_committee(asked, members={7, 8}, is_approval=True) == ()
    assert delegation.objections_to_committee(asked, members={3, 8}, is_approval=False) == ("members-advised",)
    above = replace(asked, amount_cents=asked.requested_cents + 1, party_people={1})
    assert delegation.objections_to_committee(above, members={7}, is_approval=True) == ("own-application", "above-rules", "above-request")


def measure(act: str, grade: str, number: int, starts: str = "2024-01-01") -> Measure:
    value = Value(number, dated.start(starts), (), Text(), "", False, Text())
    return Measure(f"limit-{act}-{grade}", Text(), "cents", f"limit_{act}", (value,))


HANDLING = Handling({one.id: one for one in (measure("order", "senior", 500), measure("check", "senior", 300))})


@pytest.mark.parametrize(
    ("held", "act", "amount", "unit", "code"),
    [
        ((None, "authority"), "write_off", 1, "HKD", "limit-unreadable"),
        ((500, ""), "order", 500, "HKD", None),
        ((500, ""), "order", 501, "HKD", "above-limit"),
        ((None, ""), "order", 1, "HKD", "no-limit"),
        ((None, "senior"), "order", 500, "HKD", None),
        ((None, "senior"), "check", 301, "HKD", "above-limit"),
        ((None, "senior"), "release", 1, "HKD", "limit-unreadable"),
        ((None, "unheard-of"), "order", 1, "HKD", "limit-unreadable"),
        ((100, "senior"), "order", 200, "HKD", "above-limit"),
        ((500, ""), "order", 1, "CNY", "limit-in-another-unit"),
    ],
)
def test_money_stops_at_a_limit_and_without_one(held: tuple[int | None, str], act: str, amount: int, unit: str, code: str | None) -> None:
    on = date(2026, 1, 1)
    found = delegation.stop(delegation.Delegated(*held), act, amount, unit, handling=HANDLING, scheme="", on=on, limit_unit="HKD")
    assert (found.code if found else None) == code
    before = delegation.stop(
        delegation.Delegated(None, "senior"), "order", 1, "HKD", handling=HANDLING, scheme="", on=date(2023, 1, 1), limit_unit="HKD"
    )
    assert before == delegation.Stop("limit-unreadable")
    assert delegation.grade_of(delegation.limit_name(act, "senior")) == "senior"
