"""A case's timeline in words, for whoever reads it — e.g. "Application signed and submitted, asking for HK$10,000,000".

Each kind of event has one sentence; the facts are written as amounts, days and names of roles before they are put in it. An event
is shown to the sides its visibility names, and to nobody else.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.access import DRAFT_STATUSES
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import kinds
from millrace.registers.timeline.models import Event
from millrace.web import access, statuses, words

# Which sides each visibility is for.
SEEN_BY: Mapping[str, frozenset[str]] = {
    "public": frozenset({"party", "staff", "finance", "audit", "assessor"}),
    "party": frozenset({"party", "staff", "finance", "audit"}),
    "partner": frozenset({"party", "staff", "audit"}),
    "staff": frozenset({"staff", "audit"}),
    "assessor": frozenset({"staff", "assessor", "audit"}),
    "finance": frozenset({"staff", "finance", "audit"}),
    "audit": frozenset({"audit"}),
}
_SIDES = {
    "officer": "staff",
    "authority": "staff",
    "policy": "staff",
    "finance": "finance",
    "finance_maker": "finance",
    "finance_checker": "finance",
    "auditor": "audit",
}

# Codes that stand in facts, by the name of the fact.
CODES: Mapping[str, Mapping[str, str]] = {
    "role": {"lead": word("lead applicant"), "partner": word("partner"), "sponsor": word("sponsor")},
    "power": {"member": word("member"), "signatory": word("authorised person"), "administrator": word("administrator")},
}


def sides(case: Case, person: Person, at: datetime) -> frozenset[str]:
    """This will name from which sides a person reads a case."""
    actor, subject = access.actor_of(person, at), access.subject_of(person, case, at)
    found = (
        {"party"}
        if any(organisation in actor.organisations for organisation, roles in subject.parties.items() if "lead" in roles)
        else set()
    )
    if case.status not in DRAFT_STATUSES:
        found |= {_SIDES[power] for power in actor.powers if power in _SIDES}
    return frozenset(found | ({"assessor"} if "assessor" in subject.standings else set()))


def timeline(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give what happened, latest first, in sentences."""
    mine = sides(case, person, at)
    seen = [visibility for visibility, for_whom in SEEN_BY.items() if for_whom & mine]
    events = Event.objects.filter(case=case, visibility__in=seen).defer("body", "sha256", "sheet").order_by("-id")[:200]
    zone = policy.zone()
    names_people = "staff" in mine or "audit" in mine
    listed = list(events.select_related("by", "on_behalf_of"))
    return {"entries": [_entry(event, zone, names_people=names_people or event.on_behalf_of_id == case.lead_id) for event in listed]}


def _entry(event: Event, zone: ZoneInfo, *, names_people: bool) -> dict[str, Any]:
    behalf = f"{event.by} ({event.on_behalf_of})" if event.on_behalf_of else str(event.by)
    return {"at": event.recorded_at, "sentence": sentence(event, zone), "by": behalf if names_people else ""}


def sentence(event: Event, zone: ZoneInfo) -> str:
    """This will say one event in the reader's language."""
    kind = kinds.KINDS.get(event.kind)
    if kind is None:
        return event.kind.replace("_", " ")
    unit = str(event.facts.get("unit", "HKD"))
    return _(kind.sentence) % _Told({name: told(name, value, unit, zone) for name, value in event.facts.items()})


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
    return statuses.in_words(value) if name in ("outcome", "status") else value
