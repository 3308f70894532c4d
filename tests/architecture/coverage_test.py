"""House test of docs/reference/coverage.md: every place it names holds what it says, and every scheme and fund's scheme is listed."""

import re
import tomllib
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs/reference/coverage.md").read_text(encoding="utf-8")
FOLDER = HOUSE / "policies/hong-kong"
PLACES = re.findall(r"`([\w./-]+\.toml)(?:#([\w-]+))?`", PAGE)


def test_every_place_named_holds_it() -> None:
    assert PLACES
    for file, rule in PLACES:
        assert (FOLDER / file).is_file(), file
        assert not rule or rule in tomllib.loads((FOLDER / file).read_text(encoding="utf-8")), f"{file}#{rule}"


def test_every_scheme_is_listed() -> None:
    listed = {file.split("/")[1] for file, _rule in PLACES if file.startswith("schemes/")}
    assert {folder.name for folder in (FOLDER / "schemes").iterdir()} == listed
