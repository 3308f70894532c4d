"""Proves who may decide what — e.g. that an authority without a limit approves nothing."""

from dataclasses import replace

from millrace.core import delegation

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
