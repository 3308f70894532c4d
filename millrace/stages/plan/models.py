"""Who was asked to join the funder's staff — e.g. a new payment checker, invited by e-mail and not yet here."""

from django.db import models
from django.db.models import Q


class StaffInvitation(models.Model):
    """An invitation, by e-mail, to hold a power of the funder. Only the hash of its secret is kept."""

    email = models.EmailField()
    power = models.CharField(max_length=20)
    limit_cents = models.BigIntegerField(null=True)
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
