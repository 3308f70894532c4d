"""Nothing in the code knows one funder: its places, money, zone and schemes are policy data — e.g. "CN" or "NIFS" in a condition.

Docstrings and comments may tell of a funder, since they are examples; what a program reads may not. Each check is proven by a
seeded violation.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KNOWS = re.compile(
    r"HKD|HK\$|HKT\b|hong.?kong|\bITF\b|^itf\b|Asia/|mainland|greater.?bay|\bnifs\b|\braise.?plus\b|(?-i:RAISe)|\bUGC\b|ugc_|\bhk_"
    r"|gpu.?hour|tool.?hour"
    r"|\bstreamlined\b|\bHKUST\b|\bCUHK\b|\+08:00|^(HK|CN|MO)$",
    re.IGNORECASE,
)
# What may stand, and why: (file, the words) → reason.
ALLOWED = {
    ("millrace/core/money.py", r"HKD|HK\$"): "the signs and decimals of the world's currencies",
    ("millrace/core/asat.py", "is_mainland_collaboration"): "the name of a sheet column; what counts as such is policy data",
    ("millrace/registers/sheet/models.py", "is_mainland_collaboration"): "as above",
    ("millrace/stages/apply/sheet.py", "is_mainland_collaboration"): "as above",
    ("millrace/stages/learn/actions.py", "is_mainland_collaboration"): "as above",
    ("millrace/stages/learn/forms.py", "is_mainland_collaboration|With a body in the Mainland"): "as above, and its words",
    ("millrace/desks/audit/telling.py", "is_mainland_collaboration|With a body in the Mainland"): "as above, and its words",
    ("millrace/registers/messages/pdf.py", "Noto Sans CJK HK|HK|CN"): "the font faces and regions of the written languages",
    ("millrace/site/command.py", "hong-kong"): "the folder that is published when none is named: wiring",
    ("millrace/web/templates/web/gallery.html", ".*"): "a page of examples of every part, shown to builders",
}
STORIES = ("millrace/jobs/demonstration/", "millrace/testing/")


def sources() -> list[Path]:
    """Our programs: tests, stories and migrations apart."""
    every = [path for path in ROOT.glob("millrace/**/*.py") if "migrations" not in path.parts]
    programs = [path for path in every if not path.name.endswith(("_test.py", "conftest.py"))]
    return sorted(path for path in programs if not str(path.relative_to(ROOT)).startswith(STORIES))


def read_by_the_program(source: str) -> Iterator[tuple[int, str]]:
    """Every text a program reads, with its line: literals, docstrings left out."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def shown(source: str) -> Iterator[tuple[int, str]]:
    """Every line of a template, comments left out."""
    yield from enumerate(re.sub(r"{#.*?#}", "", source).splitlines(), start=1)


def knowledge(name: str, texts: Iterator[tuple[int, str]]) -> Iterator[str]:
    """Each place where one funder is known."""
    for line, text in texts:
        for found in KNOWS.finditer(text):
            allowed = (words for (file, words) in ALLOWED if file == name)
            if not any(re.fullmatch(words, text) or re.fullmatch(words, found.group()) for words in allowed):
                yield f"{name}:{line}: “{found.group()}” is one funder's own; it belongs into the policy"


def test_no_program_knows_one_funder() -> None:
    named = ((path, str(path.relative_to(ROOT))) for path in sources())
    assert [fault for path, name in named for fault in knowledge(name, read_by_the_program(path.read_text("utf-8")))] == []


def test_no_page_knows_one_funder() -> None:
    named = ((path, str(path.relative_to(ROOT))) for path in sorted(ROOT.glob("millrace/**/templates/**/*.html")))
    assert [fault for path, name in named for fault in knowledge(name, shown(path.read_text("utf-8")))] == []


def test_every_exception_is_still_needed() -> None:
    unneeded = [(name, words) for name, words in ALLOWED if not re.search(words, (ROOT / name).read_text("utf-8"))]
    assert unneeded == []


SEEDED = [
    'if partner.incorporated_in == "CN": pass',
    'unit = "HKD"',
    'zone = ZoneInfo("Asia/Hong_Kong")',
    'if case.scheme == "nifs": pass',
    'label = f"HK${amount}"',
    'at = "2026-03-31T18:00+08:00"',
    'kind = "hk_university"',
]


@pytest.mark.parametrize("source", SEEDED)
def test_a_seeded_piece_of_knowledge_is_named(source: str) -> None:
    assert list(knowledge("seeded.py", read_by_the_program(source)))


def test_an_example_in_a_docstring_is_no_knowledge() -> None:
    assert not list(knowledge("seeded.py", read_by_the_program('"""Pays — e.g. HK$10m of a NIFS line."""\nx = 1  # as in Hong Kong')))
