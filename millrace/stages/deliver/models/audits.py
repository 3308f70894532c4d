"""Audit samples of decided claim lines — e.g. 30 of 4,000 lines of 2025-26, drawn by money and risk, with HK$84,000 of error found.

The population is kept as it was when drawn, with its hash and the seed, so that the draw can be made again to the line.
"""

from django.db import models
from django.db.models import F, Q


class AuditSample(models.Model):
    """One draw: of which lines, by which seed and weights, what was found in it, and what was decided of what it stands for."""

    number = models.PositiveIntegerField(unique=True)
    scheme = models.SlugField(max_length=60, blank=True, help_text="empty: every scheme")
    decided_from = models.DateField(help_text="the first day on which the claims were decided")
    decided_to = models.DateField(help_text="the last such day")
    unit = models.CharField(max_length=12)
    seed = models.CharField(max_length=200)
    seal = models.BigIntegerField(help_text="the last seal when it was drawn; its chained hash is part of the seed")
    line_count = models.PositiveIntegerField()
    confidence_basis_points = models.PositiveIntegerField()
    measures = models.JSONField(default=list, help_text="the measures of handling it was drawn by")
    population = models.JSONField(help_text="claim line, what was allowed of it in cents, and its weight in basis points")
    population_sha256 = models.CharField(max_length=64)
    population_count = models.PositiveIntegerField()
    population_cents = models.BigIntegerField()
    cases = models.JSONField(default=list, help_text="ids of every case in the population: who may not see one sees none of it")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    draw_command = models.UUIDField(unique=True)
    result = models.JSONField(default=dict, help_text="the extrapolation, as core/sampling gave it")
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    conclude_command = models.UUIDField(null=True, unique=True)
    recover_cents = models.BigIntegerField(null=True, help_text="of what was extrapolated beyond the errors found; 0: nothing")
    decision_reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decide_command = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | (Q(concluded_by__isnull=False) & ~Q(decided_by=F("concluded_by"))),
                name="audit_sample_second_person",
            ),
            models.CheckConstraint(
                condition=Q(recover_cents__isnull=True) | Q(recover_cents__gte=0), name="audit_sample_recovers_something"
            ),
        ]


class SampledLine(models.Model):
    """One line of a sample and the error found in it: what should not have been allowed."""

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey("deliver.ClaimLine", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="in the order drawn")
    is_certain = models.BooleanField(default=False)
    amount_cents = models.BigIntegerField()
    error_cents = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    audited_at = models.DateTimeField(null=True)
    audited_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "line"], name="sampled_line_once"),
            models.UniqueConstraint(fields=["sample", "position"], name="sampled_line_place_once"),
            models.CheckConstraint(
                condition=Q(error_cents__isnull=True) | Q(error_cents__gte=0, error_cents__lte=F("amount_cents"), audited_by__isnull=False),
                name="sampled_line_error_within",
            ),
            models.CheckConstraint(
                condition=Q(error_cents__isnull=True) | Q(error_cents=0) | ~Q(reason=""), name="sampled_line_error_with_reason"
            ),
        ]
