"""Counts what a page asks of the database — e.g. the officer's list, eight questions however many cases there are.

Counted, not timed, so that a question added to a page fails a test on any machine.
"""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET ")


def questions(client: Any, address: str) -> list[str]:
    """This will ask for a page twice — the first answer fills what a process keeps — and give the SQL of the second."""
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return [each["sql"] for each in seen.captured_queries if not each["sql"].startswith(NOT_COUNTED)]
