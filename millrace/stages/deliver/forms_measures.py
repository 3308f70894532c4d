"""The form that records what is measured of a case — e.g. smart production lines: 2, from 3 May, as seen on visit 1."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.stages.deliver.actions import MOST_MEASURED
from millrace.stages.deliver.measured import Ground
from millrace.web import fields


class MeasureForm(forms.Form):
    """One number, from when on, and what it rests on."""

    def __init__(
        self, *args: Any, titles: Mapping[str, str], grounds: Mapping[str, Ground], earliest: date, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"] = fields.ChoiceField(label=_("What was achieved"), choices=list(titles.items()))
        self.fields["number"] = fields.CountField(label=_("Number, in all so far"), minimum=0, maximum=MOST_MEASURED)
        self.fields["from_on"] = fields.DayField(label=_("So from"), earliest=earliest, latest=today)
        choices = [(name, ground.said) for name, ground in grounds.items()]
        self.fields["rests_on"] = fields.ChoiceField(label=_("What shows it"), choices=choices)
