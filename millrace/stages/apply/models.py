"""Drafts, parts, submissions and what is said about them — e.g. section "budget" of a NIFS draft, saved for the seventh time.

What people wrote lives in these ordinary rows, which retention may blank; events carry only references, amounts and hashes.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """An invitation of a colleague, by e-mail, to act for an organisation. Only the hash of its secret is kept."""

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    power = models.CharField(max_length=20)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)


class Draft(models.Model):
    """What a case is before it is submitted: under which call, and under which rules it was begun or last confirmed."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+", primary_key=True)
    call = models.ForeignKey("call.Call", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("policy.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(help_text="when its applicant last agreed to these rules")
    confirmed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")


class Part(models.Model):
    """A partner's or sponsor's part in a case: invited by the lead, stated and confirmed by itself."""

    class Role(models.TextChoices):
        PARTNER = "partner", _("Partner")
        SPONSOR = "sponsor", _("Sponsor")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    organisation = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)
    secret_sha256 = models.CharField(max_length=64, unique=True, null=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    work = models.TextField(blank=True, help_text="what it will do or bring, in its own words")
    cash_cents = models.BigIntegerField(default=0)
    in_kind_cents = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    declined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case"], name="part_case")]
        constraints = [
            models.CheckConstraint(condition=Q(cash_cents__gte=0) & Q(in_kind_cents__gte=0), name="part_not_negative"),
            models.CheckConstraint(condition=Q(organisation__isnull=False) | ~Q(email=""), name="part_invites_someone"),
            models.UniqueConstraint(fields=["case", "role", "organisation"], condition=Q(ended_at__isnull=True), name="part_once"),
        ]


class Answers(models.Model):
    """One saved state of one section of a draft; the highest number is the present one, and every earlier one is kept.

    The unique number is what refuses a stale save: two people who both read number 6 cannot both write number 7.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    section = models.SlugField(max_length=60)
    part = models.ForeignKey(Part, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    answers = models.JSONField(help_text="question → plain value: money in minor units, days as 2024-01-08, tables as rows")
    typed = models.JSONField(default=dict, help_text="question → what was typed and could not be read, kept so that no word is lost")
    page = models.UUIDField(null=True, help_text="the open page it was saved from: a page is never stale because of itself")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "section", "part", "number"], nulls_distinct=False, name="answers_number_once"),
        ]


class Submission(models.Model):
    """What was received, frozen as canonical text with its hash, and the receipt that was given for it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    call = models.ForeignKey("call.Call", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("policy.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    verdict = models.ForeignKey("cases.Verdict", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    receipt = models.CharField(max_length=40, unique=True)
    day_hash = models.CharField(max_length=64, blank=True, help_text="the last published daily hash of the timeline, where there is one")
    day_hash_on = models.DateField(null=True)
    is_in_doubt = models.BooleanField(default=False, help_text="more than one version may have been in force")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["call", "organisation"], name="submission_call")]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="submission_once")]

    def __str__(self) -> str:
        return self.receipt


class Message(models.Model):
    """One entry in the thread between an applicant and the case's officer."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    is_from_funder = models.BooleanField()
    body = models.TextField()
    is_open = models.BooleanField(default=False, help_text="the applicant's last word, until the funder replies")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="message_case")]
        # Its index is the officers' queue: it holds the cases that wait for a reply, however long the threads grow.
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(is_open=True), name="message_open_once")]
