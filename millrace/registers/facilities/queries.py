"""Who was granted how many hours — e.g. the allocations of one case with what is left of each."""

from django.db.models import QuerySet, Sum

from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Allocation, Resource


def allocations_of(case: Case) -> QuerySet[Allocation]:
    """This will give the case's allocations, earliest first."""
    return Allocation.objects.filter(case=case).select_related("resource").order_by("starts_on", "id")


def used_by(case: Case, unit: str) -> int:
    """This will give how much of a unit a case has used, over all its allocations."""
    used = Allocation.objects.filter(case=case, resource__unit=unit).aggregate(sum=Sum("used_hours"))["sum"]
    return int(used or 0)


def open_resources() -> QuerySet[Resource]:
    """This will give the resources hours can be granted of."""
    return Resource.objects.filter(closed_at__isnull=True).order_by("code")
