"""Holds matching money to its ratio and in-kind share to the cent — e.g. RAISe+ in kind never above half of all that was used."""

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import matching

amounts = st.integers(0, 10**12)
ratios = st.builds(matching.Ratio, st.integers(1, 5), st.integers(1, 5))
shares = st.sampled_from([matching.WHOLE, matching.Share(1, 2), matching.Share(1, 3), matching.Share(0, 1), matching.Share(9, 10)])
sources = st.lists(st.builds(matching.Source, st.integers(1, 4), st.sampled_from([matching.CASH, matching.IN_KIND]), amounts), max_size=6)


def test_in_kind_counts_up_to_the_cash_beside_it() -> None:
    brought = [matching.Source(1, matching.CASH, 300), matching.Source(1, matching.IN_KIND, 500)]
    assert matching.usable(brought, matching.Share(1, 2)) == 600
    assert matching.carried(matching.Ratio(2, 1), 600) == 1200
    assert matching.carried(matching.Ratio(1, 1), 600) == 600


def test_a_scheme_without_matching_is_not_limited_by_it() -> None:
    assert matching.carried(matching.Ratio(1, 0), 0) is None
    assert matching.needed(matching.Ratio(1, 0), 10**9) == 0


@given(ratios, amounts)
def test_what_money_carries_never_needs_more_than_that_money(ratio: matching.Ratio, money: int) -> None:
    grant = matching.carried(ratio, money)
    assert grant is not None
    assert matching.needed(ratio, grant) <= money < matching.needed(ratio, grant + 1)


@given(sources, shares, st.lists(st.integers(1, 10**12), max_size=5))
def test_draws_in_any_number_keep_the_in_kind_share(brought: list[matching.Source], share: matching.Share, wanted: list[int]) -> None:
    for want in wanted:
        amount = min(want, matching.usable(brought, share))
        drawn = matching.draw(brought, amount, share)
        assert sum(one.amount_cents for one in drawn) == amount
        remaining = list(drawn)
        brought = [_after(source, remaining) for source in brought]
        assert not remaining
        used = {kind: sum(source.consumed_cents for source in brought if source.kind == kind) for kind in (matching.CASH, matching.IN_KIND)}
        assert used[matching.IN_KIND] * share.denominator <= share.numerator * sum(used.values())


@given(sources, shares, st.data())
def test_many_draws_reach_what_one_draw_reaches(brought: list[matching.Source], share: matching.Share, data: st.DataObject) -> None:
    whole = matching.usable(brought, share)
    first = data.draw(st.integers(0, whole))
    remaining = list(matching.draw(brought, first, share))
    after = [_after(source, remaining) for source in brought]
    assert matching.usable(after, share) == whole - first


def _after(source: matching.Source, drawn: list[matching.Drawn]) -> matching.Source:
    """This will give the source after its own part of a draw, taking that part out of `drawn`."""
    for one in drawn:
        if (one.sponsor, one.kind) == (source.sponsor, source.kind) and one.amount_cents <= source.verified_cents:
            drawn.remove(one)
            return matching.Source(
                source.sponsor, source.kind, source.verified_cents - one.amount_cents, source.consumed_cents + one.amount_cents
            )
    return source
