"""Writes a picture as SVG: plain shapes named by what they are, coloured by whoever shows it — e.g. a band of class `flow`.

No shape carries a colour: pages colour the classes by the stylesheet, in light, dark and print, and a briefing by one of its own.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

# How wide a letter is, in parts of its height: enough to keep words inside a picture whatever face draws them.
_NARROW, _LARGE, _WIDE = 0.58, 0.78, 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    round: float = 0


@dataclass(frozen=True, slots=True)
class Path:
    """A line or an area, as the commands of an SVG path."""

    commands: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words; `anchor` says whether they start, are centred or end at x."""

    x: float
    y: float
    text: str
    kind: str = "words"
    anchor: str = "start"


Shape = Box | Path | Dot | Words


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a surface of so many units."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def number(value: float) -> str:
    """Write a coordinate to a tenth, without what says nothing: 12.0 → 12."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def line(points: Iterable[tuple[float, float]]) -> str:
    """Write the commands of a line through points."""
    return "M" + " L".join(f"{number(x)} {number(y)}" for x, y in points)


def width_of(text: str, size: float) -> float:
    """Say how wide words of a size will be at most, near enough to place them: a Chinese character is a square."""
    return sum(size * _part(each) for each in text)


def _part(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF" or letter in "%@—…":
        return _WIDE
    return _LARGE if letter.isupper() or letter in "mw" else _NARROW


def fitted(text: str, size: float, room: float) -> str:
    """Give the words, cut with an ellipsis where they are wider than the room."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def svg(picture: Picture, *, title: str, told: str, name: str, styles: str = "") -> str:
    """Write the picture with its title and what it tells, for those who hear it; `name` is its id on the page. `styles` stand inside
    where no stylesheet reaches: on paper."""
    size = f"0 0 {number(picture.width)} {number(picture.height)}"
    title_id, told_id = f"{name}-title", f"{name}-told"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="{size}" role="img" focusable="false"'
        f" aria-labelledby={quoteattr(f'{title_id} {told_id}')}>"
        f"<title id={quoteattr(title_id)}>{escape(title)}</title><desc id={quoteattr(told_id)}>{escape(told)}</desc>"
    )
    inside = f"<style>{styles}</style>" if styles else ""
    return head + inside + "".join(_written(shape) for shape in picture.shapes) + "</svg>"


def _written(shape: Shape) -> str:
    kind = quoteattr(shape.kind)
    match shape:
        case Box():
            corner = f' rx="{number(shape.round)}"' if shape.round else ""
            where = f'x="{number(shape.x)}" y="{number(shape.y)}" width="{number(shape.width)}" height="{number(shape.height)}"'
            return f"<rect {where}{corner} class={kind}/>"
        case Path():
            return f"<path d={quoteattr(shape.commands)} class={kind}/>"
        case Dot():
            return f'<circle cx="{number(shape.x)}" cy="{number(shape.y)}" r="{number(shape.radius)}" class={kind}/>'
        case Words():
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
            return f'<text x="{number(shape.x)}" y="{number(shape.y)}"{anchor} class={kind}>{escape(shape.text)}</text>'
