"""What an officer says when moving a closing moment — e.g. two weeks later for everyone, because the form was down for a day."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from millrace.web import fields


class ExtendForm(forms.Form):
    """The last day on which applications are taken, and why it moves."""

    last_day = fields.DayField(label=_("Last day"), help_text=_("Applications are taken until midnight at its end, in the funder's zone."))
    reason = fields.TextField(label=_("Reason"), is_long=True, max_length=1000)

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """This will give the first moment after the day, in the funder's zone."""
        return end_of(self.cleaned_data["last_day"], zone)


class LateLeaveForm(ExtendForm):
    """Which applicant may be late, until when, and why."""

    registration_number = fields.TextField(label=_("Registration number of the applicant"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["registration_number", "last_day", "reason"])


def end_of(day: Any, zone: ZoneInfo) -> datetime:
    """This will give the first moment that no longer belongs to a day."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)
