"""What people of finance hand in on this desk — e.g. the bank's answer to a run as a file, or the day a list speaks of."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from millrace.web import fields
from millrace.web.forms import UploadField


class AnswerForm(forms.Form):
    """The bank's payment status report."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = UploadField(None, label=_("The bank's file"), help_text=_("An XML file, as the bank gave it."))


class DayForm(forms.Form):
    """The day a list speaks of; today when left out."""

    on = fields.DayField(label=_lazy("On the day"), required=False)
