"""The few forms every scheme shares — e.g. an invitation to a sponsor. A scheme's own form is drawn by `web/forms.py`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from millrace.core.rules.form import Question, Section
from millrace.registers.people.models import Membership, Organisation
from millrace.stages.apply.models import Part
from millrace.web import fields
from millrace.web.forms import said


class OrganisationForm(forms.Form):
    """What a person says of an organisation when registering it."""

    name = fields.TextField(label=_("Name in English"), max_length=300, required=False)
    name_zh = fields.TextField(label=_("Name in Chinese"), max_length=300, required=False)
    kind = fields.ChoiceField(label=_("Kind of organisation"), choices=())
    registration_kind = fields.ChoiceField(label=_("Kind of registration number"), choices=())
    registration_number = fields.TextField(label=_("Registration number"), max_length=60, help_text=_("As on the certificate."))
    incorporated_in = fields.ChoiceField(label=_("Incorporated in"), choices=())

    def __init__(self, *args: Any, number_kinds: list[tuple[str, str]], places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(value, _(label)) for value, label in Organisation.Kind.choices if value != Organisation.Kind.FUNDER]
        self.fields["kind"] = fields.ChoiceField(label=_("Kind of organisation"), choices=kinds)
        self.fields["registration_kind"] = fields.ChoiceField(label=_("Kind of registration number"), choices=number_kinds)
        self.fields["incorporated_in"] = fields.ChoiceField(label=_("Incorporated in"), choices=places, initial=places[0][0])


class ConfirmOrganisationForm(forms.Form):
    """What an officer found on the certificate."""

    is_subvented = fields.FlagField(label=_("Is it subvented, or a subsidiary of a subvented body?"))


class RenameForm(forms.Form):
    """What the certificate of change of name says."""

    name = fields.TextField(label=_("New name in English"), max_length=300, required=False)
    name_zh = fields.TextField(label=_("New name in Chinese"), max_length=300, required=False)
    renamed_on = fields.DayField(label=_("In force from"), help_text=_("The day on the certificate of change of name."))


class ColleagueForm(forms.Form):
    """Whom to invite to act for the organisation, and as what."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("They sign in with this address to accept."))
    power = fields.ChoiceField(label=_("May act as"), choices=Membership.Power.choices)


class InvitePartForm(forms.Form):
    """Whom to invite to take a part in an application: a registered organisation by its number, or anyone by e-mail."""

    role = fields.ChoiceField(label=_("Part"), choices=Part.Role.choices, initial=Part.Role.PARTNER)
    registration_number = fields.TextField(label=_("Registration number"), required=False, max_length=60)
    email = forms.EmailField(label=_("Or an e-mail address"), required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and bool(told.get("registration_number")) == bool(told.get("email")):
            raise ValidationError(_("Give either a registration number or an e-mail address."))
        return told


class PartForm(forms.Form):
    """What a partner or sponsor says it does and brings."""

    work = fields.TextField(label=_("What you will do or bring"), max_length=3000, is_long=True, required=False)
    cash_cents = fields.MoneyField(label=_("Cash"), minimum=0, required=False)
    in_kind_cents = fields.MoneyField(
        label=_("Value in kind"), minimum=0, required=False, help_text=_("Equipment, staff time or premises, at their value.")
    )

    def __init__(self, *args: Any, asked: Section | None = None, **kwargs: Any) -> None:
        """This will ask what the scheme's own section asks of that side, in its words, and all three where it has none."""
        super().__init__(*args, **kwargs)
        if asked is None:
            return
        wanted = {_part_field(question): said(question.label) for question in asked.questions}
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        for name in self.fields:
            self.fields[name].label = wanted[name]


def _part_field(question: Question) -> str:
    """The field of a part that a question of the scheme is about: money in cash, money in kind, or words."""
    if question.kind == "money":
        return "in_kind_cents" if question.id.endswith("in_kind") else "cash_cents"
    return "work"


class PartFileForm(forms.Form):
    """A file a partner or sponsor adds to its own part."""

    file = forms.FileField(
        label=_("Add a file"),
        help_text=_("PDF, Word, Excel or a picture, at most 10 MB; up to five. Read by you and the funder, not by the lead applicant."),
        error_messages={"required": _("Choose a file first.")},
    )


class MessageForm(forms.Form):
    """One message in the question thread."""

    body = fields.TextField(label=_("Your message"), is_long=True, max_length=5000)


class OpenDraftForm(forms.Form):
    """For which organisation a draft is begun."""

    organisation = fields.ChoiceField(label=_("Which organisation applies?"), choices=())

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = self.fields["organisation"].label
        self.fields["organisation"] = fields.ChoiceField(
            label=label, choices=organisations, initial=organisations[0][0] if organisations else None
        )


class ReceiptForm(forms.Form):
    """What a receipt says, to be checked."""

    reference = fields.TextField(label=_("Reference of the case"), max_length=60)
    sha256 = fields.TextField(label=_("SHA-256 of the submission"), max_length=64, help_text=_("64 letters and digits, as on the receipt."))


class SignForm(forms.Form):
    """The signature: the authorised person says that it is true and theirs to sign."""

    is_true = forms.BooleanField(
        label=_("I am authorised to sign for the organisation, and what this application says is true and complete."),
        widget=fields.SingleCheckbox,
        error_messages={"required": _("Tick the box to sign.")},
    )
