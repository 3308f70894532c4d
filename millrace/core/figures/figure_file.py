"""One policy file of figures or series while it is read: its content, and at which line a word of it stands.

A misspelt key, a missing wording or a wrong kind of value is refused with that line, e.g. "series/itf-approved.toml, line 52".
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from millrace.core import texts
from millrace.core.figures.answer import Source
from millrace.core.texts import Text

LANGUAGES = ("en", "zh_hant", "zh_hans")
QUALITIES = ("primary", "news", "secondary")


class MalformedFile(ValueError):
    """A policy file that cannot be read as it stands: which file, at which line, and what to do about it."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}, line {line}: {what}")
        self.file, self.line, self.what = file, line, what


class File:
    """One file while it is read: its parsed content, and where in its text a word stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        try:
            self.content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            line = next((int(word.rstrip(",)")) for word, before in _pairs(str(wrong)) if before == "line"), 1)
            raise MalformedFile(name, line, f"this is not TOML: {wrong}") from None

    def refuse(self, what: str, *words: str, after: int = 0) -> MalformedFile:
        """Make the refusal, at the first line from `after` on that holds every one of the words."""
        found = (number for number, line in enumerate(self.lines, 1) if number > after and all(word in line for word in words))
        return MalformedFile(self.name, next(found, max(after, 1)), what)

    def line_of(self, heading: str, index: int) -> int:
        """Give the line of the n-th table of this heading."""
        found = [number for number, line in enumerate(self.lines, 1) if line.strip() == heading]
        return found[index] if index < len(found) else 0

    def text(self, table: Mapping[str, Any], key: str, *, after: int = 0) -> Text:
        """Read a text that must be worded in every language."""
        wording = table.get(key)
        if not isinstance(wording, dict) or not all(wording.get(language) for language in LANGUAGES):
            raise self.refuse(f"“{key}” must be worded in {', '.join(LANGUAGES)}", key, after=after)
        return texts.text(wording)

    def need(self, table: Mapping[str, Any], key: str, kind: type, *, after: int = 0) -> Any:
        """Read a value that must be there and of a kind."""
        value = table.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refuse(f"“{key}” must be given, as {kind.__name__}", key, after=after)
        return value

    def only(self, table: Mapping[str, Any], allowed: set[str], *, after: int = 0) -> None:
        """Refuse a key that means nothing here: a misspelt condition must not silently count everything."""
        for key in table.keys() - allowed:
            raise self.refuse(f"“{key}” is not known here; known are {', '.join(sorted(allowed))}", key, after=after)


def _pairs(message: str) -> list[tuple[str, str]]:
    words = message.split()
    return list(zip(words[1:], words, strict=False))


def stem(name: str) -> str:
    """Give a file's name without its folder and ending."""
    return name.rsplit("/", 1)[-1].removesuffix(".toml")


def source(file: File, key: str, table: Mapping[str, Any]) -> Source:
    """Read where a table or statement was published."""
    at = file.line_of(f"[sources.{key}]", 0)
    file.only(table, {"title", "address", "quality"}, after=at)
    quality = file.need(table, "quality", str, after=at)
    if quality not in QUALITIES:
        raise file.refuse(f"“quality” is one of {', '.join(QUALITIES)}", "quality", after=at)
    return Source(key, file.text(table, "title", after=at), file.need(table, "address", str, after=at), quality)


def printed(file: File, written: Any, at: int, *, digits: int = 0, places: int = 0) -> Decimal:
    """Read a number as it was printed ("1,031.2"), times ten to the power of `digits`, with at most `places` decimals left."""
    try:
        number = Decimal(str(written).replace(",", "")).scaleb(digits)
    except InvalidOperation:
        raise file.refuse(f"{written!r} is not a number", str(written), after=at) from None
    if isinstance(written, float) or number != round(number, places) or number < 0:
        raise file.refuse(f"write {written!r} as it was printed, in quotes and without a sign", str(written), after=at)
    return number
