"""House test of docs/howto/write-a-rule.md: every text shown there is read without a finding, and every kind of rule is shown."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from millrace.core import dated, toml_text
from millrace.core.rules import read_bodies, read_facts, read_rules
from millrace.core.rules.read_conditions import Shelf
from millrace.core.rules.rulebook import Source
from millrace.core.texts import Text

HOUSE = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "zh_hant", "zh_hans")
BLOCKS = re.findall(r"```toml\n(.*?)```", (HOUSE / "docs/howto/write-a-rule.md").read_text(), re.DOTALL)
RULES = [tomllib.loads(block) for block in BLOCKS if ".values]]" in block]


def worded(data: Any) -> Any:
    """The page words its examples in English only; a policy words them in every language."""
    if isinstance(data, dict):
        return dict.fromkeys(LANGUAGES, data["en"]) if set(data) == {"en"} else {key: worded(value) for key, value in data.items()}
    return [worded(item) for item in data] if isinstance(data, list) else data


def read_all(texts: list[dict[str, Any]]) -> list[toml_text.Finding]:
    """This will read rules as a policy's are read, and give what is found wrong."""
    findings: list[toml_text.Finding] = []
    facts = toml_text.parse("facts.toml", (HOUSE / "policies/hong-kong/facts.toml").read_bytes(), findings)
    words = read_facts.vocabulary(facts.root, currency="HKD", languages=LANGUAGES)
    sources = {name: Source(name, Text(), "", "P") for name in ("guide", "rfs-launch-2020")}
    shelf = Shelf(words.facts, sources, LANGUAGES, [], [], words.units, [], unit="HKD")
    start = dated.Start(date(2024, 9, 16), date(2024, 9, 16))
    for number, rules in enumerate(texts):
        document = toml_text.from_plain(f"block {number}", worded(rules), findings)
        for name in document.root.names():
            read_rules.rule_in(document.root.table(name), name, start, shelf)
        document.root.finish()
    return findings


def not_shown(texts: list[dict[str, Any]]) -> set[str]:
    """The kinds of rule of which there is no example."""
    return set(read_bodies.BODIES) - {rule["kind"] for rules in texts for rule in rules.values()} - {"track"}


def test_every_text_of_the_page_is_read() -> None:
    assert RULES
    assert read_all(RULES) == []


def test_every_kind_of_rule_is_shown() -> None:
    assert not_shown(RULES) == set()


def test_a_seeded_mistake_in_the_page_is_caught() -> None:
    name, rule = next(iter(RULES[0].items()))
    assert read_all([{name: {**rule, "kind": "no-such-kind"}}]) != []
    assert not_shown([{name: rule}]) == set(read_bodies.BODIES) - {rule["kind"], "track"}
