"""Who was granted how many hours — e.g. the allocations of one case with what is left of each."""

from datetime import date, datetime

from django.db.models import QuerySet, Sum

from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Allocation, Operator, Resource
from millrace.registers.people.models import Person
from millrace.registers.people.queries import at_moment


def allocations_of(case: Case) -> QuerySet[Allocation]:
    """This will give the case's allocations, earliest first."""
    return Allocation.objects.filter(case=case).select_related("resource").order_by("starts_on", "id")


def ending_before(case: Case, day: date) -> QuerySet[Allocation]:
    """This will give the case's allocations that end with a day, such as its agreement's last; one with days of its own is none of them."""
    return allocations_of(case).filter(ends_before=day)


def used_by(case: Case, unit: str) -> int:
    """This will give how much of a unit a case has used, over all its allocations."""
    used = Allocation.objects.filter(case=case, resource__unit=unit).aggregate(sum=Sum("used_hours"))["sum"]
    return int(used or 0)


def operators_of(resource: Resource, at: datetime) -> QuerySet[Operator]:
    """This will list who runs a resource at a moment."""
    return Operator.objects.filter(at_moment(at), resource=resource).select_related("person").order_by("person__name", "pk")


def run_by(person: Person, at: datetime) -> QuerySet[Resource]:
    """This will list the resources a person runs at a moment."""
    return Resource.objects.filter(pk__in=Operator.objects.filter(at_moment(at), person=person).values("resource")).order_by("code")


def open_resources() -> QuerySet[Resource]:
    """This will give the resources hours can be granted of."""
    return Resource.objects.filter(closed_at__isnull=True).order_by("code")
