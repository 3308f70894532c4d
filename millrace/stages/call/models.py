"""Calls, their windows, and what is asked before anyone applies — e.g. RAISe+ 2025, closing at midnight of 31 October in Hong Kong.

A call comes from the published policy; here is only what may happen to it afterwards: an extension for all, or leave for one.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AnnouncedCalls(models.Manager["Call"]):
    """The calls that were announced; those of test applications are in no list."""

    def get_queryset(self) -> models.QuerySet["Call"]:
        return super().get_queryset().filter(is_test=False)


class Call(models.Model):
    """One invitation under a scheme. Without a closing moment it is always open."""

    ALL_YEAR = "all-year"

    scheme = models.SlugField(max_length=60)
    code = models.SlugField(max_length=60, help_text="as the policy names it, or all-year")
    announced_by = models.ForeignKey("policy.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, help_text="the first moment that is too late")
    is_test = models.BooleanField(default=False, help_text="for test applications under a draft of the rules")

    objects = AnnouncedCalls()
    every: ClassVar[models.Manager["Call"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["opens_at", "closes_at"], name="call_window")]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="call_once"),
            models.CheckConstraint(condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")), name="call_window_span"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.code}"


class Extension(models.Model):
    """A later closing moment for everyone, and why."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="extensions")
    closed_at_before = models.DateTimeField()
    closes_at = models.DateTimeField()
    reason = models.TextField()
    extended_at = models.DateTimeField()
    extended_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class LateLeave(models.Model):
    """Leave for one applicant to be late, until when and why."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="late_leaves")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    reason = models.TextField()
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="late_leave_once")]


class Applicant(models.Model):
    """One organisation in one call: the row that is locked while a limit per applicant and call is counted."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="call_applicant_once")]


class Enquiry(models.Model):
    """A question put to the funder before any application. The event holds codes and days; names and words stay here, where retention may
    blank them."""

    class Way(models.TextChoices):
        PHONE = "phone", _("By telephone")
        MAIL = "mail", _("By e-mail or letter")
        IN_PERSON = "in_person", _("In person")
        OCCASION = "occasion", _("At a briefing or fair")

    received_on = models.DateField()
    way = models.CharField(max_length=10, choices=Way.choices)
    scheme = models.SlugField(max_length=60, blank=True, help_text="which it is about; empty for none in particular")
    organisation = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=300, help_text="who asked, and how they are reached")
    question = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, help_text="recorded in error")
    struck_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-received_on", "-id"], name="enquiry_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")) & ~Q(answer=""), name="enquiry_answered"
            )
        ]
