"""Visits to where the work is done, and what was found — e.g. a machine not installed, major, to be put right by 30 June."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Inspection(models.Model):
    """One visit: planned for a day, then held with its findings, or called off."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Called off")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_on = models.DateField()
    place = models.CharField(max_length=300)
    purpose = models.TextField(blank=True)
    held_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "planned_on"], name="inspection_planned")]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="inspection_number_once"),
            models.CheckConstraint(condition=~Q(state="held") | Q(held_on__isnull=False), name="inspection_held_on_a_day"),
        ]


class Finding(models.Model):
    """One thing found wrong: answered by the enterprise, cleared by an officer. Until then it holds money back, as its weight says."""

    class Severity(models.TextChoices):
        MINOR = "minor", _("Minor")
        MAJOR = "major", _("Major")

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="findings")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="counted over all inspections of the case")
    severity = models.CharField(max_length=10, choices=Severity.choices)
    told = models.CharField(max_length=1000)
    remedy_by = models.DateField()
    answer = models.TextField(blank=True)
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="finding_number_once")]

    @property
    def state(self) -> str:
        """This will be "open", "answered" or "cleared"."""
        return "cleared" if self.cleared_at else "answered" if self.answered_at else "open"

    def is_gate(self, on: date) -> bool:
        """Whether it holds releases back on a day, as `gates` has it in SQL."""
        return self.cleared_at is None and (self.severity == self.Severity.MAJOR or self.remedy_by < on)


def gates(on: date) -> Q:
    """This will be the findings that hold releases back on a day: a major one until cleared, a minor one once its day is past."""
    return Q(cleared_at__isnull=True) & (Q(severity=Finding.Severity.MAJOR) | Q(remedy_by__lt=on))
