"""What became of what a stage left over — e.g. of RAISe+ stage 1, HK$2m never released, carried into stage 2."""

from django.db import models
from django.db.models import F, Q


class StageSettlement(models.Model):
    """The account of one stage once the next is open: what was left of it, and where it went by the scheme's rule. Append-only."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    stage_number = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12)
    grant_cents = models.BigIntegerField(help_text="of the stage, before")
    released_cents = models.BigIntegerField()
    earned_cents = models.BigIntegerField()
    carried_cents = models.BigIntegerField(help_text="never released, now the next stage's")
    returned_cents = models.BigIntegerField(help_text="never released, back in the envelope")
    carried_unearned_cents = models.BigIntegerField(help_text="paid and not earned, stays for the next stage")
    ask_back_cents = models.BigIntegerField(help_text="paid and not earned, to be paid back")
    measure = models.JSONField(help_text="the rule: its value, from when, and whose word it is")
    terms_number = models.PositiveIntegerField(null=True, help_text="the terms that follow; none where nothing was left")
    settled_at = models.DateTimeField()
    settled_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "stage_number"], name="stage_settled_once"),
            models.CheckConstraint(
                condition=Q(carried_cents__gte=0, returned_cents__gte=0, carried_unearned_cents__gte=0, ask_back_cents__gte=0),
                name="stage_settled_of_nothing_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(grant_cents=F("released_cents") + F("carried_cents") + F("returned_cents")), name="stage_settled_whole"
            ),
        ]
