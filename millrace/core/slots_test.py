"""Holds bookings to their room — e.g. two who want the same furnace hour."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.slots import Room, Slot, problems


def at(hour: int, day: int = 2, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


ROOM = Room(Slot(at(0, 1), at(0, 10)), 8, (Slot(at(4), at(6)),))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Slot(at(6), at(10)), ()),
        (Slot(at(2), at(4)), ()),
        (Slot(at(5), at(7)), ("taken",)),
        (Slot(at(6), at(6)), ("not_whole_hours",)),
        (Slot(at(6, minute=30), at(8, minute=30)), ("not_whole_hours",)),
        (Slot(at(0, 1), at(1, 1)), ("in_the_past",)),
        (Slot(at(23, 9), at(1, 10)), ("outside_allocation",)),
        (Slot(at(6), at(15)), ("more_than_left",)),
    ],
)
def test_a_slot_fits_or_says_why_not(wanted: Slot, found: tuple[str, ...]) -> None:
    assert problems(wanted, ROOM, per_hour=1, now=at(1)) == found


def test_a_partition_uses_as_many_hours_as_it_has_cards() -> None:
    assert Slot(at(6), at(8)).hours(64) == 128
    assert problems(Slot(at(6), at(8)), ROOM, per_hour=64, now=at(1)) == ("more_than_left",)


@given(st.lists(st.tuples(st.integers(0, 22), st.integers(1, 6)), max_size=12))
def test_whatever_is_asked_for_nothing_is_booked_twice(asked: list[tuple[int, int]]) -> None:
    booked: list[Slot] = []
    for start, length in asked:
        wanted = Slot(at(start), at(min(start + length, 23)))
        room = Room(Slot(at(0), at(23)), 100, booked)
        if not problems(wanted, room, per_hour=1, now=at(0)):
            booked.append(wanted)
    hours = [hour for slot in booked for hour in range(slot.starts_at.hour, slot.ends_at.hour)]
    assert len(hours) == len(set(hours))
