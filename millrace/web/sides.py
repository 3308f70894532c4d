"""From which sides a person reads a case, and which events each side is shown — e.g. an assessor's score, to staff and assessors alone.

The page of a case and the API ask here, so that no reader learns from one what the other keeps back.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from millrace.core.access import DRAFT_STATUSES
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.web import access

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


def events_seen(case: Case, by_sides: frozenset[str]) -> QuerySet[Event]:
    """This will pick what happened to a case that these sides are shown, latest first."""
    seen = [visibility for visibility, for_whom in SEEN_BY.items() if for_whom & by_sides]
    return Event.objects.filter(case=case, visibility__in=seen).order_by("-id")
