"""Proves that the sheet answers as the definition does — e.g. approvals of March as known in April, after June's late correction."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.core import asat
from millrace.core.asat_test import DAY, histories
from millrace.registers.sheet import actions, models, queries
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def assert_columns(case: Any, by: Any, from_day: date, sheet: dict[str, Any]) -> None:
    with transaction.atomic():
        timeline.record(
            "scheme_version_published", command=uuid.uuid4(), by=by, at=NOON, case=case, sheet=sheet, sheet_from=from_day, facts={}
        )


def values(row: models.Row) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in (*asat.COLUMNS, asat.MEASURES)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def everything() -> list[tuple[Any, ...]]:
    return list(models.Row.objects.order_by("case_id", "known_from", "valid_from").values_list(*actions.COLUMNS))


def test_the_table_has_the_columns_of_the_core() -> None:
    fields = {field.column for field in models.Row._meta.fields}
    assert fields == {"id", *actions.COLUMNS}


def test_a_late_correction_changes_one_answer_and_keeps_the_other(make: Any) -> None:
    by, case = make.person(), make.case()
    assert_columns(case, by, date(2026, 1, 5), {"scheme": "nifs", "status": "approved", "approved_cents": 300, "approved_on": "2026-01-05"})
    before = sealer.seal(NOON)
    assert_columns(case, by, date(2026, 1, 5), {"approved_cents": 250})
    assert_columns(case, by, date(2026, 2, 1), {"status": "withdrawn", "withdrawn_on": "2026-02-01"})
    after = sealer.seal(NOON)
    assert actions.project() == 3
    assert before and after

    def approved(day: date, seal: int) -> list[tuple[str, int]]:
        return list(queries.rows_as_at(day, seal).values_list("status", "approved_cents"))

    assert approved(date(2026, 1, 4), after.number) == []
    assert approved(date(2026, 3, 1), before.number) == [("approved", 300)]
    assert approved(date(2026, 1, 31), after.number) == [("approved", 250)]
    assert approved(date(2026, 3, 1), after.number) == [("withdrawn", 250)]
    with pytest.raises(ValueError, match="stands at seal 3"):
        queries.rows_as_at(DAY, 4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(st.tuples(histories, st.integers(1, 4)), min_size=1, max_size=3))
def test_sql_and_the_pure_fold_agree_on_any_history(make: Any, lives: list[tuple[list[asat.Assertion], int]]) -> None:
    by = make.person()
    told: dict[int, list[asat.Assertion]] = {}
    start = sealer.last_number()
    for assertions, every in lives:
        case = make.case()
        told[case.pk] = []
        for place, assertion in enumerate(assertions):
            assert_columns(case, by, assertion.from_day, dict(assertion.values))
            seal = sealer.seal(NOON)
            assert seal
            told[case.pk].append(asat.Assertion(seal.number, assertion.from_day, json.loads(json.dumps(assertion.values))))
            if place % every == 0:
                actions.project()
    last = actions.project()
    for number in range(start, last + 1):
        for offset in (-1, 0, 3, 6, 9, 12, 13):
            day = DAY + timedelta(offset)
            stored = {row.case_id: values(row) for row in queries.rows_as_at(day, number).filter(case_id__in=told)}
            folded = {case: asat.as_at(assertions, day, number) for case, assertions in told.items()}
            assert stored == {case: asat.complete(found) for case, found in folded.items() if found is not None}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(histories, min_size=1, max_size=3))
def test_rebuilding_gives_the_same_sheet(make: Any, lives: list[list[asat.Assertion]]) -> None:
    by = make.person()
    for assertions in lives:
        case = make.case()
        for assertion in assertions:
            assert_columns(case, by, assertion.from_day, dict(assertion.values))
            sealer.seal(NOON)
            actions.project()
    projected = everything()
    assert actions.rebuild() == sealer.last_number()
    assert everything() == projected


def test_the_sheet_follows_in_steps_and_needs_no_second_time(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    by, case = make.person(), make.case()
    for day in range(1, 8):
        assert_columns(case, by, date(2026, 1, day), {"paid_cents": day})
    sealer.seal(NOON)
    monkeypatch.setattr(actions, "SEALS_AT_ONCE", 2)
    assert actions.project() == 7 == queries.stands_at()
    first = everything()
    assert actions.project() == 7
    assert everything() == first
    assert queries.rows_as_at(date(2026, 1, 6)).get().paid_cents == 6


def test_an_event_cannot_set_a_column_the_sheet_has_not(make: Any) -> None:
    by, case = make.person(), make.case()
    with pytest.raises(ValueError, match="no column 'colour'"):
        assert_columns(case, by, DAY, {"colour": "red"})
    with pytest.raises(ValueError, match="only an event of a case"):
        timeline.record("scheme_version_published", command=uuid.uuid4(), by=by, at=NOON, fund="itf", sheet={"status": "x"}, facts={})
