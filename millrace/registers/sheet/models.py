"""One wide table in two times — e.g. NIFS-7KQ2-M4XD had HK$3m approved from 5 June, as known from seal 812 until seal 990.

A row holds on the days from `valid_from` to before `valid_before`, as known from seal number `known_from` to before
`known_before`; null means without end. Its columns are those of `core/asat.py`, and it can be rebuilt from the timeline at any time.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

_FIGURE_COLUMNS = (
    *("scheme", "stream", "sector", "stage_number", "lead_place", "is_mainland_collaboration"),
    *("requested_cents", "approved_cents", "paid_cents", "unit", "approved_on", "received_on"),
)


class Row(models.Model):
    """What one case's columns were in one rectangle of days × seals."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    valid_from = models.DateField()
    valid_before = models.DateField(null=True)
    known_from = models.BigIntegerField()
    known_before = models.BigIntegerField(null=True)

    status = models.TextField()
    scheme = models.TextField()
    version = models.TextField()
    stream = models.TextField()
    track = models.TextField()
    sector = models.TextField()
    stage_number = models.SmallIntegerField()
    lead_place = models.TextField()
    partner_places = ArrayField(models.TextField())
    is_mainland_collaboration = models.BooleanField()
    requested_cents = models.BigIntegerField()
    approved_cents = models.BigIntegerField()
    committed_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    unit = models.TextField()
    received_on = models.DateField(null=True)
    screened_on = models.DateField(null=True)
    supported_on = models.DateField(null=True)
    approved_on = models.DateField(null=True)
    refused_on = models.DateField(null=True)
    agreed_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    terminated_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    is_test = models.BooleanField()
    is_demonstration = models.BooleanField()
    measures = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["case", "known_from", "valid_from"], name="sheet_case"),
            # Figures of today: the rows now known, whole in the index.
            models.Index(
                fields=["status", "valid_from"],
                include=["valid_before", "case", *_FIGURE_COLUMNS],
                name="sheet_current",
                condition=Q(known_before__isnull=True, is_test=False),
            ),
            models.Index(
                fields=["approved_on"],
                include=["valid_from", "valid_before", "withdrawn_on", "status", "scheme", "sector", "approved_cents", "unit"],
                name="sheet_approved_now",
                condition=Q(known_before__isnull=True, approved_on__isnull=False, is_test=False),
            ),
            # Figures as known earlier speak of approvals almost always.
            models.Index(
                fields=["known_from", "valid_from"],
                include=["known_before", "valid_before", "status", "case", *_FIGURE_COLUMNS],
                name="sheet_approved",
                condition=Q(approved_on__isnull=False, is_test=False),
            ),
            # What came and went between two seals.
            models.Index(fields=["known_from"], name="sheet_opened"),
            models.Index(fields=["known_before"], name="sheet_closed", condition=Q(known_before__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "valid_from"], condition=Q(known_before__isnull=True), name="sheet_one_current"),
            models.CheckConstraint(condition=Q(valid_before__isnull=True) | Q(valid_before__gt=F("valid_from")), name="sheet_days"),
            models.CheckConstraint(condition=Q(known_before__isnull=True) | Q(known_before__gt=F("known_from")), name="sheet_seals"),
        ]


class Cursor(models.Model):
    """How far the projection has followed the seals; one row, locked while it works."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sheet_one_cursor")]
