"""The house's own manners, read from the files — e.g. a function of 61 lines is named here, and so is an excuse without a reason.

Each check is proven by a seeded violation.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
BANNED_NAMES = {"utils", "helpers", "common", "services", "signals", "misc", "admin"}
EXCUSES = re.compile(r"#\s*(type:\s*ignore|noqa)([^#]*)(#.*)?$")
SKIPPED = re.compile(r"@pytest\.mark\.(skip|xfail)(?!if)(?:\((?!.*reason=)|\s*$)")
INLINE = (
    (re.compile(r"\sstyle\s*="), "a style attribute"),
    (re.compile(r"<style\b"), "a style element"),
    (re.compile(r"\son[a-z]+\s*=\s*[\"']"), "an inline handler"),
    (re.compile(r"javascript:"), "a javascript: address"),
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/)"), "an inline script"),
)


def sources() -> list[Path]:
    """Our Python files, migrations apart."""
    found = [*ROOT.glob("millrace/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/**/*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    """Our page templates."""
    return sorted(ROOT.glob("millrace/**/templates/**/*.html"))


def manners(name: str, source: str) -> Iterator[str]:
    """What is wrong with a Python file."""
    tree = ast.parse(source)
    opening = ast.get_docstring(tree) or ""
    if len(opening) < 40:
        yield f"{name}: does not open with what it is for and one instance from funding"
    if len(source.splitlines()) > LONGEST_FILE:
        yield f"{name}: {len(source.splitlines())} lines; at most {LONGEST_FILE}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1  # the signature's own lines are free
            if length > LONGEST_FUNCTION and not node.name.startswith("test_"):  # a journey reads as one story
                yield f"{name}: {node.name} has {length} lines; at most {LONGEST_FUNCTION}"
    for number, line in enumerate(source.splitlines(), start=1):
        if (excuse := EXCUSES.search(line)) and not (excuse[3] or re.search(" [-—] ", excuse[2])):
            yield f"{name}:{number}: {excuse[1]} without its reason on the line"
        if SKIPPED.search(line):
            yield f"{name}:{number}: a test is left out without a reason"


def inline(name: str, source: str) -> Iterator[str]:
    """What a strict content policy would refuse in a template."""
    shown = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", source, flags=re.S)
    for pattern, what in INLINE:
        if pattern.search(shown):
            yield f"{name}: {what}"


def reaching_back(every: list[type[models.Model]]) -> Iterator[str]:
    """The foreign keys that would let an app reach into one above it."""
    for model in every:
        for field in model._meta.get_fields():
            if not (field.is_relation and (field.many_to_one or field.one_to_one) and field.concrete and field.related_model):
                continue
            is_ours = model.__module__.startswith("millrace")
            crosses = field.related_model._meta.app_label != model._meta.app_label  # type: ignore[union-attr]  # a model class
            if is_ours and crosses and not (field.remote_field.related_name or "").endswith("+"):  # type: ignore[union-attr]  # a foreign key
                yield f'{model._meta.label}.{field.name}: related_name="+" across apps'


def test_files_open_with_what_they_are_for_and_stay_short() -> None:
    assert [fault for path in sources() for fault in manners(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


def test_no_file_is_named_for_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in sources() if path.stem in BANNED_NAMES] == []


def test_no_template_carries_a_script_or_a_style() -> None:
    assert [fault for path in templates() for fault in inline(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


def test_foreign_keys_point_down_and_cannot_be_walked_back() -> None:
    assert list(reaching_back(list(apps.get_models()))) == []


SEEDED = {
    "import os\n": "does not open",
    '"""Pays what was claimed — e.g. the third claim of a NIFS line."""\n' + "x = 1\n" * 400: "401 lines",
    '"""Pays what was claimed — e.g. the third claim of a NIFS line."""\ndef pay():\n' + "    x = 1\n" * 61: "61 lines",
    '"""Pays what was claimed — e.g. the third claim of a NIFS line."""\nx = 1  # no' + "qa\n": "without its reason",
    '"""Pays what was claimed — e.g. the third claim of a NIFS line."""\n@pytest.mark.sk' + "ip\ndef test(): ...\n": "left out",
}


@pytest.mark.parametrize(("source", "said"), SEEDED.items())
def test_a_seeded_fault_is_named(source: str, said: str) -> None:
    assert any(said in fault for fault in manners("seeded.py", source))


@pytest.mark.parametrize("source", ['<p style="x">', "<style>", '<a onclick="x()">', "<script>x()</script>", '<a href="javascript:x">'])
def test_a_seeded_inline_script_or_style_is_named(source: str) -> None:
    assert list(inline("seeded.html", source))


def test_a_seeded_way_back_is_named() -> None:
    class Seeded(models.Model):
        """A model that would be walked back to."""

        __module__ = "millrace.registers.cases.models"
        person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="seeded")

        class Meta:
            app_label = "cases"
            managed = False

    del apps.all_models["cases"]["seeded"]
    apps.clear_cache()
    Seeded._meta.get_field("person").remote_field.model = apps.get_model("people.Person")
    assert list(reaching_back([Seeded])) == ['cases.Seeded.person: related_name="+" across apps']
