"""Proves that a reference gets exactly the number it asks for, or is told what it might have meant — e.g. TCFS of the 472 projects."""

from datetime import date
from decimal import Decimal

from millrace.core.figures import picked
from millrace.core.figures.answer import Answer, Breakdown, Line, Stated
from millrace.core.figures.picked import Missing, Picked

DAY = date(2024, 1, 31)
TABLE = Answer(
    DAY,
    DAY,
    "1",
    472,
    121_280_000_000,
    (
        Breakdown("programme", "", (Line("tcfs", 380, 103_120_000_000), Line("mhkjfs", 92, 18_160_000_000)), 472, 121_280_000_000),
        Breakdown("sector", "mhkjfs", (Line("biotechnology", 30, 6_000_000_000),), 92, 18_160_000_000),
    ),
)
SAID = Answer(
    DAY,
    DAY,
    "1",
    0,
    0,
    (),
    stated=(Stated("lines", "", Decimal(100), "over"), Stated("approved", "hku", Decimal(3)), Stated("cost", "", Decimal(5))),
)


def test_a_number_of_a_table_is_picked_whole_by_row_and_by_row_within_a_programme() -> None:
    assert picked.pick(TABLE, {}, "", "", has_amount=True) == Picked("count", Decimal(472))
    assert picked.pick(TABLE, {}, "amount", "tcfs", has_amount=True) == Picked("money", Decimal(103_120_000_000))
    assert picked.pick(TABLE, {}, "count", "mhkjfs/biotechnology", has_amount=True) == Picked("count", Decimal(30))
    assert picked.pick(TABLE, {}, "day", "", has_amount=True) == Picked("day", DAY)


def test_what_is_not_there_is_answered_with_what_is() -> None:
    assert picked.pick(TABLE, {}, "lines", "", has_amount=True) == Missing("part", ("count", "amount", "day"))
    assert picked.pick(TABLE, {}, "amount", "", has_amount=False) == Missing("part", ("count", "day"))
    assert picked.pick(TABLE, {}, "", "nifs", has_amount=True) == Missing("row", ("tcfs", "mhkjfs", "mhkjfs/biotechnology"))


def test_a_number_stated_keeps_its_unit_and_how_firmly_it_was_put() -> None:
    units = {"lines": "count", "approved": "count", "cost": "money"}
    assert picked.pick(SAID, units, "", "", has_amount=False) == Picked("count", Decimal(100), "over")
    assert picked.pick(SAID, units, "cost", "", has_amount=False) == Picked("money", Decimal(5))
    assert picked.pick(SAID, units, "approved", "hku", has_amount=False) == Picked("count", Decimal(3))
    assert picked.pick(SAID, units, "approved", "", has_amount=False) == Missing("row", ("hku",))
    assert picked.pick(SAID, units, "count", "", has_amount=False) == Missing("part", ("lines", "approved", "cost", "day"))
