"""Letters of a case and notices of a person — e.g. the three unread notices of an applicant."""

from datetime import datetime

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from millrace.registers.cases.models import Case, Standing
from millrace.registers.messages.models import Letter, Notice
from millrace.registers.people.models import Person


def letters_of(case: Case) -> QuerySet[Letter]:
    """This will list the letters of a case, newest first; who may read them is asked of access."""
    return Letter.objects.filter(case=case).order_by("-id")


def notices_of(person: Person, *, at: datetime) -> QuerySet[Notice]:
    """This will list a person's notices, newest first, without those of cases the person is in conflict with."""
    standing_now = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    conflicted = Standing.objects.filter(standing_now, person=person, case=OuterRef("case"), relation=Standing.Relation.CONFLICTED)
    held = Notice.objects.filter(~Exists(conflicted), person=person)
    return held.select_related("event", "case", "letter").defer("event__body", "letter__body").order_by("-id")


MOST_UNREAD = 99


class _Counted(Subquery):
    """Counts the rows of a query as they are, so that it may stop early."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def with_unread_count(persons: QuerySet[Person]) -> QuerySet[Person]:
    """This will give each person their `unread_notice_count`, in the query that finds them: every page shows it.

    Counted to one more than `MOST_UNREAD`: who has not read for years is not to slow every page.
    """
    conflicted = Standing.objects.filter(
        person=OuterRef("person"), case=OuterRef("case"), relation=Standing.Relation.CONFLICTED, ends_at__isnull=True
    )
    unread = Notice.objects.filter(~Exists(conflicted), person=OuterRef("pk"), read_at__isnull=True).order_by()
    return persons.annotate(unread_notice_count=_Counted(unread.values("pk")[: MOST_UNREAD + 1]))
