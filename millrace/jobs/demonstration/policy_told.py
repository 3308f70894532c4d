"""The policy as it stood published at moments of the story — e.g. the official table of January 2024 from February 2024 on.

A figure asked as known in 2024 must not know a table of 2026; so the folder is published again as each table came out.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from millrace.core.figures import parse, whole

Folder = Mapping[str, bytes]
_TABLE = "[[tables]]"
# A table is taken to have come out so long after the day it speaks of.
_DAYS_TO_PRINT = 12


def without_figures(folder: Folder) -> Folder:
    """This will leave out figures and series: they come with their first table."""
    return {path: content for path, content in folder.items() if not path.startswith(("figures/", "series/"))}


def publications(folder: Folder) -> list[tuple[date, Folder]]:
    """This will list the days on which a table came out, each with the folder as it stood then."""
    days = sorted({day for path, content in folder.items() if path.startswith("series/") for day, _block in _tables(content.decode())})
    shown = [(day, {path: _upto(path, content, day) for path, content in folder.items()}) for day in days]
    return [(day + timedelta(days=_DAYS_TO_PRINT), _without_early_figures(then)) for day, then in shown]


def _without_early_figures(folder: Folder) -> Folder:
    """Leave out each figure that no table can answer yet: it comes with the first that does."""
    texts = {path: content.decode() for path, content in folder.items() if path.startswith(("figures/", "series/"))}
    series = {path: parse.series(path, text) for path, text in texts.items() if path.startswith("series/")}
    figures = {path: parse.figure(path, text) for path, text in texts.items() if path.startswith("figures/")}
    early: set[str] = set()
    while True:
        try:
            whole.check(texts, series, {path: figure for path, figure in figures.items() if path not in early})
            break
        except parse.MalformedFile as wrong:
            early.add(wrong.file)
    return {path: content for path, content in folder.items() if path not in early}


def _tables(text: str) -> list[tuple[date, str]]:
    blocks = text.split(_TABLE)[1:]
    return [(date.fromisoformat(re.findall(r"as_at = (\S+)", block)[0]), _TABLE + block) for block in blocks]


def _upto(path: str, content: bytes, day: date) -> bytes:
    if not path.startswith("series/"):
        return content
    text = content.decode()
    head = text.split(_TABLE)[0]
    return (head + "".join(block for as_at, block in _tables(text) if as_at <= day)).encode()
