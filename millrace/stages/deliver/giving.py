"""The form for what is given in kind, one for each way of pricing it, and the rule and arithmetic in words — e.g. 40 hours at HK$600.

Which rates, lives and caps are offered is the policy's; an unpublished one says so wherever it is shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import in_kind
from millrace.core.policy_folder.handling import Found
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.deliver.actions.matching import LIST_PRICE_SHARE, InKind
from millrace.stages.deliver.models import Evidence
from millrace.web import fields, words
from millrace.web.forms import UploadField, said

WAYS = {
    in_kind.HOURS: word("Hours of people"),
    in_kind.USE: word("Use of equipment"),
    in_kind.GOODS: word("Goods, licences, services"),
}
GROUPS = {in_kind.HOURS: "in_kind_rate", in_kind.USE: "in_kind_life"}
UNPUBLISHED = word("not published; illustrative")


def ways_of(case: Case, on: date) -> list[str]:
    """This will list the ways the policy prices for this scheme on a day."""
    handling = policy.handling()
    priced = [way for way, group in GROUPS.items() if handling.group(group, case.scheme, on)]
    return priced + ([in_kind.GOODS] if handling.found(LIST_PRICE_SHARE, case.scheme, on) else [])


def measures_of(case: Case, way: str, on: date) -> tuple[Found, ...]:
    """This will list the rates, the lives or the cap that price one way."""
    handling = policy.handling()
    if way == in_kind.GOODS:
        found = handling.found(LIST_PRICE_SHARE, case.scheme, on)
        return (found,) if found else ()
    return handling.group(GROUPS[way], case.scheme, on)


def tolerance(case: Case, on: date, unit: str) -> str:
    """This will word how far a head of expenditure may be exceeded, and whose word that is; nothing where it may not."""
    handling = policy.handling()
    found = [handling.found(name, case.scheme, on) for name in ("virement-share", "virement-most")]
    return " · ".join(measure(one, unit) for one in found if one) if found[0] else ""


def measure(found: Found, unit: str) -> str:
    """This will word a rate, a life or a cap: what it is, how much, and whose word it is."""
    return _worded(said(found.measure.title), found.number, found.measure.unit, unit, found.value.is_published, said(found.value.clause))


def _worded(title: str, number: int, of: str, unit: str, is_published: bool, clause: str) -> str:
    amount = {
        "cents": lambda: words.amount(number, unit),
        "months": lambda: _("life of %(months)s months") % {"months": words.count(number)},
        "basis_points": lambda: f"{fields.share_text(number)}%",
    }.get(of, lambda: words.count(number))()
    return f"{title} – {amount} ({clause if is_published else _(UNPUBLISHED)})"


class HoursField(fields.Plain, forms.CharField):
    """Hours with at most two decimals, as hundredths of an hour."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "class": "short", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> int | None:
        self.name_required()
        typed = super().clean(value).replace(",", "")
        if not typed:
            return None
        try:
            hundredths = Decimal(typed).scaleb(2)
        except InvalidOperation:
            hundredths = Decimal("NaN")
        if not hundredths.is_finite() or hundredths != hundredths.to_integral_value() or not 0 < hundredths <= 10**9:
            raise fields.refused(word("“%(label)s” is written like 37.5, with at most two decimals."), "invalid", label=self.label)
        return int(hundredths)


class InKindForm(forms.Form):
    """A contribution in kind, in one of the ways that a rule prices."""

    def __init__(
        self, *args: Any, way: str, offered: Sequence[Found], sponsors: Sequence[Organisation], unit: str, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.way = way
        self._sponsors = {str(one.pk): one for one in sponsors}
        self.fields["sponsor"] = fields.ChoiceField(
            label=_("Who brought it"), choices=[(key, one.name) for key, one in self._sponsors.items()]
        )
        if way != in_kind.GOODS:
            label = _("Rate") if way == in_kind.HOURS else _("Kind of equipment")
            choices = [(one.measure.id, measure(one, unit)) for one in offered]
            self.fields["measure"] = fields.ChoiceField(label=label, choices=choices, as_list=False)
        {in_kind.HOURS: self._hours, in_kind.USE: self._use, in_kind.GOODS: self._goods}[way](unit)
        self.fields["on"] = fields.DayField(label=_("Last day it was given"), latest=today, help_text=_("The rule of this day prices it."))
        self.fields["valuation"] = fields.TextField(
            label=_("What was given"), max_length=300, help_text=_("For example who worked on what, or which instrument was used.")
        )
        self.fields["declared_cents"] = fields.MoneyField(
            label=_("Value you declare"),
            unit=unit,
            required=False,
            minimum=1,
            help_text=_("Only where it is less: above the rule it does not count."),
        )
        self.fields["file"] = UploadField(
            None, label=_("Proof"), help_text=_("For example signed time sheets, a log of use or a price list.")
        )

    def _hours(self, _unit: str) -> None:
        self.fields["hours_hundredths"] = HoursField(label=_("Hours"))

    def _use(self, unit: str) -> None:
        self.fields["cost_cents"] = fields.MoneyField(label=_("What it cost when new"), unit=unit, minimum=1)
        self.fields["age_months"] = fields.CountField(label=_("Its age in months when the use began"), minimum=0, maximum=1200)
        self.fields["used_months"] = fields.CountField(label=_("Months of use"), minimum=1, maximum=1200)
        self.fields["share_basis_points"] = fields.ShareField(label=_("Share of its time"), initial=in_kind.WHOLE_BASIS_POINTS)

    def _goods(self, unit: str) -> None:
        self.fields["list_price_cents"] = fields.MoneyField(label=_("List price of one"), unit=unit, minimum=1)
        self.fields["quantity"] = fields.CountField(label=_("How many"), minimum=1, maximum=1_000_000)

    def clean_sponsor(self) -> Organisation | None:
        return self._sponsors.get(self.cleaned_data["sponsor"])

    def clean_share_basis_points(self) -> int:
        share: int = self.cleaned_data["share_basis_points"]
        if not 0 < share <= in_kind.WHOLE_BASIS_POINTS:
            raise fields.refused(word("“%(label)s” is more than nothing and at most the whole."), "invalid", label=_("Share of its time"))
        return share

    def given(self) -> InKind:
        """This will be what was declared, as the action takes it."""
        names = set(InKind.__dataclass_fields__) & set(self.cleaned_data)
        return InKind(self.way, **{name: self.cleaned_data[name] for name in names})


def rule_of(evidence: Evidence) -> str:
    """This will word the rule that priced a contribution, as it was kept with it."""
    kept: Mapping[str, Any] = evidence.basis.get("rule") or {}
    if not kept:
        return ""
    unit_of = {in_kind.HOURS: "cents", in_kind.USE: "months", in_kind.GOODS: "basis_points"}[evidence.way]
    title, clause = _in_language(kept["title"]), _in_language(kept.get("clause") or {})
    told = _worded(title, kept["number"], unit_of, evidence.unit, kept["published"], clause)
    return f"{told}, {_('in force from %(day)s') % {'day': kept['from']}}"


def _in_language(texts: Mapping[str, str]) -> str:
    language = (translation.get_language() or "en").replace("-", "_")
    return next((texts[key] for key in (language, language.lower(), "en") if key in texts), next(iter(texts.values()), ""))
