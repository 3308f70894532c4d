"""What is wrong with a page, as a person would find it — e.g. an English sentence left on a 繁體 page, or a form without a button.

Each finding is one line of words. Words typed by people (names, titles, reasons) are in whatever language they wrote.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opencc
from axe_playwright_python.base import AXE_SCRIPT

HERE = Path(__file__).parent
PROBE = (HERE / "probe.js").read_text("utf-8").split("\n", 1)[1]
FOCUS = (HERE / "focus.js").read_text("utf-8").split("\n", 1)[1]
LANGUAGES = {"en": "en-HK", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}
HEAVIEST_BYTES = 100_000
# Names and notations that are written so in Chinese too.
SAME = re.compile(
    r"Hong Kong Business|If-None-Match|SHA-256|HK\$|RAISe\+|E-?mail|OpenAPI|Bearer|CSV|JSON|PDF|HTTP|API|Millrace|ORCID|QR|TOTP|GET|POST|PUT|https?://\S+|\S+@\S+"
    r"|\b[A-Z][A-Z0-9+-]{2,}\b|Ctrl-C|Excel|Data Package|InnoLife Healthtech Hub",
)
LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z'’]+(?:[ ,\-–/]+[A-Za-z][A-Za-z'’]+)+")
ONE_WORD = re.compile(r"[A-Za-z][a-z]{3,}[.:]?")
CJK_RUN = re.compile(r"[㐀-鿿]+")
RAW = re.compile(
    r"\b[a-z]+(?:_[a-z0-9]+)+\b|%\(\w+\)|\{[{%\w]+\}?|^None$|: None\b|\bTrue\b|\bFalse\b|\d{4}-\d\d-\d\dT\d\d"
    r"|\bNaN\b|\bundefined\b|<[\w.]+ object"
)
_simplify = opencc.OpenCC("t2s").convert


@dataclass(frozen=True)
class Typed:
    """Every word people typed into the database, so that it is not taken for ours."""

    words: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Typed":
        return cls("\n".join(sorted({" ".join(text.split()) for text in texts if text})))

    def covers(self, run: str) -> bool:
        return run in self.words

    def without(self, text: str) -> str:
        """This will take out of `text` each typed line it contains."""
        for line in self.lines:
            if line in text:
                text = text.replace(line, " ")
        return text

    @property
    def lines(self) -> list[str]:
        return [line for line in sorted(self.words.split("\n"), key=len, reverse=True) if len(line) > 1]


def leftovers(texts: list[list[str]], language: str, typed: Typed) -> list[str]:
    """This will list the words that stand in the wrong language, and codes shown to people."""
    found = []
    for text, foreign, where in texts:
        if not foreign:
            found += [f"{kind} “{words}” in {where}" for kind, words in _wrong(text, language, typed)]
    return sorted(set(found))


def _wrong(text: str, language: str, typed: Typed) -> Iterator[tuple[str, str]]:
    if typed.covers(text):
        return
    if raw := RAW.search(text):
        if not RAW.search(typed.without(text)):
            return
        yield "code", raw.group()
    if language == "en":
        if CJK_RUN.search(text) and (rest := CJK_RUN.search(typed.without(text))):
            yield "Chinese left", rest.group()
        return
    bare = SAME.sub("0", text)
    if LATIN_RUN.search(bare) and (rest := LATIN_RUN.search(SAME.sub("0", typed.without(text)))) and not typed.covers(rest.group()):
        yield "English left", rest.group()
    elif ONE_WORD.fullmatch(bare):
        yield "English left", bare
    if language == "zh-hans" and _simplify(text) != text:
        for run in CJK_RUN.findall(typed.without(text)):
            if _simplify(run) != run:
                yield "Traditional left", run


def structure(seen: dict[str, Any], language: str) -> list[str]:
    """This will list what is wrong with a page's build: language, headings, forms, labels, order."""
    found = []
    if seen["lang"] != LANGUAGES[language]:
        found.append(f"lang is {seen['lang']}")
    if seen["headings"] != 1:
        found.append(f"{seen['headings']} h1")
    for name, said in (
        ("emptyHeadings", "an empty heading"),
        ("buttonless", "a form without a button"),
        ("unlabelled", "a field without a label"),
        ("jumping", "a tabindex that jumps the order"),
        ("clickable", "something to click that takes no focus"),
    ):
        found += [f"{said}: {one}" for one in seen[name]]
    return found


def width(seen: dict[str, Any]) -> list[str]:
    """This will list what does not fit the window, and what scrolls without a name or a keyboard."""
    found = [f"scrolls without a label or keyboard: {one}" for one in seen["unreachableScroll"]]
    return [*found, f"wider than the window: {', '.join(seen['wide'])}"] if seen["isWide"] else found


def weight(body: bytes) -> list[str]:
    """This will say when a page weighs too much."""
    return [f"{len(body):,} bytes"] if len(body) > HEAVIEST_BYTES else []


def keyboard(page: Any, *, is_loaded: bool = False) -> list[str]:
    """This will press Tab through the whole page and name what was not reached, or did not show that it was."""
    if not is_loaded:
        page.reload()
    count = page.evaluate(FOCUS)
    for _ in range(count):
        page.keyboard.press("Tab")
    missed, unseen = page.evaluate("() => [window.missed(), [...window.unseen]]")
    return [*(f"the keyboard does not reach {one}" for one in missed[:5]), *(f"no focus to be seen on {one}" for one in unseen[:5])]


def axe(page: Any) -> list[str]:
    """This will list what axe finds serious or critical."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(told => told.violations)")
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"axe {one['id']}: {json.dumps([node['target'] for node in one['nodes']][:3])}" for one in grave]
