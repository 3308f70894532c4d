"""What the journeys along other chains of authority share: a clock of their own, invented people, a draft filled section by section.

For example the AISS story: a university's computing power, screened by the secretariat and decided by the committee itself.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from millrace.stages.apply.conftest import EARLY
from millrace.stages.plan import envelopes
from millrace.web import clock
from tests.journeys import raise_plus_story as story
from tests.journeys.raise_plus_story import Play, StoryClock, enter
from tests.journeys.visitor import Visitor

POWERS = {"officer": "officer", "second": "officer", "authority": "authority", "expert": "assessor", "finance": "finance"}
POWERS |= {"maker": "finance_maker", "checker": "finance_checker"} | dict.fromkeys(story.MEMBERS, "committee")
CONTACT = {"contact_name": "Wu Siu Fan", "contact_email": "wu@example.org"}


def begun(make: Any, monkeypatch: pytest.MonkeyPatch, on: date, funds: tuple[str, ...]) -> Play:
    """A university with a writer and a signatory, the funder's people, and money in the funds; noon in Hong Kong on the day."""
    told = StoryClock(datetime(on.year, on.month, on.day, 4, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", told.now)
    numbers = {"kind": "university", "registration_kind": "hk_university", "registration_number": "INVU"}
    university = make.organisation("Invented University", at=EARLY, is_subvented=True, **numbers)
    people: dict[str, Any] = {
        "university": university,
        "writer": make.member(university, "member", at=EARLY, name="Writer Wu"),
        "signatory": make.member(university, "member", "signatory", at=EARLY, name="Registrar Sit"),
    }
    people |= {role: make.person(f"{role.title()} (invented)", powers=(power,), at=EARLY) for role, power in POWERS.items()}
    for fund in funds:
        envelopes.fund_envelope(fund, by=people["finance"], at=told.now(), command=uuid.uuid4())
    return Play(people, told)


def drafted(
    play: Play, scheme: str, sections: Mapping[str, Mapping[str, Any]], *, language: str = "en", button: str = "Save and continue"
) -> Visitor:
    """This will begin an application and save each section by the form on its page; shown-when questions are asked on a second save."""
    writer = enter(play.people["writer"])
    writer.open(f"/schemes/{scheme}/apply/")
    starting = writer.page.forms[-1].buttons[0][0]
    writer.submit(starting)
    found = re.search(r"/cases/([A-Z0-9-]+)/", writer.address)
    assert found, writer.address
    play.reference = found.group(1)
    writer.client.cookies["language"] = language
    for section, answers in sections.items():
        saved(writer, f"/cases/{play.reference}/draft/sections/{section}/", answers, button)
    return writer


def saved(writer: Visitor, address: str, answers: Mapping[str, Any], button: str) -> None:
    """This will save a section; what its page only asks after an answer is answered when it stands there."""
    left = dict(answers)
    for _round in range(4):
        form = writer.open(address).form(button)
        now = {name: value for name, value in left.items() if name in form.names}
        writer.submit(button, **now)
        left = {name: value for name, value in left.items() if name not in now}
        if not left:
            return
    raise AssertionError(f"{address} never asked {sorted(left)}")


def called(play: Play, *, experts: tuple[str, ...] = ()) -> None:
    """The committee (and reviewers) are asked, and each declares no conflict; a reviewer reviews."""
    chosen = {"committee": [str(play.people[member].pk) for member in story.MEMBERS]}
    chosen |= {"expert": [str(play.people[expert].pk) for expert in experts]} if experts else {}
    due = date.fromordinal(play.clock.today.toordinal() + 60).isoformat()
    play.at("officer", "assessors/").submit("Ask them", **chosen, due_on=due)
    for person in (*experts, *story.MEMBERS):
        play.at(person, "interest/").submit("Declare", answer="clear")
    for expert in experts:
        page = play.at(expert, "review/")
        marks = {name: "75" for name in page.form("Submit the review").names if name.startswith("mark_")}
        page.submit("Submit the review", **marks, summary="Sound.", is_supporting="yes")


def met(play: Play, *members: str) -> dict[str, Any]:
    """Who was present at a meeting today."""
    present = [str(play.people[member].pk) for member in members or story.MEMBERS]
    return {"held_on": play.clock.today.isoformat(), "present": present, "reasons": "Sound and wanted."}
