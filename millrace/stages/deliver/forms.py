"""The forms of this stage — e.g. the lines of a claim: head, item, supplier, invoice, days and amount.

They read and check what is typed; what the terms and the books allow is decided by the actions.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import claims, matching
from millrace.core.terms import Terms
from millrace.registers.people.models import Organisation
from millrace.stages.deliver.actions.rates import currencies
from millrace.stages.deliver.models import Claim, ClaimLine, Evidence, SampledLine
from millrace.stages.deliver.queries import REASON_WORDS
from millrace.web import fields, lines
from millrace.web.forms import UploadField

NOTE = 1000
# Read as hundredths and shown without a sign: a quantity, or a price in whatever currency the line names.
UNNAMED = "XXX"


class MilestoneForm(forms.Form):
    """Evidence that a milestone was reached."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = fields.TextField(label=_("What was done"), max_length=NOTE, is_long=True)
        self.fields["file"] = UploadField(None, label=_("Document"), help_text=_("For example an acceptance report or photographs."))


class MatchingForm(forms.Form):
    """A payment the enterprise or a sponsor made, or a contribution in kind that no rule of the policy prices."""

    def __init__(
        self, *args: Any, sponsors: Sequence[Organisation], unit: str, today: date, is_priced: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sponsors = {str(one.pk): one for one in sponsors}
        forms_of = [(matching.CASH, _("In cash")), (matching.IN_KIND, _("In kind"))]
        self.fields["sponsor"] = fields.ChoiceField(
            label=_("Who brought it"), choices=[(key, one.name) for key, one in self._sponsors.items()]
        )
        self.fields["form"] = fields.ChoiceField(label=_("In cash or in kind"), choices=forms_of, initial=matching.CASH)
        self.fields["amount_cents"] = fields.MoneyField(label=_("Amount"), unit=unit, minimum=1)
        self.fields["paid_on"] = fields.DayField(
            label=_("Day of payment"), required=False, latest=today, help_text=_("For cash: the day the money left the account.")
        )
        self.fields["payee"] = fields.TextField(label=_("Paid to"), max_length=200, required=False)
        self.fields["invoice"] = fields.TextField(label=_("Invoice number"), max_length=80, required=False)
        self.fields["valuation"] = fields.TextField(
            label=_("How it was valued"),
            max_length=300,
            required=False,
            help_text=_("For contributions in kind: rate, quantity and where the rate comes from."),
        )
        self.fields["file"] = UploadField(None, label=_("Proof"), help_text=_("For example a bank statement or a signed time sheet."))
        if is_priced:
            del self.fields["form"]
            del self.fields["valuation"]

    def clean_sponsor(self) -> Organisation | None:
        return self._sponsors.get(self.cleaned_data["sponsor"])


class VerifyForm(forms.Form):
    """An officer's finding on evidence."""

    def __init__(self, *args: Any, evidence: Evidence, is_alike: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [("yes", _("Accept")), ("no", _("Do not accept"))]
        self.fields["finding"] = fields.ChoiceField(label=_("Finding"), choices=answers)
        if evidence.purpose == Evidence.Purpose.MATCHING:
            self.fields["verified_cents"] = fields.MoneyField(
                label=_("Verified amount"), unit=evidence.unit, required=False, initial=evidence.amount_cents, maximum=evidence.amount_cents
            )
        self.fields["note"] = fields.TextField(
            label=_("Reason"), max_length=NOTE, is_long=True, required=False, help_text=_("Needed where less than all is accepted.")
        )
        if is_alike:
            self.fields["alike_reason"] = fields.TextField(
                label=_("Why it is another payment"),
                max_length=NOTE,
                is_long=True,
                required=False,
                help_text=_("Needed to accept it, because a payment like it stands above."),
            )


def head_choices(terms: Terms, words: dict[str, str]) -> list[tuple[str, str]]:
    """This will offer the heads of the agreement in the scheme's own words."""
    return [(head.code, words.get(head.code, head.code.replace("_", " ").capitalize())) for head in terms.heads]


def _without_optional(form: forms.Form) -> None:
    """This will leave "(optional)" off the fields of a draft: nothing is demanded yet, but all of it counts."""
    for field in form.fields.values():
        field.hide_optional = True  # type: ignore[attr-defined]  # read by the field's template


class LinesForm(forms.Form):
    """The lines of a claim, any number of them, without scripts."""

    def __init__(
        self,
        *args: Any,
        heads: Sequence[tuple[str, str]],
        unit: str,
        places: Sequence[tuple[str, str]] = (),
        is_monthly: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            lines.Column("head", _("Kind of cost"), "choice", choices=heads),
            lines.Column("item", _("Item"), max_length=200),
            lines.Column("supplier", _("Supplier"), is_required=False, max_length=200),
            lines.Column("invoice", _("Invoice"), is_required=False, max_length=80),
            lines.Column("spent_on", _("Dated"), "day", is_required=False),
            lines.Column("paid_on", _("Paid on"), "day", is_required=False),
            # What every line needs stands first, so that it is seen without moving the table sideways.
            lines.Column("claimed_cents", _("Amount"), "money", unit=unit, is_total=True),
            lines.Column("currency", _("Currency"), "choice", is_required=False, choices=[(code, code) for code in currencies(unit)]),
            lines.Column("quantity_hundredths", _("Quantity"), "money", is_required=False, unit=UNNAMED),
            lines.Column("unit_price_cents", _("Unit price"), "money", is_required=False, unit=UNNAMED),
            lines.Column("supplier_registration", _("Supplier's registration number"), is_required=False, max_length=40),
        ]
        if is_monthly:
            by_id = {column.id: column for column in columns}
            columns = [
                by_id["head"],
                lines.Column("item", _("Person"), max_length=200),
                lines.Column("spent_on", _("Worked from"), "day", is_required=False),
                lines.Column("until_on", _("until, of the same month"), "day", is_required=False),
                by_id["paid_on"],
                by_id["claimed_cents"],
            ]
        if places:
            amount = next(index for index, column in enumerate(columns) if column.id == "claimed_cents")
            columns.insert(amount, lines.Column("place", _("Where it was spent"), "choice", is_required=False, choices=places))
        self.fields["lines"] = lines.LinesField(
            label=_("Lines"),
            columns=columns,
            max_lines=200,
            required=False,
            help_text=_("Choose a currency only where the invoice is not in %(unit)s; the amount is then the invoice's.") % {"unit": unit},
        )
        self.fields["stated_cents"] = fields.MoneyField(
            label=_("Total on your statement"), unit=unit, required=False, help_text=_("If you give it, it is held against the lines.")
        )
        _without_optional(self)

    @property
    def wants_more_lines(self) -> bool:
        return self.is_bound and "more_lines" in self.data


def lines_of(claim: Claim) -> list[dict[str, Any]]:
    """This will give a draft's lines as the form shows them."""
    names = ("head", "item", "supplier", "supplier_registration", "invoice", "spent_on", "paid_on", "place", "quantity_hundredths")
    names += ("unit_price_cents", "currency", "claimed_cents", "until_on")
    rows = [(line, {name: getattr(line, name) for name in names}) for line in claim.lines.order_by("number")]
    return [told | ({"claimed_cents": line.invoiced_cents} if line.currency else {}) for line, told in rows]


class ProofsForm(forms.Form):
    """A receipt and a proof of payment for each line."""

    def __init__(self, *args: Any, rows: Sequence[ClaimLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in rows:
            for proof, label in (("receipt", _("Invoice or receipt")), ("payment_proof", _("Proof of payment"))):
                held = getattr(line, proof)
                help_text = _("Held: %(name)s") % {"name": held.name} if held else ""
                spoken = f"{line.number} – {line.item}: {label}"
                self.fields[f"{proof}-{line.number}"] = UploadField(None, label=spoken, required=False, help_text=help_text)
        _without_optional(self)

    def given(self) -> list[tuple[str, int, Any]]:
        """This will list what was sent: which proof, of which line, the file."""
        found = []
        for name, files in self.cleaned_data.items():
            proof, _dash, number = name.rpartition("-")
            found += [(proof, int(number), file) for file in files or []]
        return found


class RulingForm(forms.Form):
    """An officer's ruling on one line."""

    def __init__(self, *args: Any, line: ClaimLine, examined: claims.Examination, **kwargs: Any) -> None:
        first = examined.reasons[0].code if examined.reasons else ""
        initial = {
            "allowed_cents": examined.room_cents if line.allowed_cents is None else line.allowed_cents,
            "reason": line.reason or first,
            "note": line.note,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["allowed_cents"] = fields.MoneyField(label=_("Allowed"), unit=line.claim.unit, maximum=line.claimed_cents)
        self.fields["reason"] = fields.ChoiceField(
            label=_("Reason for what is not allowed"),
            choices=reasons(),
            required=False,
        )
        self.fields["note"] = fields.TextField(label=_("Note to the enterprise"), max_length=NOTE, is_long=True, required=False)


def reasons() -> list[tuple[str, str]]:
    """This will offer the reasons for what is not allowed, in words."""
    return [(code, _(REASON_WORDS[code])) for code in claims.REASONS]


class DrawForm(forms.Form):
    """Which decided claims an audit sample is drawn from, and how many lines."""

    def __init__(self, *args: Any, schemes: Sequence[tuple[str, str]], today: date, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"] = forms.ChoiceField(label=_("Scheme"), choices=schemes, required=False)
        self.fields["first"] = fields.DayField(label=_("Claims decided from"), latest=today)
        self.fields["last"] = fields.DayField(label=_("to"), latest=today, help_text=_("The last day, which must be over."))
        self.fields["count"] = fields.CountField(label=_("Lines to draw"), minimum=1, maximum=1000, initial=count)


class FindingForm(forms.Form):
    """What an auditor found on one line of a sample."""

    def __init__(self, *args: Any, row: SampledLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["error_cents"] = fields.MoneyField(
            label=_("In error"),
            unit=row.sample.unit,
            maximum=row.amount_cents,
            initial=row.error_cents or 0,
            help_text=_("What of it should not have been allowed; 0 where nothing was found."),
        )
        self.fields["reason"] = fields.ChoiceField(label=_("Reason"), choices=reasons(), required=False, initial=row.reason)
        self.fields["note"] = fields.TextField(label=_("Note"), max_length=NOTE, is_long=True, required=False, initial=row.note)


class RecoveryForm(forms.Form):
    """How much of what was extrapolated is recovered, and why."""

    def __init__(self, *args: Any, unit: str, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recover_cents"] = fields.MoneyField(label=_("To be recovered"), unit=unit, maximum=most, help_text=_("0 for nothing."))
        self.fields["reason"] = fields.TextField(label=_("Reason"), max_length=NOTE, is_long=True)


class RateForm(forms.Form):
    """One exchange rate, with its day and where it was published."""

    def __init__(self, *args: Any, unit: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"] = fields.ChoiceField(label=_("Currency"), choices=[(code, code) for code in currencies(unit)], as_list=True)
        self.fields["on"] = fields.DayField(label=_("Day"), latest=today)
        self.fields["rate"] = fields.TextField(
            label=_("Rate"), max_length=20, help_text=_("How much %(unit)s one unit of it was worth, such as 7.8125.") % {"unit": unit}
        )
        self.fields["source"] = fields.TextField(label=_("Source"), max_length=300, help_text=_("Where the rate was published."))

    def clean_rate(self) -> int:
        typed = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,6}))?", self.cleaned_data["rate"].strip())
        millionths = int(typed[1]) * 1_000_000 + int((typed[2] or "").ljust(6, "0")) if typed else 0
        if not millionths:
            raise fields.refused(word("“%(label)s” is a number above nothing with at most six decimals."), "invalid", label=_("Rate"))
        return millionths


class AccountForm(forms.Form):
    """Where an organisation is to be paid."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"] = fields.TextField(label=_("Account held in the name of"), max_length=200)
        self.fields["bank_code"] = fields.TextField(label=_("Bank code"), max_length=11, help_text=_("Three digits, such as 004."))
        self.fields["account_number"] = fields.TextField(label=_("Account number"), max_length=34)


class AdvanceForm(forms.Form):
    """How much is asked for before it is earned."""

    def __init__(self, *args: Any, unit: str, most_cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("How much do you ask for in advance?")
        self.fields["amount_cents"] = fields.MoneyField(label=label, unit=unit, minimum=1, maximum=most_cents)
        self.fields["note"] = fields.TextField(label=_("What it is needed for"), max_length=NOTE, is_long=True, required=False)


class ReleaseForm(forms.Form):
    """The sum the person saw: if it has changed since, nothing is released."""

    expected_cents = forms.IntegerField(widget=forms.HiddenInput)
