"""To what a figure's money is rounded when it is told — e.g. HK$1,212.8m, to one decimal of a million, and 12.13 億 in Chinese.

Two ways of counting are told apart: by the thousand (million, billion) and by the ten thousand (萬, 億). A rounding names scales of both.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A power of ten that amounts are told in, from how many whole units of a currency on."""

    name: str
    digits: int
    begins_at: int

    @property
    def is_of_ten_thousands(self) -> bool:
        """Say whether it belongs to the counting by ten thousands."""
        return self.digits % 4 == 0


# A billion is told from ten on: HK$1,212.8m keeps its last digit.
SCALES = {
    scale.name: scale
    for scale in (
        Scale("million", 6, 10**6),
        Scale("billion", 9, 10**10),
        Scale("ten_thousand", 4, 10**4),
        Scale("hundred_million", 8, 10**8),
    )
}
# No amount has more decimals than these left to tell.
MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class Rounding:
    """The scales amounts are told in, each with its decimals; of none, they are told in full. Below its least scale so is an amount."""

    places: tuple[tuple[str, int], ...] = ()

    def scales(self, *, by_ten_thousands: bool) -> Iterator[tuple[Scale, int]]:
        """List the scales of one way of counting with their decimals, the largest first."""
        own = [(SCALES[name], places) for name, places in self.places if SCALES[name].is_of_ten_thousands is by_ten_thousands]
        yield from sorted(own, key=lambda each: -each[0].digits)


# What is told in full.
NONE = Rounding()
# What is told where no definition says otherwise, as the tables of funders print it.
USUAL = Rounding((("million", 1), ("billion", 1), ("ten_thousand", 2), ("hundred_million", 2)))


@dataclass(frozen=True, slots=True)
class ToldIn:
    """How a figure's money is told: in which currency, rounded to what."""

    currency: str
    rounding: Rounding
