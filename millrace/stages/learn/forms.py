"""What may be asked of a figure — e.g. as at 31 March 2026, as known at noon on 2 April."""

from django import forms
from django.utils.translation import gettext_lazy as _


class QuestionForm(forms.Form):
    """The day a figure speaks of and the moment of knowledge; both may be left empty for today and now."""

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

    def add_prefix(self, field_name: str) -> str:
        """This will name the inputs as the address spells them: as-at and as-known."""
        return super().add_prefix(field_name).replace("_", "-")
