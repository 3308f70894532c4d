"""The forms of the other funder's side — e.g. its reference, the day of filing, and the paper that shows it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.stages.assess.models import JointDecision
from millrace.web import fields
from millrace.web.forms import UploadField


class FilingForm(forms.Form):
    """The partner's application to the other funder, as an officer saw it."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"] = fields.TextField(label=_("Its reference of the application"), max_length=100)
        self.fields["filed_on"] = fields.DayField(label=_("Filed on"), latest=today)
        self.fields["file"] = UploadField(
            None, label=_("Document"), help_text=_("For example the acknowledgement, or a copy of the application.")
        )


class TheirDecisionForm(forms.Form):
    """What the other funder decided, in its own currency, with its evidence."""

    def __init__(self, *args: Any, currency: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(JointDecision.Outcome.APPROVED, _("It approved its side")), (JointDecision.Outcome.REFUSED, _("It refused its side"))]
        self.fields["outcome"] = fields.ChoiceField(label=_("Their decision"), choices=outcomes)
        self.fields["decided_on"] = fields.DayField(label=_("Decided on"), latest=today)
        self.fields["amount"] = fields.MoneyField(
            label=_("Their amount"), unit=currency, required=False, help_text=_("In their currency. It is shown, and not counted in ours.")
        )
        self.fields["file"] = UploadField(None, label=_("Evidence"), help_text=_("For example its letter or its published list."))
        self.fields["remarks"] = fields.TextField(label=_("Note for the file"), max_length=2000, is_long=True, required=False)


class GoingOnForm(forms.Form):
    """Why our side goes on alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"] = fields.TextField(label=_("Reasons of your decision"), max_length=2000, is_long=True)
