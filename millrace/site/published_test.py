"""The words of `millrace policy` that ask the database, as a program hears them — e.g. `policy compare FOLDER --json`: status and shape."""

import json
import shutil
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from millrace.core.policy_folder import lint
from millrace.registers.cases.models import Verdict
from millrace.registers.policy.models import SchemeVersion
from millrace.site import published
from millrace.testing.policies import HONG_KONG

RULES = "schemes/nifs/rules.toml"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The Hong Kong policy with HK$20m a project under NIFS."""
    folder = tmp_path / "draft"
    shutil.copytree(HONG_KONG, folder)
    rules = folder / RULES
    rules.write_text(rules.read_text("utf-8").replace("value_cents = 15_000_000_00", "value_cents = 20_000_000_00", 1), "utf-8")
    return folder


def told(capsys: Any, run: Any, **chosen: Any) -> tuple[int, Any]:
    """Run a word with --json; give its status and what it printed."""
    capsys.readouterr()
    status = run(Namespace(json=True, **chosen))
    return status, json.loads(capsys.readouterr().out)


def test_a_draft_is_compared_over_past_cases(submitted_case: Any, draft: Path, capsys: Any) -> None:
    dear = {"total_cost": 9_000_000_000, "own_money": 7_500_000_000, "open_projects": 0, "granted_total": 0}
    kept = submitted_case({**submitted_case().facts, **{name: {"value": value, "standing": "verified"} for name, value in dear.items()}})
    status, found = told(capsys, published.compare, folder=draft, scheme="nifs")
    assert status == 0
    assert set(found) == {"past_cases", "schemes"} and set(found["schemes"]) == {"nifs"}
    assert found["past_cases"]["cases"] == 2 and found["past_cases"]["made_anew"] and len(found["past_cases"]["chain"]) == 64
    nifs = found["schemes"]["nifs"]
    assert set(nifs) == {"judged", "gain", "lose", "cannot_judge", "cannot_judge_by", "change_by_year", "reasons"}
    assert nifs["judged"] == 2 and nifs["lose"] == nifs["cannot_judge"] == []
    [gain] = nifs["gain"]
    assert set(gain) == {"reference", "on", "before", "after", "change", "flipped"}
    assert (gain["reference"], gain["before"], gain["change"]) == (kept.case.reference, 1_500_000_000, 500_000_000)
    assert nifs["change_by_year"] == {"2023-24": 500_000_000}
    assert published.compare(Namespace(json=False, folder=draft, scheme="nifs")) == 0
    lines = capsys.readouterr().out
    assert "2 past cases as of seal" in lines and "1 gain HK$5,000,000" in lines and "2023-24: +HK$5,000,000" in lines


def test_what_cannot_be_compared_says_why(hong_kong: Any, draft: Path, capsys: Any) -> None:
    assert published.compare(Namespace(json=False, folder=draft / "nowhere", scheme=None)) == 2
    assert "is not a folder" in capsys.readouterr().err
    assert published.compare(Namespace(json=False, folder=draft, scheme="no-such-scheme")) == 0
    assert "No published scheme is in the folder." in capsys.readouterr().out
    (draft / RULES).write_text("[", "utf-8")
    status, found = told(capsys, published.compare, folder=draft, scheme=None)
    assert status == 1 and found["is_clean"] is False
    assert {one["file"] for one in found["findings"]} == {RULES} and all(one["line"] and one["remedy"] for one in found["findings"])


def test_a_folder_is_published_once_and_a_broken_one_not_at_all(hong_kong: Any, make: Any, draft: Path, capsys: Any) -> None:
    make.system()
    # HK$20m a project, and worked cases that say 15m: what the linter finds is mended before anything is published.
    status, refused = told(capsys, published.publish, folder=draft)
    assert status == 1 and not refused["is_clean"] and {one["weight"] for one in refused["findings"]} == {lint.MEND}
    (draft / RULES).write_bytes((HONG_KONG / RULES).read_bytes())
    scheme = draft / "schemes/nifs/scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('en = "Re-industrialisation Funding', 'en = "Old Funding', 1), "utf-8")
    status, done = told(capsys, published.publish, folder=draft)
    assert status == 0 and done["is_clean"]
    versions = [(one["scheme"], one["version"]) for one in done["published"] if one["kind"] == "scheme_version_published"]
    assert versions == [("nifs", "v1")]
    status, again = told(capsys, published.publish, folder=draft)
    assert (status, again["published"]) == (0, []) and again["unchanged"] > 20
    count = SchemeVersion.objects.count()
    (draft / "facts.toml").unlink()
    status, refused = told(capsys, published.publish, folder=draft)
    assert status == 1 and refused["findings"][0]["file"] == "facts.toml" and SchemeVersion.objects.count() == count
    assert published.publish(Namespace(json=False, folder=draft)) == 1
    assert "nothing was published" in capsys.readouterr().err
    assert published.publish(Namespace(json=True, folder=draft / "nowhere")) == 2


def test_every_verdict_is_replayed_and_one_that_differs_is_found(submitted_case: Any, capsys: Any) -> None:
    kept = submitted_case()
    status, found = told(capsys, published.replay)
    assert status == 0 and found["is_whole"]
    assert [set(part) for part in found["parts"]] == [{"name", "counts", "findings"}] and found["parts"][0]["counts"]["replayed"] == 1
    wrong = Verdict.objects.get(pk=kept.pk)
    wrong.pk, wrong.sha256 = None, "0" * 64
    wrong.save()
    status, found = told(capsys, published.replay)
    assert status == 1 and not found["is_whole"]
    assert published.replay(Namespace(json=False)) == 1
    assert kept.case.reference in capsys.readouterr().out


def test_a_scheme_is_forecast_under_the_published_rules_and_under_a_draft(submitted_case: Any, draft: Path, capsys: Any) -> None:
    submitted_case()
    day = {"on": None, "as_known": None}
    status, found = told(capsys, published.forecast, scheme="nifs", policy=None, **day)
    assert status == 0 and (found["scheme"], found["version"], found["is_forecast"], found["unit"]) == ("nifs", "v3", True, "HKD")
    assert found["commitment"] == {"low": 0, "expected": 0, "high": 0} and found["least_decided"] == 10
    status, tried = told(capsys, published.forecast, scheme="nifs", policy=draft, **day)
    assert status == 0 and tried["version_sha256"] != found["version_sha256"]
    assert published.forecast(Namespace(json=False, scheme="no-such-scheme", policy=None, **day)) == 2
    assert "there is no scheme 'no-such-scheme'" in capsys.readouterr().err
    assert published.forecast(Namespace(json=False, scheme="nifs", policy=None, on=date(2999, 1, 1), as_known=None)) == 2
    assert "a day that has come" in capsys.readouterr().err


def test_a_number_edited_in_place_is_told_and_not_published(hong_kong: Any, make: Any, draft: Path, capsys: Any) -> None:
    make.system()
    (draft / RULES).write_bytes((HONG_KONG / RULES).read_bytes())
    series = draft / "series/itf-approved.toml"
    series.write_text(series.read_text("utf-8").replace('["nifs", "", 32, "247.0"]', '["nifs", "", 33, "247.0"]'), "utf-8")
    status, refused = told(capsys, published.publish, folder=draft)
    assert status == 1 and [one["file"] for one in refused["findings"]] == ["series/itf-approved.toml"]
