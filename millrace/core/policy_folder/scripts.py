"""Finds letters of the other Chinese script in a policy's wording — e.g. 資助 in a text said to be in simplified characters.

What belongs to one script alone is read from OpenCC's tables; a letter that both write, or that one script takes as a variant, is none.
"""

import functools
import re
from collections.abc import Iterator
from importlib import resources

WORDING = re.compile(r'\b(zh_han[st])\s*=\s*("""(?P<long>.*?)"""|"(?P<short>(?:[^"\\]|\\.)*)")', re.DOTALL)
KEPT = "恒"  # a name of Hong Kong writes it so in the traditional script, and OpenCC's table of variants leaves it out


def strangers(text: str) -> Iterator[tuple[str, str, int]]:
    """This will give each wording of a file with letters of the other script: its language, those letters, and the place of the first."""
    for found in WORDING.finditer(text):
        group = "long" if found["long"] is not None else "short"
        foreign = only(found[1])
        if letters := "".join(dict.fromkeys(letter for letter in found[group] if letter in foreign)):
            yield found[1], letters, found.start(group) + found[group].index(letters[0])


@functools.cache
def only(language: str) -> frozenset[str]:
    """This will give the letters that have no place in a language: those the other script alone writes."""
    name, variants = {"zh_hans": ("TSCharacters", ""), "zh_hant": ("STCharacters", "HKVariants")}[language]
    forms = _table(name)
    kept = {form for found in forms.values() for form in found} | set(KEPT)
    kept |= {form for found in _table(variants).values() for form in found} if variants else set()
    return frozenset(letter for letter in forms if letter not in kept)


def _table(name: str) -> dict[str, list[str]]:
    lines = resources.files("opencc").joinpath("dictionary", f"{name}.txt").read_text("utf-8").splitlines()
    pairs = (line.strip("\ufeff").partition("\t") for line in lines)
    return {old: new.split() for old, tab, new in pairs if tab and len(old) == 1}
