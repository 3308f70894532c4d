"""Lays out a reply for the page: headings, lists, tables and passages, each number leading to the figure it came from.

For example "a total of 472 projects", where 472 leads to /replies/7/figures/1/.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from millrace.core import paper
from millrace.core.figures import reference
from millrace.core.figures.reference import Malformed, Reference
from millrace.stages.learn.models import ReplyFigure


@dataclass(frozen=True)
class Word:
    """Some words of a line; with an address they are a figure's number, and what is `is_wrong` could not be answered."""

    text: str
    url: str = ""
    is_wrong: bool = False


Line = tuple[Word, ...]
Putting = Callable[[Reference], Word]


@dataclass(frozen=True)
class Block:
    """One piece of the body: `kind` is text, heading, items or table; a table's first row is its head."""

    kind: str
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


def line(text: str, put: Putting) -> Line:
    """This will put the numbers into one line."""
    return tuple(_word(piece, put) for piece in reference.pieces(text))


def laid(body: str, put: Putting) -> list[Block]:
    """This will lay out a body as the paper does, with the numbers in it."""
    return [Block(each.kind, _lines(each.lines, put), tuple(_lines(row, put) for row in each.rows)) for each in paper.blocks(body)]


def _lines(texts: Iterable[str], put: Putting) -> tuple[Line, ...]:
    return tuple(line(text, put) for text in texts)


def _word(piece: str | Reference | Malformed, put: Putting) -> Word:
    if isinstance(piece, str):
        return Word(piece)
    return put(piece) if isinstance(piece, Reference) else Word(piece.written, is_wrong=True)


def named(frozen: ReplyFigure, language: str) -> str:
    """This will name a frozen figure and which of its numbers it is, from what is frozen with it: "Money earmarked: AI"."""
    asked, told = reference.references(frozen.written)[0], frozen.answer[language]
    if asked.part == reference.DAY:
        return f"{told['title']}: {_('As at')}"
    if stated := told.get("stated"):
        measure = asked.part or stated[0]["measure"]
        each = next(one for one in stated if (one["measure"], one["group"]) == (measure, asked.row))
        return ": ".join(filter(None, [told["title"], each["label"], each["group_label"]]))
    rows = {
        f"{part['of']}/{line['key']}" if part["of"] else line["key"]: line["label"] for part in told["breakdowns"] for line in part["lines"]
    }
    number = _("Amount") if asked.part == "amount" else _("Count")
    return ": ".join(filter(None, [told["title"], rows.get(asked.row, asked.row), number]))
