"""What administrators and finance fill in — e.g. the e-mail address of a new payment checker, or how much to share out."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from millrace.core.policy_folder.funds import Fund
from millrace.registers.people.models import Power
from millrace.web import fields, schemes

COMMITMENT = "commitment"


class GrantForm(forms.Form):
    """Who is to hold which power; someone not here yet is invited by e-mail."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Someone who signs in here already holds the power at once; anyone else is invited by e-mail and accepts first."),
    )
    power = fields.ChoiceField(label=_("Power"), choices=Power.Kind.choices)
    limit_cents = fields.MoneyField(
        label=_("Limit"),
        minimum=1,
        required=False,
        help_text=_("For an authority: the largest amount it may approve. For someone of finance: a limit of their own, or a grade below."),
    )

    def __init__(self, *args: Any, grades: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if grades:
            self.fields["grade"] = fields.ChoiceField(
                label=_("Grade"),
                choices=grades,
                required=False,
                help_text=_("For someone of finance: the policy says how much a grade may order, check and release."),
            )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class OperatorForm(forms.Form):
    """Who is to run a facility."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("Of someone who signs in here."))


class DayForm(forms.Form):
    """The day asked about; today when left out."""

    on = fields.DayField(label=_("On the day"), required=False)


class OrderForm(forms.Form):
    """What an order on a fund needs to know: nothing, a scheme and an amount, two schemes and a reason, or a year that is over."""

    def __init__(self, *args: Any, kind: str, fund: Fund, years: list[str], year: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in ("share", "transfer"):
            listed = [(slug, schemes.short_title(slug)) for slug in fund.schemes]
            if kind == "transfer":
                self.fields["giver"] = fields.ChoiceField(label=_("Out of the share of"), choices=listed)
            self.fields["scheme"] = fields.ChoiceField(label=_("Into the share of") if kind == "transfer" else _("Scheme"), choices=listed)
            cash = [(each, _("Cash of %(year)s") % {"year": each}) for each in years]
            self.fields["financial_year"] = fields.ChoiceField(
                label=_("What is moved"),
                choices=[(COMMITMENT, _("The approved commitment")), *cash],
                initial=COMMITMENT,
                help_text=_("The commitment gates approvals; the cash of a year gates payments. A scheme needs both."),
            )
            self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=fund.unit, minimum=1)
        if kind == "transfer":
            self.fields["reason"] = fields.TextField(label=_("Reason"), is_long=True, max_length=1000)
        if kind == "lapse":
            choices = [(each, each) for each in years]
            initial = year if year in years else None
            self.fields["financial_year"] = fields.ChoiceField(label=_("Financial year"), choices=choices, initial=initial)

    def clean_financial_year(self) -> str:
        """The commitment has no year."""
        chosen = str(self.cleaned_data["financial_year"])
        return "" if chosen == COMMITMENT else chosen
