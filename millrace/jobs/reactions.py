"""What follows from what: one line for each sealed kind of event that makes the system act — e.g. an award accepted opens its milestones.

An action of an earlier stage never calls a later one; it is said on the timeline and wired here. Each reaction acts as the
person "system", with a command id made from the reaction and the event, so that acting twice changes nothing.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from millrace.registers.people.models import Person
from millrace.registers.timeline.models import Event
from millrace.stages.call import actions as calls

Act = Callable[[Event, Person, datetime, uuid.UUID], object]
NAMESPACE = uuid.UUID("6d1c1e0a-4b2f-5d8e-9a57-3f0c5b7e2a10")


@dataclass(frozen=True)
class Reaction:
    """When one of `kinds` is sealed, `act(event, by, at, command)` is called: at least once, in sealed order."""

    name: str
    kinds: frozenset[str]
    act: Act

    def command(self, event: Event) -> uuid.UUID:
        """This will be the same id however often the event is met."""
        return uuid.uuid5(NAMESPACE, f"{self.name}:{event.pk}")


def _announce_calls(event: Event, by: Person, at: datetime, command: uuid.UUID) -> object:
    assert event.scheme_version is not None
    return calls.announce_calls(event.scheme_version, by=by, at=at, command=command)


REACTIONS: tuple[Reaction, ...] = (Reaction("announce-calls", frozenset({"scheme_version_published"}), _announce_calls),)
