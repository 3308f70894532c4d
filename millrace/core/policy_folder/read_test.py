"""Proves that what cannot be read is told once, without what only follows from it — e.g. one finding where facts.toml is cut short."""

import re

import pytest

from millrace.core.policy_folder import read
from millrace.core.toml_text import Finding, Unreadable
from millrace.testing.policies import HONG_KONG, files_of

SOUND = files_of(HONG_KONG)
SCHEME, RULES, FORM = (f"schemes/nifs/{name}.toml" for name in ("scheme", "rules", "form"))
CALLS = "schemes/innohk/scheme.toml"
OWN = (SCHEME, RULES, FORM, "schemes/nifs/cases.yaml")
TOP = tuple(f"{name}.toml" for name in ("policy", "facts", "sources", "funds", "blueprint", "facilities"))
OTHERS = ("handling.toml", "letters/refused.toml", "figures/approved-by-scheme.toml")


def found(files: dict[str, bytes]) -> tuple[Finding, ...]:
    with pytest.raises(Unreadable) as caught:
        read.policy(files)
    return caught.value.findings


@pytest.mark.parametrize("file", [*OWN, *TOP, *OTHERS])
def test_a_file_cut_short_is_one_finding(file: str) -> None:
    (one,) = found({**SOUND, file: SOUND[file][: len(SOUND[file]) // 2] + b'\n[x = "'})
    assert one.file == file


@pytest.mark.parametrize("file", [*OWN, *TOP])
def test_a_file_that_is_missing_is_one_finding(file: str) -> None:
    (one,) = found({path: text for path, text in SOUND.items() if path != file})
    assert one.file == file and one.remedy


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        (RULES, r'from = "2024-01-08"', 'from = "2024-13-08"', "from must be a day"),
        (RULES, r'from = "2024-01-08"', 'from = "2023-01-08"', "which is no version's start"),
        (RULES, r'kind = "requirement"', 'kind = "requirment"', "is not known"),
        (SCHEME, r'id = "v2"', 'id = "v1"', "two versions are called 'v1'"),
        (SCHEME, r'from = "2024-01-08"', 'from = "2024-01-38"', "from must be a day"),
        (CALLS, r'opens = "[^"]+"', 'opens = "soon"', "opens must be a day"),
        (CALLS, r'closes = "[^"]+"', 'closes = "late"', "closes must be a day"),
        (CALLS, r"\[\[calls\]\]", '[[calls]]\nversions = ["v9"]', "the version 'v9' is not in scheme.toml"),
        (RULES, r"less_than = 3", 'includes = "x"', "includes does not fit open_projects"),
        (SCHEME, r'slug = "nifs"', 'slug = "nif"', "slug must be"),
        (FORM, r'feeds = "total_cost"', 'feeds = "total_costs"', "is not in the vocabulary"),
        (SCHEME, r"title = \{ en", 'title = { fr = "T", en', "title is worded in fr"),
        (CALLS, r'closes = "[^"]+"', 'closes = "2001-01-01"', "a call must close on or after"),
        ("schemes/nifs/cases.yaml", r"    facts: .*\n", "", "a worked case needs title"),
        ("policy.toml", r"\nlanguages = .*", "", "a policy needs its languages"),
    ],
)
def test_one_mistake_is_one_finding_with_its_remedy(file: str, before: str, after: str, says: str) -> None:
    text, changes = re.subn(before, after, SOUND[file].decode(), count=1)
    (one,) = found({**SOUND, file: text.encode()})
    assert changes == 1 and one.file == file and says in one.message and one.remedy


def test_all_broken_files_are_told_and_what_is_no_part_of_a_policy() -> None:
    told = found({**SOUND, "facts.toml": b"[", RULES: b"=", "letters/refused.toml": b"\xff", "notes.txt": b"stray"})
    assert [one.file for one in told] == ["facts.toml", "letters/refused.toml", RULES, "notes.txt"]
