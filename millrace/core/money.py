"""Money as whole minor units: reading it, writing it, and dividing it without losing a cent.

One third of a HK$30,000,000.01 smart production line is HK$10,000,000.00, never HK$10,000,000.0033.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

# Minor units per major unit are a property of the currency (ISO 4217), not of any one funder.
_DECIMALS: Final = {"HKD": 2, "CNY": 2, "EUR": 2, "USD": 2, "GBP": 2, "MOP": 2, "JPY": 0, "KRW": 0, "XXX": 2}
_SIGNS: Final = {
    "HKD": "HK$",
    "CNY": "RMB¥",
    "EUR": "€",
    "USD": "US$",
    "GBP": "£",
    "MOP": "MOP$",
    "JPY": "JP¥",
    "KRW": "₩",
    "XXX": "¤",  # no currency: before a funder has published its own
}
CURRENCIES: Final = frozenset(_DECIMALS)
SIGNS: Final = frozenset(_SIGNS.values())


class NotMoney(ValueError):
    """A typed amount that cannot be kept as it was meant; `code` says why: not_a_number,
    too_many_decimals, negative or too_large."""

    def __init__(self, code: str, typed: str) -> None:
        super().__init__(f"{code}: {typed!r}")
        self.code = code
        self.typed = typed


# Far above any budget, well inside a signed 64-bit column.
LARGEST_CENTS: Final = 10**16


def decimals_of(currency: str) -> int:
    """Give how many decimals the currency has; an unknown currency is refused."""
    if currency not in _DECIMALS:
        raise ValueError(f"unknown currency {currency!r}")
    return _DECIMALS[currency]


def read(typed: str, *, currency: str) -> int:
    """Read an amount as a person types it ("1,234.5", "HK$ 2.8") into minor units.

    An amount with more decimals than the currency has is refused, not rounded: a rounded figure
    is not what the applicant declared.
    """
    cleaned = typed.strip().removeprefix(_SIGNS[currency]).removeprefix("$")
    cleaned = cleaned.replace(",", "").replace("，", "").replace(" ", "")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise NotMoney("not_a_number", typed) from None
    if not number.is_finite() or "e" in cleaned.lower() or "_" in cleaned:
        raise NotMoney("not_a_number", typed)
    scaled = number.scaleb(decimals_of(currency))
    if scaled != scaled.to_integral_value():
        raise NotMoney("too_many_decimals", typed)
    if scaled < 0:
        raise NotMoney("negative", typed)
    if scaled > LARGEST_CENTS:
        raise NotMoney("too_large", typed)
    return int(scaled)


def written(amount_cents: int, *, currency: str) -> str:
    """Write an amount in full: "HK$15,000,000", or with its cents when it has any.

    The same form serves English and Chinese text, as Hong Kong's own letters do.
    """
    return f"{'-' if amount_cents < 0 else ''}{_SIGNS[currency]}{plain(amount_cents, currency=currency)}"


def plain(amount_cents: int, *, currency: str) -> str:
    """Write the digits alone, unsigned: what a form's field shows again after it was typed."""
    decimals = decimals_of(currency)
    whole, cents = divmod(abs(amount_cents), 10**decimals)
    tail = f".{cents:0{decimals}d}" if cents else ""
    return f"{whole:,}{tail}"


def portion(amount_cents: int, numerator: int, denominator: int) -> int:
    """Give the largest whole number of minor units not above the fraction of the amount.

    Rounded down because support "up to one third" may never be a cent more than one third.
    """
    if denominator <= 0 or numerator < 0 or amount_cents < 0:
        raise ValueError("a portion needs a non-negative amount and fraction")
    return amount_cents * numerator // denominator


def share_out(amount_cents: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights so that the parts add up to it exactly (largest remainder;
    ties go to the earlier part, so that the same division always gives the same parts)."""
    total = sum(weights)
    if amount_cents < 0 or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("sharing out needs a non-negative amount and some positive weight")
    parts = [amount_cents * weight // total for weight in weights]
    left = amount_cents - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount_cents * weights[i] % total), i))
    for index in by_remainder[:left]:
        parts[index] += 1
    return parts
