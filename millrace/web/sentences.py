"""Says one event in the reader's language — e.g. "Application signed and submitted, asking for HK$10,000,000".

Each kind of event has one sentence; the facts are written as amounts, days and names of roles before they are put in it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.people.models import Power
from millrace.registers.timeline import kinds
from millrace.registers.timeline.models import Event
from millrace.web import places, schemes, statuses, words

# Codes that stand in facts, by the name of the fact.
CODES: Mapping[str, Mapping[str, str]] = {
    "role": {"lead": word("lead applicant"), "partner": word("partner"), "sponsor": word("sponsor")},
    "power": {
        **dict(Power.Kind.choices),
        "member": word("member"),
        "signatory": word("authorised person"),
        "administrator": word("administrator"),
    },
    "call": {"all-year": word("open all year")},
    "order_kind": {
        "fund": word("Take in what was voted"),
        "share": word("Share out to a scheme"),
        "transfer": word("Move from one scheme to another"),
        "lapse": word("Let a year's cash lapse"),
    },
    "change": {
        "time_extension": word("More time"),
        "budget_virement": word("Moving money between heads of expenditure"),
        "partner_change": word("Change of partner or sponsor"),
        "scope": word("Change of scope or grant"),
        "key_person": word("Change of key person"),
        "equipment": word("Change of equipment"),
        "suspension": word("Suspension"),
        "termination": word("Ending the agreement early"),
    },
    "ground": {
        "unspent": word("money paid and not earned"),
        "disallowed": word("cost disallowed afterwards"),
        "breach": word("the agreement was broken"),
        "retention": word("equipment not kept for its years"),
        "revenue": word("share of revenue"),
    },
    "advice": {"support": word("Supports it"), "against": word("Advises against it")},
    "reason": {
        "year_ended": word("the financial year has ended"),
        "recorded_wrongly": word("It was recorded wrongly"),
        "learned_late": word("We learned of it late"),
        "source_corrected": word("The source corrected itself"),
    },
}


def sentence(event: Event, zone: ZoneInfo) -> str:
    """This will say one event in the reader's language."""
    kind = kinds.KINDS.get(event.kind)
    if kind is None:
        return event.kind.replace("_", " ")
    unit = str(event.facts.get("unit", ""))
    return _(kind.sentence_for(event.facts)) % _Told({name: told(name, value, unit, zone) for name, value in event.facts.items()})


def kind_in_words(kind: str) -> str:
    """This will name a kind of event without its facts: "offer_declined" → "Offer declined by the applicant"."""
    return (_(kinds.KINDS[kind].sentence) % _Told()).split(":")[0].split("：")[0]


class _Told(dict[str, str]):
    """Facts in words; a sentence that asks for one an old event does not hold shows a dash, never an error."""

    def __missing__(self, _name: str) -> str:
        return "—"


def told(name: str, value: Any, unit: str, zone: ZoneInfo) -> str:
    """This will write one fact: amounts with their unit, days and moments in full, codes by their name."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return words.amount(value, unit) if name.endswith("_cents") else words.count(value)
    if isinstance(value, list):
        return ", ".join(told(name, one, unit, zone) for one in value)
    if isinstance(value, str):
        return _text(name, value, zone)
    return "" if value is None else str(value)


def _text(name: str, value: str, zone: ZoneInfo) -> str:
    try:
        if name.endswith("_on"):
            return words.day(date.fromisoformat(value))
        if name.endswith(("_at", "_at_before")):
            return words.moment(datetime.fromisoformat(value), zone)
    except ValueError:
        return value
    if value in CODES.get(name, {}):
        return _(CODES[name][value])
    if name in ("resource", "tool"):
        return places.title(value)
    if name == "fund":
        return schemes.fund_title(value)
    if name == "measure":
        return schemes.measure_title(value)
    if name in ("scheme", "giver"):
        return schemes.short_title(value)
    if name.endswith("_kind") and value in kinds.KINDS:
        return kind_in_words(value)
    return statuses.in_words(value) if name in ("outcome", "status") else value
