"""The Category C form of TCFS, wholly in Chinese: every page read and every answer given in it, in both scripts, to the receipt.

An exercise of the project's own invention: the days of those after 2019 were not found, so the last one known is extended.
"""

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from millrace.stages.apply.models import Submission
from millrace.stages.assess import joint
from millrace.stages.call import actions as calls
from millrace.stages.call.models import Call
from tests.journeys import chain_story
from tests.journeys.raise_plus_story import Play, enter

SCRIPTS = {
    "zh-hant": {
        "save": "儲存並繼續",
        "send": "送交簽署",
        "sign": "簽署並遞交",
        "invented": "虛構研究院（深圳）",
        "title": "深港共研感測器",
    },
    "zh-hans": {
        "save": "储存并继续",
        "send": "送交签署",
        "sign": "签署并递交",
        "invented": "虚构研究院（深圳）",
        "title": "深港共研感测器",
    },
}
# Names of the product, of people and things that keep their letters in any script.
LATIN = re.compile(r"\b[A-Za-z]{3,}(?: [a-z]{2,}){2,}\b")


def application(said: dict[str, str]) -> dict[str, dict[str, Any]]:
    filed = {"is_written_in_chinese": "yes", "is_rd_on_both_sides": "yes", "is_filed_on_both_sides": "yes"}
    return {
        "applicant": {
            "sector": "biotechnology",
            "contact_name": "陳大文",
            "contact_email": "chan@example.org",
            "tcfs_category": "category_c2",
        },
        "project": {
            "project_title": said["title"],
            "project_purpose": "research",
            "project_type": "platform",
            "project_summary": said["title"] * 3,
            "project_months": "24",
            "milestones-0-title": said["title"],
            "milestones-0-due_on": "2021-12-31",
        },
        "cooperation": filed
        | {"has_cross_boundary_cooperation": "yes", "partner_name": said["invented"], "division_of_work": said["invented"]}
        | {"partner_filed_on": "2020-03-02", "mainland_work_share": "40", "mainland_cost": "800,000"},
        "money": {
            "budget_lines-0-head": "manpower",
            "budget_lines-0-item": "研究人員",
            "budget_lines-0-amount": "2,000,000",
            "sponsorship_cash": "200,000",
            "sponsorship_in_kind": "0",
            "requested_amount": "1,800,000",
            "other_support": "no",
        },
    }


@pytest.fixture
def play(make: Any, published: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Play:  # noqa: F811  # the fixture
    settings.MEDIA_ROOT = tmp_path
    begun = chain_story.begun(make, monkeypatch, date(2020, 3, 2), ())
    told = {"by": begun.people["officer"], "at": begun.clock.now(), "command": uuid.uuid4()}
    calls.extend_call(Call.objects.get(scheme="tcfs", code="2019"), closes_at=datetime(2020, 12, 31, tzinfo=UTC), reason="Invented", **told)
    return begun


def english(visitor: Any) -> list[str]:
    """What stands on a page in English words, three or more in a row."""
    return LATIN.findall(visitor.text.replace("Invented University", ""))


@pytest.mark.parametrize("language", SCRIPTS)
def test_category_c_is_applied_for_wholly_in_chinese(play: Play, language: str) -> None:
    said = SCRIPTS[language]
    names = ("partner_application", "cooperation_agreement", "sponsorship_letters")
    sections = application(said) | {"documents": {name: play.proof() for name in names}}
    writer = chain_story.drafted(play, "tcfs", sections, language=language, button=said["save"])
    base = f"/cases/{play.reference}/"
    pages = ["draft/", "draft/check/", "", *(f"draft/sections/{section}/" for section in sections)]
    assert {page: english(writer.open(base + page)) for page in pages} == {page: [] for page in pages}
    writer.open(f"{base}draft/check/").submit(said["send"])
    signatory = enter(play.people["signatory"])
    signatory.client.cookies["language"] = language
    signatory.open(f"{base}sign/").submit(said["sign"], is_true="on").sees("SHA-256")
    assert english(signatory) == []
    case = play.case()
    assert (case.status, case.stream, case.title) == ("submitted", "category_c2", said["title"])
    assert said["invented"] in Submission.objects.get(case=case).text
    assert Event.objects.filter(case=case, kind="application_submitted").count() == 1
    step = joint.step_of(case)
    assert step is not None and step.partner.said_in(language) and step.currency == "CNY"
    shown = signatory.open(f"{base}?show=assessment")
    assert shown.sees("深圳") and english(shown) == []
