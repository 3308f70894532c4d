"""Stacks amounts over time — e.g. an envelope's HK$2bn month by month: what is available, set aside, promised, due and paid.

At every day the layers together are as high as the whole, and each is as high as its amount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millrace.core.pictures.drawing import Path, Picture, Shape, Words, line, width_of

WIDTH, HEIGHT = 400.0, 210.0
TOP, FOOT = 16.0, 184.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its key, and at each day where it begins and ends, from below."""

    key: str
    edges: tuple[tuple[float, float, float], ...]  # x, lower y, upper y


def stacked(keys: Sequence[str], days: Sequence[Mapping[str, int]]) -> tuple[Layer, ...]:
    """Stack the amounts of each day, the first key lowest; an amount below zero is an error."""
    if any(day.get(key, 0) < 0 for day in days for key in keys):
        raise ValueError("an amount below zero has no height")
    most = max((sum(day.get(key, 0) for key in keys) for day in days), default=0)
    unit = (FOOT - TOP) / most if most else 0.0
    step = WIDTH / max(len(days) - 1, 1)
    below = [FOOT] * len(days)
    layers = []
    for key in keys:
        above = [y - day.get(key, 0) * unit for y, day in zip(below, days, strict=True)]
        layers.append(Layer(key, tuple((place * step, low, high) for place, (low, high) in enumerate(zip(below, above, strict=True)))))
        below = above
    return tuple(layers)


def drawn(layers: Sequence[Layer], *, most: str, labels: Sequence[str]) -> Picture:
    """Draw the layers as areas, with the height of the whole, and the first, middle and last of the labels below."""
    shapes: list[Shape] = []
    for place, layer in enumerate(layers):
        area = [(x, high) for x, _low, high in layer.edges] + [(x, low) for x, low, _high in reversed(layer.edges)]
        if len(layer.edges) > 1:
            shapes.append(Path(f"{line(area)} Z", f"layer{place}"))
    shapes.append(Path(line([(0, FOOT), (WIDTH, FOOT)]), "axis"))
    shapes.append(Words(0, 11, most))
    if labels:
        shapes += [Words(0, 201, labels[0]), Words(WIDTH, 201, labels[-1], anchor="end")]
        middle = labels[len(labels) // 2]
        if len(labels) > 2 and sum(width_of(each, 12) for each in (labels[0], middle, labels[-1])) < WIDTH - 16:
            shapes.append(Words(WIDTH * (len(labels) // 2) / (len(labels) - 1), 201, middle, anchor="middle"))
    return Picture(WIDTH, HEIGHT, tuple(shapes))
