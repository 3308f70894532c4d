"""Works out what a month of a person's engagement is paid — e.g. 12 of 30 days at HK$20,000 a month are HK$8,000.

A month not worked is not paid; a part of one is paid by the rule of the scheme; no day of one person is paid twice, nobody is paid for
more months than the agreement gives each, and at no time are more people paid than it gives.
"""

import calendar
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

BY_DAYS = "days"
WHOLE_MONTHS = "whole"
PART_MONTHS = (BY_DAYS, WHOLE_MONTHS)


@dataclass(frozen=True)
class Allowance:
    """What each of so many people is paid a month, for at most so many months each; `part_month` says how part of one counts."""

    code: str
    monthly_cents: int
    people: int
    months: int
    part_month: str = BY_DAYS
    clause: str = ""


@dataclass(frozen=True)
class Engaged:
    """One person engaged from a day until a day, both counted, within one calendar month, on an allowance."""

    person: str
    from_on: date
    until_on: date
    allowance: str = ""

    def meets(self, other: "Engaged") -> bool:
        """This will say whether a day is in both."""
        return self.from_on <= other.until_on and other.from_on <= self.until_on


def person_key(written: str) -> str:
    """This will bring a person's name to the form it is compared in: capitals, width, spaces and signs aside."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", written).casefold() if letter.isalnum())


def month_of(day: date) -> date:
    """This will give the first day of the month."""
    return day.replace(day=1)


def is_within_one_month(from_on: date, until_on: date | None) -> bool:
    """This will say whether the days are in order and of one month, as one line of a claim must be."""
    return until_on is not None and from_on <= until_on and month_of(from_on) == month_of(until_on)


def most_cents(allowance: Allowance, engaged: Engaged) -> int:
    """This will give what the days come to, rounded down to the cent; a whole month is the whole rate whatever its length."""
    length = calendar.monthrange(engaged.from_on.year, engaged.from_on.month)[1]
    days = (engaged.until_on - engaged.from_on).days + 1
    if allowance.part_month == WHOLE_MONTHS:
        return allowance.monthly_cents if days == length else 0
    return allowance.monthly_cents * days // length


def bars(allowance: Allowance, engaged: Engaged, paid: Sequence[Engaged]) -> Iterable[str]:
    """This will say, in codes, why a month cannot be paid beside those of `paid`."""
    if any(engaged.meets(other) for other in paid if other.person == engaged.person):
        yield "month_paid_before"
    months = {month_of(other.from_on) for other in paid if other.person == engaged.person}
    if len(months | {month_of(engaged.from_on)}) > allowance.months:
        yield "months_used_up"
    beside = [one for one in paid if one.allowance == engaged.allowance and one.person != engaged.person and one.meets(engaged)]
    # The most are engaged at once on a day on which somebody begins.
    starts = {max(engaged.from_on, one.from_on) for one in beside}
    if any(len({one.person for one in beside if one.from_on <= day <= one.until_on}) >= allowance.people for day in starts):
        yield "people_exceeded"
