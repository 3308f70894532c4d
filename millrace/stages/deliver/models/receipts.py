"""Money that came in from payees — e.g. HK$45,000 on a debt of HK$40,000: HK$5,000 of it is held and paid back.

One row for one movement at the bank. What it settled is a `Settlement`; a receipt recorded in error is taken back by a second person,
and its bank reference may then be used again, for what it was meant for.
"""

from django.db import models
from django.db.models import F, Q

from millrace.stages.deliver.models.recovery import Receivable, Settlement


class BankReference(models.Model):
    """A movement at the bank that stands recorded: on a debt, as a refund, or as a payment that came back. Its row goes when a receipt or a
    refund is taken back.

    They are rows of two stages; what keeps one movement from being two of them stands here, once.
    """

    reference = models.CharField(max_length=35, primary_key=True)


class Receipt(models.Model):
    """What the bank told of: the part a debt took, and the part beyond it, which is the payee's own."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField(help_text="counted within the receivable")
    bank_reference = models.CharField(max_length=35)
    received_on = models.DateField()
    amount_cents = models.BigIntegerField(help_text="all that came in")
    held_cents = models.BigIntegerField(default=0, help_text="what of it was more than is owed")
    settlement = models.OneToOneField(Settlement, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.BigIntegerField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["bank_reference"], condition=Q(taken_back_at__isnull=True), name="receipt_banked_once"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, held_cents__gte=0, held_cents__lte=F("amount_cents")), name="receipt_of_something"
            ),
            models.CheckConstraint(
                condition=Q(settlement__isnull=False) | Q(held_cents=F("amount_cents")), name="receipt_settles_what_it_does_not_hold"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True) | ~Q(taken_back_by=F("recorded_by")), name="receipt_taken_back_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receivable} / {self.number}"
