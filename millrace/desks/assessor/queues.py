"""What an assessor was asked, by what is to be done next — e.g. "Reviews to write": declared without conflict, nothing written yet.

A case in which the reader declared a conflict is in none of them, nor in their counts.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_noop as word

from millrace.registers.cases.models import Standing
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.stages.assess.models import Assignment
from millrace.web import counting

QUEUES: Mapping[str, str] = {
    "": word("To do"),
    "declare": word("To declare on"),
    "review": word("Reviews to write"),
    "read": word("Papers to read"),
    "done": word("Done"),
}
# What the link of each step says, and where below the case it leads.
STEPS: Mapping[str, str] = {
    "declare": word("Declare interests"),
    "review": word("Write the review"),
    "read": word("Read the papers"),
    "done": word("Open the case"),
}
ADDRESSES: Mapping[str, str] = {"declare": "interest/", "review": "review/", "read": "", "done": ""}

WAITING = Q(outcome=Assignment.Outcome.WAITING)
UNWRITTEN = Q(written_at__isnull=True)
OPEN = Q(case__status="under_assessment")
PAPERS = Q(role=Assignment.Role.COMMITTEE)


def asked(person: Person, at: datetime) -> QuerySet[Assignment]:
    """This will list what a person was asked and may still know of."""
    conflicted = Standing.objects.filter(people.at_moment(at), person=person, relation="conflicted")
    return Assignment.objects.filter(~Q(case__in=conflicted.values("case")), ended_at=None, person=person)


def narrowed(rows: QuerySet[Assignment], queue: str) -> QuerySet[Assignment]:
    """This will pick one queue."""
    match queue:
        case "declare":
            return rows.filter(UNWRITTEN & WAITING)
        case "review":
            return rows.filter(UNWRITTEN & ~WAITING & OPEN & ~PAPERS)
        case "read":
            return rows.filter(UNWRITTEN & ~WAITING & OPEN & PAPERS)
        case "done":
            return rows.filter(~WAITING & (~OPEN | ~UNWRITTEN))
        case _:
            return rows.filter(UNWRITTEN & (WAITING | OPEN))


def with_step(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """This will add the next step of each row and its address."""
    step = Case(
        When(WAITING, then=Value("declare")),
        When(~OPEN | ~UNWRITTEN, then=Value("done")),
        When(PAPERS, then=Value("read")),
        default=Value("review"),
    )
    tails = [When(step=code, then=Value(tail)) for code, tail in ADDRESSES.items()]
    base = Concat(Value("/cases/"), "case__reference", Value("/"))
    return rows.annotate(step=step).annotate(address=Concat(base, Case(*tails, default=Value("")), output_field=CharField()))


def counts(rows: QuerySet[Assignment]) -> dict[str, int]:
    """This will count every queue in one query, each only as far as it is shown."""
    counted = counting.capped({queue: narrowed(rows, queue) for queue in list(QUEUES)[1:]})
    return {"": sum(count for queue, count in counted.items() if queue != "done"), **counted}
