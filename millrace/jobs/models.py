"""Where each reaction has got to, and which nights were done — e.g. "screen on submission" has followed the timeline to seal 4,211."""

from django.db import models


class Cursor(models.Model):
    """The last sealed number a reaction has dealt with, and what keeps it from the next."""

    reaction = models.CharField(max_length=60, primary_key=True)
    number = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0, help_text="failures in a row on the next event")
    trouble = models.TextField(blank=True, help_text="the last failure, for whoever mends it; holds no personal data")
    retry_at = models.DateTimeField(null=True)


class Night(models.Model):
    """One run of the nightly work for one day of the funder's calendar."""

    day = models.DateField(primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict, help_text="task name to what it did, or how it failed")
