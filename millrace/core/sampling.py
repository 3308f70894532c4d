"""Draws an audit sample of claim lines by money and risk, the same from the same seed, and extrapolates the error found in it.

For example 30 of 4,000 lines worth HK$600m: each has a chance in proportion to its amount times its risk, lines too large to miss are
taken for certain, and HK$84,000 of error found stands for about HK$2.1m in all, give or take what the sample cannot know.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Item:
    """One line of the population: the caller's own number for it, what was allowed of it, and how much its risk weighs (1 is 10,000)."""

    key: int
    amount_cents: int
    weight_basis_points: int = WHOLE_BASIS_POINTS

    def __post_init__(self) -> None:
        if self.amount_cents <= 0 or self.weight_basis_points < WHOLE_BASIS_POINTS:
            raise ValueError("a line that may be drawn has an amount, and a weight of at least one")

    @property
    def size(self) -> int:
        return self.amount_cents * self.weight_basis_points


@dataclass(frozen=True)
class Drawn:
    """One line of the sample, in the order drawn: whether it was certain, and the exact probability it was drawn with."""

    item: Item
    probability: Fraction

    @property
    def is_certain(self) -> bool:
        return self.probability == 1


def text_of(items: Sequence[Item]) -> str:
    """This will write a population the one way it is hashed: by key, without spaces."""
    rows = sorted((item.key, item.amount_cents, item.weight_basis_points) for item in items)
    return json.dumps(rows, separators=(",", ":"))


def digest(items: Sequence[Item]) -> str:
    """This will give the hash a population is known by."""
    return hashlib.sha256(text_of(items).encode()).hexdigest()


def draw(items: Sequence[Item], *, count: int, seed: str) -> tuple[Drawn, ...]:
    """This will draw `count` lines (all, if there are no more) with probability proportional to amount times risk.

    Systematic selection from a list in random order (Hartley and Rao 1962, "Sampling with unequal probabilities and without
    replacement", Annals of Mathematical Statistics 33(2)); monetary-unit sampling where every risk weighs the same. Order and start come
    from SHA-256 of the seed, so the draw can be made again anywhere to the line.
    """
    if count <= 0:
        raise ValueError("a sample has at least one line")
    ordered = sorted(items, key=lambda item: (_number(seed, f"order/{item.key}"), item.key))
    certain, rest = _certain(ordered, count)
    left = count - len(certain)
    total = sum(item.size for item in rest)
    picked = select(rest, left, _number(seed, "start") % total) if left and rest else ()
    return (*(Drawn(item, Fraction(1)) for item in certain), *(Drawn(item, Fraction(left * item.size, total)) for item in picked))


def _number(seed: str, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest(), "big")


def _certain(ordered: Sequence[Item], count: int) -> tuple[list[Item], list[Item]]:
    """This will part the lines that are as large as the sampling interval, and so would be drawn whatever the start, from the rest."""
    certain: list[Item] = []
    rest = list(ordered)
    while rest and (left := count - len(certain)) > 0:
        total = sum(item.size for item in rest)
        large = [item for item in rest if item.size * left >= total]
        if not large:
            break
        certain += large[:left]
        taken = {item.key for item in large[:left]}
        rest = [item for item in rest if item.key not in taken]
    return certain, rest


def select(ordered: Sequence[Item], count: int, start: int) -> tuple[Item, ...]:
    """This will pick the lines hit by `count` points, one interval apart, in the running sum of sizes.

    In whole numbers: point k lies at (start + k × total) ÷ count, 0 ≤ start < total, so each line is hit by exactly count × its size of
    the total's starts.
    """
    total = sum(item.size for item in ordered)
    found: list[Item] = []
    reached, point = 0, start
    for item in ordered:
        reached += item.size * count
        if point < reached:
            found.append(item)
            point += total
    return tuple(found)


@dataclass(frozen=True)
class Extrapolation:
    """What the errors found stand for in the whole population, in cents, with the interval around it.

    `is_bound` says that no error was found among the lines drawn by chance, so that the upper end is a bound and not a spread.
    """

    found_cents: int
    estimate_cents: int
    lower_cents: int
    upper_cents: int
    standard_error_cents: int
    is_bound: bool


def estimate(drawn: Sequence[Drawn], errors: Mapping[int, int | Fraction]) -> Fraction:
    """This will give the total error, without bias: each error found divided by the probability its line was drawn with
    (Horvitz and Thompson 1952, "A generalization of sampling without replacement from a finite universe", JASA 47(260))."""
    return sum((Fraction(errors[one.item.key]) / one.probability for one in drawn), Fraction(0))


def extrapolate(drawn: Sequence[Drawn], errors: Mapping[int, int], *, population_cents: int, confidence_basis_points: int) -> Extrapolation:
    """This will extrapolate the errors found, by line; an error is between nothing and the line's amount.

    The variance is that of Hansen and Hurwitz (1943, "On the theory of sampling from finite populations", Annals of Mathematical
    Statistics 14(4)), a little too large for systematic selection; the interval uses Student's t. Where chance brought no error, the upper
    end is the zero-error bound of monetary-unit sampling, interval × −ln(1 − confidence) (Leslie, Teitlebaum and Anderson 1979,
    "Dollar-unit sampling"). Neither it nor the estimate ends below what was found or above what was allowed and not found right: a small
    line of little risk, drawn against the odds, would stand for more than there is.
    """
    for one in drawn:
        if not 0 <= errors[one.item.key] <= one.item.amount_cents:
            raise ValueError("an error lies between nothing and what was allowed")
    found = sum(errors[one.item.key] for one in drawn)
    by_chance = [one for one in drawn if not one.is_certain]
    certain_error = sum(errors[one.item.key] for one in drawn if one.is_certain)
    most = population_cents - sum(one.item.amount_cents - errors[one.item.key] for one in drawn)
    total = min(estimate(drawn, errors), Fraction(most))
    if by_chance and not any(errors[one.item.key] for one in by_chance):
        # The interval in money where a risk weighs one: no line not drawn can hold more error per unit of its size.
        interval = 1 / (by_chance[0].probability / by_chance[0].item.size) / WHOLE_BASIS_POINTS
        bound = certain_error + float(interval) * -math.log(1 - confidence_basis_points / WHOLE_BASIS_POINTS)
        return Extrapolation(found, round(total), found, min(most, math.ceil(bound)), 0, True)
    spread = _standard_error(by_chance, errors)
    reach = spread * student_t(confidence_basis_points / WHOLE_BASIS_POINTS, len(by_chance) - 1) if len(by_chance) > 1 else math.inf
    lower = found if math.isinf(reach) else max(found, math.floor(total - Fraction(reach)))
    upper = most if math.isinf(reach) or not by_chance else min(most, math.ceil(total + Fraction(reach)))
    # Without a line drawn by chance everything was looked at, and nothing is left to extrapolate.
    lower, upper = (lower, upper) if by_chance else (found, found)
    return Extrapolation(found, round(total), min(lower, round(total)), max(upper, round(total)), round(spread), False)


def _standard_error(by_chance: Sequence[Drawn], errors: Mapping[int, int]) -> float:
    count = len(by_chance)
    if count < 2:
        return 0.0
    each = [float(count * errors[one.item.key] / one.probability) for one in by_chance]
    mean = sum(each) / count
    return math.sqrt(sum((one - mean) ** 2 for one in each) / (count * (count - 1)))


def student_t(confidence: float, freedom: int) -> float:
    """This will give the two-sided quantile of Student's t by its expansion about the normal (Abramowitz and Stegun 1964, 26.7.5)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom**power for power, term in enumerate(terms, 1)))
