"""The public register shows what was funded and nothing else — e.g. a refused case and a test case are not in it."""

from typing import Any

import pytest
from django.test import Client


def test_only_agreed_cases_stand_in_the_register(make: Any) -> None:
    make.case(title="Lens line", status="in_force", approved_cents=1_500_000_000)
    make.case(title="Refused line", status="refused")
    make.case(title="Trial of the form", status="in_force", is_test=True)
    page = Client().get("/register/").text
    assert "Lens line" in page
    assert "HK$15,000,000" in page
    assert "Refused line" not in page
    assert "Trial of the form" not in page
    file = Client().get("/register/?format=csv")
    assert "15000000.00" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]  # a streamed answer


def test_a_project_shows_what_is_public_of_it_and_no_more(make: Any) -> None:
    case = make.case(title="Lens line", status="in_force", approved_cents=1_500_000_000)
    page = Client().get(f"/register/{case.reference}/").text
    assert "Lens line" in page and "HK$15,000,000" in page and case.lead.name in page
    assert case.opened_by.name not in page
    assert f'href="/register/{case.reference}/"' in Client().get("/register/").text


@pytest.mark.parametrize("how", [{"status": "refused"}, {"status": "under_assessment"}, {"status": "in_force", "is_test": True}])
def test_what_is_not_in_the_register_has_no_page(make: Any, how: dict[str, Any]) -> None:
    assert Client().get(f"/register/{make.case(**how).reference}/").status_code == 404
