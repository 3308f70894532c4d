"""What assessment's tests start from: a submitted application and the funder's people — e.g. an officer, two experts, five members."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from millrace.registers.cases.models import Case
from millrace.stages.apply.conftest import NOON, company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.assess import actions
from millrace.stages.assess.actions.recommendations import Advice, Held

DUE = date(2025, 6, 30)
MARKS = {"technology": 70, "capability": 80, "budget": 60}


@dataclass
class Story:
    """One application and everyone who acts on it; each step moves the clock a day on."""

    make: Any
    company: Any
    case: Case
    at: datetime = NOON + timedelta(days=1)
    people: dict[str, Any] = field(default_factory=dict)

    def person(self, name: str, *powers: str) -> Any:
        """This will give the person of that name, making it with these powers the first time."""
        if name not in self.people:
            self.people[name] = self.make.person(name, powers=powers, at=NOON - timedelta(days=900))
        return self.people[name]

    @property
    def officer(self) -> Any:
        return self.person("Officer Ho", "officer")

    @property
    def secretary(self) -> Any:
        return self.person("Secretary Lau", "officer")

    @property
    def authority(self) -> Any:
        return self.person("Commissioner Ng", "authority")

    @property
    def expert(self) -> Any:
        return self.person("Dr Yip", "assessor")

    @property
    def members(self) -> list[Any]:
        return [self.person(f"Member {number}", "committee") for number in range(1, 6)]

    def tick(self, days: int = 1) -> datetime:
        """This will let days pass and give the new moment."""
        self.at += timedelta(days=days)
        return self.at

    def now(self) -> Case:
        """This will give the case as it is now."""
        self.case.refresh_from_db()
        return self.case

    def screen(self, outcome: str = "passed", **given: Any) -> Any:
        by = given.pop("by", self.officer)
        return actions.record_screening(self.case, outcome=outcome, by=by, at=self.tick(), command=uuid.uuid4(), **given)

    def assign(self, *pairs: tuple[Any, str], **given: Any) -> Any:
        due_on = self.at.date() + timedelta(days=30)
        return actions.assign_assessors(
            self.case, people=pairs, due_on=due_on, by=given.pop("by", self.officer), at=self.tick(), command=uuid.uuid4()
        )

    def declare(self, person: Any, *, is_conflict: bool = False, kind: str = "employment") -> Any:
        return actions.declare_interest(
            self.case, is_conflict=is_conflict, kind=kind if is_conflict else "", by=person, at=self.tick(), command=uuid.uuid4()
        )

    def review(self, person: Any, *, role: str = "expert", marks: dict[str, int] | None = None) -> Any:
        return actions.submit_review(
            self.case,
            role=role,
            marks=MARKS if marks is None else marks,
            comments={},
            summary="Sound.",
            is_supporting=True,
            by=person,
            at=self.tick(),
            command=uuid.uuid4(),
        )

    def call_committee(self) -> None:
        """This will ask the five members and let each declare no conflict."""
        self.assign(*[(member, "committee") for member in self.members])
        for member in self.members:
            self.declare(member)

    def recommend(self, *, left: Any = (), present: Any = None, by: Any = None, **advice: Any) -> Any:
        held = Held(self.at.date(), self.members if present is None else present, left)
        advice.setdefault("outcome", "recommended")
        advice.setdefault("amount_cents", self.now().requested_cents)
        advice.setdefault("reasons", "Strong line, fair price.")
        return actions.record_recommendation(
            self.case, held=held, advice=Advice(**advice), by=by or self.secretary, at=self.tick(), command=uuid.uuid4()
        )

    def to_recommended(self) -> "Story":
        """This will take the case from submission to the committee's support."""
        self.screen()
        self.call_committee()
        self.recommend()
        return self


@pytest.fixture
def story(make: Any, company: Any) -> Story:  # noqa: F811  # the fixture imported above
    """One NIFS application, submitted on 3 March 2025."""
    case = company.draft()
    company.submit(case)
    case.refresh_from_db()
    return Story(make, company, case)
