"""Where each key of a TOML text stands, so that a finding can name its line.

In a rules file whose line 12 is `value_cents = "15m"`, the path ("ceiling", "values", 0,
"value_cents") is found on line 12. The standard reader gives values but no places.
"""

import re

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|=|\]|$)""")
_STRING = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#|\[|\]|\{|\}')


def index(text: str) -> dict[Path, int]:
    """Give the line, from 1, on which each table and key begins. Keys inside an inline table stand
    on the line of the key that holds it, unless they begin a line of their own array item."""
    lines: dict[Path, int] = {(): 1}
    here: Path = ()
    counts: dict[Path, int] = {}
    reader = _Values()
    for number, line in enumerate(text.splitlines(), start=1):
        if reader.is_inside:
            _note_item(lines, reader, line, number)
            reader.take(line)
            continue
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            here = _header(stripped, counts)
            lines.setdefault(here, number)
            if here and isinstance(here[-1], int):
                lines.setdefault(here[:-1], number)
            continue
        keys, rest = _keys(line)
        if keys:
            reader.path = (*here, *keys)
            lines.setdefault(reader.path, number)
            reader.begin(rest)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Give the line of a path, or of the nearest thing around it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _header(stripped: str, counts: dict[Path, int]) -> Path:
    is_array = stripped.startswith("[[")
    keys, _ = _keys(stripped[2 if is_array else 1 :])
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        is_last = position == len(keys) - 1
        if is_array and is_last:
            counts[path] = counts.get(path, -1) + 1
            path = (*path, counts[path])
        elif path in counts:
            path = (*path, counts[path])
    return path


def _keys(text: str) -> tuple[tuple[str, ...], str]:
    keys: list[str] = []
    at = 0
    while (part := _KEY_PART.match(text, at)) is not None:
        keys.append(next(group for group in part.groups()[:3] if group is not None))
        at = part.end()
        if part[4] != ".":
            return tuple(keys), text[at:]
    return tuple(keys), text[at:]


def _note_item(lines: dict[Path, int], reader: "_Values", line: str, number: int) -> None:
    """Note the line of an array item that begins a line of its own."""
    if reader.quote is None and reader.depth == 1 and line.strip()[:1] not in ("", "#", "]"):
        lines.setdefault((*reader.path, reader.items), number)
        reader.items += 1


class _Values:
    """Follows a value over several lines: open brackets and multi-line strings."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote: str | None = None
        self.path: Path = ()
        self.items = 0

    @property
    def is_inside(self) -> bool:
        return self.depth > 0 or self.quote is not None

    def begin(self, rest: str) -> None:
        self.depth, self.quote, self.items = 0, None, 0
        self.take(rest)

    def take(self, line: str) -> None:
        at = 0
        while at < len(line):
            if self.quote is not None:
                end = line.find(self.quote, at)
                if end < 0:
                    return
                at, self.quote = end + 3, None
                continue
            found = _STRING.search(line, at)
            if found is None or found[0] == "#":
                return
            if found[0] in ('"""', "'''"):
                self.quote = found[0]
            elif found[0] in "[{":
                self.depth += 1
            elif found[0] in "]}":
                self.depth -= 1
            at = found.end()
