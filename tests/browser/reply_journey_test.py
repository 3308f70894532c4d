"""The reply told in a real browser, with scripts: drafted, a late correction, drift shown, released, its figure opened by the public."""

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.registers.policy import queries as policy
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.web import clock
from tests.browser.walker import Walker
from tests.journeys import visitor

pytestmark = pytest.mark.browser
POWERS = {"writer": ("policy",), "second": ("policy",), "officer": ("officer",), "colleague": ("officer",)}


@pytest.fixture
def office(hong_kong: Any, make: Any) -> dict[str, Any]:
    """Twelve cases approved some weeks ago (fewer would be withheld), one with a wrong day; the people who answer for figures."""
    people = {name: make.person(name.title(), powers=powers) for name, powers in POWERS.items()}
    now = clock.now()
    approved_on = policy.funder().day_of(now) - timedelta(days=20)
    cases = [make.case(status="approved") for _ in range(12)]
    for case in cases:
        timeline.record(
            "case_corrected",
            facts={"corrected_kind": ""},
            sheet={"scheme": case.scheme, "approved_on": approved_on.isoformat(), "approved_cents": 5_000_000_00},
            command=uuid.uuid4(),
            by=people["officer"],
            at=now,
            case=case,
            happened_on=approved_on,
        )
    known()
    return {**people, "case": cases[0], "day": approved_on}


def known() -> None:
    sealer.seal(clock.now())
    sheet.project()


def test_a_reply_from_draft_to_the_public(
    office: dict[str, Any],
    live_site: Callable[..., Any],
    browser: Any,
    shoot: Callable[[Any, str], Path],
    axe: Callable[[Any], list[str]],
    tmp_path: Path,
    db_clone: Any,
    settings: Any,
) -> None:
    settings.SECRET_KEY = db_clone.environment("app")["MILLRACE_SECRET_KEY"]  # a session made here is one of the server's
    site, day, numbers, walkers = live_site(), office["day"], itertools.count(1), []

    def walker(session: visitor.Visitor) -> Walker:
        one = Walker(browser, site.url, session, lambda _heading: shoot(one.page, f"{next(numbers):02d}"), axe, tmp_path)
        walkers.append(one)
        return one

    writer, colleague, second = (walker(visitor.enter(office[who])) for who in ("writer", "colleague", "second"))
    reply = drafted(writer, day)

    page = f"/cases/{office['case'].reference}/correct/{Event.objects.get(case=office['case']).pk}/"
    corrected = {"approved_on": (day + timedelta(days=10)).isoformat(), "reason": "recorded_wrongly"}
    colleague.open(page).submit("Record the correction", **corrected)
    known()

    second.open(f"/replies/drafts/{reply.pk}/").sees("drifted", "was 12 when last given")
    second.page.locator("summary", has_text="What changed since it was last given").first.click()
    second.sees("not counted", office["case"].reference)
    second.submit("Clear it").sees("Cleared, not yet released").submit("Release it")

    frozen = ReplyFigure.objects.get(reply=reply)
    public = walker(visitor.Visitor()).open(f"/replies/{reply.pk}/").sees("11 cases were approved")
    public.open(f"/replies/{reply.pk}/figures/{frozen.number}/").sees("the same, to the last digit", frozen.sha256, f"Seal {frozen.seal}")
    assert office["case"].reference not in public.page.content()
    faults = sorted({fault for one in walkers for fault in one.faults})
    assert not faults, faults


def drafted(writer: Walker, day: date) -> Reply:
    """The press was given the figure before; now the legislature asks, and the draft waits to be cleared."""
    writer.open(f"/figures/approved-by-scheme/?as-at={day}").page.get_by_role("link", name="Give this figure").click()
    writer.submit("Keep it as given", occasion="press")
    writer.open("/replies/drafts/").submit("Begin a reply", occasion="legislature")
    figure = f"{{{{approved-by-scheme count @{day}}}}}"
    bodies = {"en": f"{figure} cases were approved.", "zh-hant": f"共批出{figure}宗。", "zh-hans": f"共批出{figure}宗。"}
    subjects = {f"subject-{language}": "Approvals" for language in bodies}
    writer.submit("Save", **subjects, **{f"body-{language}": body for language, body in bodies.items()})
    writer.sees("12 cases were approved").submit("Send it").sees("Waits to be cleared")
    return Reply.objects.get()
