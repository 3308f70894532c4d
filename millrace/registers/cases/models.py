"""The case — one request for support, from first draft to last follow-up — with its parties, verdicts and standing.

For example: reference NIFS-7KQ2-M4XD, Harbour Precision Ltd in the lead, bound to the NIFS version of 8 January 2024.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from millrace.core import lifecycle

RUNNING, UNDECIDED = sorted(lifecycle.IN_FORCE), sorted(lifecycle.UNDECIDED)
LATEST = F("submitted_at").desc(nulls_last=True)


class CountedCases(models.Manager["Case"]):
    """The cases there are: a test of rules that are not published is in no list, count or export."""

    def get_queryset(self) -> models.QuerySet["Case"]:
        return super().get_queryset().filter(is_test=False)


class Case(models.Model):
    """Current rows for lists and the case page; what was true on another day is asked of the sheet and the timeline."""

    reference = models.CharField(max_length=40, unique=True, help_text="not consecutive: it betrays no count")
    scheme = models.SlugField(max_length=60)
    scheme_version = models.ForeignKey("policy.SchemeVersion", null=True, on_delete=models.PROTECT, related_name="+")
    stream = models.CharField(max_length=40, blank=True)
    track = models.CharField(max_length=40, blank=True)
    sector = models.CharField(max_length=60, blank=True)
    stage_number = models.PositiveSmallIntegerField(default=1, help_text="1 or 2 for a scheme of two stages")
    status = models.CharField(max_length=40, default="draft")
    status_on = models.DateField()
    title = models.CharField(max_length=400, blank=True)
    lead = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    beneficiary = models.CharField(max_length=60, blank=True, help_text="who benefits, where not the lead, as kind:number")
    officer = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    requested_cents = models.BigIntegerField(default=0)
    approved_cents = models.BigIntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=12)
    is_test = models.BooleanField(default=False, help_text="tries rules that are not published; found through `every` alone")
    is_demonstration = models.BooleanField(default=False)
    search_text = models.TextField(
        blank=True, help_text="reference, title and the lead's names, former ones too, as `searching` folds them"
    )
    search_grams = models.GeneratedField(
        expression=models.Func(F("search_text"), function="grams"),
        output_field=ArrayField(models.IntegerField()),
        db_persist=True,
    )

    # What only a search reads: hundreds of numbers a row, deferred where cases are shown.
    SEARCHED_BY = ("search_text", "search_grams")

    objects = CountedCases()
    every: ClassVar[models.Manager["Case"]] = models.Manager()

    class Meta:
        # The lists of desks: without tests, as their one manager asks, so that a count reads the index alone; and drafts, which were
        # received at no moment, at the end, so that a list does not walk past them all to its first row.
        indexes = [
            models.Index("status", LATEST, "id", name="case_status_submitted", condition=Q(is_test=False)),
            models.Index("scheme", "status", LATEST, "id", name="case_scheme_status", condition=Q(is_test=False)),
            models.Index(LATEST, "id", "status", name="case_submitted", condition=Q(is_test=False)),
            models.Index("officer", "status", LATEST, "id", name="case_officer_status", condition=Q(is_test=False)),
            models.Index(fields=["lead", "id"], name="case_lead"),
            models.Index(fields=["beneficiary", "id"], name="case_beneficiary", condition=~Q(beneficiary="")),
            # What may be released: the cases in force, suspended ones too, in the order of that list, whose counts need no more than this.
            models.Index("status_on", "id", name="case_running", include=["lead"], condition=Q(is_test=False, status__in=RUNNING)),
            # What may yet be asked of each envelope: added up without reading the cases.
            models.Index(
                fields=["scheme", "unit"],
                name="case_undecided",
                include=["requested_cents", "status", "id"],
                condition=Q(is_test=False, status__in=UNDECIDED),
            ),
            GinIndex(fields=["search_grams"], name="case_search"),
        ]

    def __str__(self) -> str:
        return self.reference


class Party(models.Model):
    """An organisation's part in a case, from when to when."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead applicant")
        PARTNER = "partner", _("Partner")
        SPONSOR = "sponsor", _("Sponsor")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "organisation", "role"], condition=Q(left_at__isnull=True), name="party_once"),
        ]


class Standing(models.Model):
    """A person's own relation to a case, from when to when; 'conflicted' outweighs every other."""

    class Relation(models.TextChoices):
        APPLICANT = "applicant", _("Applicant")
        PARTNER = "partner", _("Partner")
        OFFICER = "officer", _("Case officer")
        INVITED = "invited", _("Asked to assess")
        ASSESSOR = "assessor", _("Assessor")
        COMMITTEE = "committee", _("Committee member")
        CONFLICTED = "conflicted", _("Conflicted")
        OPERATOR = "operator", _("Runs the facility")
        TESTER = "tester", _("Tries the rules of a draft")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="standings")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["person", "relation", "case"])]
        constraints = [
            models.UniqueConstraint(fields=["person", "case", "relation"], condition=Q(ends_at__isnull=True), name="standing_once"),
        ]


class Verdict(models.Model):
    """What a rulebook said of frozen facts at one judgement; kept so that it can be replayed. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="verdicts")
    purpose = models.CharField(max_length=30, help_text="submission, screening, approval, claim …")
    scheme_version = models.ForeignKey("policy.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    judged_on = models.DateField()
    facts = models.JSONField()
    verdict = models.JSONField()
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
