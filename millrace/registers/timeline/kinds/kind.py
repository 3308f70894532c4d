"""What one kind of event is: its sentence and who may read it — e.g. "application_submitted", read by the applicant and staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """`sentence` is a msgid filled with the event's facts, formatted first; `visibility` stands unless the event says otherwise.
    `instead` says (fact, value, msgid): where the fact holds the value, another sentence is true — a refusal gives no money."""

    name: str
    sentence: str
    visibility: str = "party"
    instead: tuple[str, object, str] | None = None

    def sentence_for(self, facts: Mapping[str, Any]) -> str:
        """Choose the sentence that is true of these facts."""
        if self.instead is not None and facts.get(self.instead[0]) == self.instead[1]:
            return self.instead[2]
        return self.sentence


def by_name(*kinds: Kind) -> dict[str, Kind]:
    """This will key kinds by name; the same name twice is refused."""
    named = {kind.name: kind for kind in kinds}
    if len(named) != len(kinds):
        raise ValueError("a kind of event is declared twice")
    return named
