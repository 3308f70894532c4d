"""Which cases the demonstration tells of, when each begins and how each ends — e.g. ten NIFS applications refused by clause.

Pure: the plan is the same for the same last day. Cases that end in an early state begin shortly before that day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from millrace.jobs.demonstration.tale import SEED

FIRST_DAY = date(2023, 10, 16)
# How many NIFS cases end so, and from how many days before the last day they begin (latest, earliest); None: any time.
NIFS: tuple[tuple[str, int, tuple[int, int] | None], ...] = (
    ("draft", 10, (2, 30)),
    ("awaiting_sign_off", 3, (6, 20)),
    ("submitted", 10, (12, 24)),
    ("information_needed", 3, (20, 28)),
    ("screened", 4, (30, 45)),
    ("under_assessment", 6, (45, 70)),
    ("reviewed", 4, (60, 80)),
    ("recommended", 4, (62, 80)),
    ("not_recommended", 2, (62, 80)),
    ("approved", 4, (50, 58)),
    ("in_force", 7, (150, 320)),
    ("reported", 4, (300, 500)),
    ("claimed", 5, (420, 620)),
    ("released", 4, (520, 640)),
    ("paid", 4, (560, 800)),
    ("closed", 17, None),
    ("withdrawn", 20, None),
    ("ineligible", 22, None),
    ("refused", 10, None),
    ("declined", 3, None),
    ("lapsed", 3, None),
    ("terminated", 3, None),
    ("reopened", 1, None),
)
RAISE_PLUS: tuple[tuple[str, int], ...] = (
    ("refused", 2),
    ("stage_one", 3),
    ("first_release", 2),
    ("ineligible", 3),
    ("withdrawn", 2),
)
# Only the first two calls are old enough for these.
RAISE_PLUS_LATER: tuple[tuple[str, int], ...] = (("stage_two", 2), ("direct", 1), ("terminated", 1))
CALLS = (
    ("2023", date(2023, 10, 18), date(2023, 11, 30)),
    ("2024", date(2024, 9, 6), date(2024, 10, 31)),
    ("2025", date(2025, 9, 11), date(2025, 10, 31)),
)


@dataclass(frozen=True)
class Planned:
    """One case to tell of."""

    scheme: str
    ending: str
    begins_on: date
    call: str = ""


def planned(last_day: date) -> list[Planned]:
    """This will list every case of the demonstration, oldest first."""
    dice = Random(f"{SEED}:plan")
    return sorted([*_nifs(last_day, dice), *_raise_plus(dice)], key=lambda case: (case.begins_on, case.scheme, case.ending))


def _nifs(last_day: date, dice: Random) -> list[Planned]:
    found = []
    for ending, count, window in NIFS:
        for number in range(count):
            if window:
                day = last_day - timedelta(days=dice.randint(*window))
            else:
                # Enough time is left for the ending to come about; one in five falls under the first version.
                span = (last_day - timedelta(days=560 if ending in ("closed", "terminated", "reopened") else 190) - FIRST_DAY).days
                day = FIRST_DAY + timedelta(days=dice.randint(0, 60) if number % 5 == 0 else dice.randint(60, max(61, span)))
            found.append(Planned("nifs", ending, day))
    return found


def _raise_plus(dice: Random) -> list[Planned]:
    found = []
    for position, (call, opens_on, closes_on) in enumerate(CALLS):
        endings = [*RAISE_PLUS, *(RAISE_PLUS_LATER if position < 2 else ())]
        for ending in [ending for ending, count in endings for _ in range(count)]:
            days = (closes_on - opens_on).days - 15
            found.append(Planned("raise-plus", ending, opens_on + timedelta(days=dice.randint(1, days)), call))
    return found
