"""Proves that a test of unpublished rules is its tester's alone — e.g. an officer who reads every submitted case does not find it."""

import pytest

from millrace.core import access
from millrace.core.access import Actor, Subject

EVERYTHING = Actor(1, frozenset({"officer", "authority", "finance", "policy", "auditor"}), {7: frozenset({"member", "signatory"})})
ACTIONS = sorted({action for actions in access.MAY.values() for action in actions})


@pytest.mark.parametrize("action", ACTIONS)
def test_no_power_and_no_membership_reaches_a_test(action: str) -> None:
    test = Subject("submitted", frozenset({"officer", "applicant"}), {7: frozenset({"lead"})}, is_test=True)
    assert not access.decide(EVERYTHING, action, test).allowed


def test_its_tester_applies_and_reads_and_does_nothing_for_the_funder() -> None:
    test = Subject("submitted", frozenset({"tester"}), {}, is_test=True)
    allowed = {action for action in ACTIONS if access.decide(EVERYTHING, action, test).allowed}
    assert allowed == access.MAY["standing:tester"]
    assert not allowed & {"screen", "decide", "release", "invite_partner", "withdraw", "accept_offer", "claim"}
    conflicted = Subject("submitted", frozenset({"tester", "conflicted"}), {}, is_test=True)
    assert not access.decide(EVERYTHING, "read_case", conflicted).allowed
