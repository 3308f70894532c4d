"""Evidence, claims, releases, payee accounts and payment runs — e.g. line 3 of a NIFS claim, reduced to the cap on patent fees.

Amounts that move are in the ledger; these rows say why they moved. Free text, names and bank details live here and never in an
event. Foreign keys point down to registers.
"""

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
    valuation = models.CharField(max_length=300, blank=True, help_text="in kind: rate × quantity, and where the rate comes from")
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the document: one proof serves one payment")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECORDED)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "case"], name="evidence_state_case")]
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
    allowed_cents = models.BigIntegerField(default=0)
    refused_cents = models.BigIntegerField(default=0)
    payable_cents = models.BigIntegerField(default=0)
    steps = models.JSONField(default=list, help_text="the arithmetic of the decision, as core/claims gave it")
    judged = models.JSONField(default=dict, help_text="the rules judged at claims, with the facts of all claims so far")

    class Meta:
        indexes = [
            models.Index(fields=["state", "case"], name="claim_state_case"),
            models.Index(fields=["-submitted_at", "id"], name="claim_latest"),
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
    spent_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    place = models.CharField(max_length=40, blank=True, help_text="where it was spent, where a rule of the scheme asks")
    claimed_cents = models.BigIntegerField(default=0)
    is_related_supplier = models.BooleanField(default=False)
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
        indexes = [models.Index(fields=["receipt_sha256"], name="claim_line_receipt")]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_line_number_once"),
            models.CheckConstraint(condition=Q(claimed_cents__gte=0), name="claim_line_not_negative"),
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
    """One release paid to one account; a release has at most one payment that is neither rejected nor cancelled."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("To be checked")
        SENT = "sent", _("Sent to the bank")
        SETTLED = "settled", _("Settled")
        REJECTED = "rejected", _("Rejected by the bank")
        CANCELLED = "cancelled", _("Cancelled")

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="payments")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="+")
    end_to_end = models.CharField(max_length=35, unique=True, help_text="our own name for this payment, never used again")
    amount_cents = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    settled_on = models.DateField(null=True)
    bank_reference = models.CharField(max_length=35, blank=True)
    reason = models.CharField(max_length=10, blank=True, help_text="the bank's own code, e.g. AC04 account closed")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release"], condition=~Q(state__in=["rejected", "cancelled"]), name="payment_of_a_release_once"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_of_something"),
            models.CheckConstraint(condition=~Q(state="settled") | Q(settled_on__isnull=False), name="payment_settled_on_a_day"),
        ]
