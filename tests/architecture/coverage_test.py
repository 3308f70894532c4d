"""House test of docs/reference/coverage.md: every place it names holds what it says, and every scheme and fund's scheme is listed."""

import re
import tomllib
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs/reference/coverage.md").read_text(encoding="utf-8")
FOLDER = HOUSE / "policies/hong-kong"


def places(page: str) -> list[tuple[str, str]]:
    """The files the page names, each with the rule it names in it."""
    return re.findall(r"`([\w./-]+\.toml)(?:#([\w-]+))?`", page)


def not_held(page: str) -> list[str]:
    """The places the page names that are not there."""
    found = []
    for file, rule in places(page):
        if not (FOLDER / file).is_file() or (rule and rule not in tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))):
            found.append(f"{file}#{rule}")
    return found


def unlisted(page: str) -> set[str]:
    """The schemes the page does not name."""
    listed = {file.split("/")[1] for file, _rule in places(page) if file.startswith("schemes/")}
    return {folder.name for folder in (FOLDER / "schemes").iterdir()} - listed


def test_every_place_named_holds_it() -> None:
    assert places(PAGE)
    assert not_held(PAGE) == []


def test_every_scheme_is_listed() -> None:
    assert unlisted(PAGE) == set()


def test_a_seeded_rule_that_is_not_there_is_caught() -> None:
    file, rule = next(place for place in places(PAGE) if place[1])
    assert not_held(PAGE.replace(f"`{file}#{rule}`", f"`{file}#no-such-rule`")) != []
    assert not_held("`schemes/nifs/no-such-file.toml`") == ["schemes/nifs/no-such-file.toml#"]


def test_a_seeded_scheme_left_out_is_caught() -> None:
    assert unlisted(PAGE.replace("schemes/nifs/", "schemes/raise-plus/")) == {"nifs"}
