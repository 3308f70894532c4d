"""What happened to a case, fund, organisation, scheme version or person — e.g. "application submitted", sealed as number 4,211.

Events are append-only and hold references, codes, amounts and salted digests, never a name, contact detail or free text.
The sealer writes seals: which committed events, in what order, with the chained hash and a stamp that never decreases.
"""

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One fact, in the past tense. `body` is the canonical text that is hashed; the columns repeat it for queries."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=60)
    command = models.UUIDField()
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    scheme_version = models.ForeignKey("policy.SchemeVersion", null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    fund = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    visibility = models.CharField(max_length=12)
    caused_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    sheet = models.JSONField(null=True)
    sheet_from = models.DateField(null=True)
    body = models.TextField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="event_case"),
            models.Index(fields=["fund", "-id"], name="event_fund", condition=~Q(fund="")),
            models.Index(fields=["-id"], name="event_figure_given", condition=Q(kind="figure_given")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["command", "case"], nulls_distinct=False, name="event_command_once"),
            models.CheckConstraint(
                condition=Q(case__isnull=False)
                | Q(organisation__isnull=False)
                | Q(scheme_version__isnull=False)
                | Q(person__isnull=False)
                | ~Q(fund=""),
                name="event_names_something",
            ),
        ]


class Seal(models.Model):
    """The number an event was sealed under, and the chain up to it."""

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    chain = models.BinaryField(max_length=32, help_text="sha256(previous chain || event sha256 || stamp as canonical text)")
    sealed_at = models.DateTimeField(db_index=True)
    is_story = models.BooleanField(default=False, help_text="sealed on a demonstration's story clock, not at the real moment")


class Pending(models.Model):
    """An event not sealed yet. A trigger adds it in the event's own transaction, so the sealer sees it the moment that commits."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
