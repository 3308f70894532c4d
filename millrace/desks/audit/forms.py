"""What an auditor may ask — e.g. case NIFS-7KQ2-M4XD on 31 March 2026, as known at noon on 2 April."""

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from millrace.desks.audit import drawing
from millrace.registers.timeline import sealer
from millrace.stages.learn import queries as learn
from millrace.web import fields

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, input_formats=MOMENTS, widget=widget)


class ThenForm(forms.Form):
    """A day and a moment of knowledge; both may be empty for today and now."""

    on = forms.DateField(label=_("On the day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    known = _moment(_("As known at"))


class FigureForm(forms.Form):
    """A figure by its name, a day and a moment of knowledge; both may be empty for today and now."""

    name = forms.ChoiceField(label=_("Figure"))
    as_at = forms.DateField(label=_("As at"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    known = _moment(_("As known at"))

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        language = translation.get_language() or "en"
        figures = learn.published(sealer.last_number())
        choices = sorted((figure.title.said_in(language), name) for name, figure in figures.items())
        self.fields["name"].choices = [(name, title) for title, name in choices]


class PowersForm(forms.Form):
    """A moment, and perhaps an organisation."""

    at = _moment(_("At the moment"))
    organisation = forms.CharField(label=_("Organisation (part of its name)"), required=False, max_length=100)


class WhyForm(forms.Form):
    """A person and a case, at a moment."""

    person = forms.CharField(label=_("Person (e-mail address or name)"), max_length=200)
    reference = forms.CharField(label=_("Reference of the case"), max_length=40)
    at = _moment(_("At the moment"))


class SampleForm(forms.Form):
    """What to draw from, and how."""

    of = forms.ChoiceField(label=_("Draw from"), choices=[(drawing.CASES, _("cases received")), (drawing.PAYMENTS, _("payments made"))])
    first = fields.DayField(label=_("First day"))
    last = fields.DayField(label=_("Last day"))
    chance = forms.ChoiceField(
        label=_("Chance"), choices=[(drawing.EQUALLY, _("the same for each")), (drawing.BY_MONEY, _("by its amount"))]
    )
    count = fields.CountField(label=_("How many"), minimum=1, maximum=drawing.MOST_DRAWN, initial=25)
    seal = fields.CountField(label=_("As known at seal (empty: the last)"), minimum=1, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("first") and found.get("last") and found["first"] > found["last"]:
            self.add_error("last", _("The last day is not before the first."))
        return found


class ReadingsForm(forms.Form):
    """Which readings to list."""

    reference = forms.CharField(label=_("Reference of the case"), required=False, max_length=40)
    person = forms.CharField(label=_("Person (part of the name)"), required=False, max_length=200)
