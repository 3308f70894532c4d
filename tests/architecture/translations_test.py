"""Nothing a person may read is without its Chinese — e.g. a new refusal without a 繁體 sentence is named here with its catalogue."""

from pathlib import Path

import pytest

from millrace.site import msgids, translations
from millrace.site.msgids import Message


def test_nothing_is_untranslated() -> None:
    assert translations.untranslated() == [], "see docs/howto/translate.md"


def test_no_sentence_is_said_in_two_ways_or_loses_a_place() -> None:
    assert translations.faults() == []


def test_simplified_catalogues_are_those_made_from_the_traditional_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked_in = {path: path.read_bytes() for path in msgids.PACKAGE.rglob("locale/zh_Hans/LC_MESSAGES/django.po")}
    made: dict[Path, bytes] = {}
    write = translations.write

    def keep(path: Path, catalogue: object) -> None:
        write(tmp_path / "django.po", catalogue)  # type: ignore[arg-type]  # handed through
        made[path] = (tmp_path / "django.po").read_bytes()

    monkeypatch.setattr(translations, "write", keep)
    translations.make_simplified()
    assert made == checked_in, "run: python -m millrace.site.translations"


def test_every_way_of_saying_is_found() -> None:
    python = """
from django.utils.translation import gettext as _, ngettext
_("One"); ngettext("%(n)s case", "%(n)s cases", 2)
raise Refusal("late", what="The call is closed.", why="It closed.", next_step="Wait.", clause="3.1")
class Kind(models.TextChoices):
    A = "a", "Company"
"""
    assert {m.msgid for m in msgids.in_python(python)} == {"One", "%(n)s case", "The call is closed.", "It closed.", "Wait.", "Company"}
    template = '{% load i18n %}{% translate "Two" context "rule" %}{{ x|default:_("Three") }}'
    template += "{% blocktranslate %}Four {{ n }}{% endblocktranslate %}"
    assert set(msgids.in_template(template)) == {Message("Two", "rule"), Message("Three"), Message("Four %(n)s")}


def test_a_seeded_sentence_without_chinese_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seeded = (msgids.PACKAGE / "web/pages.py", Message("A sentence nobody has translated."))
    monkeypatch.setattr(msgids, "used", lambda: iter([seeded]))
    assert any("A sentence nobody has translated." in line and "zh_Hant web" in line for line in translations.untranslated())
