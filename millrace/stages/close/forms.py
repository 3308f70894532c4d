"""The forms of endings — e.g. why an agreement is terminated, or a refund with its bank reference."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.web import fields


class ReasonForm(forms.Form):
    """Why: one of a list, and a note."""

    def __init__(self, *args: Any, reasons: Mapping[str, str], has_note: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = fields.ChoiceField(label=_("Reason"), choices=[(code, _(text)) for code, text in reasons.items()])
        if has_note:
            self.fields["note"] = fields.TextField(label=_("Note"), max_length=1000, is_long=True, required=False)


class RefundForm(forms.Form):
    """Money that came back."""

    def __init__(self, *args: Any, unit: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["received_on"] = fields.DayField(label=_("Received on"), latest=today)
        self.fields["bank_reference"] = fields.TextField(label=_("Bank reference"), max_length=35)
