"""Proof of milestones and of matching money — e.g. a sponsor's bank receipt for HK$2m, verified by a second person."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Evidence(models.Model):
    """A document offered as proof: of a milestone reached, or of matching money brought by one sponsor, in cash or in kind."""

    class Purpose(models.TextChoices):
        MILESTONE = "milestone", _("Milestone")
        MATCHING = "matching", _("Matching money")

    class State(models.TextChoices):
        RECORDED = "recorded", _("To be verified")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Not accepted")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    milestone = models.PositiveSmallIntegerField(null=True, help_text="its number in the terms")
    sponsor = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, blank=True, help_text="cash or in_kind")
    unit = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField(default=0)
    verified_cents = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True)
    payee = models.CharField(max_length=200, blank=True)
    invoice = models.CharField(max_length=80, blank=True)
    invoice_key = models.CharField(max_length=200, blank=True, help_text="the invoice number in the form it is compared in")
    valuation = models.CharField(max_length=300, blank=True, help_text="in kind: what was given, and how it was valued")
    way = models.CharField(max_length=10, blank=True, help_text="in kind: hours, use or goods, where a rule prices it")
    basis = models.JSONField(default=dict, help_text="in kind: what was declared, and the measure of handling that prices it")
    steps = models.JSONField(default=list, help_text="in kind: the arithmetic, as core/in_kind gave it")
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the document: one proof serves one payment")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECORDED)
    reason = models.CharField(max_length=40, blank=True)
    alike = models.JSONField(default=list, help_text="what the officer was shown as perhaps the same payment, and decided on")
    alike_reason = models.CharField(max_length=1000, blank=True, help_text="why it is not the same")
    note = models.CharField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["state", "case"], name="evidence_state_case"),
            models.Index(fields=["sponsor", "amount_cents"], name="evidence_sponsor_amount"),
            models.Index(fields=["invoice_key"], name="evidence_invoice_key", condition=~Q(invoice_key="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="evidence_number_once"),
            models.UniqueConstraint(
                fields=["sha256", "invoice"],
                condition=Q(purpose="matching") & ~Q(state="rejected") & ~Q(sha256=""),
                name="evidence_used_once",
            ),
            models.CheckConstraint(
                condition=(Q(purpose="milestone", milestone__isnull=False, amount_cents=0))
                | Q(purpose="matching", sponsor__isnull=False, form__in=["cash", "in_kind"], amount_cents__gt=0),
                name="evidence_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(verified_cents__gte=0, verified_cents__lte=F("amount_cents")), name="evidence_verified_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(state="recorded") | (Q(verified_by__isnull=False) & ~Q(verified_by=F("recorded_by"))),
                name="evidence_second_person",
            ),
        ]


class HeldProof(models.Model):
    """A document or an invoice that serves one case: while the row stands it serves no other, whoever asks at the same moment.

    `key` is a document's hash, or a digest of an invoice's number and supplier in the form they are compared in. Within its case a
    document may prove several payments, and what the enterprise paid itself is both its matching money and a line of its claim.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document")
        INVOICE = "invoice", _("Invoice")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=64)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="proof_held_once")]
