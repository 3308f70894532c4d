"""Holds the audit sample to its promise: the same from the same seed, each line with its exact chance, errors extrapolated without bias."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core import sampling

ITEMS = st.lists(
    st.builds(sampling.Item, st.integers(1, 10**6), st.integers(1, 10**9), st.sampled_from([10_000, 20_000, 30_000])),
    min_size=1,
    max_size=40,
    unique_by=lambda item: item.key,
)
COUNTS = st.integers(1, 12)
SEEDS = st.text(min_size=1, max_size=20)


@given(ITEMS, COUNTS, SEEDS, st.randoms(use_true_random=False))
def test_the_draw_is_made_again_from_seed_and_population_in_whatever_order(
    items: list[sampling.Item], count: int, seed: str, shuffler: Any
) -> None:
    drawn = sampling.draw(items, count=count, seed=seed)
    again = list(items)
    shuffler.shuffle(again)
    assert sampling.draw(again, count=count, seed=seed) == drawn
    assert sampling.digest(again) == sampling.digest(items)
    assert len({one.item.key for one in drawn}) == len(drawn) == min(count, len(items))
    assert all(0 < one.probability <= 1 for one in drawn)


def test_another_seed_is_another_draw_and_another_cent_another_population() -> None:
    items = [sampling.Item(key, 100_00 + key) for key in range(1, 200)]
    draws = {tuple(one.item.key for one in sampling.draw(items, count=10, seed=str(seed))) for seed in range(20)}
    assert len(draws) == 20
    assert sampling.digest(items) != sampling.digest([sampling.Item(1, 100_02), *items[1:]])


small = st.lists(st.tuples(st.integers(1, 9), st.sampled_from([1, 2])), min_size=2, max_size=7)


@given(small, st.integers(1, 3))
@settings(max_examples=60)
def test_over_every_start_each_line_has_exactly_its_chance_and_the_estimate_is_exactly_right(
    sizes: list[tuple[int, int]], count: int
) -> None:
    # Sizes small enough that every start can be tried: no simulation error is left.
    items = [sampling.Item(key, cents, 10_000) for key, (cents, _weight) in enumerate(sizes, 1)]
    total = sum(item.size for item in items)
    if any(item.size * count >= total for item in items):
        return
    errors = {item.key: item.amount_cents * (item.key % 3) // 2 for item in items}
    errors = {item.key: min(errors[item.key], item.amount_cents) for item in items}
    hits, sums = dict.fromkeys(errors, 0), Fraction(0)
    step = 10_000
    for start in range(0, total, step):
        picked = sampling.select(items, count, start)
        assert len(picked) == count
        for item in picked:
            hits[item.key] += 1
        sums += sampling.estimate([sampling.Drawn(item, Fraction(count * item.size, total)) for item in picked], errors)
    starts = total // step
    assert {key: Fraction(hit, starts) for key, hit in hits.items()} == {item.key: Fraction(count * item.size, total) for item in items}
    assert sums / starts == sum(errors.values())


def population(lines: int = 60) -> list[sampling.Item]:
    return [sampling.Item(key, 1_000_00 + (key * key * 7919) % 90_000_00, 10_000 * (1 + key % 3)) for key in range(1, lines + 1)]


def test_in_simulation_every_line_is_drawn_as_often_as_its_probability_says() -> None:
    items, draws = population(), 3_000
    hits = dict.fromkeys([item.key for item in items], 0)
    chances: dict[int, Fraction] = {}
    for seed in range(draws):
        for one in sampling.draw(items, count=8, seed=f"s{seed}"):
            hits[one.item.key] += 1
            chances[one.item.key] = one.probability
    assert len(chances) == len(items)
    for key, hit in hits.items():
        chance = float(chances[key])
        # Five standard deviations: 60 lines fail by chance once in some thirty thousand runs, and the seeds are fixed.
        assert abs(hit - draws * chance) <= 5 * math.sqrt(draws * chance * (1 - chance)) + 1


@pytest.mark.parametrize(("rate", "least"), [(0.05, 0.83), (0.3, 0.90)])
def test_in_simulation_the_extrapolation_is_unbiased_and_its_interval_covers(rate: float, least: float) -> None:
    items, draws = population(400), 1_500
    errors = {item.key: item.amount_cents // (1 + item.key % 4) if (item.key * 37) % 100 < 100 * rate else 0 for item in items}
    true, whole = sum(errors.values()), sum(item.amount_cents for item in items)
    found = [
        sampling.extrapolate(sampling.draw(items, count=40, seed=f"x{seed}"), errors, population_cents=whole, confidence_basis_points=9_500)
        for seed in range(draws)
    ]
    mean = sum(one.estimate_cents for one in found) / draws
    spread = math.sqrt(sum((one.estimate_cents - mean) ** 2 for one in found) / (draws - 1))
    assert abs(mean - true) <= 4 * spread / math.sqrt(draws)
    covered = sum(one.lower_cents <= true <= one.upper_cents for one in found) / draws
    # Errors are few and skewed, so Student's interval covers less often than its nominal 95%: 86% and 92% when this was written.
    assert covered >= least


def test_what_is_too_large_to_miss_is_certain_and_counts_as_it_is() -> None:
    items = [sampling.Item(1, 10**9), *[sampling.Item(key, 100_00) for key in range(2, 40)]]
    drawn = sampling.draw(items, count=5, seed="s")
    assert next((one.item.key, one.is_certain) for one in drawn) == (1, True)
    assert sum(one.is_certain for one in drawn) == 1
    errors = {one.item.key: 0 for one in drawn} | {1: 5_000_00}
    whole = sum(item.amount_cents for item in items)
    told = sampling.extrapolate(drawn, errors, population_cents=whole, confidence_basis_points=9_500)
    assert (told.found_cents, told.estimate_cents, told.lower_cents, told.is_bound) == (5_000_00, 5_000_00, 5_000_00, True)
    # 38 lines of HK$100 in four intervals of HK$950; minus the logarithm of 5% is 2.9957, and no more than was allowed.
    assert told.upper_cents == 5_000_00 + math.ceil(950_00 * -math.log(0.05))


@given(ITEMS, COUNTS, SEEDS, st.data())
def test_an_interval_holds_the_estimate_and_never_leaves_what_can_be(
    items: list[sampling.Item], count: int, seed: str, data: st.DataObject
) -> None:
    drawn = sampling.draw(items, count=count, seed=seed)
    errors = {one.item.key: data.draw(st.sampled_from([0, one.item.amount_cents, one.item.amount_cents // 2])) for one in drawn}
    whole = sum(item.amount_cents for item in items)
    told = sampling.extrapolate(drawn, errors, population_cents=whole, confidence_basis_points=9_500)
    assert told.found_cents <= told.estimate_cents
    assert told.lower_cents <= told.estimate_cents <= told.upper_cents
    if len(drawn) == len(items):
        assert told.estimate_cents == told.lower_cents == told.upper_cents == told.found_cents


@pytest.mark.parametrize(("freedom", "quantile"), [(5, 2.5706), (10, 2.2281), (29, 2.0452), (200, 1.9719)])
def test_students_t_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    assert sampling.student_t(0.95, freedom) == pytest.approx(quantile, abs=0.002)


def test_a_line_without_amount_or_an_error_above_it_is_refused() -> None:
    with pytest.raises(ValueError, match="amount"):
        sampling.Item(1, 0)
    drawn = sampling.draw([sampling.Item(1, 100)], count=1, seed="s")
    with pytest.raises(ValueError, match="error"):
        sampling.extrapolate(drawn, {1: 101}, population_cents=100, confidence_basis_points=9_500)


@given(ITEMS, COUNTS, SEEDS, st.randoms(use_true_random=False))
def test_nothing_is_extrapolated_beyond_what_was_allowed_and_not_found_right(
    items: list[sampling.Item], count: int, seed: str, chance: Any
) -> None:
    drawn = sampling.draw(items, count=count, seed=seed)
    errors = {one.item.key: chance.choice([0, one.item.amount_cents, chance.randint(0, one.item.amount_cents)]) for one in drawn}
    population = sum(item.amount_cents for item in items)
    found = sampling.extrapolate(drawn, errors, population_cents=population, confidence_basis_points=9_500)
    most = population - sum(one.item.amount_cents - errors[one.item.key] for one in drawn)
    assert found.found_cents <= found.estimate_cents <= found.upper_cents <= most
