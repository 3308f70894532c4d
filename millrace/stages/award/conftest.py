"""What the award's tests start from: a recommended application and an envelope with money in it — e.g. HK$10m of HK$15m."""

import uuid
from typing import Any

import pytest

from millrace.registers.ledger import actions as ledger
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import Company, company, published  # noqa: F401  # fixtures are found by name in this module
from millrace.stages.assess.conftest import Story, story  # noqa: F401  # as above
from millrace.stages.award import actions

ENVELOPE = ledger.Envelope("itf-nifs", "nifs", "HKD")


class Award:
    """A recommended case and what the authority and the applicant do with it."""

    def __init__(self, story: Story) -> None:  # noqa: F811  # a Story, not the fixture
        self.story = story
        self.case = story.case

    def fund(self, cents: int) -> None:
        """This will put money into the scheme's envelope."""
        event = Event.objects.filter(case=self.case).latest("id")
        ledger.envelope(ENVELOPE.fund, ENVELOPE.scheme, ENVELOPE.unit)
        ledger.appropriate(ENVELOPE, cents, event=event.pk, on=self.story.at.date(), at=self.story.at)

    def decide(self, outcome: str = "approved", **given: Any) -> Any:
        given.setdefault("amount_cents", self.case.requested_cents if outcome == "approved" else 0)
        given.setdefault("command", uuid.uuid4())
        return actions.decide(self.case, outcome=outcome, by=given.pop("by", self.story.authority), at=self.story.tick(), **given)

    def accept(self, **given: Any) -> Any:
        by = given.pop("by", self.story.company.signatory)
        return actions.accept_offer(self.case, by=by, at=self.story.tick(), command=given.get("command") or uuid.uuid4())


@pytest.fixture
def award(story: Story) -> Award:  # noqa: F811  # the fixture imported above
    """A recommended NIFS application; its envelope holds HK$15m."""
    made = Award(story.to_recommended())
    made.fund(15_000_000_00)
    return made
