"""What is kept of a figure, and the columnar copy, give what the whole sheet gives, at any day and seal, whenever they were kept.

For example blocks of three seals, kept after the fourth and the ninth, a correction in the eleventh.
"""

import shutil
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from millrace.core.figures.definition import Condition, FromSheet
from millrace.registers.sheet import queries as rows_of
from millrace.registers.timeline import sealer
from millrace.stages.learn import columnar, counting, kept
from millrace.stages.learn.extract_test import lived
from millrace.stages.learn.fold_test import FIGURES, FIRST, events
from millrace.stages.learn.models import KeptChange, KeptFigure, KeptMonth

NO_TESTS = Condition("is_test", "is", False)
OTHERS = (
    FromSheet("", (Condition("scheme", "one_of", ("nifs", "itsp")), Condition("received_on", "by_as_at")), "status"),
    FromSheet("", (Condition("received_on", "by_as_at"),), "scheme", "jobs"),
    FromSheet("", (Condition("received_on", "by_as_at"), NO_TESTS), "status", "jobs"),
    FromSheet("requested_cents", (Condition("received_on", "by_as_at"), NO_TESTS), "status"),
    FromSheet("paid_cents", (Condition("approved_cents", "is_not", 1), Condition("refused_on", "not_by_as_at")), "scheme"),
)
READS = (*{repr(version.reads): version.reads for version in FIGURES}.values(), *OTHERS)
DAYS = [FIRST + timedelta(offset) for offset in (-1, 0, 3, 6, 9, 12, 20, 45)]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(first=[(0, 0, {"scheme": "nifs", "received_on": FIRST.isoformat()}, True)] * 4, then=[], chosen={len(READS) - 4, len(READS) - 3})
@given(first=events, then=events, chosen=st.sets(st.sampled_from(range(len(READS))), min_size=3, max_size=3))
def test_what_is_kept_answers_as_the_sheet_does(
    make: Any, monkeypatch: pytest.MonkeyPatch, first: Any, then: Any, chosen: set[int]
) -> None:
    monkeypatch.setattr(kept, "BLOCK", 3)
    monkeypatch.setattr(kept, "AT_ONCE", 2)
    monkeypatch.setattr(kept, "ERA", 2)
    reads = [READS[place] for place in sorted(chosen)]
    KeptMonth.objects.all().delete()
    KeptChange.objects.all().delete()
    KeptFigure.objects.all().delete()
    shutil.rmtree(columnar.folder(), ignore_errors=True)
    for life in (first, then):
        lived(make, [(*step[:3], True) for step in life])
        kept.keep(reads)
        columnar.keep()
    lived(make, [(*step[:3], True) for step in first])
    last = sealer.last_number()
    for read in reads:
        for number in (*range(max(1, last - 12), last + 1), 3, 4):
            for day in DAYS if number <= last else ():
                whole = sorted(counting.groups(read, rows_of.rows_as_at(day, number), day))
                told = kept.groups(read, day, number)
                assert (told is None) == (number < 3)
                assert told is None or sorted(told) == whole
                copied = columnar.groups(read, day, number)
                assert (copied is None) == (NO_TESTS not in read.conditions)
                assert copied is None or sorted(copied) == whole


def test_what_no_figure_reads_is_kept_no_longer_and_nothing_is_kept_twice(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BLOCK", 2)
    lived(make, [(0, 0, {"scheme": "nifs", "approved_on": FIRST.isoformat()}, True)] * 5)
    assert kept.keep(READS[:2]) == 4
    assert kept.keep(READS[:2]) == 0
    assert KeptFigure.objects.count() == 2
    assert kept.keep(READS[1:2]) == 0
    assert KeptFigure.objects.get().blocks == 2
    with pytest.raises(ValueError, match="stands at seal 5"):
        kept.groups(READS[1], FIRST, 6)
