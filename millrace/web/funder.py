"""Who the funder is, in the reader's language, and its zone — e.g. a policy of Hong Kong, whose days begin in Asia/Hong_Kong.

Both come from the policy as published in this database; before anything is published the product's own name and UTC stand in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection
from django.utils import translation

from millrace.core.texts import Text
from millrace.registers.policy import queries as policy
from millrace.web import clock

KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Funder:
    """The funder's names and the settings every page needs."""

    names: Text
    zone: ZoneInfo
    unit: str
    headlines: tuple[str, ...] = ()
    small_below: int = 0

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.names.said_in(translation.get_language() or "en")


UNPUBLISHED = Funder(Text(), ZoneInfo("UTC"), "XXX")
_known: dict[str, tuple[Funder, datetime]] = {}


def in_zone(typed: datetime) -> datetime:
    """This will read a moment as typed: by the funder's own clock."""
    return typed.replace(tzinfo=current().zone)


def current() -> Funder:
    """This will return the funder of this database, asked again at most every minute once a policy is published."""
    name, now = str(connection.settings_dict["NAME"]), clock.now()
    known, asked_at = _known.get(name, (UNPUBLISHED, now - KEPT_FOR))
    if now - asked_at < KEPT_FOR:
        return known
    try:
        told = policy.funder_if_published()
    except DatabaseError:  # the page that says the records cannot be reached asks too
        return known
    if told is None:
        return UNPUBLISHED
    _known[name] = (Funder(told.name, ZoneInfo(told.zone), told.currency, told.headlines, told.small_below), now)
    return _known[name][0]
