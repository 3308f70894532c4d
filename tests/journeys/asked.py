"""Counts what desks and the tabs of a case's page ask of the database once everything happened — e.g. eleven questions for its money.

A young case has little to ask about, so the limit is held where a story ends: claims, releases, payments and a final account are there.
"""

from typing import Any
from unittest import mock

from django.test import Client

from millrace.desks.case.panels import TABS
from millrace.registers.timeline import sealer
from millrace.stages.deliver import keeping
from millrace.testing import counting
from millrace.testing.pressing import Pressing
from millrace.web import clock

MOST = 12
MOST_OF_A_DESK = 8
DESKS = {
    "": ("/", "/find/", "/schemes/", "/register/", "/figures/", "/figures/approved-by-scheme/"),
    "officer": ("/desk/", "/desk/queues/mine/", "/desk/claims/"),
    "assessor": ("/reviews/", "/reviews/queues/done/"),
    "finance": (
        *("/finance/", "/finance/to-release/", "/finance/claims/", "/finance/releases/", "/finance/runs/", "/finance/funds/"),
        *("/finance/debts/", "/finance/debts/revenue/"),
    ),
    "policy": ("/policy/",),
    "auditor": ("/audit/", "/audit/readings/"),
}


def at_most_twelve(reference: str, *persons: Any) -> None:
    """This will open every tab as each person; one whom a tab is not for sees the first of theirs."""
    for person in persons:
        client = Pressing(person).client
        for tab in TABS:
            _at_most(MOST, client, f"/cases/{reference}/?show={tab}")


def at_most_eight(make: Any, applicant: Any) -> None:
    """This will open every desk as one who holds its power alone, the applicants' as `applicant`, and the public pages as nobody."""
    what_may_be_released(make)
    sealer.seal(clock.now())
    keeping.keep_up(clock.now())
    for power, addresses in DESKS.items():
        client = Pressing(make.person(powers=(power,))).client if power else Client()
        for address in addresses:
            _at_most(MOST_OF_A_DESK, client, address)
    _at_most(MOST_OF_A_DESK, Pressing(applicant).client, "/home/")


def what_may_be_released(make: Any) -> None:
    """This will open what may be released while nothing of what was told is taken up yet: never more than a desk's questions either."""
    _at_most(MOST_OF_A_DESK, Pressing(make.person(powers=("finance",))).client, "/finance/to-release/")


def _at_most(most: int, client: Any, address: str) -> None:
    # A story's clock goes on by a second at each look: what a process keeps for a minute would run out between the two answers.
    with mock.patch.object(clock, "now", return_value=clock.now()):
        asked = counting.questions(client, address)
    assert len(asked) <= most, "\n".join([f"{address}: {len(asked)}", *asked])
