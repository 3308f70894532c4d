"""Lays out what goes from one part of a chain to the next — e.g. 40 organisations upstream, of which 12 went on midstream.

Each part stands in a column of its own, as high as what is in it; a band between two is as wide as what went from one to the other. A
band that skips a part passes below it. What a part holds came from parts before it or entered there; it went on or stayed.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millrace.core.pictures.drawing import Box, Path, Picture, Shape, Words, fitted, number

WIDTH, HEIGHT = 400.0, 220.0
HEAD, NODE, GAP = 40.0, 16.0, 14.0
SMALL = 12.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the chain: its column's place and height, and what is in it."""

    key: str
    value: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A band between two neighbouring columns: where its upper edge leaves and arrives."""

    x: float
    y: float
    until_x: float
    until_y: float


@dataclass(frozen=True, slots=True)
class Band:
    """What went from one part to another: as wide as its value all the way, in one piece for each column it crosses."""

    source: str
    target: str
    value: int
    thickness: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where every part and band stands, and how high one unit is."""

    parts: tuple[Part, ...]
    bands: tuple[Band, ...]
    unit: float


def entered(key: str, totals: Mapping[str, int], flows: Mapping[tuple[str, str], int]) -> int:
    """Say how many of a part came from no part before it."""
    return totals.get(key, 0) - sum(value for (_source, target), value in flows.items() if target == key)


def stayed(key: str, totals: Mapping[str, int], flows: Mapping[tuple[str, str], int]) -> int:
    """Say how many of a part went on to no part after it."""
    return totals.get(key, 0) - sum(value for (source, _target), value in flows.items() if source == key)


def laid_out(keys: Sequence[str], totals: Mapping[str, int], flows: Mapping[tuple[str, str], int]) -> Layout:
    """Lay the chain out; more going in or out of a part than is in it is an error, and so is a way back."""
    places = {key: place for place, key in enumerate(keys)}
    known = {pair: value for pair, value in flows.items() if value}
    for source, target in known:
        if places[source] >= places[target]:
            raise ValueError(f"nothing goes back from {source} to {target}")
    for key in keys:
        if totals.get(key, 0) < 0 or entered(key, totals, known) < 0 or stayed(key, totals, known) < 0:
            raise ValueError(f"more goes through {key} than is in it")
    passing = [[pair for pair in known if places[pair[0]] < place < places[pair[1]]] for place in range(len(keys))]
    columns = [totals.get(key, 0) + sum(known[pair] for pair in passing[place]) for place, key in enumerate(keys)]
    room = HEIGHT - HEAD - GAP * max((len(pairs) for pairs in passing), default=0)
    unit = room / max(columns) if any(columns) else 0.0
    step = (WIDTH - NODE) / max(len(keys) - 1, 1)
    parts = tuple(Part(key, totals.get(key, 0), place * step, HEAD, totals.get(key, 0) * unit) for place, key in enumerate(keys))
    lanes: dict[tuple[tuple[str, str], int], float] = {}
    for place, pairs in enumerate(passing):
        y = HEAD + parts[place].height
        for pair in pairs:
            y += GAP
            lanes[pair, place] = y
            y += known[pair] * unit
    return Layout(parts, _bands(known, places, parts, lanes, unit), unit)


def _bands(
    known: Mapping[tuple[str, str], int],
    places: Mapping[str, int],
    parts: Sequence[Part],
    lanes: Mapping[tuple[tuple[str, str], int], float],
    unit: float,
) -> tuple[Band, ...]:
    """Short bands stand above long ones at both ends, so that a long one goes below what it skips without crossing them."""
    out = {part.key: part.y for part in parts}
    into = dict(out)
    leaves: dict[tuple[str, str], float] = {}
    arrives: dict[tuple[str, str], float] = {}
    nearest = sorted(known, key=lambda pair: (places[pair[1]] - places[pair[0]], places[pair[0]]))
    for pair in nearest:
        leaves[pair], arrives[pair] = out[pair[0]], into[pair[1]]
        out[pair[0]] += known[pair] * unit
        into[pair[1]] += known[pair] * unit
    bands = []
    for pair in nearest:
        first, last = places[pair[0]], places[pair[1]]
        stops = [(parts[first].x + NODE, leaves[pair])]
        for place in range(first + 1, last):
            stops += [(parts[place].x, lanes[pair, place]), (parts[place].x + NODE, lanes[pair, place])]
        stops.append((parts[last].x, arrives[pair]))
        pieces = tuple(Piece(*a, *b) for a, b in itertools.pairwise(stops))
        bands.append(Band(*pair, known[pair], known[pair] * unit, pieces))
    return tuple(bands)


def drawn(layout: Layout, labels: Mapping[str, str], told: Mapping[str, str]) -> Picture:
    """Draw the chain: each part's label and what it holds above its column, and each band with its number."""
    shapes: list[Shape] = [Path(_outline(band), "flow") for band in layout.bands]
    last = len(layout.parts) - 1
    room = WIDTH / max(len(layout.parts), 1) - 8
    for place, part in enumerate(layout.parts):
        shapes.append(Box(part.x, part.y, NODE, max(part.height, 2.0), f"part{min(place, 3)}"))
        anchor = "start" if place == 0 else "end" if place == last else "middle"
        x = part.x if place == 0 else part.x + NODE if place == last else part.x + NODE / 2
        shapes.append(Words(x, 15, fitted(labels[part.key], 13, room), "label", anchor))
        shapes.append(Words(x, 31, fitted(told[part.key], SMALL, room), "words", anchor))
    for band in layout.bands:
        piece = band.pieces[0]
        x, y = (piece.x + piece.until_x) / 2, (piece.y + piece.until_y + band.thickness) / 2
        shapes.append(Words(x, y + 4, f"{band.value:,}", "words", "middle"))
    return Picture(WIDTH, HEIGHT + 6, tuple(shapes))


def _outline(band: Band) -> str:
    """The area of a band: along its upper edge and back along its lower one."""
    there = [f"M{number(band.pieces[0].x)} {number(band.pieces[0].y)}"]
    back = [f"L{number(band.pieces[-1].until_x)} {number(band.pieces[-1].until_y + band.thickness)}"]
    for piece in band.pieces:
        there.append(_bend(piece.x, piece.y, piece.until_x, piece.until_y))
    for piece in reversed(band.pieces):
        back.append(_bend(piece.until_x, piece.until_y + band.thickness, piece.x, piece.y + band.thickness))
    return " ".join([*there, *back, "Z"])


def _bend(x: float, y: float, until_x: float, until_y: float) -> str:
    middle = number((x + until_x) / 2)
    return f"C{middle} {number(y)} {middle} {number(until_y)} {number(until_x)} {number(until_y)}"
