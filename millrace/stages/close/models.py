"""Final accounts and refunds — e.g. NIFS: HK$10m promised, HK$9.4m earned and paid, HK$0.6m back to the envelope.

A final account is never changed: reopening a case ends it, and closing again writes the next one.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class FinalAccount(models.Model):
    """What was spent, earned, paid and left when the case was closed or terminated."""

    class Ending(models.TextChoices):
        CLOSED = "closed", _("Closed")
        TERMINATED = "terminated", _("Terminated")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    ending = models.CharField(max_length=10, choices=Ending.choices)
    reason = models.CharField(max_length=40, blank=True, help_text="a termination's reason code")
    note = models.CharField(max_length=1000, blank=True)
    unit = models.CharField(max_length=12)
    spent_cents = models.BigIntegerField(help_text="cost allowed under decided claims")
    earned_cents = models.BigIntegerField(help_text="the grant that cost earns")
    released_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField(help_text="paid and not refunded")
    unspent_cents = models.BigIntegerField(help_text="promised, not released, given back to the envelope")
    matching_cents = models.BigIntegerField(help_text="matching money used by releases")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reopen_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="final_account_number_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(reopened_at__isnull=True), name="final_account_one_standing"),
            models.CheckConstraint(
                condition=Q(spent_cents__gte=0, earned_cents__gte=0, released_cents__gte=0, paid_cents__gte=0, unspent_cents__gte=0)
                & Q(paid_cents__lte=F("released_cents")),
                name="final_account_not_negative",
            ),
        ]


class Refund(models.Model):
    """Money the enterprise paid back, put into the envelope it came from; recorded in error, it is taken back by a second person."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField()
    unit = models.CharField(max_length=12)
    received_on = models.DateField()
    bank_reference = models.CharField(max_length=35)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_reference"], condition=Q(taken_back_at__isnull=True), name="refund_banked_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True) | ~Q(taken_back_by=F("recorded_by")), name="refund_taken_back_by_another"
            ),
        ]
