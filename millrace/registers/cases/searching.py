"""What a case is searched by, and the pairs and triples of letters by which it is found — e.g. 智能, or the "nin" and "ine" of "nine".

Text and word are folded alike before they meet: 綫, 線 and 线 are one letter, and so are Ａ and a. The database keeps the pairs and
triples of each case's words as numbers (`grams`, in SQL), in an index; a search asks for those of the word typed. Two texts may
share a number: the words themselves decide, the numbers only leave out what cannot hold them.
"""

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources

from millrace.registers.cases.models import Case
from millrace.registers.people.models import FormerName

FACTOR, MODULUS = 1_000_003, 2_147_483_647  # as in the migration that made `grams`; any two letters have a number of their own


def grams_of(word: str) -> list[int]:
    """This will give the numbers every text holds that holds `word`: of a pair its own, of more each third triple and the last."""
    if len(word) < 3:
        return [gram(word)] if len(word) == 2 else []
    starts = {*range(0, len(word) - 2, 3), len(word) - 3}
    return sorted({gram(word[start : start + 3]) for start in starts})


def gram(letters: str) -> int:
    """This will number two or three letters as `grams` does."""
    first, second, third = (*map(ord, letters), 0)[:3]
    return ((first * FACTOR + second) * FACTOR + third) % MODULUS


def text_of(case: Case) -> str:
    """This will gather what a case is searched by, folded: reference, title, and the lead's names, present and former, in both scripts."""
    former = FormerName.objects.filter(organisation=case.lead_id).order_by("pk").values_list("name", "name_zh")
    return joined(case.reference, case.title, case.lead.name, case.lead.name_zh, *(name for names in former for name in names))


def joined(*texts: str) -> str:
    """This will put together what is searched, folded and each text once."""
    return " ".join(dict.fromkeys(filter(None, map(folded, texts))))


def folded(text: str) -> str:
    """This will write a text as it is searched: full-width forms narrow, lower case, traditional characters as simplified ones.

    Letter by letter, whatever stands around: 乾 is 干 in every word, so that a text and a part of it fold alike.
    """
    return unicodedata.normalize("NFKC", text).lower().translate(letters())


@functools.cache
def letters() -> dict[int, str]:
    """This will read OpenCC's table of characters: traditional to simplified, and the forms that Hong Kong and Taiwan write."""
    simplified = {old: new[0] for old, new in _read("TSCharacters")}
    for name in ("HKVariants", "TWVariants"):
        for standard, forms in _read(name):
            for form in forms:
                simplified.setdefault(form, simplified.get(standard, standard))
    return {ord(old): _last(simplified, old) for old in simplified if _last(simplified, old) != old}


def _last(simplified: dict[str, str], letter: str) -> str:
    """A form of a form: followed to the one that stays, or until it comes round."""
    seen = {letter}
    while (letter := simplified.get(letter, letter)) not in seen:
        seen.add(letter)
    return letter


def _read(name: str) -> Iterator[tuple[str, list[str]]]:
    lines: Iterable[str] = resources.files("opencc").joinpath("dictionary", f"{name}.txt").read_text("utf-8").splitlines()
    for line in lines:
        old, tab, new = line.strip("\ufeff").partition("\t")
        if tab and len(old) == 1:
            yield old, [form for form in new.split() if len(form) == 1] or [old]
