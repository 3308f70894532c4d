"""The forms of changes, reports and inspections — e.g. the new end of a project, or the amount each head is to have.

They read what is typed; what the terms, the books and the rules allow is decided by the actions.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import changes, named_terms
from millrace.core.terms import Terms
from millrace.registers.people.models import Organisation
from millrace.stages.deliver.actions.changes import Wish
from millrace.stages.deliver.models import ChangeRequest, Finding, Report
from millrace.web import fields, lines
from millrace.web.forms import UploadField

LONG = 4000
IN_WORDS = {
    changes.KEY_PERSON: word("Who leaves, who joins, and what the new person brings"),
    changes.EQUIPMENT: word("Which item is replaced by which, and at what price"),
    changes.SCOPE: word("What the project will do differently"),
}
# What is asked of a person or an item that takes another's place: in which role, who leaves, who joins.
NAMES = {
    changes.KEY_PERSON: (word("Role in the project"), word("Who leaves"), word("Who joins")),
    changes.EQUIPMENT: (word("What it is for"), word("The item agreed so far"), word("The item that takes its place")),
}


class KindForm(forms.Form):
    """What is to be changed."""

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = fields.ChoiceField(label=_("What is to be changed?"), choices=[(code, str(label)) for code, label in kinds])


class ChangeForm(forms.Form):
    """One request: its reason, and what its kind needs. A draft may lack anything; the page that follows says what stands against it."""

    def __init__(
        self,
        *args: Any,
        change: ChangeRequest,
        terms: Terms,
        heads: Mapping[str, str],
        parties: Sequence[Organisation],
        lead: int,
        earliest: date,
        named: Sequence[named_terms.Named] = (),
        **kwargs: Any,
    ) -> None:
        asked = changes.asked_from(change.number, change.kind, change.asked)
        super().__init__(*args, initial=_initial(change, asked, terms), **kwargs)
        self._kind, self._heads, self._lead = change.kind, [head.code for head in terms.heads], lead
        match change.kind:
            case changes.TIME_EXTENSION:
                last = terms.ends_before - timedelta(days=1)
                self.fields["ends_on"] = fields.DayField(
                    label=_("New last day of the project"), earliest=earliest, help_text=_("Now: %(day)s") % {"day": last.isoformat()}
                )
            case changes.BUDGET_VIREMENT:
                self._add_heads(terms, heads)
            case changes.SCOPE:
                self.fields["grant_cents"] = fields.MoneyField(label=_("New grant"), unit=terms.unit, minimum=1)
                self.fields["pledge_cents"] = fields.MoneyField(
                    label=_("Further matching money you undertake to bring in cash"), unit=terms.unit, required=False, minimum=0
                )
                self._add_heads(terms, heads)
            case changes.PARTNER_CHANGE:
                nobody = [("", _("Nobody leaves"))]
                self.fields["leaves"] = fields.ChoiceField(
                    label=_("Who leaves"), choices=[*nobody, *((str(one.pk), str(one)) for one in parties)], required=False
                )
                self.fields["joins"] = fields.TextField(
                    label=_("Who joins"),
                    max_length=40,
                    required=False,
                    help_text=_(
                        "The registration number of an organisation registered here. It takes over what the other has not brought yet."
                    ),
                )
            case changes.KEY_PERSON | changes.EQUIPMENT:
                self._add_names([one for one in named if one.kind == change.kind])
        if change.kind in IN_WORDS:
            self.fields["description"] = fields.TextField(label=_(IN_WORDS[change.kind]), max_length=LONG, is_long=True)
        self.fields["reason"] = fields.TextField(label=_("Why it is needed"), max_length=LONG, is_long=True)

    def _add_names(self, named: Sequence[named_terms.Named]) -> None:
        role, was, now = NAMES[self._kind]
        told = "; ".join(f"{one.role}: {one.now}" for one in named)
        held = _("The agreement names: %(named)s") % {"named": told} if told else ""
        self.fields["role"] = fields.TextField(label=_(role), max_length=200, help_text=held)
        self.fields["was"] = fields.TextField(label=_(was), max_length=200, required=False)
        self.fields["now"] = fields.TextField(label=_(now), max_length=200)

    def _add_heads(self, terms: Terms, heads: Mapping[str, str]) -> None:
        for head in terms.heads:
            label = heads.get(head.code, head.code.replace("_", " ").capitalize())
            self.fields[f"head-{head.code}"] = fields.MoneyField(label=label, unit=terms.unit, minimum=0)

    def clean_joins(self) -> Organisation | None:
        """The organisation named, which must be registered and confirmed."""
        number = (self.cleaned_data.get("joins") or "").strip()
        if not number:
            return None
        found = Organisation.objects.filter(registration_number__iexact=number, confirmed_at__isnull=False).first()
        if found is None:
            raise fields.refused(_("No confirmed organisation has this registration number. Have it register first."), "unknown")
        return found

    def wish(self) -> Wish:
        """This will be what was typed, in the words of the action."""
        given = self.cleaned_data
        ends = given.get("ends_on")
        joins = given.get("joins")
        asked: dict[str, Any] = {
            "ends_before": (ends + timedelta(days=1)).isoformat() if ends else None,
            "heads": {code: given[f"head-{code}"] for code in self._heads if given.get(f"head-{code}") is not None},
            "grant_cents": given.get("grant_cents"),
            "leaves": int(given["leaves"]) if given.get("leaves") else None,
            "joins": joins.pk if joins else None,
            "pledge_cents": given.get("pledge_cents") or 0,
            "pledger": self._lead,
        }
        if self._kind in NAMES:
            asked["named"] = {"kind": self._kind, **{name: given.get(name, "").strip() for name in ("role", "now", "was")}}
        return Wish(given["reason"], given.get("description", ""), asked)


def _initial(change: ChangeRequest, asked: changes.Asked, terms: Terms) -> dict[str, Any]:
    joins = Organisation.objects.filter(pk=asked.joins).first() if asked.joins else None
    return {
        "reason": change.reason,
        "description": change.description,
        "ends_on": asked.ends_before - timedelta(days=1) if asked.ends_before else None,
        "grant_cents": asked.grant_cents or terms.grant_cents,
        "pledge_cents": asked.pledge_cents or None,
        "leaves": str(asked.leaves or ""),
        "joins": joins.registration_number if joins else "",
        **({"role": asked.named.role, "was": asked.named.was, "now": asked.named.now} if asked.named else {}),
        **{f"head-{head.code}": asked.heads.get(head.code, head.approved_cents) for head in terms.heads},
    }


class NoteForm(forms.Form):
    """One note that the other side or the record needs."""

    def __init__(self, *args: Any, label: str, is_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = fields.TextField(label=label, max_length=LONG, is_long=True, required=is_required)


class AdviceForm(NoteForm):
    """An officer's advice to the authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=_("Reasons, for the authority"), **kwargs)
        advice = fields.ChoiceField(label=_("Advice"), choices=[(code, str(label)) for code, label in ChangeRequest.Advice.choices])
        self.fields = {"advice": advice, **self.fields}


class OutcomeForm(NoteForm):
    """Yes or no, with a note."""

    def __init__(self, *args: Any, yes: str, no: str, label: str, **kwargs: Any) -> None:
        super().__init__(*args, label=label, is_required=False, **kwargs)
        outcome = fields.ChoiceField(label=_("Outcome"), choices=[("yes", yes), ("no", no)])
        self.fields = {"outcome": outcome, **self.fields}


class ReportForm(forms.Form):
    """A report as it is written: in words, with its file; with audited accounts, the figures they state."""

    def __init__(
        self, *args: Any, report: Report | None, is_audited: bool, unit: str, heads: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        stated = report.stated if report else {}
        initial = {"told": report.told if report else "", **{name.replace(":", "-"): cents for name, cents in stated.items()}}
        super().__init__(*args, initial=initial, **kwargs)
        self._keys = ["received", *(f"spent:{code}" for code, _label in heads), "unspent"] if is_audited else []
        self.fields["told"] = fields.TextField(label=_("What was done, and what is behind its plan"), max_length=LONG * 2, is_long=True)
        self.fields["file"] = UploadField(None, label=_("The report"), required=False, help_text=_held(report.document if report else None))
        if is_audited:
            self.fields["accounts"] = UploadField(
                None, label=_("Audited accounts"), required=False, help_text=_held(report.accounts if report else None)
            )
            labels = {"received": _("Received from us, as the accounts state it"), "unspent": _("Unspent, as the accounts state it")}
            labels |= {f"spent:{code}": _("Spent on %(head)s") % {"head": word} for code, label in heads}
            for key in self._keys:
                self.fields[key.replace(":", "-")] = fields.MoneyField(label=labels[key], unit=unit, required=False, minimum=0)
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]  # read by the field's template

    def stated(self) -> dict[str, int]:
        """This will be the figures that were typed."""
        typed = {key: self.cleaned_data.get(key.replace(":", "-")) for key in self._keys}
        return {key: cents for key, cents in typed.items() if cents is not None}


def _held(document: Any) -> str:
    return _("Held: %(name)s") % {"name": document.name} if document else ""


class VisitForm(forms.Form):
    """A visit to be planned."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_on"] = fields.DayField(label=_("Day of the visit"), earliest=today)
        self.fields["place"] = fields.TextField(label=_("Where"), max_length=300)
        self.fields["purpose"] = fields.TextField(label=_("What will be looked at"), max_length=LONG, is_long=True, required=False)


class HeldForm(forms.Form):
    """What a visit found: any number of findings, without scripts."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            lines.Column("severity", _("Weight"), "choice", choices=[(code, str(label)) for code, label in Finding.Severity.choices]),
            lines.Column("told", _("What was found"), max_length=1000),
            lines.Column("remedy_by", _("To be put right by"), "day"),
        ]
        self.fields["held_on"] = fields.DayField(label=_("Day on which it was held"), latest=today)
        self.fields["note"] = fields.TextField(label=_("What was seen"), max_length=LONG, is_long=True)
        self.fields["findings"] = lines.LinesField(label=_("Findings"), columns=columns, max_lines=50, required=False)

    @property
    def wants_more_lines(self) -> bool:
        return self.is_bound and "more_lines" in self.data


class AnswerForm(forms.Form):
    """What the enterprise did about a finding."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = fields.TextField(label=_("What was done about it"), max_length=LONG, is_long=True)
        self.fields["file"] = UploadField(None, label=_("Proof"), required=False, help_text=_("For example a photograph or an invoice."))
