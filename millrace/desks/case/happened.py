"""A case's timeline in words, for whoever reads it — e.g. "Application signed and submitted, asking for HK$10,000,000".

An event is shown to the sides its visibility names, and to nobody else.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.web import funder, sentences, sides


def timeline(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give what happened, latest first, in sentences."""
    mine = sides.sides(case, person, at)
    events = sides.events_seen(case, mine).defer("body", "sha256", "sheet")[:200]
    zone = funder.current().zone
    names_people = "staff" in mine or "audit" in mine
    listed = list(events.select_related("by", "on_behalf_of"))
    return {"entries": [_entry(event, zone, names_people=names_people or event.on_behalf_of_id == case.lead_id) for event in listed]}


def _entry(event: Event, zone: ZoneInfo, *, names_people: bool) -> dict[str, Any]:
    behalf = f"{event.by} ({event.on_behalf_of})" if event.on_behalf_of else str(event.by)
    return {"at": event.recorded_at, "sentence": sentences.sentence(event, zone), "by": behalf if names_people else ""}
