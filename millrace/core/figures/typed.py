"""Finds numbers that were typed by hand where a figure could give them — e.g. "472" and "over $1.2 billion" in a draft reply.

Days, years and numbers below ten are left alone, but for a share with decimals ("1.13%"). An amount agrees with a figure when the
figure, rounded or cut to the digits typed, is that amount: HK$1,212.8m agrees with $1.2 billion. A share agrees with shares alone.
Chinese numerals are read as far as they are written out by their places: 四百三十三 and 十二億, and not 四三三.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from millrace.core.figures.reference import pieces

SMALLEST = 10
_DAYS = re.compile(
    r"[零〇一二三四五六七八九]{4}\s*年|[一二三四五六七八九十]{1,3}\s*[月日]"
    r"|\d{4}-\d{2}-\d{2}|\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|\b(?:\d{1,2}\s+)?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,2}\b,?)?(?:\s+\d{4})?"
    r"|\b(?:19|20)\d\d\b(?:-\d\d\b)?(?!\s*(?:million|billion|萬|万|億|亿|宗|個|个|項|项))"
)
_NUMBER = re.compile(
    r"(?P<sign>(?:HK|US)?\$|港幣|港币)?\s*(?P<share>百分之\s*)?(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>billion|million|bn\b|m\b|百萬|百万|萬|万|億|亿)?"
    r"(?P<percent>\s*(?:%|％|per cent\b|percent\b))?"
)
_NUMERAL = re.compile(
    r"(?P<share>百分之)?(?P<whole>[零〇一二兩两三四五六七八九十百千萬万億亿]+)(?:[點点](?P<places>[零〇一二三四五六七八九]+))?(?P<scale>[萬万億亿])?"
)
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "兩": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {
    "billion": 10**9,
    "bn": 10**9,
    "million": 10**6,
    "m": 10**6,
    "百萬": 10**6,
    "百万": 10**6,
    "萬": 10**4,
    "万": 10**4,
    "億": 10**8,
    "亿": 10**8,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A number written out: its line, its words, its value, the worth of its last digit, and whether it can only be money or a share."""

    line: int
    written: str
    value: Decimal
    step: Decimal
    is_money: bool
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A number a figure gives: the reference to write instead, its unit, and its value (money in minor units)."""

    written: str
    unit: str
    number: Decimal


def numbers(text: str) -> list[Typed]:
    """List the numbers of a text, outside its references; lines count from 1."""
    bare = "".join(piece if isinstance(piece, str) else " " for piece in pieces(text))
    bare = _DAYS.sub(lambda day: " " * len(day[0]), bare)
    found: list[tuple[re.Match[str], int, Callable[[re.Match[str], int], Typed | None]]] = [
        (match, match.start("digits"), _typed) for match in _NUMBER.finditer(bare)
    ]
    found += [(match, match.start("whole"), _numeral) for match in _NUMERAL.finditer(bare)]
    read = [reader(match, bare.count("\n", 0, start) + 1) for match, start, reader in sorted(found, key=lambda each: each[1])]
    return [each for each in read if each and (each.value >= SMALLEST or (each.is_share and each.step < 1))]


def _typed(match: "re.Match[str]", line: int) -> Typed:
    digits = Decimal(match["digits"].replace(",", ""))
    scale = Decimal(_SCALES.get(match["scale"] or "", 1))
    places = len(match["digits"].partition(".")[2])
    is_share = bool(match["percent"] or match["share"])
    return Typed(line, match[0].strip(), digits * scale, scale / 10**places, bool(match["sign"]), is_share)


def _numeral(match: "re.Match[str]", line: int) -> Typed | None:
    """Read a Chinese numeral: 四百三十三, 十二億, 百分之一點一三; one that names no place (四三三, 十, 萬) is none."""
    whole, places = match["whole"], match["places"] or ""
    value = _whole(whole)
    if value is None or (len(whole) == 1 and not places and not match["share"]):
        return None
    scale = _SCALES.get(match["scale"] or "", 1)
    fraction = Decimal("".join(str(_DIGITS[each]) for each in places) or 0).scaleb(-len(places))
    last = _SCALES.get(whole[-1], 1) if not places else 1
    step = Decimal(scale * last).scaleb(-len(places))
    return Typed(line, match[0], (value + fraction) * scale, step, is_money=False, is_share=bool(match["share"]))


def _whole(numeral: str) -> int | None:
    """Add up what each place holds; two digits side by side are no place, but for a zero between them."""
    total = section = digit = 0
    before = ""
    for each in numeral:
        if each in _DIGITS:
            if _DIGITS.get(before):
                return None
            digit = _DIGITS[each]
        elif each in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[each], 0
        else:
            part = total + section + digit if _SCALES[each] > 10**4 else section + digit
            if not part:
                return None
            total = part * _SCALES[each] if _SCALES[each] > 10**4 else total + part * _SCALES[each]
            section = digit = 0
        before = each
    return total + section + digit


def offered(found: Typed, offers: Iterable[Offer], *, decimals: int = 2) -> list[str]:
    """List the references that would give a number typed by hand; `decimals` are those of the currency's minor unit."""
    return list(dict.fromkeys(offer.written for offer in offers if _agrees(found, offer, decimals)))


def _agrees(found: Typed, offer: Offer, decimals: int) -> bool:
    if found.is_share or offer.unit == "percent":
        return found.is_share and offer.unit == "percent" and found.value == offer.number
    if offer.unit != "money":
        return not found.is_money and found.value == offer.number
    amount = offer.number.scaleb(-decimals)
    if not found.is_money and found.step == 1:  # a bare number is money only when it is the whole of it
        return found.value == amount
    cut = {(amount / found.step).to_integral_value(way) * found.step for way in (ROUND_DOWN, ROUND_HALF_UP)}
    return found.value in cut
