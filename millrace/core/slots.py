"""Decides whether a machine may be booked — e.g. four hours of a furnace on Tuesday, beside what others booked and what is left to use.

Every slot is of whole hours, half-open like every span. The database refuses an overlap as well; here it is said in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Slot:
    """From a moment until just before another."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Slot") -> bool:
        """This will say whether a moment is in both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def is_whole_hours(self) -> bool:
        """This will say whether it begins on the hour and lasts at least one whole hour."""
        begins = self.starts_at == self.starts_at.replace(minute=0, second=0, microsecond=0)
        return begins and self.ends_at > self.starts_at and (self.ends_at - self.starts_at) % HOUR == timedelta(0)

    def hours(self, per_hour: int = 1) -> int:
        """This will count what it uses: a partition of 64 cards uses 64 GPU-hours in an hour."""
        return (self.ends_at - self.starts_at) // HOUR * per_hour


@dataclass(frozen=True)
class Room:
    """What a booking must fit in: the days of the allocation, what is left of it after other bookings, and who is there already."""

    span: Slot
    left_hours: int
    taken: Sequence[Slot] = ()


def problems(wanted: Slot, room: Room, *, per_hour: int, now: datetime) -> tuple[str, ...]:
    """This will say, in codes, why a slot may not be booked; nothing where it may."""
    if not wanted.is_whole_hours:
        return ("not_whole_hours",)
    found = []
    if wanted.starts_at < now:
        found.append("in_the_past")
    if wanted.starts_at < room.span.starts_at or wanted.ends_at > room.span.ends_at:
        found.append("outside_allocation")
    if wanted.hours(per_hour) > room.left_hours:
        found.append("more_than_left")
    if any(wanted.overlaps(other) for other in room.taken):
        found.append("taken")
    return tuple(found)
