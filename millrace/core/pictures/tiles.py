"""A map without borders: each city a tile where the policy puts it, darker for more — e.g. eleven cities of a bay, 34 partners in one.

The policy says where a tile stands; nothing here knows a city.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millrace.core.pictures.drawing import Box, Picture, Shape, Words, fitted

WIDTH, GAP = 400.0, 6.0
SHADES = 4


@dataclass(frozen=True, slots=True)
class Tile:
    """One city: its column and row, from 0 at the top left; its name; its value, and lines that tell it."""

    key: str
    column: int
    row: int
    label: str
    value: int
    told: tuple[str, ...] = ()


def shade(value: int, most: int) -> int:
    """Say how dark a tile is: 0 for none, else one of four steps of the largest, the largest the darkest."""
    return 0 if value <= 0 or most <= 0 else -(-value * SHADES // most)


def places(tiles: Sequence[Tile]) -> Mapping[str, tuple[float, float, float]]:
    """Give each tile's corner and side; two tiles in one place are an error."""
    if len({(tile.column, tile.row) for tile in tiles}) != len(tiles):
        raise ValueError("two tiles stand in one place")
    columns = max((tile.column for tile in tiles), default=0) + 1
    side = (WIDTH - GAP * (columns - 1)) / columns
    height = min(side, 84.0)
    return {tile.key: (tile.column * (side + GAP), tile.row * (height + GAP), side) for tile in tiles}


def drawn(tiles: Sequence[Tile]) -> Picture:
    """Draw each tile with its name, and what it tells below."""
    found, most = places(tiles), max((tile.value for tile in tiles), default=0)
    shapes: list[Shape] = []
    height = min(next((side for _x, _y, side in found.values()), 0.0), 84.0)
    for tile in tiles:
        x, y, side = found[tile.key]
        step = shade(tile.value, most)
        words = " dark" if step >= SHADES - 1 else ""
        shapes.append(Box(x, y, side, height, f"shade{step}", 4))
        shapes.append(Words(x + 6, y + 17, fitted(tile.label, 11.5, side - 10), f"label small{words}"))
        for place, told in enumerate(tile.told):
            shapes.append(Words(x + 6, y + 38 + 17 * place, fitted(told, 11.5, side - 10), f"words small{words}"))
    rows = max((tile.row for tile in tiles), default=0) + 1
    return Picture(WIDTH, rows * (height + GAP) - GAP if tiles else 1, tuple(shapes))
