"""Requests to change an agreement — e.g. six months more for a NIFS line, asked for in May, agreed on 3 June as addendum 1."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

OPEN = ("draft", "submitted", "asked_back")


class ChangeRequest(models.Model):
    """One change asked for: what, why, what was advised and decided. The amounts and days asked for are plain data of core/changes.

    A party's request is decided by the funder; what the funder's own officer asks for (a suspension, an end) is decided by another.
    """

    class Kind(models.TextChoices):
        TIME_EXTENSION = "time_extension", _("More time")
        BUDGET_VIREMENT = "budget_virement", _("Moving money between heads of expenditure")
        PARTNER_CHANGE = "partner_change", _("Change of partner or sponsor")
        SCOPE = "scope", _("Change of scope or grant")
        KEY_PERSON = "key_person", _("Change of key person")
        EQUIPMENT = "equipment", _("Change of equipment")
        SUSPENSION = "suspension", _("Suspension")
        TERMINATION = "termination", _("Ending the agreement early")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("To be decided")
        ASKED_BACK = "asked_back", _("Asked back")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    class Advice(models.TextChoices):
        SUPPORT = "support", _("Supports it")
        AGAINST = "against", _("Advises against it")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    is_by_funder = models.BooleanField(default=False)
    asked = models.JSONField(default=dict, help_text="days and amounts, as core/changes reads them")
    reason = models.TextField(blank=True)
    description = models.TextField(blank=True, help_text="what changes, in words: a person, an item, the scope")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    advice = models.CharField(max_length=10, choices=Advice.choices, blank=True)
    advice_note = models.TextField(blank=True)
    advised_at = models.DateTimeField(null=True)
    advised_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="to the applicant: what was asked back, or why it was refused")
    terms_number = models.PositiveSmallIntegerField(null=True, help_text="of the terms that the approval made")
    letter = models.ForeignKey("messages.Letter", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "case"], name="change_state_case")]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="change_number_once"),
            models.UniqueConstraint(fields=["case", "is_by_funder"], condition=Q(state__in=OPEN), name="change_one_open"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | (Q(decided_by__isnull=False) & ~Q(decided_by=F("submitted_by"))),
                name="change_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(advised_by__isnull=True) | ~Q(decided_by=F("advised_by")),
                name="change_adviser_does_not_decide",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
