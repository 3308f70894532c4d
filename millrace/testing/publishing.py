"""Databases in which a policy is published already — e.g. `hong_kong`, which most tests of a rule or a page begin with."""

import importlib
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from millrace.testing.making import Making
from millrace.testing.policies import EARLY, HONG_KONG, files_of

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
# People of a template are numbered apart from those a test makes.
FIRST = 900_001


@pytest.fixture(scope="session")
def hong_kong_template(prepared: Any) -> str:
    """A database in which the system published the Hong Kong policy before everything else."""
    return prepared("hong_kong", lambda: _publish(Making(first=FIRST).system(), EARLY))


@pytest.fixture(scope="session")
def announced_template(prepared: Any) -> str:
    """A database in which a policy officer published the Hong Kong policy, and its calls are announced."""

    def announce() -> None:
        by = Making(first=FIRST).person(powers=("policy",), at=EARLIEST)
        for event in _publish(by, EARLIEST).events:
            if event.kind == "scheme_version_published":
                _actions("call").announce_calls(event.scheme_version, by=by, at=EARLIEST, command=uuid.uuid4())

    return prepared("announced", announce)


@pytest.fixture
def hong_kong(hong_kong_template: str, db_clone: Any, make: Any) -> Any:
    """The Hong Kong policy, published before everything else in the test's database."""
    events = importlib.import_module("millrace.registers.timeline.models").Event.objects.order_by("pk")
    return _actions("plan").Published(tuple(events), 0)


def _actions(stage: str) -> Any:
    """By name, as `making` finds its models: testing rests on no shelf, since tests on every shelf rest on it."""
    return importlib.import_module(f"millrace.stages.{stage}.actions")


def _publish(by: Any, at: datetime) -> Any:
    return _actions("plan").publish_policy(files_of(HONG_KONG), by=by, at=at, command=uuid.uuid4())
