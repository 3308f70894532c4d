"""What a policy officer gives of a reply: to whom it is given, and its texts in three languages — e.g. English, 繁體 and 简体."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from millrace.stages.learn import actions, referring
from millrace.stages.learn.models import Reply
from millrace.web import fields

MOST_BODY = 20_000


class BeginForm(forms.Form):
    """To whom the reply is given; and where it was published already, when it is told again here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, gettext(text)) for code, text in actions.OCCASIONS.items()]
        self.fields["occasion"] = fields.ChoiceField(label=_("Given to"), choices=choices)
        help_text = _("Only for a reply that was published elsewhere and is told again here: what it is called, and its day.")
        self.fields["told_from"] = fields.TextField(label=_("Told from"), help_text=help_text, required=False, max_length=200)


class WriteForm(forms.Form):
    """Subject and text in each language, and which texts they were based on."""

    based_on = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, reply: Reply, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["based_on"].initial = reply.sha256
        for language, named in referring.languages().items():
            said = reply.texts[language]
            label = gettext("Subject, %(language)s") % {"language": named}
            self.fields[f"subject-{language}"] = fields.TextField(label=label, max_length=300, required=False, initial=said["subject"])
            label = gettext("Text, %(language)s") % {"language": named}
            self.fields[f"body-{language}"] = fields.TextField(
                label=label, required=False, initial=said["body"], max_length=MOST_BODY, widget=fields.LongText(MOST_BODY, rows=14)
            )

        for field in self.fields.values():
            field.hide_optional = True  # a draft may lack a text, a reply that is sent may not

    def texts(self) -> dict[str, dict[str, str]]:
        """This will give the texts as a reply keeps them."""
        told = self.cleaned_data
        return {language: {part: told[f"{part}-{language}"] for part in referring.PARTS} for language in referring.languages()}


class ClearForm(forms.Form):
    """Exactly which texts are cleared, with their figures as known at which seal."""

    sha256 = forms.CharField(widget=forms.HiddenInput)
    seal = forms.IntegerField(widget=forms.HiddenInput)
