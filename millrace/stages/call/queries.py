"""Which calls are open, and for whom until when — e.g. NIFS all year, RAISe+ until the end of October."""

from datetime import datetime

from django.db.models import Q, QuerySet

from millrace.registers.people.models import Organisation
from millrace.stages.call.models import Call, LateLeave


def open_calls(at: datetime) -> QuerySet[Call]:
    """This will give the calls that take applications at the moment, those closing first at the top."""
    still_open = Q(closes_at__isnull=True) | Q(closes_at__gt=at)
    return Call.objects.filter(still_open, opens_at__lte=at).order_by("closes_at", "scheme")


def call_now(scheme: str, at: datetime, *, is_bound: bool = False) -> Call | None:
    """This will give the call of a scheme to apply under: the open one, else the next to open, else the one that closed last. Who is
    bound by the scheme's windows (`is_bound`) has no part in a call that is open all year beside them."""
    calls = list(Call.objects.filter(scheme=scheme).order_by("opens_at"))
    windows = [call for call in calls if call.code != Call.ALL_YEAR]
    calls = windows if is_bound and windows else calls
    running = [call for call in calls if call.opens_at <= at and (call.closes_at is None or call.closes_at > at)]
    running.sort(key=lambda call: (call.closes_at is not None, call.opens_at))
    coming = [call for call in calls if call.opens_at > at]
    return (running or coming or calls[-1:] or [None])[0]


def calls_of(scheme: str) -> QuerySet[Call]:
    """This will give every call of a scheme, latest first."""
    return Call.objects.filter(scheme=scheme).order_by("-opens_at")


def closing_moment(call: Call, organisation: Organisation) -> datetime | None:
    """This will give the first moment too late for this applicant: the call's, or a later one it has leave for."""
    if call.closes_at is None:
        return None
    leave = LateLeave.objects.filter(call=call, organisation=organisation).first()
    return max(call.closes_at, leave.until) if leave else call.closes_at
