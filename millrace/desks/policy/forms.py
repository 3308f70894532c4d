"""What a policy officer gives a draft — e.g. the text of schemes/nifs/rules.toml, or a whole folder as a .zip file."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from millrace.core.rules.facts import Fact
from millrace.web import fields
from millrace.web.forms import said

MOST_BYTES, MOST_FILES = 4_000_000, 1_000


class BeginForm(forms.Form):
    """What the draft is called, and the folder it begins from where that is not the published one."""

    title = fields.TextField(label=_("Name of the draft"), max_length=120)
    folder = forms.FileField(
        label=_("Folder as a .zip file"), help_text=_("Leave it empty to begin from the policy last published."), required=False
    )

    def clean_folder(self) -> dict[str, str] | None:
        """Read the folder: path within it → text."""
        given = self.cleaned_data["folder"]
        return None if given is None else unpacked(given.read())


class TextForm(forms.Form):
    """The text of one file, and which texts it was based on."""

    text = fields.TextField(label=_("Text"), is_long=True, required=False)
    based_on = forms.CharField(widget=forms.HiddenInput)


class ApproveForm(forms.Form):
    """From which day the draft may be published, and exactly which texts are approved."""

    from_day = fields.DayField(label=_("Publish not before"), help_text=_("Leave it empty to publish at any time."), required=False)
    sha256 = forms.CharField(widget=forms.HiddenInput)


class TestForm(forms.Form):
    """What the register of organisations would say of the applicant a test stands for: the forms do not ask it."""

    def __init__(self, *args: Any, recorded: Mapping[str, Fact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, fact in recorded.items():
            choices = [(choice.id, said(choice.label)) for choice in fact.choices]
            self.fields[name] = fields.ChoiceField(label=said(fact.label), choices=choices, initial=choices[0][0] if choices else None)


def unpacked(content: bytes) -> dict[str, str]:
    """This will read a zipped policy folder, whole or inside one folder of its own; anything else is refused in words."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = [item for item in packed.infolist() if not item.is_dir() and "/." not in f"/{item.filename}"]
            if len(inside) > MOST_FILES or sum(item.file_size for item in inside) > MOST_BYTES:
                raise forms.ValidationError(_("The folder is too large: at most 1,000 files and 4 MB of text."))
            files = {item.filename: packed.read(item).decode() for item in inside}
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, NotImplementedError) as wrong:
        raise forms.ValidationError(_("This is not a .zip file of texts. Pack the policy folder and choose it again.")) from wrong
    top = next((path.removesuffix("policy.toml") for path in files if path.endswith("policy.toml")), "")
    return {path.removeprefix(top): text for path, text in files.items() if path.startswith(top)}
