"""The public register shows what was funded and nothing else — e.g. a refused case and a test case are not in it."""

from typing import Any

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
