"""A day at either end of the calendar is refused as any day that cannot be read — e.g. /finance/debts/?on=0001-01-01."""

import re
from typing import Any

import pytest

from millrace.stages.apply.conftest import company, published  # noqa: F401  # fixtures are found by name in this module
from tests.journeys.matrix_test import LIST_ROUTES, POWERS, sign_in

SEARCHES = re.compile(r"debts|outlook|powers|funds|forecast|audit|figures|service|ahead|picture|gather")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_page_breaks_at_the_ends_of_the_calendar(make: Any, company: Any, day: str) -> None:  # noqa: F811  # the fixture of that name
    case = company.draft()
    company.submit(case)
    reader = sign_in(make.person(powers=POWERS))
    pages = [f"/{route}" for route in LIST_ROUTES if SEARCHES.search(route)]
    pages += [f"/audit/cases/{case.reference}/", f"/audit/then/{case.reference}/", "/figures/approved-by-scheme/"]
    asked = f"on={day}&as-at={day}&as_at={day}&first={day}&last={day}&known={day}T00:00&as-known={day}T23:59&at={day}T00:00"
    named = f"name=approved-by-scheme&reference={case.reference}&person=a&of=cases&chance=equally&count=1"
    broken = [page for page in pages if reader.get(f"{page}?{asked}&{named}").status_code >= 500]
    found = reader.post("/api/v1/find", {"facts": {}, "on": day}, content_type="application/json")
    figure = reader.get(f"/api/v1/figures/approved-by-scheme?as_at={day}")
    assert not broken and max(found.status_code, figure.status_code) < 500, (broken, found, figure)


def test_such_a_day_is_told_to_be_none(make: Any, company: Any) -> None:  # noqa: F811  # the fixture of that name
    answer = sign_in(make.person(powers=("finance",))).get("/finance/debts/?on=9999-12-31")
    assert answer.status_code == 200 and "“9999-12-31” is not a day" in answer.content.decode()
