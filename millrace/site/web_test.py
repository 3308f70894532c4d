"""What is read once, before the workers part from the process that loaded them — e.g. the published policy, in memory once for both."""

from typing import Any

import pytest
from django.db import connections

from millrace.registers.policy import queries as policy
from millrace.site import web


def test_the_public_pages_are_asked_and_no_connection_is_left(
    hong_kong_template: str, db_clone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    application = web.wsgi.application

    def noted(environ: dict[str, Any], start: Any) -> Any:
        return application(environ, lambda status, *rest: told.append(f"{environ['PATH_INFO']} {status}"))

    monkeypatch.setattr(web.wsgi, "application", noted)
    web.warm()
    assert told == [f"{page} 200 OK" for page in web.PAGES]
    assert [each.connection for each in connections.all()] == [None]
    assert policy.funder()  # and the next question opens one anew
