"""The forms of recovery — e.g. on which ground HK$84,000 is owed, what it rests on, and by which day it is to be paid."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.core import money, months, recovery
from millrace.stages.deliver.models import AuditSample, Breach, Receivable, Release, RevenueDeclaration
from millrace.web import fields, words
from millrace.web.forms import UploadField

MOST_PARTS = 36


class RaiseForm(forms.Form):
    """A debt to be put before a second person. `rests_on` names the record behind it, as breach:3, sample:1 or declaration:2."""

    def __init__(
        self,
        *args: Any,
        unit: str,
        today: date,
        breaches: Sequence[Breach],
        samples: Sequence[tuple[AuditSample, int, int]],
        declarations: Sequence[RevenueDeclaration],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows: dict[str, tuple[str, Any]] = {}
        choices = []
        for name, row, said in (
            *(("breach", row, _breach(row)) for row in breaches),
            *(("sample", row, _sample(row, cost, most)) for row, cost, most in samples),
            *(("declaration", row, _declaration(row)) for row in declarations),
        ):
            self.rows[f"{name}:{row.pk}"] = (name, row)
            choices.append((f"{name}:{row.pk}", said))
        grounds = [(code, str(said)) for code, said in Receivable.Ground.choices]
        self.fields["ground"] = fields.ChoiceField(label=_("Ground"), choices=grounds)
        if choices:
            label, help_text = _("Record it rests on"), _("A breach, an audit sample or a declaration.")
            self.fields["rests_on"] = fields.ChoiceField(label=label, choices=choices, as_list=True, required=False, help_text=help_text)
        self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["due_on"] = fields.DayField(label=_("To be paid by"), earliest=today)
        self.fields["reason"] = fields.TextField(
            label=_("Why it is owed"), max_length=1000, is_long=True, help_text=_("The payee reads this in the demand.")
        )
        self.fields["evidence"] = fields.TextField(label=_("What shows it"), max_length=1000, is_long=True)
        self.fields["file"] = UploadField(
            None, label=_("Files that show it"), required=False, help_text=_("The second person reads them before confirming.")
        )
        self.fields["file"].widget.attrs["multiple"] = True

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        chosen = self.rows.get(told.pop("rests_on", ""), None)
        return {**told, **({chosen[0]: chosen[1]} if chosen else {})}


def _breach(row: Breach) -> str:
    told = {"number": row.number, "kind": row.get_kind_display(), "amount": words.amount(row.amount_cents, row.unit)}
    return _("Breach %(number)s: %(kind)s, %(amount)s") % told


def _sample(row: AuditSample, cost: int, most: int) -> str:
    told = {"number": row.number, "cost": words.amount(cost, row.unit), "amount": words.amount(most, row.unit)}
    return _("Audit sample %(number)s: %(cost)s of cost in error here; at most %(amount)s of grant") % told


def _declaration(row: RevenueDeclaration) -> str:
    return _("Revenue of year %(number)s: %(amount)s") % {"number": row.year, "amount": words.amount(row.share_cents, row.unit)}


class ReceiveForm(forms.Form):
    """Money that came in."""

    def __init__(self, *args: Any, unit: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["received_on"] = fields.DayField(label=_("Received on"), latest=today)
        self.fields["bank_reference"] = fields.TextField(label=_("Bank reference"), max_length=35)
        self.fields["holds_rest"] = fields.FlagField(
            label=_("Is it more than is owed, and the rest to be held for the payee?"),
            help_text=_("What is held is paid back in a payment run."),
            required=False,
        )


class WhyForm(forms.Form):
    """Why; and how much, where a unit is given."""

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unit:
            self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["reason"] = fields.TextField(label=_("Reason"), max_length=1000, is_long=True)


class SetOffForm(forms.Form):
    """From which release what is owed is kept back, and how much of it."""

    def __init__(self, *args: Any, unit: str, releases: Sequence[Release], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in releases}
        said = _("%(reference)s, instalment %(number)s: %(amount)s left to pay")
        choices = [
            (key, said % {"reference": row.case.reference, "number": row.instalment, "amount": words.amount(row.to_pay_cents, unit)})  # type: ignore[attr-defined]  # annotated
            for key, row in self.rows.items()
        ]
        self.fields["release"] = fields.ChoiceField(label=_("Release"), choices=choices)
        self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["reason"] = fields.TextField(label=_("Reason"), max_length=1000, is_long=True)

    def clean_release(self) -> Release:
        return self.rows[self.cleaned_data["release"]]


class DecideForm(forms.Form):
    """Yes or no, and why not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_approved"] = fields.FlagField(label=_("Set it off"))
        self.fields["note"] = fields.TextField(label=_("Note"), max_length=1000, is_long=True, required=False)


class PlanForm(forms.Form):
    """So many instalments of what is owed, a month or more apart; the parts come to the whole to the cent."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["count"] = fields.CountField(label=_("Number of instalments"), minimum=1, maximum=MOST_PARTS)
        self.fields["first_on"] = fields.DayField(label=_("The first by"), earliest=today)
        self.fields["months"] = fields.CountField(label=_("Months between them"), minimum=1, maximum=12, initial=1)
        self.fields["note"] = fields.TextField(label=_("Agreed with whom, and how"), max_length=1000, is_long=True)

    def parts(self, owed_cents: int) -> list[recovery.Part]:
        """This will share what is owed out over the days chosen."""
        told = self.cleaned_data
        amounts = money.share_out(owed_cents, [1] * told["count"])
        return [recovery.Part(months.after(told["first_on"], told["months"] * n), cents) for n, cents in enumerate(amounts)]


class RevenueForm(forms.Form):
    """What was earned in a year."""

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revenue_cents"] = fields.MoneyField(
            label=_("Revenue of the year"), unit=unit, minimum=0, help_text=_("Write 0 if nothing was earned.")
        )
        self.fields["told"] = fields.TextField(label=_("Where the figure is from"), max_length=1000, is_long=True)
        self.fields["file"] = UploadField(None, label=_("Accounts (a file)"), required=False)
