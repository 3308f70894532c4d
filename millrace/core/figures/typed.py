"""Finds numbers that were typed by hand where a figure could give them — e.g. "472" and "over $1.2 billion" in a draft reply.

Days, years and numbers below ten are left alone. An amount agrees with a figure when the figure, rounded or cut to the digits
typed, is that amount: HK$1,212.8m agrees with $1.2 billion.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from millrace.core.figures.reference import pieces

SMALLEST = 10
_DAYS = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|\b(?:\d{1,2}\s+)?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,2}\b,?)?(?:\s+\d{4})?"
    r"|\b(?:19|20)\d\d\b(?:-\d\d\b)?(?!\s*(?:million|billion|萬|万|億|亿|宗|個|个|項|项))"
)
_NUMBER = re.compile(
    r"(?P<sign>(?:HK|US)?\$|港幣|港币)?\s*(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>billion|million|bn\b|m\b|百萬|百万|萬|万|億|亿)?(?P<percent>%)?"
)
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
    """A number written out: its line, its words, its value, the worth of its last digit, and whether it can only be money."""

    line: int
    written: str
    value: Decimal
    step: Decimal
    is_money: bool


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
    return [found for match in _NUMBER.finditer(bare) if (found := _typed(match, bare.count("\n", 0, match.start("digits")) + 1))]


def _typed(match: "re.Match[str]", line: int) -> Typed | None:
    if match["percent"]:
        return None
    digits = Decimal(match["digits"].replace(",", ""))
    scale = Decimal(_SCALES.get(match["scale"] or "", 1))
    places = len(match["digits"].partition(".")[2])
    value = digits * scale
    if value < SMALLEST:
        return None
    return Typed(line, match[0].strip(), value, scale / 10**places, bool(match["sign"]))


def offered(found: Typed, offers: Iterable[Offer], *, decimals: int = 2) -> list[str]:
    """List the references that would give a number typed by hand; `decimals` are those of the currency's minor unit."""
    return list(dict.fromkeys(offer.written for offer in offers if _agrees(found, offer, decimals)))


def _agrees(found: Typed, offer: Offer, decimals: int) -> bool:
    if offer.unit != "money":
        return not found.is_money and found.value == offer.number
    amount = offer.number.scaleb(-decimals)
    if not found.is_money and found.step == 1:  # a bare number is money only when it is the whole of it
        return found.value == amount
    cut = {(amount / found.step).to_integral_value(way) * found.step for way in (ROUND_DOWN, ROUND_HALF_UP)}
    return found.value in cut
