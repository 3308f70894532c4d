"""The policy folders of this house as tests and commands read them — e.g. `files_of(HONG_KONG)`; `publishing` publishes one."""

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.core.policy_folder.files import files_of as files_of

HONG_KONG = Path(__file__).resolve().parents[2] / "policies" / "hong-kong"
# Before the first version of any scheme began.
EARLY = datetime(2020, 7, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _funder_without_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without a database draws its pages as before anything was published, but for the currency of amounts."""
    funder = sys.modules.get("millrace.web.funder")
    if funder is not None and "db_clone" not in request.fixturenames:
        monkeypatch.setattr(funder, "current", lambda: dataclasses.replace(funder.UNPUBLISHED, unit="HKD"))
