"""The finder and the schemes in a real browser — e.g. a company types HK$30,000,000 and the answers change under its hands.

Without scripts the same form is sent with a button and gives the same page.
"""

import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.face_test import LANGUAGES, WIDTHS, faults

pytestmark = pytest.mark.browser
LINE = {
    "applicant_kind": "company",
    "place_of_incorporation": "hong_kong",
    "project_purpose": "production_line",
    "is_smart_line": "yes",
    "total_cost": "30,000,000",
    "own_money": "19,600,000",
    "open_projects": "0",
    "granted_total": "0",
}
SCHEMES = Path(__file__).parents[2] / "policies" / "hong-kong" / "schemes"
PAGES = {
    "find": "/find/",
    "found": "/find/?" + urllib.parse.urlencode(LINE),
    "wrong": "/find/?total_cost=much",
    "schemes": "/schemes/",
    "nifs": "/schemes/nifs/",
    "nifs-v1": "/schemes/nifs/?version=v1",
    "raise-plus": "/schemes/raise-plus/?applicant_kind=ugc_university&entry_stage=stage_1",
}


@pytest.fixture
def site(hong_kong: Any, live_site: Callable[..., Any]) -> Any:
    """A server with the Hong Kong policy published."""
    return live_site()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_finder_and_the_schemes(
    site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str
) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    wrong = {}
    for name, address in PAGES.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(site.url + address)
            shoot(page, f"{name}-{width}")
            if found := faults(page, axe, answer, language):
                wrong[f"{name} {width}"] = found
    assert wrong == {}


def test_answers_change_as_one_types_and_the_address_with_them(site: Any, page: Any) -> None:
    page.goto(f"{site.url}/find/")
    page.get_by_role("radio", name="A company", exact=True).check()
    page.get_by_label("What is the money for?").select_option("production_line")
    page.get_by_label("What will the whole project cost?").fill("30,000,000")
    page.get_by_label("How much of it will the company pay itself?").fill("19,600,000")
    page.keyboard.press("Tab")
    page.get_by_text("A further HK$400,000 of your own money would qualify.").first.wait_for()
    assert "own_money=19%2C600%2C000" in page.url
    assert page.get_by_role("radio", name="A company", exact=True).is_checked()


def test_without_scripts_the_button_gives_the_same(site: Any, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/find/")
    page.get_by_role("radio", name="A company", exact=True).check()
    page.get_by_label("What will the whole project cost?").fill("60,000,000")
    page.get_by_role("button", name="Show which schemes fit").click()
    assert page.locator("article.found").count() == len(list(SCHEMES.iterdir()))
    assert page.get_by_label("What will the whole project cost?").input_value() == "60,000,000"
    context.close()
