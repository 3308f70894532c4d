"""Holds releases to their least limit and shows the arithmetic — e.g. HK$10m re-sized to HK$9m by HK$18m verified at 1:2."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import matching, releases

NIFS = releases.Instalment(1, 1, 10_000_000_00, releases.ON_COMPLETION, (1,))
ONE_TO_TWO = matching.Ratio(1, 2)


def position(verified: int = 20_000_000_00, **changes: Any) -> releases.Position:
    fields: dict[str, Any] = {"open_stage": 1, "released_cents": 0, "payable_cents": 10_000_000_00, "committed_cents": 10_000_000_00}
    sources = [matching.Source(7, matching.CASH, verified)]
    return releases.Position(**{**fields, "sources": sources, "accepted_milestones": frozenset({1}), **changes})


def test_enough_matching_releases_the_whole_instalment() -> None:
    release = releases.size(NIFS, position(), ratio=ONE_TO_TWO)
    assert (release.amount_cents, release.matching_cents, release.limited_by) == (10_000_000_00, 20_000_000_00, "")


def test_a_shortfall_resizes_and_shows_its_arithmetic() -> None:
    release = releases.size(NIFS, position(18_000_000_00), ratio=ONE_TO_TWO)
    assert (release.amount_cents, release.limited_by) == (9_000_000_00, "matching_carries")
    steps = {step.code: step for step in release.steps}
    assert steps["matching_carries"].values == {"verified_cents": 18_000_000_00, "grant": 1, "matching": 2}
    assert steps["matching_used"].amount_cents == 18_000_000_00


def test_each_block_is_named() -> None:
    assert releases.size(NIFS, position(0), ratio=ONE_TO_TWO).blocks == ("no_verified_matching",)
    assert releases.size(NIFS, position(accepted_milestones=frozenset()), ratio=ONE_TO_TWO).blocks == ("milestones_not_accepted",)
    assert releases.size(NIFS, position(payable_cents=0), ratio=ONE_TO_TWO).blocks == ("nothing_payable",)
    assert releases.size(NIFS, position(released_cents=10_000_000_00), ratio=ONE_TO_TWO).blocks == ("already_released",)
    assert releases.size(NIFS, position(has_verified_account=False), ratio=ONE_TO_TWO).blocks == ("account_not_verified",)
    assert releases.size(NIFS, position(has_open_claim=True), ratio=ONE_TO_TWO).blocks == ("claim_undecided",)
    second = releases.Instalment(2, 2, 5, releases.ON_MILESTONE)
    assert releases.size(second, position(), ratio=matching.Ratio(1, 1)).blocks == ("stage_not_open",)


def test_an_instalment_on_milestones_is_not_limited_by_claims() -> None:
    first = releases.Instalment(1, 1, 10_000_000_00, releases.ON_MILESTONE, (1,))
    assert releases.size(first, position(payable_cents=0), ratio=ONE_TO_TWO).amount_cents == 10_000_000_00


cents = st.integers(0, 10**10)


@given(cents, cents, cents, cents, st.lists(st.tuples(st.sampled_from([matching.CASH, matching.IN_KIND]), cents), max_size=4))
def test_nothing_is_released_without_its_matching(
    planned: int, released: int, payable: int, committed: int, brought: list[tuple[str, int]]
) -> None:
    sources = [matching.Source(number, kind, amount) for number, (kind, amount) in enumerate(brought)]
    instalment = releases.Instalment(1, 1, planned, releases.ON_COMPLETION)
    where = releases.Position(1, released, payable, committed, sources)
    for ratio in (ONE_TO_TWO, matching.Ratio(2, 1), matching.Ratio(1, 1), matching.Ratio(4, 1)):
        release = releases.size(instalment, where, ratio=ratio, in_kind_share=matching.Share(1, 2))
        assert 0 <= release.amount_cents <= min(max(0, planned - released), payable, committed)
        assert release.amount_cents * ratio.matching <= release.matching_cents * ratio.grant
        assert bool(release.amount_cents) != bool(release.blocks)


def test_where_in_kind_is_limited_the_reader_is_told_how_much_of_it_counts() -> None:
    sources = (matching.Source(1, matching.CASH, 1_000), matching.Source(1, matching.IN_KIND, 5_000))
    where = releases.Position(1, 0, 0, 10**9, sources)
    plan = releases.Instalment(1, 1, 10**6, releases.ON_ACCEPTANCE)
    sized = releases.size(plan, where, ratio=matching.Ratio(2, 1), in_kind_share=matching.Share(1, 2))
    assert [(step.code, step.amount_cents) for step in sized.steps[:2]] == [("in_kind_verified", 5_000), ("in_kind_counts", 1_000)]
    assert (sized.amount_cents, sized.limited_by) == (4_000, "matching_carries")
    whole = releases.size(plan, where, ratio=matching.Ratio(2, 1))
    assert not {"in_kind_verified", "in_kind_counts"} & {step.code for step in whole.steps}


FREE = matching.Ratio(1, 0)
ADVANCE = releases.Instalment(1, 1, 500_000_00, releases.ON_ADVANCE)
REST = releases.Instalment(2, 1, 500_000_00, releases.ON_CLAIM)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ask", "claim", "advance", "rest"]), st.integers(0, 700_000_00)),
        max_size=30,
    )
)
def test_an_advance_is_covered_before_more_is_paid_and_never_more_than_the_grant(acts: list[tuple[str, int]]) -> None:
    grant, earned, asked, advanced, rest = 1_000_000_00, 0, 0, 0, 0
    for act, cents in acts:
        at = position(
            0,
            payable_cents=max(0, earned - advanced - rest),
            committed_cents=grant - advanced - rest,
            released_cents=advanced if act == "advance" else rest,
            requested_cents=asked,
            undrawn_cents=ADVANCE.planned_cents - advanced,
            uncleared_cents=min(advanced, max(0, advanced + rest - earned)),
        )
        if act == "ask":
            asked = cents
        elif act == "claim":
            earned = min(grant, earned + cents)
        elif act == "advance":
            advanced += releases.size(ADVANCE, at, ratio=FREE).amount_cents
        else:
            paid = releases.size(REST, at, ratio=FREE)
            assert not paid.amount_cents or advanced + rest + paid.amount_cents <= earned
            rest += paid.amount_cents
        assert advanced <= ADVANCE.planned_cents and rest <= earned and advanced + rest <= grant


def test_what_nobody_asked_for_in_advance_is_paid_with_claims() -> None:
    at = position(0, payable_cents=1_000_000_00, committed_cents=1_000_000_00, undrawn_cents=500_000_00)
    assert releases.size(REST, at, ratio=FREE).amount_cents == 1_000_000_00
    assert releases.size(ADVANCE, at, ratio=FREE).blocks == ("advance_not_asked",)
