"""Proves that what a stage leaves over is carried or given back to the cent — e.g. HK$3m of HK$10m, whatever the share."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from millrace.core import matching, surplus
from millrace.core.releases import Instalment
from millrace.core.terms import Stage, Terms


def staged(*grants: int) -> Terms:
    """Each stage has two instalments of half its grant."""
    ratios = (matching.Ratio(2, 1), matching.Ratio(1, 1), matching.Ratio(1, 1))
    stages = tuple(Stage(number, grant, ratios[number - 1]) for number, grant in enumerate(grants, 1))
    halves = [(stage.number, part) for stage in stages for part in (stage.grant_cents // 2, stage.grant_cents - stage.grant_cents // 2)]
    instalments = tuple(Instalment(number, stage, cents, "acceptance") for number, (stage, cents) in enumerate(halves, 1))
    return Terms("HKD", sum(grants), date(2024, 1, 1), date(2029, 1, 1), stages, (), (), instalments)


def test_a_stage_carried_forward_leaves_the_grant_whole() -> None:
    found = surplus.of_stage(staged(1_000, 600), 1, released={1: 500, 2: 300}, earned_cents=700, carried_basis_points=10_000)
    assert (found.unreleased_cents, found.unearned_cents, found.carried_cents, found.carried_unearned_cents) == (200, 100, 200, 100)
    assert (found.returned_cents, found.ask_back_cents, found.after.grant_cents) == (0, 0, 1_600)
    assert [stage.grant_cents for stage in found.after.stages] == [700, 900]
    assert [one.planned_cents for one in found.after.instalments] == [500, 300, 300, 500]


def test_a_stage_given_back_shrinks_the_grant_by_what_was_never_released_alone() -> None:
    found = surplus.of_stage(staged(1_000, 600), 1, released={1: 500, 2: 300}, earned_cents=700, carried_basis_points=0)
    assert (found.returned_cents, found.ask_back_cents, found.after.grant_cents) == (200, 100, 1_400)
    assert [stage.grant_cents for stage in found.after.stages] == [800, 600]
    assert [one.planned_cents for one in found.after.instalments] == [500, 300, 300, 300]


def test_nothing_is_carried_beyond_the_last_stage() -> None:
    found = surplus.of_stage(staged(1_000, 600), 2, released={1: 500, 2: 500, 3: 300}, earned_cents=300, carried_basis_points=10_000)
    assert (found.carried_cents, found.returned_cents, found.after.grant_cents) == (0, 300, 1_300)


@given(
    st.lists(st.integers(2, 10**12), min_size=2, max_size=3),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
    st.integers(0, 10**12),
    st.integers(0, 10_000),
)
def test_every_cent_is_carried_given_back_or_was_earned(grants: list[int], parts: list[int], earned: int, share: int) -> None:
    terms = staged(*grants)
    released = {one.number: one.planned_cents * part // 10_000 for one, part in zip(terms.instalments[:2], parts, strict=True)}
    out = sum(released.values())
    found = surplus.of_stage(terms, 1, released=released, earned_cents=earned, carried_basis_points=share)
    after = found.after
    assert found.carried_cents + found.returned_cents == grants[0] - out
    assert found.carried_unearned_cents + found.ask_back_cents == max(0, out - earned)
    assert after.grant_cents == sum(stage.grant_cents for stage in after.stages) == terms.grant_cents - found.returned_cents
    assert sum(one.planned_cents for one in after.instalments) <= after.grant_cents
    assert all(stage.grant_cents >= 0 for stage in after.stages)
    assert found.is_nothing == (out == grants[0] and earned >= out)


def test_what_was_released_stays_released() -> None:
    terms = staged(1_000, 600)
    found = surplus.of_stage(terms, 1, released={1: 500}, earned_cents=500, carried_basis_points=5_000)
    assert [one.planned_cents for one in found.after.instalments] == [500, 0, 300, 550]
    again = surplus.of_stage(found.after, 1, released={1: 500}, earned_cents=500, carried_basis_points=5_000)
    assert again.is_nothing and again.after == found.after
