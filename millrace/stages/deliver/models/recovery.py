"""What payees owe and what became of it — e.g. HK$84,000 of disallowed cost, due 30 June, HK$40,000 received, the rest set off.

Amounts stand in the ledger; these rows say on which ground, by whom, by which arithmetic. What was settled is never changed.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from millrace.stages.deliver.models.audits import AuditSample
from millrace.stages.deliver.models.holdings import Breach
from millrace.stages.deliver.models.releases import Release


class RevenueDeclaration(models.Model):
    """What a party earned with the results in one of the years a scheme's rule counts, and the share of it that comes back."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(help_text="counted from the end of the project")
    since = models.DateField()
    until = models.DateField(help_text="the first day after the year")
    unit = models.CharField(max_length=12)
    revenue_cents = models.BigIntegerField()
    share_cents = models.BigIntegerField(help_text="what of it comes back, after the cap")
    steps = models.JSONField(default=dict, help_text="revenue, share, cap and earlier shares, and the measures they rest on")
    told = models.CharField(max_length=1000, help_text="where the figure is from")
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "year"], name="revenue_declared_once"),
            models.CheckConstraint(
                condition=Q(revenue_cents__gte=0, share_cents__gte=0, share_cents__lte=F("revenue_cents")), name="revenue_share_within"
            ),
        ]


class Receivable(models.Model):
    """One debt of a case's lead applicant: raised by one person, in the books once a second has confirmed it."""

    class Ground(models.TextChoices):
        UNSPENT = "unspent", _("Money paid and not earned")
        DISALLOWED = "disallowed", _("Cost disallowed afterwards")
        BREACH = "breach", _("The agreement was broken")
        RETENTION = "retention", _("Equipment not kept for its years")
        REVENUE = "revenue", _("Share of revenue")

    class State(models.TextChoices):
        RAISED = "raised", _("To be confirmed")
        CONFIRMED = "confirmed", _("Owed")
        SETTLED = "settled", _("Nothing left")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    ground = models.CharField(max_length=12, choices=Ground.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RAISED)
    unit = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField(help_text="the principal, as raised")
    left_cents = models.BigIntegerField(help_text="the principal still owed")
    charged_cents = models.BigIntegerField(default=0, help_text="interest charged in the books so far")
    due_on = models.DateField()
    reason = models.CharField(max_length=1000)
    evidence = models.CharField(max_length=1000, help_text="what it rests on")
    breach = models.ForeignKey(Breach, null=True, on_delete=models.PROTECT, related_name="+")
    sample = models.ForeignKey(AuditSample, null=True, on_delete=models.PROTECT, related_name="+")
    declaration = models.ForeignKey(RevenueDeclaration, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField(null=True)
    confirmed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["confirmed_on", "due_on"], name="receivable_age"),
            models.Index(fields=["state", "due_on"], name="receivable_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="receivable_number_once"),
            models.UniqueConstraint(fields=["breach"], condition=~Q(state="withdrawn"), name="receivable_of_breach_once"),
            models.UniqueConstraint(fields=["declaration"], condition=~Q(state="withdrawn"), name="receivable_of_revenue_once"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, left_cents__gte=0, left_cents__lte=F("amount_cents"), charged_cents__gte=0),
                name="receivable_within_itself",
            ),
            models.CheckConstraint(condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("raised_by")), name="receivable_two_people"),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True) | Q(confirmed_by__isnull=True) | ~Q(withdrawn_by=F("raised_by")),
                name="receivable_withdrawn_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "settled"]) | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="receivable_owed_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference} / {self.number}"


class DueDay(models.Model):
    """From which day on a debt counts as due when: its own day, the first unpaid instalment of a plan, or its own day again."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="due_days")
    from_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["receivable", "-from_on", "-id"], name="due_day_latest")]


class SetOff(models.Model):
    """A wish to keep what is owed back from a release to the same payee, and a second person's decision."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To be decided")
        APPROVED = "approved", _("Set off")
        REFUSED = "refused", _("Not set off")

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="set_offs")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="set_offs")
    number = models.PositiveIntegerField(help_text="counted within the receivable")
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable", "number"], name="set_off_number_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="set_off_of_something"),
            models.CheckConstraint(
                condition=Q(state="proposed") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))), name="set_off_two_people"
            ),
        ]


class Settlement(models.Model):
    """What one act took off a debt: interest first, then principal. Append-only; `steps` is how the interest was made.

    A receipt recorded in error is taken back by a row with its amounts below zero, counted to the same day, so that both together are
    nothing.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Received")
        SET_OFF = "set_off", _("Set off")
        WRITE_OFF = "write_off", _("Written off")
        WITHDRAWAL = "withdrawal", _("Withdrawn")
        TAKEN_BACK = "taken_back", _("Receipt taken back")

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    principal_cents = models.BigIntegerField()
    interest_cents = models.BigIntegerField()
    charged_cents = models.BigIntegerField(help_text="interest charged in the books with this act; below zero where a rate was mended")
    value_on = models.DateField(help_text="the day up to which interest was counted")
    booked_on = models.DateField(help_text="the day in the books")
    steps = models.JSONField(default=list)
    bank_reference = models.CharField(max_length=35, blank=True)
    set_off = models.OneToOneField(SetOff, null=True, on_delete=models.PROTECT, related_name="+")
    takes_back = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["receivable", "booked_on"], name="settlement_day")]
        constraints = [
            models.UniqueConstraint(fields=["receivable", "number"], name="settlement_number_once"),
            models.CheckConstraint(
                condition=Q(takes_back__isnull=True, principal_cents__gte=0, interest_cents__gte=0)
                & (Q(principal_cents__gt=0) | Q(interest_cents__gt=0))
                | Q(takes_back__isnull=False, principal_cents__lte=0, interest_cents__lte=0)
                & (Q(principal_cents__lt=0) | Q(interest_cents__lt=0)),
                name="settlement_of_something",
            ),
            models.CheckConstraint(
                condition=Q(kind="taken_back", takes_back__isnull=False) | ~Q(kind="taken_back") & Q(takes_back__isnull=True),
                name="settlement_taken_back_names_it",
            ),
        ]


class RecoveryPlan(models.Model):
    """Instalments agreed with a payee: kept, missed (then the whole is due), or replaced by a later plan."""

    class Ending(models.TextChoices):
        KEPT = "kept", _("Kept")
        MISSED = "missed", _("Missed: the whole is due")
        REPLACED = "replaced", _("Replaced by a later plan")

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField()
    parts = models.JSONField(help_text="due day and amount in cents of each instalment, in order")
    settled_before_cents = models.BigIntegerField(help_text="what had been settled when it was agreed")
    note = models.CharField(max_length=1000, blank=True)
    agreed_on = models.DateField()
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    next_on = models.DateField(null=True, help_text="the day of the first unpaid instalment while the plan stands")
    ended_on = models.DateField(null=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable", "number"], name="recovery_plan_number_once"),
            models.UniqueConstraint(fields=["receivable"], condition=Q(ended_on__isnull=True), name="recovery_plan_one_standing"),
        ]
