"""Bad input at load, e.g. a unit nobody knows: the whole folder is refused by file, line and remedy, and the last policy is served."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client

from millrace.core.toml_text import Unreadable
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Publication, SchemeVersion
from millrace.registers.timeline.models import Event
from millrace.stages.plan import actions
from millrace.testing.making import NOON
from millrace.testing.policies import HONG_KONG, files_of

RULES, SCHEME, FACTS = "schemes/nifs/rules.toml", "schemes/nifs/scheme.toml", "facts.toml"
INNOHK = "schemes/innohk/scheme.toml"
TEXT = '{ en = "A", zh_hant = "甲", zh_hans = "甲" }'
FIXED_SUM = f"""
[fixed-sum]
kind = "lump_sum"
statement = {TEXT}
[[fixed-sum.values]]
from = "2024-01-08"
value_cents = 20_000_000_00
clause = {TEXT}
source = "nifs-enhanced-2024"
"""
CIRCLE = "".join(
    f'\n[facts.{name}]\ntype = "money"\nlabel = {TEXT}\nderived = {{ sum = ["{part}", "own_money"] }}\n'
    for name, part in (("first", "second"), ("second", "first"))
)
Mistake = tuple[str, dict[str, bytes], str, str, str]


def mistakes() -> Iterator[Mistake]:
    """What is wrong, the folder, the file and the words of its line, and what the finding says."""
    sound = files_of(HONG_KONG)

    def with_(file: str, before: str, after: str) -> dict[str, bytes]:
        text = sound[file].decode()
        assert before in text, before
        return {**sound, file: text.replace(before, after, 1).encode()}

    yield (
        "unknown fact",
        with_(RULES, '"open_projects", less_than = 3', '"open_project", less_than = 3'),
        RULES,
        "less_than = 3",
        "vocabulary",
    )
    yield "unknown unit of a fact", with_(FACTS, 'unit = "projects"', 'unit = "projetcs"'), FACTS, "projetcs", "not known"
    yield "unknown unit of a rule", with_(RULES, 'unit = "months"', 'unit = "fortnights"'), RULES, "fortnights", "not known"
    yield "versions overlap", with_(SCHEME, "2024-01-08", "2020-07-27"), SCHEME, "", "do not follow one another"
    yield "one begins in the other's month", with_(SCHEME, "2024-01-08", "2025-06-15"), SCHEME, 'from = "2025-06"', "do not follow"
    yield "above its cap", {**sound, RULES: sound[RULES] + FIXED_SUM.encode()}, RULES, "[[fixed-sum.values]]", "above the ceiling"
    yield "circular", {**sound, FACTS: sound[FACTS] + CIRCLE.encode()}, FACTS, 'sum = ["second", "own_money"]', "circular"
    yield "text for a number", with_(RULES, "value_cents = 15_000_000_00", 'value_cents = "15m"'), RULES, '"15m"', "whole number"
    yield "an hour that is none", with_(INNOHK, '"17:00"', '"25:00"'), INNOHK, '"25:00"', "closing hour"
    yield "a file cut short", {**sound, RULES: sound[RULES][:3_000]}, RULES, "", "not TOML"
    yield "a file missing", {path: text for path, text in sound.items() if path != "sources.toml"}, "sources.toml", "", "missing"
    yield "a scheme without its rules", {path: text for path, text in sound.items() if path != RULES}, RULES, "", "missing"
    yield "an empty folder", {}, "policy.toml", "", "missing"


@pytest.mark.usefixtures("hong_kong")
def test_a_mistake_is_told_and_the_last_published_policy_is_served(make):
    versions = [version.sha256 for version in policy.scheme("nifs").versions]
    counts = [model.objects.count() for model in (SchemeVersion, Publication, Event)]
    for name, folder, file, words, says in mistakes():
        with pytest.raises(Unreadable) as caught:
            actions.publish_policy(folder, by=make.system(), at=NOON, command=uuid.uuid4())
        mine = [one for one in caught.value.findings if one.file == file and says in one.message]
        assert mine and all(one.remedy for one in mine), name
        if words:
            assert words in folder[file].decode().splitlines()[mine[0].line - 1], (name, mine[0])
    assert [version.sha256 for version in policy.scheme("nifs").versions] == versions
    assert [model.objects.count() for model in (SchemeVersion, Publication, Event)] == counts
    page = Client().get("/schemes/nifs/")
    assert page.status_code == 200 and "HK$15,000,000" in page.content.decode()


@pytest.mark.usefixtures("hong_kong")
def test_a_number_edited_in_place_refuses_the_folder_before_anything_of_it_is_published(make):
    path, sound = "series/itf-approved.toml", files_of(HONG_KONG)
    folder = {
        **sound,
        path: sound[path].replace(b'["nifs", "", 32, "247.0"]', b'["nifs", "", 33, "247.0"]'),
        "policy.toml": sound["policy.toml"] + b"\n",
    }
    before = Publication.objects.count()
    with pytest.raises(Unreadable, match="write it as the next version"):
        actions.publish_policy(folder, by=make.system(), at=NOON, command=uuid.uuid4())
    assert Publication.objects.count() == before
