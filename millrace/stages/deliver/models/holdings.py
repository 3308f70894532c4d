"""What a grant bought and brought forth — e.g. a lathe of claim 2, its custodian and place, and a patent shared 70 to 30.

Rows are kept long after a case rests: equipment is checked in the years after, and disposed of only with recorded consent.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from millrace.stages.deliver.models.claims import ClaimLine


class Equipment(models.Model):
    """One item bought on an allowed line of a claim."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        ASKED = "asked", _("Disposal asked for")
        CONSENTED = "consented", _("Disposal agreed to")
        GONE = "gone", _("No longer held")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=200)
    serial_number = models.CharField(max_length=80)
    place = models.CharField(max_length=200)
    custodian = models.CharField(max_length=200)
    cost_cents = models.BigIntegerField()
    unit = models.CharField(max_length=12)
    retain_until = models.DateField(help_text="the first day on which it need no longer be kept")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="equipment_number_once"),
            models.CheckConstraint(condition=Q(cost_cents__gt=0), name="equipment_of_something"),
        ]


class EquipmentCheck(models.Model):
    """What an officer found when they looked for an item."""

    class Finding(models.TextChoices):
        FOUND = "found", _("Found in place")
        DAMAGED = "damaged", _("Found damaged")
        MISSING = "missing", _("Not found")
        DISPOSED = "disposed", _("Disposed of")

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="checks")
    finding = models.CharField(max_length=10, choices=Finding.choices)
    checked_on = models.DateField()
    note = models.CharField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class Disposal(models.Model):
    """A wish to sell, scrap or give away an item before its years are over, and the funder's answer to it."""

    class Manner(models.TextChoices):
        SALE = "sale", _("Sold")
        SCRAP = "scrap", _("Scrapped")
        TRANSFER = "transfer", _("Given to another body")

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="disposals")
    manner = models.CharField(max_length=10, choices=Manner.choices)
    why = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    is_consented = models.BooleanField(null=True)
    reason = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["equipment"], condition=Q(is_consented__isnull=True), name="disposal_one_open"),
            models.CheckConstraint(
                condition=Q(is_consented__isnull=True) | (Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by"))),
                name="disposal_answered_by_another",
            ),
        ]


class Breach(models.Model):
    """A broken term that money may be recovered for: which, what it rests on, and how much was granted for it."""

    class Kind(models.TextChoices):
        DISPOSED = "disposed", _("Equipment disposed of without consent")
        MISSING = "missing", _("Equipment not found")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    equipment = models.ForeignKey(Equipment, null=True, on_delete=models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField(help_text="what was allowed for the item: the most that may be recovered")
    unit = models.CharField(max_length=12)
    found_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="breach_number_once")]


class Title(models.Model):
    """A right to what came of a project, or the statement that nothing did; its shares come to the whole."""

    class Kind(models.TextChoices):
        PATENT = "patent", _("Patent")
        DESIGN = "design", _("Registered design")
        COPYRIGHT = "copyright", _("Copyright or software")
        KNOW_HOW = "know_how", _("Know-how")
        NONE = "none", _("Nothing arose")

    class State(models.TextChoices):
        FILED = "filed", _("Filed")
        GRANTED = "granted", _("Granted")
        LAPSED = "lapsed", _("Lapsed")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FILED)
    name = models.CharField(max_length=300, blank=True)
    registration = models.CharField(max_length=80, blank=True)
    filed_on = models.DateField(null=True)
    shares = models.JSONField(default=list, help_text="holder, whether of the team, basis points; they come to 10,000")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="title_number_once")]
