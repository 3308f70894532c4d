"""What may be asked of a figure, and what a correction says — e.g. as at 31 March 2026, as known at noon on 2 April."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from millrace.core import asat
from millrace.stages.learn import actions
from millrace.web import fields, words

LABELS = {
    "scheme": _("Scheme"),
    "status": _("Status"),
    "stream": _("Stream"),
    "track": _("Track"),
    "sector": _("Sector"),
    "lead_place": _("Place of the lead applicant"),
    "partner_places": _("Places of the partners"),
    "is_mainland_collaboration": _("With a body in the Mainland"),
    "is_test": _("Only a test"),
    "received_on": _("Received on"),
    "screened_on": _("Screened on"),
    "supported_on": _("Supported on"),
    "approved_on": _("Approved on"),
    "refused_on": _("Refused on"),
    "agreed_on": _("Agreed on"),
    "completed_on": _("Completed on"),
    "withdrawn_on": _("Withdrawn on"),
    "terminated_on": _("Terminated on"),
    "closed_on": _("Closed on"),
}
# The columns a figure may be broken down by for the funder's own people, beside its own grouping.
GROUPS = ("scheme", "sector", "lead_place", "status", "stream")


class QuestionForm(forms.Form):
    """The day a figure speaks of and the moment of knowledge, which may be left empty for today and now; and another grouping."""

    as_at = forms.DateField(
        label=_("As at"),
        help_text=_("The day the figure speaks of."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day as year-month-day, such as 2024-01-31.")},
    )
    as_known = forms.DateTimeField(
        label=_("As known"),
        help_text=_("Leave it empty for what is known now. What was recorded later is then left out."),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter a moment as year-month-day and time, such as 2026-03-31 17:00.")},
    )
    seal = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    by = forms.ChoiceField(
        label=_("Broken down by"),
        required=False,
        choices=[(column, LABELS[column]) for column in GROUPS],
        error_messages={"invalid_choice": _("Choose one of the groupings listed.")},
    )

    def add_prefix(self, field_name: str) -> str:
        """This will name the inputs as the address spells them: as-at and as-known."""
        return super().add_prefix(field_name).replace("_", "-")


class GiveForm(forms.Form):
    """To whom a figure is given."""

    occasion = fields.ChoiceField(label=_("Given to"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, gettext(text)) for code, text in actions.OCCASIONS.items()]
        self.fields["occasion"] = fields.ChoiceField(label=_("Given to"), choices=choices)


def label(column: str) -> str:
    """This will name a column of the sheet in words."""
    return str(LABELS.get(column, column))


def shown(column: str, value: Any) -> str:
    """This will write a column's value in words."""
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if asat.COLUMNS[column].type == "day":
        return words.day(date.fromisoformat(value))
    return ", ".join(value) if isinstance(value, list) else str(value)


class CorrectForm(forms.Form):
    """What an event should have said: each column it set that may be corrected, the day it counts from, and why."""

    def __init__(self, *args: Any, said: Mapping[str, Any], since: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns = [name for name in said if name in actions.CORRECTABLE]
        for name in self._columns:
            self.fields[name] = _field(name, said[name])
        day = words.day(since) if since else "—"
        help_text = gettext("Leave it empty where it counts from the day the record spoke of (%(day)s). It may be earlier.") % {"day": day}
        self.fields["from_day"] = fields.DayField(label=_("Counts from an earlier day"), required=False, latest=since, help_text=help_text)
        reasons = [(code, gettext(text)) for code, text in actions.REASONS.items()]
        self.fields["reason"] = fields.ChoiceField(label=_("Why it is corrected"), choices=reasons)

    def values(self) -> dict[str, Any]:
        """This will give the columns as an event keeps them."""
        return {name: _plain(name, self.cleaned_data[name]) for name in self._columns}


def _field(name: str, value: Any) -> forms.Field:
    match asat.COLUMNS[name].type:
        case "day":
            return fields.DayField(label=LABELS[name], initial=date.fromisoformat(value) if value else None, required=bool(value))
        case "yes_no":
            return fields.FlagField(label=LABELS[name], initial="yes" if value else "no")
        case "codes":
            text = gettext("Codes, separated by commas.")
            return fields.TextField(label=LABELS[name], initial=", ".join(value or ()), required=False, max_length=400, help_text=text)
        case _:
            return fields.TextField(label=LABELS[name], initial=value, required=bool(value), max_length=60)


def _plain(name: str, value: Any) -> Any:
    match asat.COLUMNS[name].type:
        case "day":
            return value.isoformat() if value else None
        case "yes_no":
            return bool(value)
        case "codes":
            return sorted({code.strip() for code in value.split(",") if code.strip()})
        case _:
            return value
