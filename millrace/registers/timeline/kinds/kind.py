"""What one kind of event is: its sentence and who may read it — e.g. "application_submitted", read by the applicant and staff."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`sentence` is a msgid filled with the event's facts, formatted first; `visibility` stands unless the event says otherwise."""

    name: str
    sentence: str
    visibility: str = "party"


def by_name(*kinds: Kind) -> dict[str, Kind]:
    """This will key kinds by name; the same name twice is refused."""
    named = {kind.name: kind for kind in kinds}
    if len(named) != len(kinds):
        raise ValueError("a kind of event is declared twice")
    return named
