"""Letters of a case and notices of a person — e.g. the three unread notices of an applicant."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

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
    return Notice.objects.filter(~Exists(conflicted), person=person).select_related("event", "case", "letter").order_by("-id")


def unread_notice_count(person: Person, *, at: datetime) -> int:
    """This will count what the person has not read."""
    return notices_of(person, at=at).filter(read_at=None).count()
