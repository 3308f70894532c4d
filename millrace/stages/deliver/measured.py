"""What is measured of a case, as it stands, and what a number may rest on — e.g. two lines from 3 May, as seen on visit 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import access as rights
from millrace.core import lifecycle
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.stages.deliver.models import Evidence, Inspection, Report
from millrace.web import access, schemes

# A line works on after its money is spent: what is measured may be recorded of a case that was closed too.
STATUSES = lifecycle.IN_FORCE | {"closed"}
REPORT, VISIT, MILESTONE = "report", "visit", "milestone"
GROUNDS = {
    REPORT: word("Report %(number)s, accepted"),
    VISIT: word("Visit %(number)s, held"),
    MILESTONE: word("Milestone %(number)s, accepted"),
}


@dataclass(frozen=True)
class Ground:
    """What a number rests on: its kind and its number in the case."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def said(self) -> str:
        return _(GROUNDS[self.kind]) % {"number": self.number}


def grounds_of(case: Case) -> list[Ground]:
    """This will list what a number may rest on: reports and milestones that were accepted, and visits that were held."""
    rows = (
        (REPORT, "number", Report.objects.filter(case=case, state=Report.State.ACCEPTED)),
        (VISIT, "number", Inspection.objects.filter(case=case, state=Inspection.State.HELD)),
        (MILESTONE, "milestone", Evidence.objects.filter(case=case, purpose=Evidence.Purpose.MILESTONE, state=Evidence.State.VERIFIED)),
    )
    told = [found.order_by().values_list(Value(kind, output_field=CharField()), F(number)).distinct() for kind, number, found in rows]
    return [Ground(kind, number) for kind, number in sorted(told[0].union(*told[1:]))]


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show each number that was recorded, the last word on each day first; and let an officer record one."""
    titles = schemes.measures_of(case.scheme)
    if not titles or case.status not in STATUSES:
        return None
    rows = _rows(case, titles)
    may = rights.decide(access.actor_of(person, at), "record_measure", access.subject_of(person, case, at)).allowed
    return {"case": case, "rows": rows, "may_record": may} if rows or may else None


def _rows(case: Case, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    told: dict[tuple[str, str], Event] = {}
    for event in Event.objects.filter(case=case, kind="measure_recorded").select_related("by").order_by("pk"):
        told[event.facts["measure"], event.facts["from_on"]] = event  # of the same day, the later one is the last word
    rows = [
        {
            "measure": titles.get(measure, measure),
            "number": event.facts["number"],
            "from_on": date.fromisoformat(from_on),
            "ground": Ground(event.facts["rests_on"], event.facts["ground_number"]).said,
            "by": event.by,
        }
        for (measure, from_on), event in told.items()
    ]
    return sorted(rows, key=lambda row: (row["measure"], -row["from_on"].toordinal()))
