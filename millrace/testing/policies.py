"""The policy folders of this house as tests and commands read them — e.g. `files_of(HONG_KONG)` — and a fixture that publishes one."""

import dataclasses
import importlib
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

HONG_KONG = Path(__file__).resolve().parents[2] / "policies" / "hong-kong"
# Before the first version of any scheme began.
EARLY = datetime(2020, 7, 1, tzinfo=UTC)


def files_of(folder: Path) -> dict[str, bytes]:
    """This will read a policy folder: path within it → content."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def hong_kong(db_clone: Any, make: Any) -> Any:
    """The Hong Kong policy, published before everything else in the test's database."""
    # By name, as `making` finds its models: testing rests on no shelf, since tests on every shelf rest on it.
    actions = importlib.import_module("millrace.stages.plan.actions")
    return actions.publish_policy(files_of(HONG_KONG), by=make.system(), at=EARLY, command=uuid.uuid4())


@pytest.fixture(autouse=True)
def _funder_without_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without a database draws its pages as before anything was published, but for the currency of amounts."""
    funder = sys.modules.get("millrace.web.funder")
    if funder is not None and "db_clone" not in request.fixturenames:
        monkeypatch.setattr(funder, "current", lambda: dataclasses.replace(funder.UNPUBLISHED, unit="HKD"))
