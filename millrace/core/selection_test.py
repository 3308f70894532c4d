"""Proves that a selection keeps to its block grant and to who may choose — e.g. a cent above what is left refuses the whole."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import selection
from millrace.core.selection import BlockGrant, Choice, Member

GRANT = BlockGrant(8_000_000_00, 5_000_000_00)
TWO = [Member(1), Member(2)]
TEAM = Choice(10, True, 1_500_000_00, 1_500_000_00, 1_500_000_00, False)


def codes(grant: BlockGrant, members: list[Member], choices: list[Choice]) -> list[tuple[str, int]]:
    return [(problem.code, problem.about) for problem in selection.problems(grant, members, choices)]


def test_what_is_left_may_be_selected_to_the_cent() -> None:
    assert codes(GRANT, TWO, [TEAM, replace(TEAM, case=11)]) == []
    assert codes(BlockGrant(8_000_000_00, 5_000_000_01), TWO, [TEAM, replace(TEAM, case=11)]) == [("above_block_grant", 0)]


def test_a_team_gets_at_most_what_the_rules_give_and_it_asked_for() -> None:
    assert codes(GRANT, TWO, [replace(TEAM, amount_cents=1_500_000_01)]) == [("above_rules", 10)]
    assert codes(GRANT, TWO, [replace(TEAM, most_cents=None)]) == [("above_rules", 10)]
    assert codes(GRANT, TWO, [replace(TEAM, amount_cents=0)]) == [("no_amount", 10)]


def test_a_team_not_selected_is_told_why() -> None:
    out = replace(TEAM, is_selected=False, amount_cents=0)
    assert codes(GRANT, TWO, [out]) == [("no_reason", 10)]
    assert codes(GRANT, TWO, [replace(out, has_reason=True)]) == []


def test_a_member_with_an_interest_has_left_and_someone_else_decided() -> None:
    assert codes(GRANT, [Member(1), Member(2, interest_in=10)], [TEAM]) == [("interested_stayed", 2)]
    assert codes(GRANT, [Member(1), Member(2, interest_in=10, has_left=True)], [TEAM]) == []
    assert codes(GRANT, [Member(1, interest_in=10, has_left=True)], [TEAM]) == [("nobody_without_interest", 10)]
    assert codes(GRANT, [], []) == [("nobody_present", 0), ("nothing_chosen", 0)]


@given(st.lists(st.integers(1, 10**9), max_size=6), st.integers(0, 10**10), st.integers(0, 10**10))
def test_what_stands_never_exceeds_the_block_grant(amounts: list[int], block: int, used: int) -> None:
    choices = [Choice(number, True, amount, amount, amount, False) for number, amount in enumerate(amounts, 1)]
    if not selection.problems(BlockGrant(block, used), TWO, choices):
        assert used + selection.selected_cents(choices) <= block
