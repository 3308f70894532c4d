"""Every published text of the policy with its hash and effective moment — e.g. NIFS as enhanced on 8 January 2024.

Nothing here is ever changed: a clerk's mistake is mended by a version with the same days, recorded later.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PublishedVersions(models.Manager["SchemeVersion"]):
    """The versions that were published: one only tried from a draft is in no list, and never in force."""

    def get_queryset(self) -> models.QuerySet["SchemeVersion"]:
        return super().get_queryset().filter(draft__isnull=True)


class SchemeVersion(models.Model):
    """One scheme's rules from a day on, as they were published; a case binds to the one in force when it was submitted."""

    scheme = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    starts_on = models.CharField(max_length=10, help_text="2024-01-08, or 2025-06 where only the month is known")
    effective_at = models.DateTimeField(help_text="the first moment it is in force for certain, in UTC, from the funder's zone")
    text = models.TextField(help_text="the canonical text: rules, form, letters and the facts they speak of")
    sha256 = models.CharField(max_length=64)
    event_id = models.BigIntegerField(null=True, help_text="the event that announced it")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(
        "policy.Draft", null=True, on_delete=models.PROTECT, related_name="+", help_text="tried from this draft, and not published"
    )

    objects = PublishedVersions()
    every: ClassVar[models.Manager["SchemeVersion"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["scheme", "effective_at"])]
        constraints = [
            # By its event and not its text: what was mended may be put back as it was, and then stands last again.
            models.UniqueConstraint(fields=["scheme", "version", "event_id"], condition=Q(draft__isnull=True), name="scheme_version_once"),
            models.UniqueConstraint(fields=["draft", "scheme", "version", "sha256"], name="scheme_version_tried_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.version}"


class Draft(models.Model):
    """A policy folder being written: its texts as they stand, who wrote last, and who approved exactly these texts. Never in force."""

    class State(models.TextChoices):
        OPEN = "open", _("Being written")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        DROPPED = "dropped", _("Dropped")

    title = models.CharField(max_length=120)
    files = models.JSONField(help_text="path within the folder → text")
    sha256 = models.CharField(max_length=64, help_text="of the texts, so that a stale save is seen")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    begun_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    writers = models.JSONField(default=list, help_text="ids of everyone who wrote in it")
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True, help_text="not published before this moment")
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title


class Publication(models.Model):
    """One text of the policy other than a scheme — a figure's definition, an official series — as it was published. Append-only.

    The one in force as known at a seal is the last of its kind and name whose event that seal covers.
    """

    kind = models.CharField(max_length=20, help_text="figure, series …")
    name = models.SlugField(max_length=80)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    event_id = models.BigIntegerField(help_text="the event that announced it")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "name", "event_id"], name="publication_of")]
        constraints = [models.UniqueConstraint(fields=["kind", "name", "event_id"], name="publication_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
