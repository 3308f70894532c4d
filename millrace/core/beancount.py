"""Writes the books in the plain-text language of Beancount — e.g. `Assets:Committed:Itf:Nifs:NIFS-7KQ2-M4XD:HKD`.

One directive a line or block, each made from values alone. The language: beancount.github.io/docs/beancount_language_syntax.html.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from millrace.core import ledger, money

_NAME = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]")


@dataclass(frozen=True)
class Leg:
    """What one account receives, in its unit's smallest part; less than zero is what it gives."""

    account: str
    amount: int
    unit: str


def name(account: ledger.Account, reference: str = "") -> str:
    """This will name an account, different accounts differently; `reference` is that of its case.

    Where value comes from and goes back to stands under Equity, everything the funder keeps under Assets. A fund or scheme whose
    name cannot be written, or a case without its reference, is refused.
    """
    if (account.case is None) == bool(reference):
        raise ValueError(f"{account.key}: a case is named by its reference, and nothing else is")
    sponsor = "" if account.sponsor is None else f"Organisation-{account.sponsor}"
    parts = [account.kind, account.fund, account.scheme, account.financial_year, reference, sponsor, account.form]
    # An envelope not yet shared out has no scheme: the place is kept, so that no two accounts are written alike.
    told = [part or "None" for part in (parts[:3] if account.fund else parts[:1])] + [part for part in parts[3:] if part]
    return ":".join(["Equity" if account.may_be_negative else "Assets", *(_component(part) for part in [*told, commodity(account.unit)])])


def _component(part: str) -> str:
    written = part[:1].upper() + part[1:].replace("_", "-")
    if not _NAME.fullmatch(written):
        raise ValueError(f"{part!r} cannot stand in an account's name: letters, digits and hyphens only")
    return written


def commodity(unit: str) -> str:
    """This will write a unit as a commodity: HKD as it is, GPU-hour as GPU-HOUR."""
    written = unit.upper().replace("_", "-")
    if not _COMMODITY.fullmatch(written):
        raise ValueError(f"{unit!r} cannot be written as a commodity")
    return written


def amount(units: int, unit: str) -> str:
    """This will write an amount to its last decimal: 1050 of HKD as 10.50 HKD, and hours as whole ones."""
    decimals = money.decimals_of(unit) if unit in money.CURRENCIES else 0
    return f"{Decimal(units).scaleb(-decimals):f} {commodity(unit)}"


def heading(title: str, currency: str, notes: Sequence[str]) -> str:
    """This will begin the file: what it is, in which currency, and how it is to be read."""
    lines = [*(f"; {note}" for note in notes), f'option "title" "{_quoted(title)}"', f'option "operating_currency" "{commodity(currency)}"']
    return "\n".join(lines) + "\n\n"


def opened(account: str, unit: str, on: date) -> str:
    """This will open an account for one unit alone."""
    return f"{on:%Y-%m-%d} open {account} {commodity(unit)}\n"


def entry(on: date, what: str, reference: str, known: Iterable[tuple[str, int]], legs: Sequence[Leg]) -> str:
    """This will write one event's postings: what happened, to which case, the numbers it is `known` by, and every leg."""
    lines = [f'{on:%Y-%m-%d} * "{_quoted(reference)}" "{_quoted(what)}"']
    lines += [f"  {key}: {number}" for key, number in known]
    lines += [f"  {leg.account}  {amount(leg.amount, leg.unit)}" for leg in legs]
    return "\n".join(["", *lines, ""])


def assertion(on: date, account: str, units: int, unit: str) -> str:
    """This will assert what an account holds as the day begins, to the last cent: left alone, Beancount forgives one."""
    written, currency = amount(units, unit).split(" ")
    return f"{on:%Y-%m-%d} balance {account}  {written} ~ 0 {currency}\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
