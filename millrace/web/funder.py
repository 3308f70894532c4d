"""Who the funder is, in the reader's language, and its zone — e.g. "Innovation and Technology Fund", Asia/Hong_Kong.

Both come from the policy as published in this database; before anything is published the product's own name and UTC stand in.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import translation


@dataclass(frozen=True)
class Funder:
    """The funder's names and the settings every page needs."""

    names: dict[str, str]
    zone: ZoneInfo
    unit: str = "HKD"

    @property
    def name(self) -> str:
        """The name in the reader's language, falling back to English."""
        return self.names.get(translation.get_language() or "en") or self.names.get("en", "")


UNPUBLISHED = Funder(names={}, zone=ZoneInfo("UTC"))


def current() -> Funder:
    """This will return the funder of this database."""
    return UNPUBLISHED
