"""Counts what the tabs of a case's page ask of the database once everything happened to it — e.g. eleven questions for its money.

A young case has little to ask about, so the limit is held where a story ends: claims, releases, payments and a final account are there.
"""

from typing import Any

from millrace.desks.case.panels import TABS
from millrace.testing import counting
from millrace.testing.pressing import Pressing

MOST = 12


def at_most_twelve(reference: str, *persons: Any) -> None:
    """This will open every tab as each person; one whom a tab is not for sees the first of theirs."""
    for person in persons:
        client = Pressing(person).client
        for tab in TABS:
            asked = counting.questions(client, f"/cases/{reference}/?show={tab}")
            assert len(asked) <= MOST, "\n".join([f"{person}, {tab}: {len(asked)}", *asked])
