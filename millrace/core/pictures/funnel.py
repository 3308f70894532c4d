"""Lays out how far applications came — e.g. of 150 received under NIFS 118 were screened, a median of 12 working days later.

Each step is a bar as long as its cases; between two steps stands how long the way took.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.core.pictures.drawing import Box, Picture, Shape, Words, fitted, width_of

WIDTH, BAR, ROW = 400.0, 18.0, 56.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its label, how many cases came to it, how that is told, and how long it took to come from the step before."""

    label: str
    value: int
    told: str
    took: str = ""


def lengths(steps: Sequence[Step]) -> tuple[float, ...]:
    """Give the length of each step's bar: in proportion to its cases, the most taking the whole width; one case can still be seen."""
    most = max((step.value for step in steps), default=0)
    return tuple(max(WIDTH * step.value / most, 2.0) if step.value else 0.0 for step in steps)


def drawn(steps: Sequence[Step]) -> Picture:
    """Draw the steps from above to below."""
    shapes: list[Shape] = []
    for place, (step, length) in enumerate(zip(steps, lengths(steps), strict=True)):
        y = place * ROW
        told = width_of(step.told, 12)
        shapes.append(Words(0, y + 13, fitted(step.label, 12.5, WIDTH - told - 12), "label"))
        shapes.append(Words(WIDTH, y + 13, step.told, anchor="end"))
        shapes.append(Box(0, y + 19, WIDTH, BAR, "track", 3))
        if length:
            shapes.append(Box(0, y + 19, length, BAR, "bar", 3))
        if step.took:
            shapes.append(Words(12, y - 5, fitted(f"↓ {step.took}", 11.5, WIDTH - 12), "note"))
    return Picture(WIDTH, max(ROW * len(steps) - 14, 1), tuple(shapes))
