"""One case's own clock and dice — e.g. case 17 waits nine days, then its officer screens it at 10:42.

A tale is a generator that yields the moment it wants to go on at; the teller wakes the earliest tale first, so that the whole
story happens in order of time.
"""

import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

NAMESPACE = uuid.UUID("a7f1c9d2-3a54-5c0e-8f6b-51d2e0b7c4aa")
SEED = 20240327
ZONE = ZoneInfo("Asia/Hong_Kong")
Telling = Generator[datetime, None, None]


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """This will give a moment of a day in Hong Kong, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@dataclass
class Tale:
    """What happens to one case, how far, and when it is now for it."""

    number: int
    ending: str
    at: datetime
    dice: Random = field(init=False)
    _acts: int = 0

    def __post_init__(self) -> None:
        self.dice = Random(f"{SEED}:{self.number}")

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def pause(self, low: int, high: int) -> datetime:
        """This will let between `low` and `high` days pass, to some minute of a working day."""
        day = self.today + timedelta(days=self.dice.randint(low, high))
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        later = moment(day, self.dice.randint(9, 17), self.dice.randint(0, 59))
        self.at = max(later, self.at + timedelta(minutes=7))
        return self.at

    def on(self, day: date) -> datetime:
        """This will go on on a named day."""
        self.at = max(moment(day, self.dice.randint(9, 17), self.dice.randint(0, 59)), self.at + timedelta(minutes=7))
        return self.at

    def soon(self) -> datetime:
        """This will go on some minutes later."""
        self.at += timedelta(minutes=self.dice.randint(6, 55))
        return self.at

    def command(self) -> uuid.UUID:
        """This will give the next command id of the tale, the same at every telling."""
        self._acts += 1
        return uuid.uuid5(NAMESPACE, f"{SEED}:{self.number}:{self._acts}")

    def act(self, action: Callable[..., Any], *subjects: Any, **fields: Any) -> Any:
        """This will take one action now."""
        return action(*subjects, at=self.at, command=self.command(), **fields)
