"""What waits for a second person, as staff invited or orders on a fund, and visits for exchange — e.g. three firms two days in Shenzhen."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class StaffInvitation(models.Model):
    """An invitation, by e-mail, to hold a power of the funder. Only the hash of its secret is kept."""

    email = models.EmailField()
    power = models.CharField(max_length=20)
    limit_cents = models.BigIntegerField(null=True)
    grade = models.CharField(max_length=30, blank=True)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email", "power"], condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True), name="staff_invited_once"
            )
        ]


class FundOrder(models.Model):
    """Something to be done with a fund's money, proposed by one person and carried out when another confirms it."""

    class Kind(models.TextChoices):
        FUND = "fund", _("Take in what was voted")
        SHARE = "share", _("Share out to a scheme")
        TRANSFER = "transfer", _("Move from one scheme to another")
        LAPSE = "lapse", _("Let a year's cash lapse")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    fund = models.CharField(max_length=60)
    scheme = models.CharField(max_length=60, blank=True)
    giver = models.CharField(max_length=60, blank=True, help_text="the scheme whose share gives")
    financial_year = models.CharField(max_length=12, blank=True)
    amount_cents = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    is_confirmed = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["fund", "-id"], name="fund_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_confirmed__isnull=True) | Q(is_confirmed=False) | ~Q(decided_by=F("proposed_by")),
                name="fund_order_two_people",
            ),
            models.UniqueConstraint(
                fields=["kind", "fund", "giver", "scheme", "financial_year"],
                condition=Q(decided_at__isnull=True),
                name="fund_order_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="transfer") | (~Q(giver="") & ~Q(giver=F("scheme")) & ~Q(reason="")), name="fund_transfer_from_another"
            ),
        ]

    @property
    def told(self) -> dict[str, Any]:
        """What an event says of it: its number, and of its reason, which is free text, a digest salted by who proposed it."""
        return {"order": self.pk, "reason_sha256": self.digests[0]} if self.reason else {"order": self.pk}

    @property
    def digests(self) -> tuple[str, str]:
        """The digests an event may hold of this reason: as it is salted, and as it was told before every person had a salt."""
        said, salt = self.reason.encode(), bytes(self.proposed_by.salt)
        return hashlib.sha256(salt + said).hexdigest(), hashlib.sha256(said).hexdigest()


class ExchangeVisit(models.Model):
    """A visit for exchange with another place: who went, where and why. The event holds codes, days and counts; names and words stay here,
    where retention may blank them."""

    class Aim(models.TextChoices):
        TECHNOLOGY = "technology", _("Technology exchange")
        PARTNERS = "partners", _("To find partners")
        PROJECT = "project", _("To see a joint project")
        AUTHORITIES = "authorities", _("To meet the authorities")
        OTHER = "other", _("Another aim")

    place = models.CharField(max_length=40, help_text="code of a place or city of the policy")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the last day of it")
    aim = models.CharField(max_length=12, choices=Aim.choices)
    why = models.TextField(help_text="what it was for, in words")
    who = models.TextField(help_text="who went, one a line")
    hosts = models.TextField(blank=True, help_text="who received them, one a line")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, help_text="recorded in error")
    struck_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-starts_on", "-id"], name="exchange_visit_days")]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="exchange_visit_in_order")]


class ExchangeVisitor(models.Model):
    """An organisation that had people on a visit for exchange."""

    visit = models.ForeignKey(ExchangeVisit, on_delete=models.PROTECT, related_name="visitors")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "organisation"], name="exchange_visitor_once")]
