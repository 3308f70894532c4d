"""Proves the words about a policy folder — e.g. that `policy lint` names the file and line of a ceiling below the least amount."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from millrace.core.policy_folder import lint
from millrace.site import command, folders
from millrace.testing.policies import HONG_KONG

CEILING = "value_cents = 100_000_00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy folder as `policy new` begins it."""
    made = tmp_path / "my-funder"
    assert command.main(["policy", "new", str(made)]) == 0
    return made


def told(capsys: Any, *words: str) -> tuple[int, Any]:
    """Run one word with --json; give its status and what it printed."""
    capsys.readouterr()
    status = command.main([*words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def rewrite(file: Path, before: str, after: str) -> int:
    """Change a text; give the line where the change stands."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    return text[: text.index(before)].count("\n") + 1


def codes(found: dict[str, Any]) -> set[str]:
    return {one["code"] for one in found["findings"]}


def test_a_new_folder_and_a_new_scheme_in_it_are_sound(folder: Path, capsys: Any) -> None:
    assert told(capsys, "policy", "lint", str(folder))[0] == 0
    status, tested = told(capsys, "policy", "test", str(folder))
    assert (status, tested["count"]) == (0, 4)
    assert told(capsys, "policy", "new", str(folder), "--scheme", "second")[0] == 0
    status, found = told(capsys, "policy", "lint", str(folder))
    assert status == 1 and any("the-fund" in one["message"] for one in found["findings"])
    rewrite(folder / "funds.toml", 'schemes = ["example"]', 'schemes = ["example", "second"]')
    assert told(capsys, "policy", "lint", str(folder))[0] == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("rules.toml", 'matching = "own_money"', 'matching = "own_mony"', "not in the vocabulary"),
        ("rules.toml", CEILING, 'value_cents = "15m"', "whole number"),
        ("scheme.toml", 'from = "2026-01-01"', 'from = "soon"', "a day such as"),
        ("rules.toml", 'fact = "open_projects", less_than = 1', 'fact = "open_projects", less_than = "one"', "count"),
    ],
)
def test_what_cannot_be_read_is_refused_by_file_line_and_remedy(
    folder: Path, capsys: Any, file: str, before: str, after: str, says: str
) -> None:
    line = rewrite(folder / "schemes/example" / file, before, after)
    status, found = told(capsys, "policy", "lint", str(folder))
    mine = [one for one in found["findings"] if says in one["message"]]
    assert status == 1 and mine and all(one["weight"] == "refused" for one in found["findings"])
    assert (mine[0]["file"], mine[0]["line"]) == (f"schemes/example/{file}", line)


def test_semantic_findings_name_their_line(folder: Path, capsys: Any) -> None:
    rules, scheme = folder / "schemes/example/rules.toml", folder / "schemes/example/scheme.toml"
    line = rewrite(rules, "[ceiling-per-project]", "[ceiling-per-project]\n# now a scheme with a window, and no call\n")
    rules.write_text(
        rules.read_text() + '\n[window]\nkind = "window"\nstatement = { en = "Only in calls." }\n[[window.values]]\n'
        'from = "2026-01-01"\nclause = { en = "Calls" }\nsource = "guide"\n'
    )
    rewrite(
        folder / "facts.toml",
        "[facts.total_cost]",
        '[facts.unused]\ntype = "flag"\nlabel = { en = "A" }\nquestion = { en = "B" }\n\n[facts.total_cost]',
    )
    rewrite(scheme, 'from = "2026-01-01"', 'from = "2026-01"')
    for name in ("rules.toml", "scheme.toml"):
        path = folder / "schemes/example" / name
        path.write_text(path.read_text().replace('from = "2026-01-01"', 'from = "2026-01"'))
    status, found = told(capsys, "policy", "lint", str(folder))
    assert status == 1 and line > 0
    assert {"no-call", "uncovered", "fact-unused", "start-in-doubt"} <= codes(found)
    assert all(one["line"] > 1 for one in found["findings"] if one["code"] != "case-fails")


def test_a_formula_above_its_cap_and_a_circle_are_refused(folder: Path, capsys: Any) -> None:
    rules = folder / "schemes/example/rules.toml"
    rules.write_text(
        rules.read_text() + '\n[lump]\nkind = "lump_sum"\nstatement = { en = "A fixed sum." }\n[[lump.values]]\n'
        'from = "2026-01-01"\nvalue_cents = 200_000_00\nclause = { en = "Sum" }\nsource = "guide"\n'
    )
    status, found = told(capsys, "policy", "lint", str(folder))
    assert status == 1 and any("above the ceiling" in one["message"] for one in found["findings"])
    rewrite(
        folder / "facts.toml",
        "[facts.total_cost]",
        '[facts.a]\ntype = "money"\nlabel = { en = "A" }\nderived = { sum = ["b", "own_money"] }\n'
        '[facts.b]\ntype = "money"\nlabel = { en = "B" }\nderived = { sum = ["a", "own_money"] }\n\n[facts.total_cost]',
    )
    _status, found = told(capsys, "policy", "lint", str(folder))
    assert any("circular" in one["message"] for one in found["findings"])


def test_a_worked_case_that_fails_is_told(folder: Path, capsys: Any) -> None:
    line = rewrite(folder / "schemes/example/cases.yaml", "amount_cents: 5_000_000", "amount_cents: 5_000_001")
    status, tested = told(capsys, "policy", "test", str(folder))
    wrong = [one for one in tested["cases"] if one["wrong"]]
    assert status == 1 and len(wrong) == 1 and 0 < line - wrong[0]["line"] < 6


def test_facts_are_judged_by_a_folder_that_is_not_published(folder: Path, tmp_path: Path, capsys: Any) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"total_cost": 10000000, "own_money": 5000000, "open_projects": 0}')
    status, said = told(capsys, "judge", "example", "--policy", str(folder), "--on", "2026-03-01", "--facts", str(facts))
    assert (status, said["readings"][0]["amount_minor"]) == (0, 5_000_000)


def test_two_folders_are_compared_rule_by_rule(folder: Path, tmp_path: Path, capsys: Any) -> None:
    other = tmp_path / "other"
    command.main(["policy", "new", str(other)])
    rewrite(other / "schemes/example/rules.toml", CEILING, "value_cents = 150_000_00")
    status, found = told(capsys, "policy", "diff", str(other), "--with", str(folder))
    rules = [one for one in found["differences"] if one["rule"]]
    assert status == 0 and [(one["rule"], one["how"]) for one in rules] == [("ceiling-per-project", "changed")]
    assert "150,000" in rules[0]["after"] and "100,000" in rules[0]["before"]


def test_what_is_not_translated_is_told_where_it_stands() -> None:
    files = folders.files_of(HONG_KONG)
    rules = "schemes/nifs/rules.toml"
    said = "At most {required} for each applicant in all."
    copied = files[rules].decode().replace("每名申請者的累計資助上限為{required}。", said)
    [found] = [one for one in lint.lint({**files, rules: copied.encode()}) if one.code == "untranslated"]
    assert found.finding.file == rules and said in copied.splitlines()[found.finding.line - 1]


@pytest.mark.parametrize("words", ["compare F --scheme nifs --json", "publish F --json", "replay --json", "diff F", "diff F --with G"])
def test_each_word_of_policy_is_understood_and_leads_to_its_own_work(words: str) -> None:
    chosen = command._parser().parse_args(["policy", *words.split()])
    name = words.split()[0]
    assert chosen.run.__name__ in (name, "asking", "<lambda>") and (name != "compare" or chosen.scheme == "nifs")
    assert name == "diff" or chosen.json is True
    with pytest.raises(SystemExit) as stopped:
        command._parser().parse_args(["policy", name, "--no-such-word"])
    assert stopped.value.code == 2


def test_whoever_has_read_enough_is_told_no_more() -> None:
    """As `millrace policy lint … | head` does: what is left to print goes nowhere, and is no error to read."""
    words = [sys.executable, "-m", "millrace.site.command", "policy", "lint", str(HONG_KONG)]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b"" and running.wait() == 141
    running.stderr.close()
