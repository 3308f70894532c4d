"""What was told since a seal, sealed or not yet — e.g. the two cases touched after seal 4,211, for what is kept beside the timeline."""

from typing import Any

from django.db.models import QuerySet

from millrace.registers.timeline.models import Event, Pending, Seal


def told_after(number: Any, most: int) -> QuerySet[Event]:
    """This will give the events sealed after a number (or a question for one) and those not sealed yet, at most so many of either."""
    sealed = Seal.objects.filter(number__gt=number).order_by("number").values("event")[:most]
    waiting = Pending.objects.order_by("event").values("event")[:most]
    return Event.objects.filter(pk__in=sealed.union(waiting, all=True))


def struck(kind: str, rows: QuerySet[Any], number: int) -> list[int]:
    """This will list the recordings, by their event, that events of `kind` had struck by a seal; `rows` are what may have been struck.

    Events have no index by kind: those are read that are about the few people who struck any of the rows.
    """
    by = list(rows.filter(struck_at__isnull=False).order_by().values_list("struck_by", flat=True).distinct())
    told = Seal.objects.filter(number__lte=number, event__kind=kind, event__person__in=by)
    return list(told.values_list("event__facts__recorded", flat=True)) if by else []
