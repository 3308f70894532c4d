"""Accounts, postings and balances — e.g. the reserved cents of one NIFS case, or the GPU-hours an award has still to use.

The application's role only reads these tables: accounts are opened, postings written, balances changed and months closed by
functions of the owner (`migrations/0001`). A posting is never changed or deleted; the database's triggers refuse it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from millrace.core import ledger


class Account(models.Model):
    """Whose value, in which state and unit; `key` spells all of it and is unique."""

    key = models.CharField(max_length=250, unique=True)
    kind = models.CharField(max_length=20)
    unit = models.CharField(max_length=20)
    fund = models.CharField(max_length=60, blank=True)
    scheme = models.CharField(max_length=60, blank=True)
    financial_year = models.CharField(max_length=10, blank=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    sponsor = models.ForeignKey("people.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, blank=True, help_text="of matching money: cash or in_kind")
    may_be_negative = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["fund", "scheme", "unit", "kind"], name="account_envelope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(may_be_negative=False) | Q(kind__in=sorted(ledger.OUTSIDE_KINDS)), name="account_only_the_outside_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def value(self) -> ledger.Account:
        """This will be the account as the pure core speaks of it."""
        return ledger.Account(self.kind, self.unit, self.fund, self.scheme, self.financial_year, self.case_id, self.sponsor_id, self.form)


class Balance(models.Model):
    """What an account holds now: one row per account, changed only inside `ledger_post`."""

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.PROTECT, related_name="balance_row")
    may_be_negative = models.BooleanField(default=False)
    unit = models.CharField(max_length=20, help_text="the account's own, so that posting needs to read no other row")
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0) | Q(may_be_negative=True), name="balance_not_negative")]


class Posting(models.Model):
    """`amount` out of `source` into `target`. `event` may be written later in the same transaction: its key is checked at the end."""

    # No constraint of the database on the two accounts: the posting function holds both balance rows, which have one, and a key
    # check by every writer would queue on the one hot row of an envelope.
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["source", "happened_on"], include=["amount", "event"], name="posting_source"),
            models.Index(fields=["target", "happened_on"], include=["amount", "event"], name="posting_target"),
            models.Index(fields=["happened_on"], include=["source", "target", "amount", "event"], name="posting_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_amount_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="posting_between_two_accounts"),
        ]


class ClosedMonth(models.Model):
    """A month finance has closed, by its first day: nothing may be posted into it any more."""

    month = models.DateField(primary_key=True)
    closed_at = models.DateTimeField()
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")


class KeptRun(models.Model):
    """The days were brought up to this seal; nothing known at it happened later than `latest_on`."""

    seal = models.BigIntegerField(primary_key=True)
    latest_on = models.DateField()


class KeptDay(models.Model):
    """What every account held at the end of a day, as known at each run from one seal through another; zeros are left out.

    A copy, made by `ledger_keep_days` from the postings and checked by `millrace verify`. `totals` has the same by fund, scheme,
    unit, kind and year; of `PASSING_KINDS` it counts all that came in.
    """

    day = models.DateField()
    from_seal = models.BigIntegerField()
    through_seal = models.BigIntegerField()
    accounts = ArrayField(models.BigIntegerField())
    balances = ArrayField(models.BigIntegerField())
    totals = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "from_seal"], name="kept_day_once_a_run")]
        indexes = [models.Index(fields=["through_seal", "day"], name="kept_day_through")]
