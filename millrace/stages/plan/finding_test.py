"""The finder for programs and on the command line — e.g. both say HK$15,000,000 for a line of HK$60.0m."""

import json
import shutil
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from millrace.core.policy_folder import lint
from millrace.registers.policy.models import SchemeVersion
from millrace.stages.plan import commands, finding
from millrace.testing.policies import HONG_KONG, files_of

LINE = {
    "applicant_kind": "company",
    "place_of_incorporation": "hong_kong",
    "project_purpose": "production_line",
    "is_smart_line": True,
    "total_cost": 6_000_000_000,
    "own_money": 4_500_000_000,
    "open_projects": 0,
    "granted_total": 0,
}
DAY = date(2025, 7, 15)


def asked(facts, on="2025-07-15"):
    return Client().post("/api/v1/find", {"facts": facts, "on": on}, content_type="application/json")


def judged(tmp_path, capsys, facts, on=DAY):
    file = tmp_path / "facts.json"
    file.write_text(facts if isinstance(facts, str) else json.dumps(facts))
    status = commands.judge("nifs", on=on, facts_file=file, as_json=True)
    return status, capsys.readouterr()


def test_programs_and_the_command_line_get_the_same_answer(hong_kong, tmp_path, capsys):
    by_api = {one["scheme"]: one for one in asked(LINE).json()["schemes"]}
    status, out = judged(tmp_path, capsys, LINE)
    assert status == 0
    assert json.loads(out.out) == by_api["nifs"]
    assert by_api["nifs"]["fit"] == "pass"
    assert by_api["nifs"]["readings"][0]["amount_minor"] == 1_500_000_000
    assert by_api["raise-plus"]["fit"] == "fail"


def test_a_month_in_doubt_gives_both_readings(hong_kong):
    told = asked(LINE | {"requested_amount": 280_000_000}, on="2025-06-15").json()["schemes"]
    nifs = next(one for one in told if one["scheme"] == "nifs")
    assert nifs["in_doubt"] is True
    assert [(one["version"], one["track"]) for one in nifs["readings"]] == [("v2", "normal"), ("v3", "streamlined")]


@pytest.mark.parametrize("facts", [{"bogus": 1}, {"total_cost": "much"}, {"total_cost": -1}, {"applicant_kind": "king"}])
def test_what_cannot_be_read_is_refused_by_name(hong_kong, tmp_path, capsys, facts):
    answer = asked(facts)
    assert answer.status_code == 422
    assert answer.json()["field"] == next(iter(facts))
    status, out = judged(tmp_path, capsys, facts)
    assert status == 2
    assert next(iter(facts)) in out.err


def test_a_claimed_standing_from_outside_counts_as_declared(hong_kong):
    told = asked(LINE | {"open_projects": {"value": 0, "standing": "verified"}}).json()["schemes"]
    nifs = next(one for one in told if one["scheme"] == "nifs")
    assert nifs["readings"][0]["verdict"]["facts"]["open_projects"]["standing"] == "declared"


def test_a_file_that_is_no_facts_and_a_day_before_the_scheme_are_told(hong_kong, tmp_path, capsys):
    assert judged(tmp_path, capsys, "[1]")[0] == 2
    assert judged(tmp_path, capsys, "{")[0] == 2
    status, out = judged(tmp_path, capsys, LINE, on=date(2019, 1, 1))
    assert status == 1
    assert "had not begun" in out.err


@pytest.mark.parametrize(
    ("told", "on", "scheme", "words"),
    [
        ("[1]", DAY, "nifs", "資料須為一個物件"),
        (json.dumps(LINE), date(2019, 1, 1), "nifs", "nifs 在 2019-01-01 尚未開始。"),
        ('{"bogus": 1}', DAY, "nifs", "bogus"),
        (json.dumps(LINE), DAY, "no-such", "沒有名為「no-such」的計劃。"),
    ],
)
def test_what_is_refused_on_a_terminal_is_said_in_the_language_asked_for(hong_kong, tmp_path, capsys, told, on, scheme, words):
    (tmp_path / "facts.json").write_text(told)
    assert commands.judge(scheme, on=on, facts_file=tmp_path / "facts.json", as_json=False, language="zh-hant") != 0
    said = capsys.readouterr().err
    assert words in said
    assert not any(word in said for word in ("There is", "cannot be read", "had not", "Write", "Leave", "known"))


def test_what_a_committee_establishes_is_not_the_applicants_to_tell_but_an_officer_may_suppose_it(hong_kong, tmp_path, capsys):
    facts = {"applicant_kind": "ugc_university", "project_purpose": "computing", "compute_list_price": 1_000_000_000, "is_ai_project": True}
    facts |= {"asks_exceptional_rate": True, "is_exceptional_case": True}
    told = next(one for one in asked(facts, on="2026-01-05").json()["schemes"] if one["scheme"] == "aiss")
    assert told["readings"][0]["amount_minor"] == 700_000_000
    assert "is_exceptional_case" not in told["readings"][0]["verdict"]["facts"]
    answers = facts | {"compute_list_price": "10,000,000"} | {key: "yes" for key, value in facts.items() if value is True}
    html = Client().get("/schemes/aiss/", answers).content.decode()
    assert "HK$7,000,000" in html and "HK$9,000,000" not in html
    assert 'name="is_exceptional_case"' not in html and 'name="asks_exceptional_rate"' in html
    listed = next(one for one in Client().get("/api/v1/schemes").json() if one["slug"] == "aiss")
    assert {"asks_exceptional_rate"} == {fact["name"] for fact in listed["facts"]} & {"asks_exceptional_rate", "is_exceptional_case"}
    (tmp_path / "facts.json").write_text(json.dumps(facts))
    assert commands.judge("aiss", on=date(2026, 1, 5), facts_file=tmp_path / "facts.json", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["readings"][0]["amount_minor"] == 900_000_000


def test_the_schemes_say_which_facts_they_need(hong_kong):
    told = {one["slug"]: one for one in Client().get("/api/v1/schemes").json()}
    assert {fact["name"] for fact in told["raise-plus"]["facts"]} >= {"stage_1_cost", "ip_share", "entry_stage"}
    assert told["nifs"]["takes_applications"] is True


def test_words_for_a_terminal_name_the_clause_and_the_step_that_binds(hong_kong):
    held = next(scheme for scheme in finding.schemes_at(datetime(2026, 1, 1, tzinfo=UTC)) if scheme.slug == "nifs")
    found = finding.judged(held, LINE, on=DAY)
    lines = commands.in_words(found, "en")
    assert any("[Funding ceiling]" in line for line in lines)
    assert any(line.endswith("HK$15,000,000  <") for line in lines)


@pytest.mark.parametrize(("language", "words"), [("zh-hant", ["不符合", "規定："]), ("zh-hans", ["不符合", "规定："])])
def test_words_for_a_terminal_are_all_in_the_language(hong_kong, language, words):
    held = next(scheme for scheme in finding.schemes_at(datetime(2026, 1, 1, tzinfo=UTC)) if scheme.slug == "nifs")
    lines = "\n".join(commands.in_words(finding.judged(held, LINE | {"open_projects": 9}, on=DAY), language))
    assert all(word in lines for word in words)
    assert not any(word in lines for word in ("fail", "yes", "NO ", "required", "version"))


def test_an_amount_below_nothing_is_refused_in_a_sentence(hong_kong, tmp_path, capsys):
    assert "“total_cost” cannot be less than zero." in judged(tmp_path, capsys, {"total_cost": -5})[1].err


@pytest.mark.usefixtures("db_clone")
def test_publishing_from_the_command_line_says_what_is_new_and_what_is_wrong(make, tmp_path, capsys):
    assert commands.publish(HONG_KONG) == 0
    assert "published nifs v3" in capsys.readouterr().out
    assert commands.publish(HONG_KONG) == 0
    assert "0 new" in capsys.readouterr().out
    (tmp_path / "policy.toml").write_text('slug = 1\nlanguages = ["en"]\n')
    assert commands.publish(tmp_path) == 1
    assert "policy.toml:1: slug must be text" in capsys.readouterr().err
    assert commands.publish(tmp_path / "nowhere") == 2


@pytest.mark.usefixtures("db_clone")
def test_the_command_line_publishes_nothing_that_the_linter_would_have_mended(make, tmp_path, capsys):
    folder = shutil.copytree(HONG_KONG, tmp_path / "draft")
    rules = folder / "schemes/nifs/rules.toml"
    rules.write_text(rules.read_text().replace("value_cents = 15_000_000_00", "value_cents = 99_000_000_00"))
    wrong = [one for one in lint.lint(files_of(folder)) if one.weight == lint.MEND]
    assert commands.publish(folder) == 1
    told = capsys.readouterr().err
    assert wrong and all(f"{folder}/{one.finding}" in told for one in wrong) and "nothing was published" in told
    assert commands.publish(folder, as_json=True) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["is_clean"] is False
    assert [(one["file"], one["line"], one["message"]) for one in data["findings"]] == [
        (one.finding.file, one.finding.line, one.finding.message) for one in wrong
    ]
    assert not SchemeVersion.objects.exists()
