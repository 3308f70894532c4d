"""Tests of reading policy text: each finding names the file and line where a policy officer looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import toml_lines, toml_text

TEXT = '''# a comment
title = "x"

[ratio]
kind = "ratio"   # one third
[[ratio.values]]
from = "2020-07-27"
parts = [
  { fact = "a", is = 1 },
  { fact = "b", is = "]" },
]
[[ratio.values]]
from = "2024-01-08"
note = """
[not.a.table]
key = 1
"""
after = 2
[ratio.values.deep]
"quoted key".inner = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("ratio",), 4),
        (("ratio", "kind"), 5),
        (("ratio", "values", 0), 6),
        (("ratio", "values", 0, "parts", 1), 10),
        (("ratio", "values", 0, "parts", 1, "is"), 10),
        (("ratio", "values", 1, "from"), 13),
        (("ratio", "values", 1, "note"), 14),
        (("ratio", "values", 1, "after"), 18),
        (("ratio", "values", 1, "deep", "quoted key", "inner"), 20),
        (("nowhere",), 1),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert toml_lines.line_of(toml_lines.index(TEXT), path) == line


def test_findings_name_file_and_line_and_all_are_told() -> None:
    findings: list[toml_text.Finding] = []
    document = toml_text.parse("rules.toml", b'a = "x"\nb = 1.5\nunknown = 1\ntitle = { en = "T" }\n', findings)
    root = document.root
    assert root.string("a") == "x"
    assert root.integer("b") == 0
    assert root.string("c") == ""
    root.words("title", ("en", "zh_hant"))
    root.finish()
    assert [(finding.line, finding.message.split()[0]) for finding in sorted(findings)] == [
        (1, "c"),
        (2, "b"),
        (3, "unknown"),
        (4, "title"),
    ]
    assert str(min(findings)).startswith("rules.toml:1: c is missing")


@pytest.mark.parametrize(("content", "line"), [(b"a = 1\nb = \n", 2), (b"a = 1\nb = '\xff'\n", 2), (b"a = 1\na = 2\n", 2)])
def test_what_is_not_toml_is_one_finding_with_its_line(content: bytes, line: int) -> None:
    findings: list[toml_text.Finding] = []
    toml_text.parse("x.toml", content, findings)
    assert [finding.line for finding in findings] == [line]


def test_a_true_is_no_number() -> None:
    findings: list[toml_text.Finding] = []
    toml_text.from_plain("x", {"n": True}, findings).root.integer("n")
    assert len(findings) == 1


@given(st.binary(max_size=200))
def test_no_bytes_can_break_the_reader(content: bytes) -> None:
    findings: list[toml_text.Finding] = []
    toml_text.parse("x.toml", content, findings).root.finish()


@given(st.text(alphabet="ab=[]{}\"'.# \n1", max_size=80))
def test_no_text_can_break_the_index(content: str) -> None:
    toml_lines.line_of(toml_lines.index(content), ("a", 0, "b"))
