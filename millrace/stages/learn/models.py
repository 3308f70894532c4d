"""Replies to questions and the figures frozen in them — e.g. 472 projects as at 31 January 2024, in the reply of 27 March 2024.

The database itself refuses to change a reply once it is released, and a frozen figure ever.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Reply(models.Model):
    """One reply in three languages: as it is written, with references; and, once released, as it was said, with numbers."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        WAITING = "waiting", _("Waits to be cleared")
        CLEARED = "cleared", _("Cleared, not yet released")
        RELEASED = "released", _("Released to the public")
        DROPPED = "dropped", _("Dropped")

    occasion = models.CharField(max_length=20, help_text="to whom it is given: legislature, press …")
    told_from = models.CharField(max_length=200, blank=True, help_text="the reply published elsewhere that it tells again")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", help_text="the released reply it corrects")
    texts = models.JSONField(help_text="language → subject and body, with references to figures")
    sha256 = models.CharField(max_length=64, help_text="of the texts, so that a stale save is seen and exactly these texts are cleared")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    writers = models.JSONField(default=list, help_text="ids of everyone who wrote in it")
    begun_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    written_seal = models.BigIntegerField(help_text="the last seal when it was last written, so that drift since is shown")
    cleared_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    cleared_seal = models.BigIntegerField(null=True, help_text="the seal its figures were read at by who cleared it")
    released_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    said = models.JSONField(default=dict, help_text="language → subject and body as released, with numbers in place of references")
    said_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="reply_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("cleared", "released"))
                | (Q(cleared_by__isnull=False) & ~Q(cleared_by=F("written_by")) & ~Q(cleared_by=F("begun_by"))),
                name="reply_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ReplyFigure(models.Model):
    """One figure of a released reply: what was asked, what was said, and all it rests on. Append-only."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(help_text="its place within the reply, from 1")
    written = models.CharField(max_length=300, help_text="the reference as it stands in the texts")
    figure = models.CharField(max_length=80)
    version = models.CharField(max_length=40, help_text="of the definition")
    as_at = models.DateField()
    speaks_of = models.DateField()
    seal = models.BigIntegerField()
    seal_chain = models.CharField(max_length=64, help_text="the seal's chained hash")
    said = models.JSONField(help_text="language → the number as it was put")
    answer = models.JSONField(help_text="language → the answer as everyone may read it: definition, source, breakdown")
    sha256 = models.CharField(max_length=64, help_text="of the answer as everyone may read it")
    whole_sha256 = models.CharField(
        max_length=64, help_text="of the answer with small groups too, told to nobody: asked again it must agree"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reply", "number"], name="reply_figure_once")]

    def __str__(self) -> str:
        return f"{self.reply_id}/{self.number}"


class KeptFigure(models.Model):
    """How far the changes of one figure's count are kept (`kept.py`): as one definition reads the sheet, by whatever name."""

    sha256 = models.CharField(max_length=64, unique=True, help_text="of what the definition reads")
    blocks = models.IntegerField(default=0, help_text="whole blocks of seals kept")
    eras = models.IntegerField(default=0, help_text="whole eras of blocks added up by month")


class KeptChange(models.Model):
    """How a figure's count and money changed by one block of seals, for one group from one day on."""

    figure = models.ForeignKey(KeptFigure, on_delete=models.PROTECT, related_name="+", db_index=False)
    block = models.IntegerField()
    part = models.TextField()
    day = models.DateField()
    count = models.BigIntegerField()
    cents = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["figure", "block", "day"], include=["part", "count", "cents"], name="learn_kept_changes"),
            models.Index(fields=["figure", "day", "block"], include=["part", "count", "cents"], name="learn_kept_days"),
        ]
        constraints = [models.UniqueConstraint(fields=["figure", "block", "part", "day"], name="learn_kept_once")]


class KeptMonth(models.Model):
    """The same changes of one era of blocks, added up by month: what most of an answer is made of."""

    figure = models.ForeignKey(KeptFigure, on_delete=models.PROTECT, related_name="+", db_index=False)
    era = models.IntegerField()
    part = models.TextField()
    month = models.DateField(help_text="its first day")
    count = models.BigIntegerField()
    cents = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["figure", "era", "part", "month"], name="learn_kept_month_once")]
