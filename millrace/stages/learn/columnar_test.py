"""Proves when the columnar copy of the sheet is asked, and when it is not — e.g. one byte of its file altered: the database answers."""

import json
from typing import Any

import pytest

from millrace.core.figures.definition import Condition, FigureVersion, FromSheet
from millrace.core.texts import Text
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import columnar, counting, kept, queries
from millrace.stages.learn.extract_test import lived
from millrace.stages.learn.fold_test import FIRST

RECEIVED = FromSheet("requested_cents", (Condition("received_on", "by_as_at"), Condition("is_test", "is", False)), "sector")
LIFE = [
    (0, 0, {"received_on": FIRST.isoformat(), "sector": "electronics", "requested_cents": 5}, True),
    (1, 0, {"received_on": FIRST.isoformat(), "sector": "electronics", "requested_cents": 7}, True),
    (2, 0, {"received_on": FIRST.isoformat(), "is_test": True, "requested_cents": 11}, True),
    (1, 1, {"sector": "food"}, True),
]
ANSWER = [("electronics", 1, 5), ("food", 1, 7)]


@pytest.fixture
def copied(make: Any, monkeypatch: pytest.MonkeyPatch) -> columnar.Copy:
    monkeypatch.setattr(kept, "BLOCK", 2)
    lived(make, LIFE)
    assert columnar.keep() == Row.objects.filter(is_test=False).count()
    copy = columnar.current()
    assert copy is not None
    return copy


def asked() -> list[counting.Group] | None:
    found = columnar.groups(RECEIVED, FIRST.replace(day=9), sheet.stands_at())
    return sorted(found) if found is not None else None


def test_it_is_written_anew_when_one_more_block_is_whole_and_the_old_file_goes(copied: Any, make: Any) -> None:
    assert asked() == ANSWER
    assert columnar.keep() == 0
    lived(make, LIFE[:1])
    assert columnar.keep() == 0 and columnar.current() == copied
    assert asked() == [("electronics", 2, 10), ("food", 1, 7)]
    lived(make, LIFE[:1])
    assert columnar.keep() > 0
    assert asked() == [("electronics", 3, 15), ("food", 1, 7)]
    assert [path.name for path in columnar.folder().glob("*.parquet")] == [f"sheet-{sheet.stands_at()}.parquet"]
    with pytest.raises(ValueError, match="stands at seal"):
        columnar.groups(RECEIVED, FIRST, sheet.stands_at() + 1)


def test_nothing_is_copied_before_a_block_is_whole(make: Any) -> None:
    lived(make, LIFE)
    assert columnar.keep() == 0
    assert not columnar.folder().exists() and asked() is None


def _one_byte(copy: columnar.Copy) -> None:
    file = columnar.folder() / copy.file
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _gone(copy: columnar.Copy) -> None:
    (columnar.folder() / copy.file).unlink()


def _half_written(_copy: columnar.Copy) -> None:
    (columnar.folder() / columnar.MANIFEST).write_text("{")


def _another_history(copy: columnar.Copy) -> None:
    manifest = columnar.folder() / columnar.MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "chain": "00" * 32}))


@pytest.mark.parametrize("spoil", [_one_byte, _gone, _half_written, _another_history])
def test_a_copy_that_its_manifest_does_not_vouch_for_is_none_and_the_database_answers(copied: columnar.Copy, spoil: Any) -> None:
    spoil(copied)
    assert asked() is None
    version = FigureVersion("1", FIRST, Text(), RECEIVED)
    assert sorted(queries.counted_groups(version, FIRST.replace(day=9), sheet.stands_at())) == ANSWER
    assert columnar.keep() > 0 and asked() == ANSWER


def test_a_file_that_goes_while_it_is_asked_is_no_answer(copied: columnar.Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "current", lambda: copied)
    _gone(copied)
    assert asked() is None


def test_what_counts_tests_is_not_asked_of_it(copied: columnar.Copy) -> None:
    assert columnar.groups(FromSheet("", RECEIVED.conditions[:1], "sector"), FIRST, Seal.objects.count()) is None
