"""Sectors of 2024 beside areas of 2025, as the shipped series has them, and what a file of two lists may not say."""

from datetime import date
from pathlib import Path

import pytest

from millrace.core.figures import parse, vintages
from millrace.core.figures.figure_file import MalformedFile
from millrace.core.figures.series import Series
from millrace.core.figures.vintages import Across

FILE = Path(__file__).parents[3] / "policies" / "hong-kong" / "series" / "itf-approved.toml"
TEXT = FILE.read_text()
JOINT = ("tcfs", "mhkjfs")
MILLION = 100_000_000


def _read(text: str = TEXT) -> Series:
    read = parse.series("series/itf-approved.toml", text)
    assert isinstance(read, Series)
    return read


def _across(as_at: date = date(2025, 12, 31)) -> Across:
    found = vintages.across(_read(), JOINT, as_at)
    assert found
    return found


def test_the_two_lists_stand_side_by_side_by_groups_that_hold_the_same() -> None:
    found = _across()
    assert (found.before.as_at, found.after.as_at, found.is_published) == (date(2024, 1, 31), date(2025, 9, 30), False)
    by_first = {before.sectors[0]: (before, after) for before, after in found.lines}
    before, after = by_first["information-technology"]
    assert (before.count, before.amount_cents) == (82, 2976 * MILLION // 10)
    assert (after.count, after.amount_cents, after.missing) == (123, 3822 * MILLION // 10, ())


def test_an_area_whose_row_was_not_found_is_said_to_be_missing() -> None:
    _, biotechnology = next(line for line in _across().lines if line[0].sectors == ("biotechnology",))
    assert (biotechnology.count, biotechnology.missing, biotechnology.is_found) == (130, ("area-chinese-medicine",), True)
    _, made = next(line for line in _across().lines if line[0].sectors == ("foundation", "textile"))
    assert not made.is_found and len(made.missing) == 3


def test_what_cannot_be_mapped_is_counted_apart_and_nothing_is_lost() -> None:
    found = _across()
    assert found.unmapped_before.sectors == ("general", "others")
    assert (found.unmapped_before.count, found.unmapped_before.amount_cents) == (21, 389 * MILLION // 10)
    assert found.unmapped_after.sectors == ()
    assert sum(before.count for before, _ in found.lines) + found.unmapped_before.count == 472


def test_there_is_nothing_to_set_beside_before_the_new_list_or_without_sectors() -> None:
    assert vintages.across(_read(), JOINT, date(2025, 9, 29)) is None
    assert vintages.across(_read(), ("nifs",), date(2025, 12, 31)) is None
    assert vintages.across(_read(), ("itsp",), date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("old", "new", "what", "line"),
    [
        ('after = ["area-ict"]', 'after = ["area-environmental"]', "in two groups", "area-environmental"),
        ('before = ["information-technology"]', "before = []", "names sectors before and after", "groups"),
        ('from = "sectors-2024"', 'from = "sectors-2020"', "no list", "from"),
        ('"area-ict", "area-manufacturing"', '"textile", "area-manufacturing"', "in another list", "textile"),
        ('["itsp", "area-ict"', '["itsp", "textile"', "of one list", "2025-09-30"),
        ('"area-manufacturing", "area-materials", "area-nanotechnology"] },', '"area-magic"] },', "not of that list", "area-magic"),
    ],
)
def test_lists_that_cannot_stand_are_refused_with_their_line(old: str, new: str, what: str, line: str) -> None:
    assert old in TEXT
    with pytest.raises(MalformedFile, match=what) as refused:
        _read(TEXT.replace(old, new))
    assert line in (TEXT.replace(old, new)).splitlines()[refused.value.line - 1]
