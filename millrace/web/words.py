"""Amounts, days and moments as a person reads them — e.g. 121280000000 cents as "HK$1,212.8m" and 2024-01-08 as "8 January 2024".

Every page, letter and export takes its words from here, so that one amount never reads two ways.
"""

import functools
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from django.utils import translation
from django.utils.translation import gettext as _

TAGS = {"en": "en-HK", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}
WHOLE_UNITS = {"GPU-hour": 1, "tool-hour": 1}


def tag(language: str | None = None) -> str:
    """This will return the BCP 47 tag that <html lang> carries, so that the browser picks Hong Kong or Mainland glyphs."""
    return TAGS.get((language or translation.get_language() or "en").lower(), "en-HK")


@functools.cache
def _locale(html_tag: str) -> Locale:
    return Locale.parse({"en-HK": "en_GB", "zh-Hant-HK": "zh_Hant_HK", "zh-Hans-CN": "zh_Hans_CN"}[html_tag])


def locale() -> Locale:
    """This will return Babel's locale of the reader's language."""
    return _locale(tag())


@functools.cache
def _currency(unit: str) -> tuple[str, int] | None:
    """The symbol and the number of decimals of a currency, or None for a unit that is not one (GPU-hours)."""
    if len(unit) != 3 or not unit.isupper():
        return None
    return numbers.get_currency_symbol(unit, "en_GB"), numbers.get_currency_precision(unit)


def amount(units: int, unit: str = "HKD", *, always_decimals: bool = False) -> str:
    """This will write a whole number of minor units exactly: 123450 → "HK$1,234.50"; decimals are left out when they are zero."""
    currency = _currency(unit)
    sign = "−" if units < 0 else ""
    if currency is None:
        return f"{sign}{abs(units):,} {unit}"
    symbol, places = currency
    whole, rest = divmod(abs(units), 10**places)
    decimals = f".{rest:0{places}d}" if places and (rest or always_decimals) else ""
    return f"{sign}{symbol}{whole:,}{decimals}"


def amount_in_short(units: int, unit: str = "HKD") -> str:
    """This will write an amount to one decimal of a million or billion, as the funder's own tables do: "HK$1,212.8m"."""
    currency = _currency(unit)
    if currency is None:
        return amount(units, unit)
    symbol, places = currency
    whole = abs(units) / 10**places
    sign = "−" if units < 0 else ""
    if (translation.get_language() or "en").startswith("zh"):
        scales = [(100_000_000, _("hundred million")), (10_000, _("ten thousand"))]
        for scale, name in scales:
            if whole >= scale:
                return f"{sign}{symbol}{_trim(whole / scale, 2)} {name}"
        return amount(units, unit)
    if whole >= 10_000_000_000:
        return f"{sign}{symbol}{_trim(whole / 1e9, 1)}bn"
    if whole >= 1_000_000:
        return f"{sign}{symbol}{_trim(whole / 1e6, 1)}m"
    return amount(units, unit)


def _trim(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """This will write a day in full: "8 January 2024", "2024年1月8日"."""
    if value is None:
        return ""
    return dates.format_date(value, "d MMMM y" if tag() == "en-HK" else "y年M月d日", locale=locale())


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """This will write a moment in the funder's zone, named: "8 January 2024, 17:00 HKT"."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    return f"{day(local.date())}{', ' if tag() == 'en-HK' else ' '}{local:%H:%M} {local:%Z}"


def count(value: int) -> str:
    """This will write a count with thousands marked: 1,212."""
    return f"{value:,}"


def percent(per_mille: int | float) -> str:
    """This will write a share given in thousandths: 333 → "33.3%"."""
    return f"{_trim(per_mille / 10, 1)}%"
