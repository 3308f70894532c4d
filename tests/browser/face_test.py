"""Every shared page in a real browser: three languages, two widths, no fault of access — e.g. the front door at 360 px in 繁體.

Each page has one heading and its language, fits its width, weighs at most 100 KB, breaks no content policy, and axe finds
nothing serious.
"""

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.people import actions as people
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.learn import publication
from millrace.stages.plan import actions as plan
from millrace.testing.making import NOON
from millrace.testing.policies import HONG_KONG, files_of

pytestmark = pytest.mark.browser
LANGUAGES = {"en": "en-HK", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}
WIDTHS = (1280, 360)
PUBLIC = {
    "home": "/",
    "trust": "/trust/",
    "open-data": "/open-data/",
    "sign-in": "/account/login/",
    "sign-up": "/account/signup/",
    "nothing": "/nothing/",
}
SIGNED_IN = {"you": "/me/", "second-factor": "/account/2fa/"}
HEAVIEST_BYTES = 100_000


@pytest.fixture
def site(live_site: Callable[..., Any], make: Any, settings: Any) -> Any:
    """A demonstration with the Hong Kong policy published and sealed, and the open data of a night: two awards, and a case that is none."""
    make.person("Ho Wai Yan", name_zh="何慧欣", powers=("officer",), is_demonstration=True)
    make.member(make.organisation("Harbour Precision Ltd"), name="Chan Mei Ling", name_zh="陳美玲", is_demonstration=True)
    make._model("people.Person").objects.update(is_demonstration=True)
    people.mark_as_demonstration(at=NOON)
    plan.publish_policy(files_of(HONG_KONG), by=make.person(is_demonstration=True), at=NOON, command=uuid.uuid4())
    for status in ("in_force", "closed", "submitted"):
        days = {"received_on": "2026-01-05", "approved_on": "2026-02-10", "agreed_on": "2026-02-12"}
        said = {"scheme": "nifs", "version": "v2", "status": status, "unit": "HKD", "approved_cents": 1_234_567_890} | days
        told = {"by": make.person(powers=("policy",), is_demonstration=True), "at": NOON, "command": uuid.uuid4(), "sheet": said}
        case = make.case(scheme="nifs", status=status)
        timeline.record("case_corrected", case=case, facts={"corrected_kind": ""}, sheet_from=date(2026, 1, 5), **told)
    sealer.seal(NOON)
    sheet.project()
    site = live_site()
    settings.OPEN_DATA = site.home.path / "open-data"
    publication.publish(NOON)
    return site


def faults(page: Any, axe: Callable[[Any], list[str]], answer: Any, language: str) -> list[str]:
    """What is wrong with the page that stands in the browser."""
    found = axe(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the window")
    if page.get_attribute("html", "lang") != LANGUAGES[language]:
        found.append("wrong language")
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    if len(answer.body()) > HEAVIEST_BYTES:
        found.append(f"{len(answer.body())} bytes")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_shared_pages(site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" and "404" not in message.text else None)
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    wrong = {}
    for round_, addresses in (("visitor", PUBLIC), ("demonstration", {"demo": "/demo/sign-in/"}), ("officer", SIGNED_IN)):
        if round_ == "officer":
            page.get_by_role("button", name="Ho Wai Yan").first.click()
        for name, address in addresses.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(site.url + address)
                shoot(page, f"{name}-{width}")
                if found := faults(page, axe, answer, language):
                    wrong[f"{name} {width}"] = found
    assert wrong == {}
    assert told == []


def test_the_language_is_switched_by_a_click_without_scripts(site: Any, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/trust/")
    page.get_by_role("button", name="繁體").click()
    assert page.url == f"{site.url}/trust/"
    assert page.locator("html").get_attribute("lang") == "zh-Hant-HK"
    context.close()


def test_the_keyboard_reaches_the_main_part_first(site: Any, page: Any) -> None:
    page.goto(f"{site.url}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
