"""Who stands how to a case, who read it, and why a person may see it — e.g. Dr Yip, assessor since 2 March, granted by Ms Ho."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case, Standing
from millrace.registers.documents import queries as documents
from millrace.registers.people.models import Membership, Person, Power
from millrace.web import access
from millrace.web.access import entry

READINGS_SHOWN = 30
NO = {
    "conflicted": word("No: a conflict of interest closes the case to this person, whatever else they may do."),
    "no-relation": word("No: nothing this person holds opens the case."),
    "not-signed-in": word("No: this person does not sign in."),
}
ROLES = {"lead": word("Lead applicant"), "partner": word("Partner"), "sponsor": word("Sponsor")}


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any]:
    """This will list who stands how to the case, and its last readings."""
    held, read = list(cases.standings_held(case, at)), list(documents.readings_of(case)[:READINGS_SHOWN])
    return {
        "case": case,
        "standings": [{"row": row, "relation": _(row.get_relation_display())} for row in held],
        "readings": [{"row": row, "because": ground(row.because)} for row in read],
        "persons": sorted({row.person for row in [*held, *read]}, key=str),
    }


def ground(relation: str) -> str:
    """This will put a relation of `core/access.py` into words: "power:officer" → "Programme officer"."""
    kind, name, *rest = relation.split(":")
    if kind == "power" and name in Power.Kind.values:
        return _(Power.Kind(name).label)
    if kind == "standing" and name in Standing.Relation.values:
        return _(Standing.Relation(name).label)
    if kind == "party" and rest and rest[0] in Membership.Power.values:
        return f"{_(ROLES.get(name, name))}: {_(Membership.Power(rest[0]).label)}"
    return relation


@entry(case="read_access")
def why(request: HttpRequest, reference: str) -> HttpResponse:
    """This will answer "why may she see this?" of one person and this case, now."""
    typed = request.GET.get("person", "")
    person = Person.objects.filter(pk=typed).first() if typed.isascii() and typed.isdigit() else None
    context: dict[str, Any] = {"case": request.case, "person": person, "crumbs": [(reference, f"/cases/{reference}/?show=access")]}
    if person:
        decision, grounds = access.explain_access(person, request.case, request.at)
        context |= {
            "is_allowed": decision.allowed,
            "because": _(NO[decision.because]) if decision.because in NO else ground(decision.because),
            "grounds": [{"told": told, "relation": ground(told.relation)} for told in grounds],
        }
    return render(request, "case_desk/why.html", context)
