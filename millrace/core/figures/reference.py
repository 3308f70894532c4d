"""References to figures inside a text — e.g. `{{mainland-collaboration-approved amount of tcfs @2024-01-31}}` in a reply.

Between the braces: a figure's name; which of its numbers, where it is not the first (`count`, `amount`, `day` or what a statement
names); `of` and a row of its breakdown, where not the whole is wanted; `@` and the day it speaks of; `seal` and a number, where
not the last is wanted. Nothing here knows which figures there are.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

EXAMPLE = "{{name-of-figure count @2024-01-31}}"
EXAMPLE_IN_FULL = "{{name-of-figure amount of some-row @2024-01-31 seal 41207}}"
DAY = "day"
_BRACES = re.compile(r"\{\{(?P<inside>[^{}\n]*)\}\}|\{\{|\}\}")
_INSIDE = re.compile(
    r"\s*(?P<figure>[a-z0-9-]+)"
    r"(?:\s+(?!of\s|seal\s)(?P<part>[a-z0-9_-]+))?"
    r"(?:\s+of\s+(?P<row>[\w./+-]+))?"
    r"\s*@\s*(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:\s+seal\s+(?P<seal>\d{1,15}))?\s*"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One number asked of a figure: `part` "" is its first, `row` "" the whole, `seal` None the last; `line` counts from 1."""

    figure: str
    part: str
    row: str
    as_at: date
    seal: int | None
    line: int = 0

    @property
    def written(self) -> str:
        """Write it the one way, however it was spaced."""
        part, row = (f" {self.part}" if self.part else ""), (f" of {self.row}" if self.row else "")
        seal = f" seal {self.seal}" if self.seal is not None else ""
        return f"{{{{{self.figure}{part}{row} @{self.as_at.isoformat()}{seal}}}}}"

    @property
    def bare(self) -> "Reference":
        """Give the same question wherever it stands."""
        return replace(self, line=0)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Braces that are no reference."""

    written: str
    line: int


Piece = str | Reference | Malformed


def pieces(text: str) -> tuple[Piece, ...]:
    """Cut a text into what is said and what is asked, in order; put together again as written, nothing is lost."""
    found: list[Piece] = []
    end = 0
    for braces in _BRACES.finditer(text):
        if braces.start() > end:
            found.append(text[end : braces.start()])
        found.append(_read(braces, text.count("\n", 0, braces.start()) + 1))
        end = braces.end()
    return (*found, *([text[end:]] if end < len(text) else []))


def references(text: str) -> tuple[Reference, ...]:
    """List the references of a text, in order."""
    return tuple(piece for piece in pieces(text) if isinstance(piece, Reference))


def _read(braces: "re.Match[str]", line: int) -> Reference | Malformed:
    inside = _INSIDE.fullmatch(braces["inside"] or "")
    if inside is None:
        return Malformed(braces[0], line)
    try:
        day = date.fromisoformat(inside["day"])
    except ValueError:
        return Malformed(braces[0], line)
    return Reference(
        inside["figure"], inside["part"] or "", inside["row"] or "", day, int(inside["seal"]) if inside["seal"] else None, line
    )
