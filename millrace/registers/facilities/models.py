"""What can be used by the hour, and who may use how much — e.g. 4,000 GPU-hours of the supercomputing centre for one case.

The hours themselves are in the ledger, in their own unit; these rows say of what, until when, and which meter reading used them.
"""

from django.db import models
from django.db.models import F, Q


class Resource(models.Model):
    """A machine park or production line, the unit it is metered in, and the fund whose envelope holds its hours."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField(help_text="en, zh-hant, zh-hans")
    unit = models.CharField(max_length=20, help_text="GPU-hour or tool-hour")
    fund = models.CharField(max_length=60)
    scheme = models.SlugField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class Allocation(models.Model):
    """Hours of one resource granted to one case, usable in [starts_on, ends_before)."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="allocations")
    granted_hours = models.BigIntegerField()
    used_hours = models.BigIntegerField(default=0)
    returned_hours = models.BigIntegerField(default=0)
    starts_on = models.DateField()
    ends_before = models.DateField()
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_hours__gt=0, used_hours__gte=0, returned_hours__gte=0), name="allocation_of_something"
            ),
            models.CheckConstraint(condition=Q(granted_hours__gte=F("used_hours") + F("returned_hours")), name="allocation_not_overdrawn"),
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="allocation_span"),
        ]


class Usage(models.Model):
    """One metered fact; the meter's own key makes the same reading sent twice count once."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="usages")
    source_key = models.CharField(max_length=120, unique=True)
    event = models.BigIntegerField(help_text="the event that tells of it")
    hours = models.BigIntegerField()
    used_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="usage_of_something")]
