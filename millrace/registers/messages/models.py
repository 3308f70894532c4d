"""Letters as they were sent, mail waiting to leave, and notices in the site — e.g. the decision letter of NIFS-7KQ2-M4XD.

All three are written in the transaction of what they tell of; mail leaves afterwards, so no one hears of what did not happen.
"""

from django.db import models


class Letter(models.Model):
    """One letter, kept as the text that was sent; its paper is made again from that text, the same bytes each time."""

    number = models.CharField(max_length=40, unique=True, help_text="the event's id behind the case's reference")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="approved, agreement, refused, ineligible …")
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=400)
    body = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="of subject and body, as on the paper")
    addressee = models.JSONField(help_text="the lines of the address")
    sender = models.CharField(max_length=200)
    values = models.JSONField(help_text="what filled the template's places")
    scheme_version = models.ForeignKey("policy.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="letter_case")]

    def __str__(self) -> str:
        return self.number


class Mail(models.Model):
    """One mail, waiting or sent. To a person, the address is read when it leaves, so a changed one is followed.

    An invitation may go to an `address` that is nobody's here yet; address and text, which holds the secret, are blanked as it leaves.
    """

    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField(blank=True)
    is_secret = models.BooleanField(default=False, help_text="its text is blanked once it left")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="mails")
    subject = models.CharField(max_length=400)
    body = models.TextField()
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="not before this moment; moved later after a failed try")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    dropped_because = models.CharField(max_length=40, blank=True, help_text="conflicted, no-address or too-many-tries")

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], name="mail_waiting", condition=models.Q(sent_at__isnull=True, dropped_because=""))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                | ~models.Q(address="")
                | models.Q(sent_at__isnull=False)
                | ~models.Q(dropped_because=""),
                name="mail_waits_for_someone",
            )
        ]

    @property
    def goes_to(self) -> str:
        """Where it leaves for; empty when there is nowhere."""
        if self.person is None:
            return self.address
        return self.person.email if self.person.is_active else ""


class Notice(models.Model):
    """A line in a person's inbox on the site: the event told, and when it was read."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["person", "event"], name="notice_once")]
