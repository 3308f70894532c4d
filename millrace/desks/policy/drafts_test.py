"""The pages of a draft: begun, written with its findings beside it, approved by a second officer and published — all by forms."""

import io
import zipfile
from typing import Any

import pytest

from millrace.desks.policy import forms
from millrace.registers.policy.models import Draft
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.testing.making import NOON

RULES = "schemes/nifs/rules.toml"


@pytest.mark.usefixtures("hong_kong")
def test_a_draft_is_written_by_one_and_published_by_two(make: Any, sign_in: Any) -> None:
    writer, other = (sign_in(make.person(powers=("policy",))) for _ in range(2))
    address = writer.press("/policy/drafts/", title="Other words")
    sealer.seal(NOON)
    sheet.project()
    assert "Open cases are judged by the draft’s v3." in writer.see(f"{address}forecast/nifs/")
    writer.see(f"{address}forecast/no-scheme/", 404)
    draft = Draft.objects.get()
    file, text = f"{address}text/?path={RULES}", draft.files[RULES]
    writer.press(file, text=text.replace("open_projects", "open_project"), based_on=draft.sha256)
    shown = writer.see(file)
    assert "is not in the vocabulary" in shown and "add it to facts.toml" in shown
    writer.press(file, 409, text="mine", based_on="0" * 64)
    mended = text.replace("Complete the project you have; then you may apply again.", "Complete your project first.")
    writer.press(file, text=mended, based_on=Draft.objects.get().sha256)
    assert "nifs v1" in other.see(address)
    sha256 = Draft.objects.get().sha256
    assert "No one approves what they wrote." in writer.press(address, 409, sha256=sha256)
    other.press(address, sha256=sha256)
    assert "Publish" in writer.see(address)
    writer.press(address, sha256=sha256, publish="yes")
    assert Draft.objects.get().state == "published"
    assert "nifs" in other.see(f"{address}compare/nifs/").lower() and "Other words" in other.see("/policy/drafts/")


def test_an_uploaded_folder_is_read_from_inside_its_own_folder() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("my-funder/policy.toml", 'slug = "my-funder"')
        archive.writestr("my-funder/schemes/a/rules.toml", "")
    assert set(forms.unpacked(packed.getvalue())) == {"policy.toml", "schemes/a/rules.toml"}
    with pytest.raises(forms.forms.ValidationError):
        forms.unpacked(b"not a zip")
