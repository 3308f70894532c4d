"""Payee accounts, payment runs and payments — e.g. a run of twelve payments, made by one person and checked by another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from millrace.stages.deliver.models.receipts import Receipt
from millrace.stages.deliver.models.releases import Release


class PayeeAccount(models.Model):
    """Where an organisation is paid; two people of finance verify it, neither of them its proposer, before a cent goes there."""

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=200)
    bank_code = models.CharField(max_length=11)
    account_number = models.CharField(max_length=34)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(null=True)
    first_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="replaced by a later one, or refused")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(ended_at__isnull=True), name="payee_account_one_live"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True)
                | (Q(first_by__isnull=False) & ~Q(second_by=F("first_by")) & ~Q(second_by=F("proposed_by"))),
                name="payee_account_two_people",
            ),
            models.CheckConstraint(condition=Q(first_by__isnull=True) | ~Q(first_by=F("proposed_by")), name="payee_account_not_proposer"),
        ]

    @property
    def is_verified(self) -> bool:
        return self.second_by_id is not None and self.ended_at is None

    @property
    def masked(self) -> str:
        """This will show the last four digits only."""
        return f"{self.bank_code} •••• {self.account_number[-4:]}"


class PaymentRun(models.Model):
    """A batch of payments: a maker orders it, another person checks it, the bank's word settles it."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("To be checked")
        CHECKED = "checked", _("Sent to the bank")
        SETTLED = "settled", _("Settled")
        CANCELLED = "cancelled", _("Cancelled")

    reference = models.CharField(max_length=35, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    unit = models.CharField(max_length=12)
    financial_year = models.CharField(max_length=10)
    pay_on = models.DateField()
    payment_count = models.PositiveIntegerField()
    total_cents = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, help_text="of the ordered payments: what is checked is what was ordered")
    order_command = models.UUIDField(unique=True)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    check_command = models.UUIDField(null=True, unique=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("ordered_by")), name="payment_run_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "settled"]) | Q(checked_by__isnull=False), name="payment_run_sent_only_checked"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Payment(models.Model):
    """One release paid to one account, or what was held of a receipt paid back; of each, at most one payment is not undone."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("To be checked")
        SENT = "sent", _("Sent to the bank")
        SETTLED = "settled", _("Settled")
        REJECTED = "rejected", _("Rejected by the bank")
        CANCELLED = "cancelled", _("Cancelled")
        RETURNED = "returned", _("Returned by the bank")

    # What these paid is to be paid again.
    UNDONE = (State.REJECTED, State.CANCELLED, State.RETURNED)

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="payments")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="+", help_text="what is held of it is paid back")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="+")
    end_to_end = models.CharField(max_length=35, unique=True, help_text="our own name for this payment, never used again")
    amount_cents = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    accepted_at = models.DateTimeField(null=True, help_text="the bank took it up and has not said yet that it was paid")
    settled_on = models.DateField(null=True)
    bank_reference = models.CharField(max_length=35, blank=True)
    reason = models.CharField(max_length=10, blank=True, help_text="the bank's own code, e.g. AC04 account closed")
    returned_on = models.DateField(null=True, help_text="the bank gave back what it had paid")
    return_reference = models.CharField(max_length=35, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release"], condition=~Q(state__in=["rejected", "cancelled", "returned"]), name="payment_of_a_release_once"
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(state__in=["rejected", "cancelled", "returned"]), name="payment_of_a_receipt_once"
            ),
            models.CheckConstraint(condition=Q(release__isnull=True) ^ Q(receipt__isnull=True), name="payment_of_one_thing"),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(returned_on__isnull=False) & ~Q(return_reference=""), name="payment_returned_on_a_day"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_of_something"),
            models.CheckConstraint(condition=~Q(state="settled") | Q(settled_on__isnull=False), name="payment_settled_on_a_day"),
        ]


class PaymentFile(models.Model):
    """The file of a checked run, byte for byte as it goes to the bank however often it is fetched."""

    run = models.OneToOneField(PaymentRun, on_delete=models.PROTECT, related_name="file")
    message_id = models.CharField(max_length=35, unique=True, help_text="what the bank calls the file by: never used again")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    byte_count = models.PositiveIntegerField()
    made_at = models.DateTimeField()


class StatusFile(models.Model):
    """What the bank answered to a run, kept as it came; each of its files is read once."""

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="status_files")
    message_id = models.CharField(max_length=35, unique=True)
    command = models.UUIDField(unique=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    accepted_count = models.PositiveIntegerField(default=0)
    settled_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
