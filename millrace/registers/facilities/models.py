"""What can be used by the hour, and who may use how much — e.g. 4,000 GPU-hours of the supercomputing centre for one case.

The hours themselves are in the ledger, in their own unit; these rows say of what, until when, and which meter reading used them.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class Moments(Func):
    """The span of moments from one column until just before another."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Resource(models.Model):
    """A machine park or production line, the unit it is metered in, and the fund whose envelope holds its hours."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField(help_text="en, zh-hant, zh-hans")
    unit = models.CharField(max_length=20, help_text="what its use is counted in")
    fund = models.CharField(max_length=60)
    scheme = models.SlugField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class Operator(models.Model):
    """Somebody who runs a resource, from when to when: confirms its bookings and records what was used of it."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="operators")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    named_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "person"], condition=Q(ends_at__isnull=True), name="operator_once"),
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="operator_span"),
            models.CheckConstraint(condition=~Q(person=F("named_by")), name="operator_named_by_another"),
        ]


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

    @property
    def left_hours(self) -> int:
        return self.granted_hours - self.used_hours - self.returned_hours


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


class Booking(models.Model):
    """One machine of a resource for some hours: asked for, answered, and charged by what was used of it."""

    class State(models.TextChoices):
        ASKED = "asked", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")
        USED = "used", _("Used")

    HOLDING = (State.ASKED, State.CONFIRMED, State.USED)

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="bookings")
    number = models.PositiveIntegerField()
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    tool = models.SlugField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    hours = models.BigIntegerField(help_text="of the resource's unit: a partition of 64 cards counts 64 in an hour")
    used_hours = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="booking_of_a_machine_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("tool", RangeOperators.EQUAL),
                    (Moments("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["asked", "confirmed", "used"]),
            ),
            models.UniqueConstraint(fields=["allocation", "number"], name="booking_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at"), hours__gt=0), name="booking_of_something"),
        ]
