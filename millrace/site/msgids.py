"""Finds every English sentence the program may say — e.g. "Application submitted: %(reference)s" in an event kind.

Looks at Python (gettext calls, the sentences of a Refusal, the labels of choices) and at templates (Django's own reading of them).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
ONE = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "word"})
MANY = frozenset({"ngettext", "ngettext_lazy"})
IN_CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
SENTENCES = frozenset({"what", "why", "next_step"})
CALL = re.compile(r"\b(n?p?gettext|_)\(")


@dataclass(frozen=True, order=True)
class Message:
    """One sentence: its English, its context where one word has two meanings, its plural where it counts."""

    msgid: str
    context: str = ""
    plural: str = ""


def of_app(path: Path) -> Path:
    """This will return the app whose catalogue holds a file's sentences: the nearest with an apps.py, or the shared room's."""
    for folder in path.parents:
        if (folder / "apps.py").exists():
            return folder
        if folder == PACKAGE:
            break
    return PACKAGE / "web"


def used() -> Iterator[tuple[Path, Message]]:
    """This will yield each sentence with the file that says it; tests say nothing on a page."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.name.endswith("_test.py") and not {"migrations", "testing"} & set(path.relative_to(PACKAGE).parts):
            yield from ((path, message) for message in in_python(path.read_text("utf-8")))
    for path in sorted([*PACKAGE.rglob("templates/**/*.html"), *PACKAGE.rglob("templates/**/*.txt")]):
        if path.name != "gallery.html":
            yield from ((path, message) for message in in_template(path.read_text("utf-8")))


def in_python(source: str) -> Iterator[Message]:
    """This will yield the sentences of a Python file; one that does not import gettext only says those of its refusals."""
    is_worded = "django.utils.translation" in source or "import translation" in source
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node, is_worded)
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple) and (text := _text(line.value.elts[-1])):
                    yield Message(text)


def _in_call(node: ast.Call, is_worded: bool) -> Iterator[Message]:
    name = ast.unparse(node.func).rsplit(".", 1)[-1]
    texts = [_text(argument) for argument in node.args]
    if not is_worded and name not in ("Refusal", "refuse"):
        return
    if name in ONE and texts and texts[0]:
        yield Message(texts[0])
    elif name in IN_CONTEXT and len(texts) > 1 and texts[1]:
        yield Message(texts[1], context=texts[0])
    elif name in MANY and len(texts) > 1 and texts[0]:
        yield Message(texts[0], plural=texts[1])
    elif name in ("Refusal", "refuse"):
        for keyword in node.keywords:
            if keyword.arg in SENTENCES and (text := _text(keyword.value)):
                yield Message(text)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def in_template(source: str) -> Iterator[Message]:
    """This will yield the sentences of a template, as Django's own extraction reads them."""
    code = templatize(source)
    for start in CALL.finditer(code):
        for end in (m.end() for m in re.finditer(r"\)", code[start.start() :])):
            try:
                call = ast.parse(code[start.start() : start.start() + end], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call):
                name, texts = ast.unparse(call.func), [_text(argument) for argument in call.args]
                context = texts.pop(0) if "p" in name else ""
                yield Message(texts[0], context=context, plural=texts[1] if name.startswith("n") else "")
            break
