"""The policy officer's desk in a real browser: three languages, two widths, no fault of access — e.g. two versions of NIFS side by side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.people import actions as people
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.testing.judged import SECOND_APPLICATION
from millrace.testing.making import NOON
from tests.browser.face_test import LANGUAGES, WIDTHS, faults

pytestmark = pytest.mark.browser
PAGES = {
    "chain": "/policy/",
    "rules": "/policy/rules/",
    "past-cases": "/policy/compare/",
    "forecasts": "/policy/forecast/",
    "forecast": "/policy/forecast/nifs/",
    "compare": "/policy/compare/nifs/?before=v1&after=v2",
}


@pytest.fixture
def site(live_site: Callable[..., Any], make: Any, submitted_case: Callable[..., Any]) -> Any:
    """A demonstration with the Hong Kong policy, a second application, one whose open projects nobody counted, and a policy officer."""
    submitted_case()
    submitted_case({name: value for name, value in SECOND_APPLICATION.items() if name != "open_projects"})
    make.person("Lam Sau Kwan", name_zh="林秀君", powers=("policy",), is_demonstration=True)
    make._model("people.Person").objects.update(is_demonstration=True)
    people.mark_as_demonstration(at=NOON)
    sealer.seal(NOON)
    sheet.project()
    return live_site()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_desk(site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    page.goto(f"{site.url}/demo/sign-in/")
    page.get_by_role("button", name="Lam Sau Kwan").or_(page.get_by_role("button", name="林秀君")).first.click()
    wrong = {}
    for name, address in PAGES.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(site.url + address)
            assert answer.status == 200
            shoot(page, f"{name}-{width}")
            if found := faults(page, axe, answer, language):
                wrong[f"{name} {width}"] = found
    assert wrong == {}
