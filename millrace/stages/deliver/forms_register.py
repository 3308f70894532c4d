"""The forms of the registers — e.g. a lathe with its serial number, or a patent with its holders' shares."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.core import holdings
from millrace.stages.deliver.models import Disposal, EquipmentCheck, Title
from millrace.web import fields, lines


def _labels(choices: Any) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in choices.choices]


class EquipmentForm(forms.Form):
    """One item bought on a line of a claim."""

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"] = fields.TextField(label=_("Item"), max_length=200)
        self.fields["serial_number"] = fields.TextField(label=_("Serial number"), max_length=80)
        self.fields["place"] = fields.TextField(label=_("Where it stands"), max_length=200)
        help_text = _("The person or post that answers for it.")
        self.fields["custodian"] = fields.TextField(label=_("Custodian"), max_length=200, help_text=help_text)
        self.fields["cost_cents"] = fields.MoneyField(label=_("Cost"), unit=unit, minimum=1)


class CheckForm(forms.Form):
    """What an officer found of an item."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"] = fields.ChoiceField(label=_("Finding"), choices=_labels(EquipmentCheck.Finding))
        self.fields["checked_on"] = fields.DayField(label=_("Checked on"), latest=today, initial=today)
        self.fields["note"] = fields.TextField(label=_("Note"), max_length=1000, is_long=True, required=False)


class DisposalForm(forms.Form):
    """A wish to let an item go."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manner"] = fields.ChoiceField(label=_("What is to become of it"), choices=_labels(Disposal.Manner))
        self.fields["why"] = fields.TextField(label=_("Why"), max_length=1000, is_long=True)


class ConsentForm(forms.Form):
    """The funder's answer to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = fields.ChoiceField(label=_("Answer"), choices=[("yes", _("Agree")), ("no", _("Do not agree"))])
        help_text = _("Needed where you do not agree: the applicant reads it.")
        self.fields["reason"] = fields.TextField(label=_("Reason"), max_length=1000, is_long=True, required=False, help_text=help_text)


class TitleForm(forms.Form):
    """A title with its holders' shares, or the statement that nothing arose."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            lines.Column("holder", _("Holder"), max_length=200),
            lines.Column("is_team", _("Of the project's team"), "choice", choices=[("yes", _("Yes")), ("no", _("No"))]),
            lines.Column("basis_points", _("Share (%)"), "share"),
        ]
        self.fields["kind"] = fields.ChoiceField(label=_("Kind"), choices=_labels(Title.Kind))
        self.fields["name"] = fields.TextField(label=_("Title"), max_length=300, required=False)
        self.fields["registration"] = fields.TextField(label=_("Number of the filing or registration"), max_length=80, required=False)
        self.fields["filed_on"] = fields.DayField(label=_("Filed on"), latest=today, required=False)
        self.fields["state"] = fields.ChoiceField(label=_("State"), choices=_labels(Title.State), initial="filed")
        help_text = _("Together the shares come to 100%.")
        self.fields["shares"] = lines.LinesField(label=_("Shares"), columns=columns, max_lines=20, required=False, help_text=help_text)

    @property
    def wants_more_lines(self) -> bool:
        return self.is_bound and "more_lines" in self.data

    def clean_shares(self) -> list[holdings.Share]:
        given = self.cleaned_data["shares"] or []
        return [holdings.Share(row["holder"], row["is_team"] == "yes", row["basis_points"]) for row in given]
