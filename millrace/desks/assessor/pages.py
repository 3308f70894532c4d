"""The assessor's desk: proposals to declare on, reviews to write, papers to read, and what is done — e.g. /reviews/.

A case in which the reader declared a conflict is not here in any form, nor counted.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.registers.cases.models import Standing
from millrace.registers.people import queries as people
from millrace.stages.assess.models import Assignment, Review
from millrace.web.access import entry


@dataclass(frozen=True)
class Item:
    """One line of the desk: what is to be done about which case, by when."""

    assignment: Assignment
    url: str
    action: str
    is_done: bool = False


@entry(power=("assessor", "committee"))
def reviews(request: HttpRequest) -> HttpResponse:
    """This will sort what the reader was asked by what is to be done next."""
    groups: dict[str, list[Item]] = {"declare": [], "review": [], "read": [], "done": []}
    for assignment in assignments(request.user, request.at):
        group, item = _placed(assignment)
        groups[group].append(item)
    titles = {
        "declare": _("To declare on"),
        "review": _("Reviews to write"),
        "read": _("Papers to read"),
        "done": _("Done"),
    }
    shown = [{"id": name, "title": titles[name], "items": items} for name, items in groups.items()]
    return render(request, "assessor_desk/reviews.html", {"groups": shown, "is_empty": not any(groups.values())})


def assignments(person: Any, at: Any) -> QuerySet[Assignment]:
    """This will list what a person was asked and may still know of, with its case and whether a review was written."""
    conflicted = Standing.objects.filter(people.at_moment(at), person=person, case=OuterRef("case"), relation="conflicted")
    written = Review.objects.filter(assignment=OuterRef("pk"))
    mine = Assignment.objects.filter(~Exists(conflicted), Q(ended_at=None), person=person)
    return mine.annotate(is_written=Exists(written)).select_related("case__lead").order_by("due_on", "id")


def _placed(assignment: Assignment) -> tuple[str, Item]:
    base = f"/cases/{assignment.case.reference}/"
    if assignment.outcome == Assignment.Outcome.WAITING:
        return "declare", Item(assignment, f"{base}interest/", _("Declare interests"))
    if assignment.case.status != "under_assessment" or getattr(assignment, "is_written", False):
        return "done", Item(assignment, base, _("Open the case"), is_done=True)
    if assignment.role == Assignment.Role.COMMITTEE:
        return "read", Item(assignment, base, _("Read the papers"))
    return "review", Item(assignment, f"{base}review/", _("Write the review"))
