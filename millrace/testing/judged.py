"""Puts submitted cases straight into a test's database, judged by the published rules — e.g. `submitted_case({"total_cost": …})`.

The verdict, its frozen facts and the event that announced it, sealed; no form was filled.
"""

import importlib
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from millrace.testing.making import NOON

SECOND_APPLICATION: Mapping[str, Any] = {
    "applicant_kind": "company",
    "place_of_incorporation": "hong_kong",
    "project_purpose": "production_line",
    "is_smart_line": True,
    "total_cost": 3_000_000_000,
    "own_money": 2_000_000_000,
    "open_projects": 1,
    "granted_total": 1_000_000_000,
}


@pytest.fixture
def submitted_case(hong_kong: Any, make: Any) -> Callable[..., Any]:
    """Makes a submitted NIFS case and gives its verdict's row; its facts are those of a second application unless others are told."""
    module = importlib.import_module
    facts, judge = module("millrace.core.rules.facts"), module("millrace.core.rules.judge")
    policy, models = module("millrace.registers.policy.queries"), module("millrace.registers.cases.models")
    timeline, sealer = module("millrace.registers.timeline.actions"), module("millrace.registers.timeline.sealer")

    def submitted(told: Mapping[str, Any] = SECOND_APPLICATION, on: date = date(2024, 3, 1), **fields: Any) -> Any:
        row = policy.rows_in_force("nifs", on)[0]
        book = policy.read_version(row)
        said = judge.judge(book, facts.read(book.vocabulary.facts, told, standing=None), on=on)
        case = make.case(scheme="nifs", status="submitted", scheme_version=row, **fields)
        by = make.system()
        kept = models.Verdict.objects.create(
            case=case,
            purpose="submission",
            scheme_version=row,
            judged_on=on,
            facts=said.facts,
            verdict=said.to_data(),
            sha256=said.sha256,
            recorded_at=NOON,
            recorded_by=by,
        )
        timeline.record("application_submitted", command=uuid.uuid4(), by=by, at=NOON, case=case, facts={"verdict_sha256": said.sha256})
        sealer.seal(NOON)
        return kept

    return submitted
