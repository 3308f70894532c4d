"""House test of the policy folders: each loads without a finding, every worked case gets its verdict, every rule has a case on each
side, and every published rule names its clause and source — e.g. NIFS's HK$60.0m line that gets HK$15.0m."""

from dataclasses import replace
from pathlib import Path

import pytest

from millrace.core import letters, toml_text
from millrace.core.policy_folder import fact_reference, lint, read
from millrace.core.rules import cases, explain, judge, parse
from millrace.core.rules.cases import WorkedCase
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.texts import Text
from millrace.registers.messages import glyphs
from millrace.site import folders

HOUSE = Path(__file__).resolve().parents[2]
FOLDERS = sorted(folder for folder in (HOUSE / "policies").iterdir() if folder.is_dir())


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


POLICIES = {folder.name: read.policy(files_of(folder)) for folder in FOLDERS}
CASES = [(name, slug, case) for name, policy in POLICIES.items() for slug, worked in policy.cases.items() for case in worked]
VERSIONS = [version for policy in POLICIES.values() for scheme in policy.schemes.values() for version in scheme.versions]


@pytest.mark.parametrize(("name", "slug", "case"), CASES, ids=[f"{slug}-{case.line}" for _, slug, case in CASES])
def test_a_worked_case_gets_its_verdict(name: str, slug: str, case: WorkedCase) -> None:
    assert cases.run(case, POLICIES[name].schemes[slug]) == []


@pytest.mark.parametrize("name", POLICIES)
def test_every_rule_has_a_worked_case_on_each_side(name: str) -> None:
    policy = POLICIES[name]
    missing = [line for slug, scheme in policy.schemes.items() for line in cases.uncovered(scheme, policy.cases[slug])]
    assert missing == []


def test_a_seeded_rule_without_a_case_on_one_side_is_caught() -> None:
    name = next(iter(POLICIES))
    slug, scheme = next(iter(POLICIES[name].schemes.items()))
    assert cases.uncovered(scheme, POLICIES[name].cases[slug][:1]) != []


@pytest.mark.parametrize("name", POLICIES)
def test_the_linter_finds_nothing_to_mend(name: str) -> None:
    remarks = lint.lint(files_of(HOUSE / "policies" / name))
    assert [str(one.finding) for one in remarks if one.weight != lint.NOTE] == []


def test_the_page_of_facts_is_current() -> None:
    assert folders.REFERENCE.read_text(encoding="utf-8") == fact_reference.page(POLICIES), "run: millrace policy facts"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
def test_a_published_version_reads_back_from_its_own_text(version: SchemeVersion) -> None:
    assert parse.version_from_text(version.text) == version


def without_ground(version: SchemeVersion) -> list[str]:
    """The published rules without a clause or a source, and the others that do not say why they have none."""
    return [rule.id for rule in version.rules if not (rule.clause and rule.source in version.sources if rule.is_published else rule.why)]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
def test_every_rule_names_its_clause_and_source_or_why_it_has_none(version: SchemeVersion) -> None:
    assert without_ground(version) == []


def test_a_seeded_rule_without_its_clause_or_source_is_caught() -> None:
    version, rule = next((version, rule) for version in VERSIONS for rule in version.rules if rule.is_published)
    for seeded in (replace(rule, heading=Text()), replace(rule, source="no-such-source"), replace(rule, is_published=False, why=Text())):
        rules = tuple(seeded if one is rule else one for one in version.rules)
        assert without_ground(replace(version, rules=rules)) == [rule.id]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
def test_every_fact_a_rule_needs_is_asked_by_the_form_or_established_by_us(version: SchemeVersion) -> None:
    fed = {question.feeds for question in version.form.questions()}
    facts = version.vocabulary.facts
    asked = [name for name in version.facts_used if facts[name].established == "applicant" and not facts[name].recorded]
    nobody = [name for name in asked if name not in fed]
    assert nobody == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
def test_every_letter_is_there(version: SchemeVersion) -> None:
    assert set(version.letters) == set(letters.KINDS)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
@pytest.mark.parametrize("language", ["en", "zh_hant", "zh_hans"])
def test_every_letter_says_what_was_approved_and_can_be_set(version: SchemeVersion, language: str) -> None:
    for letter in version.letters.values():
        values = {name: f"⟨{name}⟩" for name in letter.fields}
        filled = letters.fill(letter, values, language=language)
        sent = f"{filled.subject}\n{filled.body}"
        assert sent.replace("⟨", "{").replace("⟩", "}") == f"{letter.subject.said_in(language)}\n{letter.body.said_in(language).strip()}"
        assert all(value in sent for value in values.values()), letter.kind
        assert glyphs.missing(sent.replace("⟨", "").replace("⟩", "")) == "", letter.kind


@pytest.mark.parametrize("name", POLICIES)
def test_stored_papers_read_back(name: str) -> None:
    policy = POLICIES[name]
    told = {(paper.kind, paper.slug): read.from_paper(paper.kind, paper.text) for paper in policy.papers}
    assert told["funder", policy.funder.slug] == policy.funder
    assert told["funds", policy.funder.slug] == policy.funds


def test_a_half_written_folder_refuses_with_every_finding() -> None:
    files = files_of(HOUSE / "policies" / "hong-kong")
    del files["sources.toml"]
    files["schemes/nifs/rules.toml"] = files["schemes/nifs/rules.toml"][:3000]
    files["notes.txt"] = b"stray"
    with pytest.raises(toml_text.Unreadable) as caught:
        read.policy(files)
    told = {finding.file for finding in caught.value.findings}
    assert {"sources.toml", "schemes/nifs/rules.toml", "notes.txt"} <= told


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
def test_what_is_still_to_be_told_can_be_asked(version: SchemeVersion) -> None:
    said = judge.judge(version, {}, on=version.starts.latest)
    wanted = {change.fact for rule in said.rules for change in rule.changes if change.how == "tell"}
    assert wanted
    assert all(version.vocabulary.facts[name].question for name in wanted)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.scheme}-{version.id}")
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_every_rule_can_be_said_with_no_place_left_unfilled(version: SchemeVersion, language: str) -> None:
    for rule in version.rules:
        said = explain.statement(rule, version, language)
        assert said, rule.id
        assert "{" not in said, rule.id


CHAINS = {
    ("nifs", ""): ("screening", "expert_review", "committee", "authority"),
    ("itsp", "platform"): ("screening", "expert_review", "committee", "authority"),
    ("mhkjfs", "platform"): ("screening", "expert_review", "committee", "joint_funder", "authority"),
    ("tcfs", "category_a"): ("screening", "expert_review", "committee", "authority"),
    ("tcfs", "category_c2"): ("screening", "expert_review", "committee", "joint_funder", "authority"),
    ("aiss", ""): ("screening", "committee"),
    ("ftrss", ""): ("screening", "committee"),
}


@pytest.mark.parametrize(("scheme", "stream"), CHAINS)
def test_a_chain_of_authority_is_what_its_scheme_says(scheme: str, stream: str) -> None:
    version = POLICIES["hong-kong"].schemes[scheme].versions[-1]
    assert tuple(step.kind for step in version.workflow(stream)) == CHAINS[scheme, stream]
    assert [step.kind for step in version.workflow(stream) if step.decides] == (["committee"] if len(CHAINS[scheme, stream]) == 2 else [])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("schemes/aiss/scheme.toml", "decides = true\n", ""),
        ("schemes/nifs/scheme.toml", 'kind = "committee"\n', 'kind = "committee"\ndecides = true\n'),
    ],
)
def test_a_chain_that_nobody_or_two_decide_is_refused(path: str, old: str, new: str) -> None:
    files = files_of(HOUSE / "policies" / "hong-kong")
    text = files[path].decode()
    assert old in text
    with pytest.raises(toml_text.Unreadable, match="decides = true is said of a committee that takes the last step"):
        read.policy({**files, path: text.replace(old, new, 1).encode()})
