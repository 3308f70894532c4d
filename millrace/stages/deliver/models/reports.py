"""Reports handed in under an agreement — e.g. the final report of a PRP project with its audited accounts, HK$1,200 off our books."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

HANDED_IN = ("submitted", "accepted")


class Report(models.Model):
    """One report of the terms, by its number there: written as a draft, handed in with its file, accepted or returned by an officer.

    `stated` holds the figures of audited accounts, `figures` those figures beside the books, as they stood when it was accepted.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Being read")
        RETURNED = "returned", _("Returned")
        ACCEPTED = "accepted", _("Accepted")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(help_text="its number in the terms")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    unit = models.CharField(max_length=12)
    is_audited = models.BooleanField(default=False)
    told = models.TextField(blank=True, help_text="what was done, in words")
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    accounts = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    stated = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="why it was returned, or why a difference from the books is accepted")

    class Meta:
        indexes = [models.Index(fields=["state", "case"], name="report_state_case")]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="report_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "accepted", "returned"]) | Q(submitted_by__isnull=False, document__isnull=False),
                name="report_handed_in_with_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("submitted_by"))),
                name="report_accepted_by_another",
            ),
        ]
