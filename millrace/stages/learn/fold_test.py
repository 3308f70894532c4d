"""Every figure counted over cases equals a fold of the sealed events by the pure core, at any day and seal, then and later.

For example a withdrawal of May, learned in July and corrected in August: all three answers stay what they were.
"""

import uuid
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core import asat
from millrace.core.figures import answer, parse
from millrace.core.figures.definition import FigureVersion, FromSheet
from millrace.registers.sheet import actions as sheet
from millrace.registers.sheet import queries as rows_of
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.learn import counting, queries

FIGURES = [
    version
    for path in sorted((Path(__file__).parents[3] / "policies" / "hong-kong" / "figures").glob("*.toml"))
    for version in parse.figure(f"figures/{path.name}", path.read_text()).versions
    if isinstance(version.reads, FromSheet)
]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
FIRST = date(2026, 1, 1)
offsets = st.integers(0, 12)
day_texts = offsets.map(lambda offset: (FIRST + timedelta(offset)).isoformat())
DAYS = tuple(name for name, column in asat.COLUMNS.items() if column.type == "day")
# What an event may say of a case: any of the columns a figure reads, a day taken back (None) among them.
sayings = st.fixed_dictionaries(
    {},
    optional={
        "scheme": st.sampled_from(["nifs", "raise-plus", "itsp"]),
        "approved_cents": st.integers(0, 3),
        "requested_cents": st.integers(0, 3),
        "paid_cents": st.integers(0, 3),
        "is_test": st.booleans(),
        "measures": st.dictionaries(st.sampled_from(["production_lines", "jobs"]), st.none() | st.integers(0, 3), min_size=1),
        **{name: st.none() | day_texts for name in DAYS},
    },
).filter(bool)
events = st.lists(st.tuples(st.integers(0, 2), offsets, sayings, st.booleans()), min_size=1, max_size=14)


def folded(told: dict[int, list[asat.Assertion]], version: FigureVersion, day: date, number: int) -> answer.Answer:
    rows = [values for each in told.values() if (values := asat.as_at(each, day, number)) is not None]
    return answer.counted(version, [asat.complete(values) for values in rows], day)


def asked(version: FigureVersion, day: date, number: int, cases: Collection[int] = ()) -> answer.Answer:
    """What the SQL answers; examples of one test share a database, so the fold is held against its own cases."""
    if not cases:
        return answer.of_groups(version, queries.counted_groups(version, day, number), day)
    rows = rows_of.rows_as_at(day, number).filter(case__in=cases)
    return answer.of_groups(version, counting.groups(version.reads, rows, day), day)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=events)
def test_every_figure_is_the_fold_of_the_sealed_events_before_and_after_later_seals(
    make: Any, life: list[tuple[int, int, dict[str, Any], bool]]
) -> None:
    by, cases = make.person(), [make.case() for _ in range(3)]
    told: dict[int, list[asat.Assertion]] = {case.pk: [] for case in cases}
    unsealed: list[tuple[int, date, dict[str, Any]]] = []
    answers: dict[tuple[str, date, int], answer.Answer] = {}
    for place, (which, offset, saying, is_sealed) in enumerate(life):
        case, start = cases[which], FIRST + timedelta(offset)
        with transaction.atomic():
            fields = {"command": uuid.uuid4(), "by": by, "at": NOON, "case": case, "facts": {}}
            timeline.record("scheme_version_published", sheet=saying, sheet_from=start, **fields)
        unsealed.append((case.pk, start, saying))
        if not is_sealed and place < len(life) - 1:
            continue
        first = sealer.last_number() + 1
        sealer.seal(NOON)
        for number, (pk, since, values) in enumerate(unsealed, first):
            told[pk].append(asat.Assertion(number, since, values))
        unsealed.clear()
        number = sheet.project()
        for version in FIGURES:
            for day in (FIRST, FIRST + timedelta(5), FIRST + timedelta(12)):
                answers[repr(version.reads), day, number] = asked(version, day, number)
    for version in FIGURES:
        for (reads, day, number), then in answers.items():
            if reads == repr(version.reads):
                assert asked(version, day, number) == then
                assert folded(told, version, day, number) == asked(version, day, number, told)


def test_an_answer_is_its_seals_own_though_the_sheet_moves_on_while_it_is_asked(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    by, case = make.person(), make.case()
    version = next(each for each in FIGURES if each.reads.amount == "approved_cents" and each.reads.group_by == "scheme")

    def tell(**said: Any) -> None:
        with transaction.atomic():
            fields = {"command": uuid.uuid4(), "by": by, "at": NOON, "case": case, "facts": {}}
            timeline.record("scheme_version_published", sheet=said, sheet_from=FIRST, **fields)
        sealer.seal(NOON)

    tell(**{day: FIRST.isoformat() for day in DAYS if day not in ("withdrawn_on", "refused_on")}, scheme="nifs", approved_cents=5)
    number = sheet.project()
    then = asked(version, FIRST, number)
    assert (then.count, then.amount_cents) == (1, 5)
    tell(approved_cents=7)
    stands, places = queries.sheet.stands_at, []

    def just_before_it_moves() -> int:
        places.append(stands())
        if len(places) == 1:
            sheet.project()
        return places[-1]

    monkeypatch.setattr(queries.sheet, "stands_at", just_before_it_moves)
    assert asked(version, FIRST, number) == then
    assert places[0] == number < places[-1]


@pytest.mark.parametrize("version", FIGURES, ids=lambda version: version.definition.said_in("en")[:40])
def test_each_figure_has_conditions_that_can_fail(version: FigureVersion) -> None:
    assert answer.counted(version, [asat.complete({})], FIRST).count == 0
