"""Amounts, days and moments as a person reads them — e.g. 121280000000 cents as "HK$1,212.8m" and 2024-01-08 as "8 January 2024".

Every page, letter and export takes its words from here, so that one amount never reads two ways.
"""

import functools
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core import money
from millrace.core.figures.rounding import USUAL, Rounding
from millrace.core.rules.rulebook import SchemeVersion
from millrace.web import funder, places

TAGS = {"en": "en-HK", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}


def open_all_year(version: SchemeVersion) -> str:
    """This will say how an applicant whom no window binds may apply: all year round only where a rule says so, and marked where that
    rule was not published."""
    rule = version.says_open_all_year
    if rule is None:
        return _("No closing date is published.")
    if not rule.is_published:
        return _("Applications are taken all year round (not published; illustrative).")
    return _("Applications are taken all year round.")


def tag(language: str | None = None) -> str:
    """This will return the BCP 47 tag that <html lang> carries, so that the browser picks Hong Kong or Mainland glyphs."""
    return TAGS.get((language or translation.get_language() or "en").lower(), "en-HK")


@functools.cache
def _locale(html_tag: str) -> Locale:
    return Locale.parse({"en-HK": "en_GB", "zh-Hant-HK": "zh_Hant_HK", "zh-Hans-CN": "zh_Hans_CN"}[html_tag])


def locale() -> Locale:
    """This will return Babel's locale of the reader's language."""
    return _locale(tag())


def amount(units: int, unit: str = "") -> str:
    """This will write a whole number of minor units exactly: 123450 → "HK$1,234.50"; hours of a facility
    are named, 240 tool-hours; any other unit keeps its name. Without a unit it is the funder's own currency."""
    unit = unit or funder.current().unit
    if unit in money.CURRENCIES:
        return money.written(units, currency=unit).replace("-", "−", 1)
    number = f"{'−' if units < 0 else ''}{abs(units):,}"
    return f"{number} {places.unit(unit, units)}"


def amount_in_short(units: int, unit: str = "", rounding: Rounding = USUAL) -> str:
    """This will write an amount rounded, by default to one decimal of a million or billion, as the funder's own tables do:
    "HK$1,212.8m"; in Chinese by 萬 and 億. What is below the least scale of the rounding is written in full."""
    unit = unit or funder.current().unit
    if unit not in money.CURRENCIES:
        return amount(units, unit)
    whole = abs(units) / 10 ** money.decimals_of(unit)
    start = ("−" if units < 0 else "") + money.written(0, currency=unit).rstrip("0")
    is_chinese = (translation.get_language() or "en").startswith("zh")
    for scale, decimals in rounding.scales(by_ten_thousands=is_chinese):
        if whole >= scale.begins_at:
            return f"{start}{_trim(whole / float(10**scale.digits), decimals)}{_after_number(scale.name)}"
    return amount(units, unit)


def _after_number(scale: str) -> str:
    """This will write a scale as it stands after its number."""
    return {"million": "m", "billion": "bn", "ten_thousand": " " + _("ten thousand"), "hundred_million": " " + _("hundred million")}[scale]


def _trim(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """This will write a day in full: "8 January 2024", "2024年1月8日"."""
    return "" if value is None else _day(value, tag(), "d MMMM y")


@functools.lru_cache(maxsize=4_000)
def _day(value: date, html_tag: str, english: str) -> str:
    return dates.format_date(value, english if html_tag == "en-HK" else "y年M月d日", locale=_locale(html_tag))


def day_in_short(value: date | None) -> str:
    """This will write a day as lists do: "8 Jan 2024", "2024年1月8日"."""
    return "" if value is None else _day(value, tag(), "d MMM y")


def month(value: date) -> str:
    """This will write the month of a day: "June 2025", "2025年6月"."""
    return dates.format_skeleton("yMMMM", value, locale=locale())


def start(text: str) -> str:
    """This will write a start as policies keep it: a day, or the month where only that is known ("2025-06" → "June 2025")."""
    return day(date.fromisoformat(text)) if len(text) == 10 else month(date.fromisoformat(f"{text}-01"))


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
