"""What administrators fill in — e.g. the e-mail address of a new payment checker."""

from django import forms
from django.utils.translation import gettext_lazy as _

from millrace.registers.people.models import Power
from millrace.web import fields


class GrantForm(forms.Form):
    """Who is to hold which power; someone not here yet is invited by e-mail."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Someone who signs in here already holds the power at once; anyone else is invited by e-mail and accepts first."),
    )
    power = fields.ChoiceField(label=_("Power"), choices=Power.Kind.choices)
    limit_cents = fields.MoneyField(
        label=_("Limit"), minimum=1, required=False, help_text=_("Only for an authority: the largest amount it may approve.")
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class DayForm(forms.Form):
    """The day asked about; today when left out."""

    on = fields.DayField(label=_("On the day"), required=False)
