"""Files of a case, what each is by its own bytes, and who read what — e.g. a quotation in quarantine until an officer accepts it.

A file's bytes lie beside the database, named by their SHA-256; a row is written only when they are on the disk.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """One file as it was taken. Its name is personal content: it lives here and never in an event."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("In quarantine")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+", help_text="whose it is")
    place = models.CharField(max_length=80, help_text="the form field, claim line or letter it belongs to")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    media_type = models.CharField(max_length=100)
    byte_count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUARANTINED)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "place"], name="document_place")]
        constraints = [
            models.CheckConstraint(condition=Q(state="quarantined") | Q(ruled_by__isnull=False), name="document_ruled_by_someone"),
        ]

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """Who of the funder's people read which case or file, and when. Append-only: the database refuses to change it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=60, help_text="the relation that allowed it, as core/access names it")
    read_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["case", "-read_at"], name="reading_case"),
            models.Index(fields=["-read_at", "-id"], name="reading_latest"),
        ]
