"""Finds payments that may be one payment told twice — e.g. "INV-0012" of "Tools Ltd." and "inv 12" of "TOOLS LIMITED", one day apart.

What is exactly the same is refused by whoever records it; what is only alike is named here, with why, and a person decides.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_TOKENS = re.compile(r"\d+|[^\W\d_]+")
# What says that a name is a company's and not which: left out before names are compared.
_FORMS = frozenset({"ltd", "limited", "co", "company", "inc", "incorporated", "corp", "corporation", "plc", "llc", "the"})
_HAN_FORMS = re.compile("股份有限公司|有限责任公司|有限責任公司|有限公司|公司")
ALIKE_PERCENT = 75


def reference_key(written: str) -> str:
    """This will bring an invoice number to the form it is compared in: case, blanks, signs and leading zeros aside.

    Digits that a sign kept apart stay apart, so that A1-02 is not A12.
    """
    folded = unicodedata.normalize("NFKC", written).casefold()
    return "-".join(token.lstrip("0") or "0" if token.isdigit() else token for token in _TOKENS.findall(folded))


def name_key(written: str) -> str:
    """This will bring a supplier's name to the form it is compared in: case, signs and the form of company aside."""
    folded = _HAN_FORMS.sub("", unicodedata.normalize("NFKC", written).casefold())
    tokens = _TOKENS.findall(folded)
    return "".join(token for token in tokens if token not in _FORMS) or "".join(tokens)


def similarity(one: str, other: str) -> int:
    """This will say in percent how alike two names are: Dice's coefficient over pairs of neighbouring characters
    (Dice 1945, "Measures of the amount of ecologic association between species", Ecology 26(3))."""
    first, second = name_key(one), name_key(other)
    if first == second:
        return 100
    left, right = _pairs(first), _pairs(second)
    if not left or not right:
        return 0
    rest = list(right)
    shared = 0
    for pair in left:
        if pair in rest:
            rest.remove(pair)
            shared += 1
    return 200 * shared // (len(left) + len(right))


def _pairs(text: str) -> list[str]:
    return [text[position : position + 2] for position in range(len(text) - 1)]


def is_alike(one: str, other: str) -> bool:
    """This will say whether two names may be one; a name not given may be any."""
    return not one.strip() or not other.strip() or similarity(one, other) >= ALIKE_PERCENT


def payment_key(payer: int, payee: str, invoice: str) -> str:
    """This will name a payment by whose invoice it settles, as a digest — by who paid it where the payee is not said; "" without a number.

    A supplier gives a number once, so the same invoice shown by two payers is still one payment.
    """
    number, name = reference_key(invoice), name_key(payee)
    return hashlib.sha256(f"{name or payer}:{number}".encode()).hexdigest() if number else ""


@dataclass(frozen=True)
class Paid:
    """One payment as it is compared: who paid whom how much when, on which invoice. `key` is the caller's own name for it."""

    key: str
    payer: int
    payee: str
    invoice: str
    amount_cents: int
    on: date | None = None


@dataclass(frozen=True)
class Like:
    """Another payment this one is like, and in what: same_invoice or same_amount."""

    key: str
    why: tuple[str, ...]


def alike(one: Paid, others: Iterable[Paid], *, days: int) -> tuple[Like, ...]:
    """This will list the payments `one` may be the same as, in the order given.

    The same invoice number of payees alike, or of one payer; or the same amount of one payer, dated within `days`, to payees alike.
    """
    found = ((other, tuple(_why(one, other, days))) for other in others if other.key != one.key)
    return tuple(Like(other.key, why) for other, why in found if why)


def _why(one: Paid, other: Paid, days: int) -> Iterable[str]:
    names_alike, same_payer = is_alike(one.payee, other.payee), one.payer == other.payer
    number = reference_key(one.invoice)
    if number and number == reference_key(other.invoice) and (same_payer or (names_alike and one.payee.strip() and other.payee.strip())):
        yield "same_invoice"
    is_near = one.on is not None and other.on is not None and abs((one.on - other.on).days) <= days
    if same_payer and is_near and names_alike and one.amount_cents == other.amount_cents:
        yield "same_amount"
