"""Texts as earlier programs published them stay readable: each is read, judged as it was then, and shown — e.g. clauses in one language.

Beside this file stand such texts, shortened to a few questions and one letter, with what the program of their day said of facts.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from millrace.core.policy_folder import read
from millrace.core.rules import explain, judge, parse
from millrace.core.rules import facts as facts_
from millrace.core.toml_text import Unreadable
from millrace.registers.policy import queries
from millrace.registers.policy.models import SchemeVersion

HERE = Path(__file__).parent
HELD = {path.stem: json.loads(path.read_text()) for path in sorted(HERE.glob("*.json"))}
VERSIONS = [name for name, held in HELD.items() if "judged" in held]


def written(held: dict[str, Any]) -> str:
    return json.dumps(held["text"], ensure_ascii=False, sort_keys=True, indent=1)


@pytest.mark.parametrize("name", VERSIONS)
def test_an_earlier_text_is_read_judged_as_then_and_said_in_every_language(name: str) -> None:
    held = HELD[name]
    book = parse.version_from_text(written(held))
    assert book.text == written(held) and held["sha256"] in (None, book.sha256)
    assert len(held["judged"]) >= 5
    for case in held["judged"]:
        told = facts_.read(book.vocabulary.facts, case["facts"])
        said = judge.judge(book, told, on=date.fromisoformat(case["on"]), as_told=case["as_told"])
        assert (str(said.outcome), said.amount_cents) == (case["outcome"], case["amount_cents"]), case["title"]
        for language in ("en", "zh-hant", "zh-hans"):
            sentences = explain.sentences(said, book, language)
            assert sentences and all(one.statement and one.clause is not None for one in sentences)
            explain.amount_lines(said, book, language)


def test_a_step_of_another_funder_keeps_the_name_it_had_and_counts_in_no_currency() -> None:
    book = parse.version_from_text(written(HELD["mhkjfs-other-funder-not-named"]))
    [step] = [step for step in book.steps if step.kind == "joint_funder"]
    assert step.currency == "XXX" and step.partner.said_in("en") and "zh_hant" in step.partner.languages


def test_an_earlier_blueprint_is_read() -> None:
    assert read.from_paper("blueprint", written(HELD["blueprint-without-sources"])).targets


def test_what_is_only_checked_of_a_folder_is_not_asked_of_a_published_text() -> None:
    """The ceiling below the least amount, the criteria that weigh 90: a stricter program refuses the folder, not the text."""
    data = json.loads(written(HELD["aiss-committee-before-the-authority"]))
    data["scheme"]["criteria"] = data["scheme"]["criteria"][:-1]
    data["rules"][0]["statement"] = {"en": "Only English, with an {unknown} place"} if "statement" in data["rules"][0] else {}
    book = parse.version_from_text(json.dumps(data))
    assert book.rules[0].id == data["rules"][0]["id"]


@pytest.mark.parametrize("spoil", [{"kind": "of-another-time"}, {"values": [{"from": "whenever"}]}, {"values": 7}])
def test_a_text_whose_meaning_is_lost_is_refused_and_not_guessed(spoil: dict[str, Any]) -> None:
    data = json.loads(written(HELD["nifs-clauses-in-one-language"]))
    data["rules"][0] |= spoil
    with pytest.raises(Unreadable):
        parse.version_from_text(json.dumps(data))
    for text in ("{}", "[]", '{"policy": 1}', "no text"):
        with pytest.raises(Unreadable):
            parse.version_from_text(text)


def _keep(text: str, version: str, starts_on: str, make: Any) -> SchemeVersion:
    at = queries.funder().first_moment(date.fromisoformat(starts_on))
    row = SchemeVersion(scheme="nifs", version=version, starts_on=starts_on, effective_at=at, text=text, published_at=at)
    row.sha256, row.published_by = hashlib.sha256(text.encode()).hexdigest(), make.person()
    row.save()
    return row


def test_one_unreadable_version_is_named_and_the_others_are_shown(
    make: Any, client: Any, hong_kong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_unread", {})
    _keep('{"policy": "of another time"}', "v9", "2026-01-05", make)
    for address in ("/", "/find/", "/schemes/", "/schemes/nifs/", "/register/"):
        page = client.get(address)
        assert page.status_code == 200 and "nifs v9" in page.content.decode(), address
    held = queries.scheme("nifs")
    assert held.unread and not held.versions_on(date(2026, 2, 2)).candidates
    assert [version.id for version in held.versions_on(date(2024, 6, 3)).candidates] == ["v2"]
