"""Requests to be paid part of a grant before it is earned — e.g. half of a grant that is otherwise reimbursed."""

from django.db import models
from django.db.models import Q


class AdvanceRequest(models.Model):
    """What the applicant asked to be advanced under one instalment; the last one asked for counts."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    instalment = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="advance_request_number_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="advance_request_of_something"),
        ]
