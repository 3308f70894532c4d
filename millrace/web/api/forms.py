"""What a new key for a program needs — e.g. "Our finance system", may read cases, for 90 days."""

from django import forms
from django.utils.translation import gettext as _

from millrace.registers.people import tokens
from millrace.web import fields

DAYS = (30, 90, 180, 365)


class KeyForm(forms.Form):
    """A name to know the key by, what it may do, and for how long."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # Django's own signature is longer than is useful here
        self.fields["name"] = fields.TextField(
            label=_("Name"), help_text=_("So that you know it again, such as “Finance system”."), max_length=80
        )
        scopes = [(scope, _(words)) for scope, words in tokens.SCOPES.items()]
        self.fields["scopes"] = fields.ChoicesField(label=_("What the key may do"), choices=scopes)
        days = [(str(count), _("%(count)s days") % {"count": count}) for count in DAYS]
        self.fields["days"] = fields.ChoiceField(label=_("How long it lasts"), choices=days)
