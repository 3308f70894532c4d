"""Exchange rates as finance recorded them, each with its day and source — e.g. HK$7.8125 for US$1 on 5 January 2026."""

from django.db import models
from django.db.models import Q


class ExchangeRate(models.Model):
    """So many millionths of `unit` for one unit of `currency` on a day. Append-only: a mistake is mended by a later row of the same day."""

    currency = models.CharField(max_length=3)
    unit = models.CharField(max_length=12)
    on = models.DateField()
    millionths = models.BigIntegerField()
    source = models.CharField(max_length=300, help_text="where it was published")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.BigIntegerField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "currency", "-on"], name="exchange_rate_of")]
        constraints = [models.CheckConstraint(condition=Q(millionths__gt=0), name="exchange_rate_above_nothing")]
