"""The public register shows what was funded and nothing else — e.g. a refused case and a test case are not in it."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from millrace.stages.apply.actions import renaming


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


def found(word: str) -> str:
    return Client().get("/register/", {"q": word}).text


@pytest.mark.parametrize("word", ["生產", "生产", "香港科技", "香港", "科技 生產綫", "ＬＥＮＳ"])
def test_a_word_is_found_in_either_script(make: Any, word: str) -> None:
    make.case(title="Lens 生產線", status="in_force", lead=make.organisation(name="Tech Ltd", name_zh="香港科技"))
    make.case(title="Other 工場", status="in_force", lead=make.organisation(name="Works Ltd", name_zh="九龍工業"))
    page = found(word)
    assert "Lens 生產線" in page and "Other 工場" not in page
    assert "Lens" not in found("生物")


def test_simplified_text_is_found_by_traditional_words(make: Any) -> None:
    make.case(title="广东智能制造", status="in_force")
    assert "广东智能制造" in found("廣東") and "广东智能制造" in found("製造")


def test_an_old_name_finds_the_organisation_and_is_shown_as_former(make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(renaming.terms, "local_day", lambda at: at.date())
    at = datetime(2026, 3, 3, 4, tzinfo=UTC)
    lead = make.organisation(name="Harbour Optics Ltd", name_zh="港灣光學")
    case = make.case(title="Lens line", status="in_force", lead=lead)
    told = {"name": "Harbour Photonics Ltd", "name_zh": "港灣光電", "renamed_on": date(2026, 3, 1)}
    renaming.rename_organisation(lead, **told, by=make.person(), at=at, command=uuid.uuid4())
    for word in ("optics", "光学", "photonics", "光電"):
        assert "formerly Harbour Optics Ltd 港灣光學" in found(word), word
    assert "formerly Harbour Optics Ltd" in Client().get(f"/register/organisations/{lead.pk}/").text
    assert "Harbour Optics Ltd" in Client().get(f"/register/{case.reference}/").text
    file = b"".join(Client().get("/register/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]  # streamed
    assert "Harbour Photonics Ltd" in file and "Harbour Optics Ltd 港灣光學" in file
