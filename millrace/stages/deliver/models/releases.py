"""Releases of instalments, and which of them wait to be paid — e.g. HK$9m of instalment 2, limited by its matching money."""

from django.db import models
from django.db.models import Q


class Release(models.Model):
    """One release of an instalment: how much, resting on which matching money, by which arithmetic."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    instalment = models.PositiveSmallIntegerField()
    stage_number = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField()
    matching_cents = models.BigIntegerField(default=0)
    drawn = models.JSONField(default=list, help_text="sponsor, kind and amount of the matching money used up")
    steps = models.JSONField(default=list)
    limited_by = models.CharField(max_length=40, blank=True)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.BigIntegerField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["-released_at", "id"], name="release_latest")]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="release_number_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="release_of_something"),
        ]


class Unpaid(models.Model):
    """A release that waits to be ordered: its row goes when a payment takes it up, and comes back if that is cancelled or rejected.

    Releases themselves never change; among a hundred thousand of them finance finds the few that wait without looking at each.
    """

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="unpaid")
