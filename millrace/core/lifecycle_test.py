"""Proves that no case can skip a step or leave its ending — e.g. nothing is approved under NIFS before its committee recommended it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import lifecycle

NIFS = ("screening", "committee", "authority")
RAISE_PLUS = ("screening", "expert_review", "business_review", "committee", "authority")
MHKJFS = ("screening", "expert_review", "committee", "joint_funder", "authority")
TSSSU = ("delegated_selection", "authority")
AISS = ("screening", "committee")
EITHER_WAY = (lifecycle.STEPS, ("screening", "delegated_selection", "business_review", "expert_review", *lifecycle.STEPS[4:]))
workflows = st.builds(
    lambda steps, order: tuple(step for step in order if step in {*steps, "authority"}),
    st.sets(st.sampled_from(lifecycle.STEPS)),
    st.sampled_from(EITHER_WAY),
)


@pytest.mark.parametrize("workflow", [NIFS, RAISE_PLUS, MHKJFS, TSSSU, AISS])
def test_the_path_of_yes_is_made_of_permitted_moves(workflow: tuple[str, ...]) -> None:
    path = lifecycle.path(workflow)
    for status, following in itertools.pairwise(path):
        assert following in lifecycle.next_statuses(workflow, status), (status, following)


def test_the_committee_comes_before_the_authority() -> None:
    assert not lifecycle.may_move(NIFS, "screened", "approve")
    assert not lifecycle.may_move(NIFS, "not_recommended", "approve")
    assert lifecycle.after(NIFS, "recommended", "approve") == "approved"
    assert lifecycle.after(MHKJFS, "recommended", "approve") is None
    assert lifecycle.after(MHKJFS, "jointly_supported", "approve") == "approved"
    assert lifecycle.after(TSSSU, "selected", "approve") == "approved"


def test_a_committee_that_decides_is_asked_by_no_authority() -> None:
    assert lifecycle.after(AISS, "under_assessment", "approve_in_committee") == "approved"
    assert lifecycle.after(AISS, "under_assessment", "refuse_in_committee") == "refused"
    for status in lifecycle.STATUSES:
        assert not any(lifecycle.may_move(AISS, status, name) for name in ("approve", "refuse", "recommend"))
        assert not lifecycle.may_move(NIFS, status, "approve_in_committee")
    with pytest.raises(ValueError, match="ends with who decides"):
        lifecycle.table(("screening",))


def test_a_question_does_not_lose_the_place() -> None:
    assert lifecycle.after(NIFS, "submitted", "ask_back") == "information_needed"
    assert lifecycle.after(NIFS, "information_needed", "answer") == "submitted"
    assert lifecycle.after(NIFS, "ineligible", "reverse_ineligible") == "submitted"


def test_withdrawal_is_open_until_the_agreement_is_in_force() -> None:
    assert all(lifecycle.may_move(RAISE_PLUS, status, "withdraw") for status in ("draft", "submitted", "recommended"))
    assert not any(
        lifecycle.may_move(RAISE_PLUS, status, "withdraw") for status in ("approved", "in_force", "closed", "refused", "withdrawn")
    )


@pytest.mark.parametrize("ended", ["closed", "terminated"])
def test_an_ended_agreement_moves_only_by_being_reopened(ended: str) -> None:
    assert [move.name for move in lifecycle.moves(NIFS, ended)] == ["reopen"]


def test_who_selects_for_the_funder_may_select_before_the_funder_looks() -> None:
    selected = ("delegated_selection", "screening", "authority")
    assert lifecycle.after(selected, "submitted", "select") == "selected"
    assert lifecycle.after(selected, "submitted", "pass_screening") is None
    assert lifecycle.after(selected, "selected", "pass_screening") == "screened"
    assert lifecycle.after(selected, "information_needed", "answer") == "selected"
    assert lifecycle.after(selected, "ineligible", "reverse_ineligible") == "selected"


def test_who_selects_for_the_funder_may_select_among_what_the_funder_found_eligible() -> None:
    screened = ("screening", "delegated_selection", "authority")
    assert lifecycle.path(screened)[1:5] == ("submitted", "screened", "selected", "approved")
    assert lifecycle.after(screened, "submitted", "select") is None
    assert lifecycle.after(screened, "screened", "pass_over") == "refused"


@given(workflows)
def test_every_status_is_known_and_every_ending_is_an_ending(workflow: tuple[str, ...]) -> None:
    table = lifecycle.table(workflow)
    assert {status for move in table for status in (move.source, move.target)} <= set(lifecycle.STATUSES)
    assert len({(move.name, move.source) for move in table}) == len(table)
    for status in lifecycle.ENDED_WITHOUT - {"ineligible"}:
        assert lifecycle.moves(workflow, status) == ()


@given(workflows)
def test_approval_needs_every_step(workflow: tuple[str, ...]) -> None:
    banned = {lifecycle._LEAVES_IN[step] for step in workflow[:-1]}
    for without in banned:
        reached, seen = {"draft"}, set[str]()
        while reached - seen:
            status = (reached - seen).pop()
            seen.add(status)
            reached |= lifecycle.next_statuses(workflow, status) - {without}
        assert "approved" not in reached


@pytest.mark.parametrize(
    "workflow", [("screening",), ("authority", "committee"), ("screening", "screening", "authority"), ("vote", "authority")]
)
def test_a_malformed_workflow_is_refused(workflow: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a workflow takes each step once, in the order"):
        lifecycle.table(workflow)
