"""Facilities, their machines and the units they are used in, as people name them — e.g. 240 "tool-hours" of the pilot line.

Kept in the process for a minute, as the funder's name is. The words are the policy's: no code knows a unit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import translation

from millrace.core.policy_folder.blueprint import Facility
from millrace.core.texts import Text
from millrace.registers.policy import queries as policy
from millrace.web import clock

KEPT_FOR = timedelta(minutes=1)
_known: dict[str, tuple[Sequence[Facility], datetime]] = {}


def title(code: str) -> str:
    """This will name a facility or one of its machines; one the policy does not name is shown by its code, never hidden."""
    named: dict[str, Text] = {}
    for place in current():
        named |= {place.id: place.title} | {tool.id: tool.title for tool in place.tools}
    return named[code].said_in(translation.get_language() or "en") if code in named else code


def unit(code: str, count: int) -> str:
    """This will name a unit as it stands beside a number: 1 GPU-hour, 4,000 GPU-hours."""
    place = next((one for one in current() if one.unit == code), None)
    said = (place.unit_title_of_one or place.unit_title if abs(count) == 1 else place.unit_title) if place else Text()
    return said.said_in(translation.get_language() or "en") or code


def current() -> Sequence[Facility]:
    """This will give the facilities of the policy, asked again at most every minute; none before one is published."""
    name, now = str(connection.settings_dict["NAME"]), clock.now()
    known, asked_at = _known.get(name, ((), now - KEPT_FOR))
    if timedelta(0) <= now - asked_at < KEPT_FOR:
        return known
    told = policy.facilities_if_published()
    if told:
        _known[name] = (told, now)
    return told
