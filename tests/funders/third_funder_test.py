"""Follows docs/howto/new-funder.md step by step with a third, invented funder, from an empty folder to pages that find its schemes."""

import json
import re
import shlex
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from millrace.core.rules.verdict import Outcome
from millrace.registers.policy import queries as policy
from millrace.site import command
from millrace.stages.call import actions as calls
from millrace.stages.plan import actions as plan
from millrace.stages.plan import finding
from millrace.testing.policies import files_of
from tests.funders import third_funder as texts

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs/howto/new-funder.md").read_text(encoding="utf-8")
EARLY, NOON = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)


def told(capsys: Any, *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = command.main([*words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def words_of(page: str, folder: Path) -> list[list[str]]:
    """The commands that the page shows, with the folder it speaks of put where this test has it."""
    blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line.replace("policies/my-funder", str(folder))) for line in lines if "millrace" in line]


@pytest.fixture
def folder(tmp_path: Path, capsys: Any) -> Path:
    """Begun, named and written as the page says, one scheme beside the other."""
    made = tmp_path / "my-funder"
    begin = [line for line in words_of(PAGE, made) if line[:2] == ["millrace", "policy"]][:3]
    assert [line[2] for line in begin] == ["new", "lint", "test"]
    for line in begin:
        assert command.main(line[1:]) == 0
    with (made / "facts.toml").open("a", encoding="utf-8") as file:
        file.write(texts.FACTS)
    for name in texts.RULES:
        assert told(capsys, "policy", "new", str(made), "--scheme", name)[0] == 0
        scheme = made / "schemes" / name
        (scheme / "rules.toml").write_text(texts.RULES[name], encoding="utf-8")
        (scheme / "cases.yaml").write_text(texts.worked_cases(name), encoding="utf-8")
        with (scheme / "form.toml").open("a", encoding="utf-8") as file:
            file.write("".join(map(texts.question, texts.QUESTIONS[name])))
    round_ = made / "schemes/institutions/scheme.toml"
    round_.write_text(round_.read_text().replace("\n[[steps]]", texts.CALL + "\n[[steps]]", 1), encoding="utf-8")
    funds = made / "funds.toml"
    funds.write_text(funds.read_text().replace('["example"]', json.dumps(["example", *texts.RULES])), encoding="utf-8")
    return made


def test_the_page_leads_to_a_folder_that_is_clean(folder: Path, tmp_path: Path, capsys: Any) -> None:
    status, found = told(capsys, "policy", "lint", str(folder))
    assert status == 0, found["findings"]
    status, tested = told(capsys, "policy", "test", str(folder))
    assert (status, tested["count"]) == (0, 4 + 5 + 5 + 3), [one for one in tested["cases"] if one["wrong"]]
    facts = tmp_path / "facts.json"
    facts.write_text('{"firm_size": "small", "research_kind": "fundamental", "total_cost": 10000000, "own_money": 2000000}')
    judging = next(line for line in words_of(PAGE, folder) if line[1] == "judge")
    judging[judging.index("my-scheme")], judging[judging.index("facts.json")] = "industry", str(facts)
    _status, said = told(capsys, *judging[1:])
    assert said["readings"][0]["version"] == "v1" and said["readings"][0]["outcome"] == "not_yet_known"
    differing = next(line for line in words_of(PAGE, folder) if line[1:3] == ["policy", "diff"])
    differing[-1] = str(HOUSE / differing[-1])
    assert command.main(differing[1:]) == 0


def test_it_is_published_into_an_empty_database_and_its_schemes_are_found(make: Any, folder: Path) -> None:
    by = make.person(powers=("policy",), at=EARLY)
    done = plan.publish_policy(files_of(folder), by=by, at=EARLY, command=uuid.uuid4())
    for event in done.events:
        if event.kind == "scheme_version_published":
            calls.announce_calls(event.scheme_version, by=by, at=EARLY, command=uuid.uuid4())
    facts = {"firm_size": "small", "research_kind": "fundamental", "trains_apprentices": True, "total_cost": 10_000_000}
    facts |= {"own_money": 2_000_000, "raised_money": 150_000_000, "granted_this_year": 0, "granted_in_round": 0, "first_phase_projects": 0}
    found = {one.slug: one for one in finding.find(facts, on=NOON.date(), schemes=policy.published_schemes(NOON))}
    assert {name: (found[name].fit, found[name].first.verdict.amount_cents) for name in texts.RULES} == {
        "industry": (Outcome.PASS, 8_000_000),
        "institutions": (Outcome.PASS, 250_000_000),
        "next-phase": (Outcome.FAIL, 5_000_000),
    }
    page = Client().get("/schemes/industry/")
    assert page.status_code == 200 and "The rate depends on the size of the firm" in page.content.decode()
