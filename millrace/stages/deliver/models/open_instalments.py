"""What every instalment not yet released in full waits for, kept beside the timeline — e.g. instalment 2, held by its milestone.

Worked out by `keeping` from the agreement, the evidence, the claims and the books whenever an event touches the case, so that a list of
them can be narrowed and counted without sizing each anew. It can be made again at any time, and `verify` does.
"""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class OpenInstalment(models.Model):
    """One instalment under the terms in force from `from_on` to before `before_on`, as it stands until an event or a day changes it.

    `blocks` are the codes that stand against it whatever the day; `report_from` and `finding_from` are the days from which a report not
    handed in, or a finding not cleared, holds it too. `release_cents` is what may be released where nothing does.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    before_on = models.DateField(null=True)
    unit = models.CharField(max_length=12)
    basis = models.CharField(max_length=12)
    planned_cents = models.BigIntegerField()
    left_cents = models.BigIntegerField(help_text="of what is planned, not yet released")
    release_cents = models.BigIntegerField()
    limited_by = models.CharField(max_length=20, blank=True, help_text="what made the release smaller than what is left")
    blocks = models.JSONField(default=list)
    report_from = models.DateField(null=True)
    finding_from = models.DateField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["blocks"], name="open_instalment_blocks", opclasses=["jsonb_path_ops"], fastupdate=False),
            models.Index(fields=["report_from"], name="open_instalment_report", condition=Q(report_from__isnull=False)),
            models.Index(fields=["finding_from"], name="open_instalment_finding", condition=Q(finding_from__isnull=False)),
            models.Index(fields=["case"], name="open_instalment_ready", condition=Q(release_cents__gt=0)),
        ]
        constraints = [models.UniqueConstraint(fields=["case", "from_on", "number"], name="open_instalment_once")]

    def blocks_on(self, day: date) -> list[str]:
        """This will list the codes that stand against it on a day."""
        late = [("report_overdue", self.report_from), ("finding_open", self.finding_from)]
        return [*self.blocks, *(code for code, begins in late if begins is not None and begins <= day)]


class KeptUpTo(models.Model):
    """How far the open instalments have followed the seals; one row, locked while it is done."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="open_instalments_one_cursor")]
