"""Turns an amount of another currency into the claim's own at a dated rate — e.g. US$1,000 at 7.8125 of 5 January is HK$7,812.50.

Rates are recorded by finance with their source; the one that counts is the last of the days before the payment, and not too old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MILLIONTHS = 1_000_000


@dataclass(frozen=True)
class Rate:
    """So many millionths of the claim's unit for one unit of `currency`, as of a day. `key` is the caller's own name for it."""

    key: int
    currency: str
    on: date
    millionths: int


def rate_on(rates: Iterable[Rate], currency: str, on: date, *, days: int) -> Rate | None:
    """This will give the latest rate of a currency dated on a day or at most `days` before it; of two of one day, the later recorded
    (the later in the order given)."""
    fit = [rate for rate in rates if rate.currency == currency and on - timedelta(days=days) <= rate.on <= on]
    return max(enumerate(fit), key=lambda numbered: (numbered[1].on, numbered[0]))[1] if fit else None


def converted(invoiced_cents: int, millionths: int) -> int:
    """This will give the amount in the claim's own cents, half a cent rounded up."""
    if invoiced_cents < 0 or millionths <= 0:
        raise ValueError("an amount that is not negative and a rate above nothing")
    return (2 * invoiced_cents * millionths + MILLIONTHS) // (2 * MILLIONTHS)
