"""Who stands how to a case, who read it, and why a person may see it — e.g. Dr Yip, assessor since 2 March, granted by Ms Ho."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.documents import queries as documents
from millrace.registers.people.models import Person
from millrace.web import access, grounds
from millrace.web.access import entry

READINGS_SHOWN = 30


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any]:
    """This will list who stands how to the case, and its last readings."""
    held, read = list(cases.standings_held(case, at)), list(documents.readings_of(case)[:READINGS_SHOWN])
    return {
        "case": case,
        "standings": [{"row": row, "relation": _(row.get_relation_display())} for row in held],
        "readings": [{"row": row, "because": grounds.ground(row.because)} for row in read],
        "persons": sorted({row.person for row in [*held, *read]}, key=str),
    }


@entry(case="read_access")
def why(request: HttpRequest, reference: str) -> HttpResponse:
    """This will answer "why may she see this?" of one person and this case, now."""
    typed = request.GET.get("person", "")
    person = Person.objects.filter(pk=typed).first() if typed.isascii() and typed.isdigit() else None
    context: dict[str, Any] = {"case": request.case, "person": person, "crumbs": [(reference, f"/cases/{reference}/?show=access")]}
    if person:
        decision, held = access.explain_access(person, request.case, request.at)
        context |= {
            "is_allowed": decision.allowed,
            "because": grounds.because(decision.because),
            "grounds": [{"told": told, "relation": grounds.ground(told.relation)} for told in held],
        }
    return render(request, "case_desk/why.html", context)
