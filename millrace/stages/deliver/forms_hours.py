"""The forms of a facility's hours — e.g. a furnace on Tuesday from 9:00 for four hours."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.web import fields


class BookingForm(forms.Form):
    """Which machine, on which day, from which hour, for how long."""

    def __init__(self, *args: Any, tools: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts = [(f"{hour:02d}:00", f"{hour:02d}:00") for hour in range(24)]
        self.fields["tool"] = fields.ChoiceField(label=_("Machine"), choices=tools)
        self.fields["on"] = fields.DayField(label=_("Day"))
        self.fields["from_hour"] = fields.ChoiceField(label=_("From"), choices=starts, initial="09:00")
        self.fields["hours"] = fields.CountField(label=_("For how many hours?"), minimum=1, maximum=24 * 31)

    def clean_from_hour(self) -> time:
        return time.fromisoformat(self.cleaned_data["from_hour"])


class AnswerForm(forms.Form):
    """Whether the machine can be given then."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = fields.ChoiceField(label=_("Answer"), choices=[("yes", _("Confirm")), ("no", _("Refuse"))])
        help_text = _("Needed for a refusal: the applicant reads it.")
        self.fields["reason"] = fields.TextField(label=_("Reason"), max_length=300, required=False, help_text=help_text)


class UseForm(forms.Form):
    """How much was used of a booking, in the unit of the facility."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"] = fields.CountField(label=_("Used"), minimum=1, maximum=most)


class ReadingForm(forms.Form):
    """A meter reading: how much, on which day, and the meter's own name for it."""

    def __init__(self, *args: Any, most: int, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"] = fields.CountField(label=_("Used"), minimum=1, maximum=most)
        self.fields["used_on"] = fields.DayField(label=_("Day of use"), latest=today)
        help_text = _("As the meter or the log names it; the same reading is counted once.")
        self.fields["source_key"] = fields.TextField(label=_("Reading"), max_length=120, help_text=help_text)
