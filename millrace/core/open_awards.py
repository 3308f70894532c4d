"""Public awards as outsiders read them: 360Giving 1.4 grants, the same flattened, and rows of a Data Package.

An award of HK$10m under NIFS becomes one grant in whole and decimal units of its currency. What is not money (hours of a machine)
has no place in a file of grants and is left out there, counted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from millrace.core import cells, money

STANDARD = "1.4"
# The titles that 360Giving gives its columns, in the order they are written; a path leads into the grant.
COLUMNS: tuple[tuple[str, tuple[str | int, ...]], ...] = (
    ("Identifier", ("id",)),
    ("Title", ("title",)),
    ("Description", ("description",)),
    ("Currency", ("currency",)),
    ("Amount Awarded", ("amountAwarded",)),
    ("Amount Disbursed", ("amountDisbursed",)),
    ("Award Date", ("awardDate",)),
    ("Recipient Org:Identifier", ("recipientOrganization", 0, "id")),
    ("Recipient Org:Name", ("recipientOrganization", 0, "name")),
    ("Recipient Org:Alternate Name", ("recipientOrganization", 0, "alternateName")),
    ("Funding Org:Identifier", ("fundingOrganization", 0, "id")),
    ("Funding Org:Name", ("fundingOrganization", 0, "name")),
    ("Grant Programme:Code", ("grantProgramme", 0, "code")),
    ("Grant Programme:Title", ("grantProgramme", 0, "title")),
    ("Last Modified", ("dateModified",)),
)


@dataclass(frozen=True, slots=True)
class Funder:
    """Who publishes: the prefix of its grants, its own identifier, and its name."""

    prefix: str
    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Award:
    """One award as far as it is public: amounts in minor units of `unit`."""

    reference: str
    title: str
    scheme: str
    scheme_title: str
    version: str
    status: str
    unit: str
    approved_cents: int
    paid_cents: int
    approved_on: date | None
    agreed_on: date | None
    completed_on: date | None
    terminated_on: date | None
    lead_kind: str
    lead_number: str
    lead_name: str
    lead_name_zh: str

    @property
    def is_money(self) -> bool:
        """Say whether it was awarded in a currency."""
        return self.unit in money.CURRENCIES


def major(cents: int, currency: str) -> int | Decimal:
    """Give an amount in whole units of its currency, exactly; decimals only where there are any."""
    value = Decimal(cents).scaleb(-money.decimals_of(currency))
    return int(value) if value == value.to_integral_value() else value.normalize()


def grant(award: Award, funder: Funder, modified: str) -> dict[str, Any]:
    """Make the 360Giving grant of an award in money; `modified` is the moment of the seal it rests on, in ISO 8601."""
    recipient = {"id": f"{award.lead_kind.upper().replace('_', '-')}-{award.lead_number}", "name": award.lead_name}
    if award.lead_name_zh:
        recipient["alternateName"] = award.lead_name_zh
    awarded_on = award.approved_on or award.agreed_on
    if awarded_on is None or not award.is_money:
        raise ValueError("a grant was awarded on a day, in money")
    return {
        "id": f"{funder.prefix}-{award.reference}",
        "title": award.title,
        "description": f"{award.scheme_title}, judged by version {award.version} of its rules.",
        "currency": award.unit,
        "amountAwarded": major(award.approved_cents, award.unit),
        "amountDisbursed": major(award.paid_cents, award.unit),
        "awardDate": awarded_on.isoformat(),
        "recipientOrganization": [recipient],
        "fundingOrganization": [{"id": funder.identifier, "name": funder.name}],
        "grantProgramme": [{"code": award.scheme, "title": award.scheme_title}],
        "dateModified": modified,
    }


def flat(one: Mapping[str, Any]) -> list[str]:
    """Flatten a grant into the cells of `COLUMNS`; what it does not say is empty."""
    return [cells.safe(_cell(one, path)) for _title, path in COLUMNS]


def _cell(value: Any, path: tuple[str | int, ...]) -> str:
    for step in path:
        value = value.get(step, "") if isinstance(value, Mapping) else value[step]
    return str(value)


def as_json(value: Any) -> str:
    """Write plain values as JSON, exact decimals as numbers of JSON."""
    return json.dumps(value, ensure_ascii=False, default=_number)


def _number(value: Any) -> float:
    """Amounts here have at most three decimals and stay below 2**53 minor units, where a float prints the decimal it was made of."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not plain")
    return float(value)


# The columns of awards.csv in a Data Package: name, type of Table Schema, and what it holds.
TABLE: tuple[tuple[str, str, str], ...] = (
    ("reference", "string", "The award's permanent reference; its page is /register/<reference>/."),
    ("title", "string", "The project's title, as its applicant wrote it."),
    ("scheme", "string", "The scheme's code."),
    ("version", "string", "The version of the scheme's rules by which it was judged."),
    ("status", "string", "in_force, suspended, closed or terminated."),
    ("unit", "string", "The currency (ISO 4217) or the unit of hours it was awarded in."),
    ("approved", "number", "What was approved, in whole units."),
    ("paid", "number", "What the bank has settled, in whole units."),
    ("approved_on", "date", "The day of the authority's approval."),
    ("agreed_on", "date", "The day the agreement came into force."),
    ("completed_on", "date", "The day it was completed."),
    ("terminated_on", "date", "The day it was terminated."),
    ("organisation_kind", "string", "What kind of number identifies the organisation."),
    ("organisation_number", "string", "The organisation's registration number."),
    ("organisation", "string", "The organisation's name."),
    ("organisation_zh", "string", "The organisation's name in Chinese, where it has one."),
)


def row(award: Award) -> list[str]:
    """Give an award's cells of awards.csv."""
    amounts = [major(cents, award.unit) if award.is_money else cents for cents in (award.approved_cents, award.paid_cents)]
    days = [day.isoformat() if day else "" for day in (award.approved_on, award.agreed_on, award.completed_on, award.terminated_on)]
    named = [award.lead_kind, award.lead_number, cells.safe(award.lead_name), cells.safe(award.lead_name_zh)]
    first = [award.reference, cells.safe(award.title), award.scheme, award.version, award.status, award.unit]
    return [*first, *(f"{amount:f}" if isinstance(amount, Decimal) else str(amount) for amount in amounts), *days, *named]


def schema(table: tuple[tuple[str, str, str], ...], key: str) -> dict[str, Any]:
    """Make the Table Schema of a table."""
    return {
        "fields": [{"name": name, "type": kind, "description": said} for name, kind, said in table],
        "primaryKey": key.split(),
        "missingValues": [""],
    }
