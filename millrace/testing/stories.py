"""The demonstration's first cases, told once — e.g. for a test that looks at its replies in a browser."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from millrace.testing.policies import HONG_KONG, files_of

TOLD_UNTIL = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(scope="session")
def brief_story_template(prepared: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database in which the first six cases of the story are told, and everything beside them."""

    def tell() -> None:
        # By name, as `making` finds its models: testing rests on no shelf.
        demonstration = importlib.import_module("millrace.jobs.demonstration")
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("told")):
            demonstration.fill(TOLD_UNTIL, files_of(HONG_KONG), only=6)

    return prepared("brief", tell)
