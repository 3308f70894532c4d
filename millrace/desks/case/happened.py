"""A case's timeline in words, for whoever reads it — e.g. "Application signed and submitted, asking for HK$10,000,000".

An event is shown to the sides its visibility names, and to nobody else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.core.access import DRAFT_STATUSES
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.web import access, funder, sentences

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


def sides(case: Case, person: Person, at: datetime) -> frozenset[str]:
    """This will name from which sides a person reads a case."""
    actor, subject = access.actor_of(person, at), access.subject_of(person, case, at)
    found = (
        {"party"}
        if any(organisation in actor.organisations for organisation, roles in subject.parties.items() if "lead" in roles)
        else set()
    )
    if "tester" in subject.standings:
        found.add("party")
    if case.status not in DRAFT_STATUSES:
        found |= {_SIDES[power] for power in actor.powers if power in _SIDES}
    return frozenset(found | ({"assessor"} if "assessor" in subject.standings else set()))


def timeline(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give what happened, latest first, in sentences."""
    mine = sides(case, person, at)
    seen = [visibility for visibility, for_whom in SEEN_BY.items() if for_whom & mine]
    events = Event.objects.filter(case=case, visibility__in=seen).defer("body", "sha256", "sheet").order_by("-id")[:200]
    zone = funder.current().zone
    names_people = "staff" in mine or "audit" in mine
    listed = list(events.select_related("by", "on_behalf_of"))
    return {"entries": [_entry(event, zone, names_people=names_people or event.on_behalf_of_id == case.lead_id) for event in listed]}


def _entry(event: Event, zone: ZoneInfo, *, names_people: bool) -> dict[str, Any]:
    behalf = f"{event.by} ({event.on_behalf_of})" if event.on_behalf_of else str(event.by)
    return {"at": event.recorded_at, "sentence": sentences.sentence(event, zone), "by": behalf if names_people else ""}
