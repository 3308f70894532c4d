"""Replies in a real browser: three languages, two widths, no fault of access — e.g. the draft of April 2026 with what drifted beside it."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.people.models import Power
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.learn import replying
from millrace.stages.learn.models import Reply
from millrace.testing.stories import TOLD_UNTIL
from tests.browser.face_test import LANGUAGES, WIDTHS, faults

pytestmark = pytest.mark.browser
MISTAKES = "As at 31 March 2026, {{approved-by-schemes count @2026-03-31}} cases.\n\nWith the Mainland, 472 projects and over $1.2 billion."
PAGES = {
    "list": "/replies/",
    "reply": "/replies/{released}/",
    "figure": "/replies/{released}/figures/2/",
    "drafts": "/replies/drafts/",
    "draft": "/replies/drafts/{draft}/",
    "mistakes": "/replies/drafts/{mistaken}/",
    "write": "/replies/drafts/{draft}/write/",
    "correct": "/replies/{released}/correct/",
}


@pytest.fixture
def site(brief_story_template: str, live_site: Callable[..., Any]) -> Any:
    """The demonstration's two replies, and a third with mistakes in it."""
    by = Power.objects.filter(power="policy").order_by("pk")[0].person
    fields = {"by": by, "at": TOLD_UNTIL}
    replying.begin_reply(occasion="press", command=uuid.uuid4(), **fields)
    reply = Reply.objects.latest("pk")
    texts = {language: {"subject": "Approvals", "body": MISTAKES} for language in LANGUAGES}
    replying.write_reply(reply, texts, based_on=reply.sha256, **fields)
    sealer.seal(TOLD_UNTIL)
    sheet.project()
    site = live_site()
    site.officer = by
    site.pages = dict(zip(("released", "draft", "mistaken"), Reply.objects.order_by("pk").values_list("pk", flat=True), strict=True))
    return site


@pytest.mark.parametrize("language", LANGUAGES)
def test_replies(site: Any, page: Any, axe: Callable[[Any], list[str]], shoot: Callable[[Any, str], Path], language: str) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    page.goto(f"{site.url}/demo/sign-in/")
    page.locator(f'button[name="person"][value="{site.officer.pk}"]').first.click()
    wrong = {}
    for name, address in PAGES.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(site.url + address.format(**site.pages))
            assert answer.status == 200
            shoot(page, f"{name}-{width}")
            if found := faults(page, axe, answer, language):
                wrong[f"{name} {width}"] = found
    assert wrong == {}
