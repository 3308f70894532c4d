"""What was decided, offered and agreed — e.g. HK$10m approved on 20 May 2024, the offer open until 19 June, accepted on the 3rd.

The terms of an agreement are kept as dated texts: those in force on a day are the last that began by then.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """What the authority, or a committee that decides itself, did with a case: within which limit, and on which verdict."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    recommendation = models.ForeignKey("assess.Recommendation", null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.ForeignKey("cases.Verdict", on_delete=models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=12)
    limit_cents = models.BigIntegerField(null=True, help_text="the delegated limit of the person who decided, as it was")
    conditions = models.JSONField(default=list)
    reasons = models.JSONField(default=list, help_text="of a refusal: rule or criterion with its clause")
    remarks = models.TextField(blank=True)
    decided_on = models.DateField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="decision_once")]

    @property
    def is_by_committee(self) -> bool:
        """Whether the committee's own meeting was the decision; `decided_by` is then who recorded it."""
        return self.recommendation is not None and self.recommendation.event_id == self.event_id


class Offer(models.Model):
    """An award offered to the applicant until a day; the answer, or the silence, ends it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="offer")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey("messages.Letter", null=True, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("messages.Letter", null=True, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField()
    lapses_on = models.DateField(help_text="the last day on which it may be accepted")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    remarks = models.TextField(blank=True, help_text="why the applicant declined, if it said")

    class Meta:
        indexes = [models.Index(fields=["lapses_on", "case"], name="offer_open", condition=Q(state="open"))]


class AgreedTerms(models.Model):
    """The terms of an agreement from a day on, as plain data that core/terms reads; a change adds terms, none is rewritten."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    data = models.JSONField()
    milestone_titles = models.JSONField(default=dict, help_text="milestone number → the applicant's own words")
    deliverable_titles = models.JSONField(default=dict, help_text="deliverable number → the applicant's own words")
    named = models.JSONField(default=list, help_text="key persons and equipment, as core/named_terms reads them: who or what, and before")
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="agreed_terms_once")]


class ReportDue(models.Model):
    """One report of the terms in force, by its last day: what reminders and worklists look for, without reading every agreement.

    Written again whenever terms are added; the dated terms themselves say what was due when.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[("progress", _("Progress report")), ("final", _("Final report"))])
    due_on = models.DateField()
    is_audited = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"], name="report_due_on")]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="report_due_once")]
