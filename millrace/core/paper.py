"""Says how the words of a letter are laid out: headings, lists, tables and paragraphs.

The agreement of a NIFS case holds a table of instalments; its three rows become one table with a head, and an asterisk in
the applicant's name stays an asterisk: besides the few marks below nothing in a letter has a meaning.
"""

import re
from dataclasses import dataclass

_CELL = re.compile(r"\s*\|\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the body: `kind` is text, heading, items or table; a table's first row is its head."""

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def row(*cells: str) -> str:
    """This will write one row of a table; a bar inside a cell becomes a slash, so that no value can add a column."""
    return "| " + " | ".join(_one_line(cell).replace("|", "/") for cell in cells) + " |"


def items(*lines: str) -> str:
    """This will write a list, one item a line."""
    return "\n".join("- " + _one_line(line) for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def blocks(body: str) -> tuple[Block, ...]:
    """This will cut a body at its empty lines: "# " opens a heading, "- " an item, "| " a row; all else is text."""
    pieces = (piece.strip().splitlines() for piece in re.split(r"\n\s*\n", body))
    return tuple(block for piece in pieces if piece for block in _blocks(tuple(line.strip() for line in piece)))


def _blocks(lines: tuple[str, ...]) -> tuple[Block, ...]:
    """A list or table may stand right under its sentence: a change of mark opens a new block."""
    found: list[Block] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or _mark(lines[end]) != _mark(lines[start]) or _mark(lines[start]) == "# ":
            found.append(_block(lines[start:end]))
            start = end
    return tuple(found)


def _mark(line: str) -> str:
    return next((mark for mark in ("# ", "- ", "|") if line.startswith(mark)), "")


def _block(lines: tuple[str, ...]) -> Block:
    match _mark(lines[0]):
        case "# ":
            return Block("heading", (lines[0][2:],))
        case "- ":
            return Block("items", tuple(line[2:] for line in lines))
        case "|":
            return Block("table", rows=_rows(lines))
        case _:
            return Block("text", lines)


def _rows(lines: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Rows are brought to the width of the head: a short one is filled up, a long one cut."""
    rows = [tuple(_CELL.split(line.strip("|").strip())) for line in lines]
    width = len(rows[0])
    return tuple((row + ("",) * width)[:width] for row in rows)
