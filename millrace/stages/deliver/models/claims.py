"""Claims and their lines — e.g. line 3 of a NIFS claim, reduced to the cap on patent fees."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Claim(models.Model):
    """A request to have spent money counted and paid: lines by cost head, ruled one by one, decided by a second person."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Being checked")
        DECIDED = "decided", _("Decided")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    stage_number = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    claimed_cents = models.BigIntegerField(default=0)
    stated_cents = models.BigIntegerField(null=True, help_text="the total on the enterprise's own statement, where it gave one")
    allowed_cents = models.BigIntegerField(default=0)
    refused_cents = models.BigIntegerField(default=0)
    payable_cents = models.BigIntegerField(default=0)
    steps = models.JSONField(default=list, help_text="the arithmetic of the decision, as core/claims gave it")
    judged = models.JSONField(default=dict, help_text="the rules judged at claims, with the facts of all claims so far")

    class Meta:
        indexes = [
            models.Index(fields=["state", "case"], name="claim_state_case"),
            models.Index(F("submitted_at").desc(nulls_last=True), "id", name="claim_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="claim_number_once"),
            models.UniqueConstraint(fields=["case"], condition=~Q(state="decided"), name="claim_one_open"),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(claimed_cents=F("allowed_cents") + F("refused_cents"), decided_by__isnull=False),
                name="claim_adds_up",
            ),
        ]


class ClaimLine(models.Model):
    """One item of spend under one head, its proofs, and the ruling on it: allowed + refused = claimed, always."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    head = models.CharField(max_length=40)
    item = models.CharField(max_length=200)
    supplier = models.CharField(max_length=200, blank=True)
    invoice = models.CharField(max_length=80, blank=True)
    invoice_key = models.CharField(max_length=200, blank=True, help_text="the invoice number in the form it is compared in")
    spent_on = models.DateField(null=True)
    until_on = models.DateField(null=True, help_text="under a monthly allowance: the last day worked, of the month of spent_on")
    paid_on = models.DateField(null=True)
    place = models.CharField(max_length=40, blank=True, help_text="where it was spent, where a rule of the scheme asks")
    claimed_cents = models.BigIntegerField(default=0)
    is_related_supplier = models.BooleanField(default=False)
    supplier_registration = models.CharField(max_length=40, blank=True)
    quantity_hundredths = models.BigIntegerField(null=True)
    unit_price_cents = models.BigIntegerField(null=True, help_text="in the currency of the invoice, in hundredths of its unit")
    currency = models.CharField(max_length=3, blank=True, help_text="of the invoice, where it is not the claim's own")
    invoiced_cents = models.BigIntegerField(null=True, help_text="the amount in that currency, in hundredths of its unit")
    rate = models.ForeignKey("deliver.ExchangeRate", null=True, on_delete=models.PROTECT, related_name="+")
    moved_cents = models.BigIntegerField(default=0, help_text="of what was allowed, taken from other heads within the tolerance")
    receipt = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    payment_proof = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    receipt_sha256 = models.CharField(max_length=64, blank=True)
    allowed_cents = models.BigIntegerField(null=True)
    refused_cents = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    clause = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["receipt_sha256"], name="claim_line_receipt"),
            models.Index(fields=["claimed_cents", "spent_on"], name="claim_line_amount"),
            models.Index(fields=["invoice_key"], name="claim_line_invoice_key", condition=~Q(invoice_key="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_line_number_once"),
            models.CheckConstraint(condition=Q(claimed_cents__gte=0), name="claim_line_not_negative"),
            models.CheckConstraint(
                condition=Q(currency="", invoiced_cents__isnull=True, rate__isnull=True)
                | (~Q(currency="") & Q(invoiced_cents__isnull=False)),
                name="claim_line_currency_whole",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True, allowed_cents__isnull=True, refused_cents__isnull=True)
                | Q(
                    ruled_by__isnull=False,
                    allowed_cents__gte=0,
                    refused_cents__gte=0,
                    claimed_cents=F("allowed_cents") + F("refused_cents"),
                ),
                name="claim_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refused_cents__isnull=True) | Q(refused_cents=0) | ~Q(reason=""), name="claim_line_refused_with_reason"
            ),
        ]

    @property
    def outcome(self) -> str:
        """This will be "", "allowed", "reduced" or "refused"."""
        if self.allowed_cents is None:
            return ""
        if self.refused_cents == 0:
            return "allowed"
        return "reduced" if self.allowed_cents else "refused"
