"""A question of the legislature, answered: an officer drafts the reply with references to figures, a late correction arrives, the
drift is shown, a second officer clears and releases, and the figure's permanent address is opened by a stranger.
"""

import io
import uuid
from datetime import UTC, date, datetime
from typing import Any

import docx
import pypdf
import pytest

from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.stages.plan import figures
from millrace.testing.policies import HONG_KONG
from millrace.web import clock
from tests.journeys.visitor import Visitor, enter

OWN, GIVEN = "{{approved-by-scheme count @2026-03-31}}", "{{mainland-collaboration-approved count @2024-01-31}}"
PAGE, MISTAKEN = "/replies/drafts/", "{{approved-by-schemes count @2026-03-31}}"


def at(day: int, hour: int = 4) -> datetime:
    return datetime(2026, 4, day, hour, tzinfo=UTC)


def known(moment: datetime) -> None:
    sealer.seal(moment)
    sheet.project()


@pytest.fixture
def office(make: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Three cases approved in March, one of them with a wrong day; the people who answer for figures."""
    monkeypatch.setattr(clock, "now", lambda: at(15))
    early = datetime(2026, 3, 2, 4, tzinfo=UTC)
    people = {
        name: make.person(name.title(), powers=powers, at=early)
        for name, powers in (("writer", ("policy",)), ("second", ("policy",)), ("officer", ("officer",)), ("colleague", ("officer",)))
    }
    files = [path for folder in ("figures", "series") for path in (HONG_KONG / folder).glob("*.toml")]
    texts = {str(path.relative_to(HONG_KONG)): path.read_text() for path in files}
    figures.publish_figures(texts, by=people["writer"], at=early, command=uuid.uuid4())
    cases = [make.case(status="approved", at=early) for _ in range(3)]
    for case in cases:
        timeline.record(
            "case_corrected",
            facts={"corrected_kind": ""},
            sheet={"scheme": case.scheme, "approved_on": "2026-03-30", "approved_cents": 5_000_000_00},
            command=uuid.uuid4(),
            by=people["officer"],
            at=early,
            case=case,
            happened_on=date(2026, 3, 30),
        )
    known(at(1))
    return {**people, "case": cases[0]}


def texts_of(reference: str) -> dict[str, str]:
    return {
        "subject-en": "Approvals",
        "body-en": f"As at 31 March 2026, {reference} cases were approved.\n\nWith the Mainland, 472 projects.",
        "subject-zh-hant": "批核",
        "body-zh-hant": f"截至2026年3月31日，共批出{reference}宗。\n\n與內地合作{GIVEN}個。",
        "subject-zh-hans": "批核",
        "body-zh-hans": f"截至2026年3月31日，共批出{reference}宗。\n\n与内地合作{GIVEN}个。",
    }


def drafted(writer: Visitor) -> Reply:
    """Begun, written with a mistake and a number typed by hand, mended, and sent."""
    writer.open("/policy/").click("Replies").submit("Begin a reply", occasion="legislature")
    writer.sees("How a figure is written into the text").submit("Save", **texts_of(MISTAKEN))
    writer.sees("There is no figure called “approved-by-schemes”.", "Did you mean approved-by-scheme", "line 1", "Typed by hand")
    writer.submit("Send it", status=422).sees("There are findings to mend")
    mended = texts_of(OWN)
    mended["body-en"] = mended["body-en"].replace("472", GIVEN)
    writer.click("Write in it").submit("Save", **mended)
    writer.sees_nothing_of("Typed by hand", "There is no figure").sees("As at 31 March 2026, 3 cases", "Not given for this day before")
    writer.submit("Send it").sees("Waits to be cleared", "another officer clears it")
    return Reply.objects.get()


def test_a_reply_is_drafted_drifts_is_cleared_released_and_checked_by_a_stranger(office: dict[str, Any]) -> None:
    writer, second, stranger = enter(office["writer"]), enter(office["second"]), Visitor()
    # The press had the count on 1 April.
    writer.open("/figures/approved-by-scheme/?as-at=2026-03-31").click("Give this figure").submit("Keep it as given", occasion="press")
    reply = drafted(writer)
    second.open(f"{PAGE}{reply.pk}/").sees("the same").sees_nothing_of("drifted")
    stranger.open(f"/replies/{reply.pk}/", status=404)

    # The approval of one case was signed on 2 April, says a colleague of who recorded it; only then is it known.
    page = f"/cases/{office['case'].reference}/correct/{Event.objects.get(case=office['case']).pk}/"
    enter(office["colleague"]).open(page).submit("Record the correction", approved_on="2026-04-02", reason="recorded_wrongly")
    known(at(16))
    # Read before the correction, cleared after it: refused, and the page shows what changed.
    second.submit("Clear it", status=409).sees(
        "figures of this reply changed", "drifted", "was 3 when last given", "not counted", office["case"].reference
    )
    second.submit("Clear it").sees("Cleared, not yet released")
    second.submit("Release it")

    frozen = ReplyFigure.objects.get(reply=reply, figure="approved-by-scheme")
    stranger.open("/figures/").click("Replies given").click("Approvals").sees("As at 31 March 2026, 2 cases", "472 projects")
    stranger.click("2").open(f"/replies/{reply.pk}/figures/{frozen.number}/")
    stranger.sees("the same, to the last digit", frozen.sha256, frozen.seal_chain, f"Seal {frozen.seal}", "What this figure means")
    stranger.click("The whole answer at its seal").sees("2", f"Seal {frozen.seal}").sees_nothing_of(office["case"].reference)
    released = [event.facts["figure"] for event in Event.objects.filter(kind="figure_given", facts__occasion="legislature")]
    assert sorted(released) == ["approved-by-scheme", "mainland-collaboration-approved"]

    in_chinese = Visitor(language="zh-hant")
    in_chinese.client.cookies["language"] = "zh-hant"
    in_chinese.open(f"/replies/{reply.pk}/").sees("共批出 2 宗", "與內地合作 472 個")
    for language, said in (("en", "2 cases were approved"), ("zh-hant", "共批出2宗"), ("zh-hans", "共批出2宗")):
        paper = stranger.client.get(f"/replies/{reply.pk}/{language}/pdf/download/").content
        words = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(paper)).pages)
        assert said.replace(" ", "") in words.replace(" ", "")
        packed = stranger.client.get(f"/replies/{reply.pk}/{language}/docx/download/").content
        assert any(said in paragraph.text for paragraph in docx.Document(io.BytesIO(packed)).paragraphs)
    told = list(Event.objects.filter(kind__startswith="reply_").order_by("pk").values_list("kind", "by__name"))
    assert told == [("reply_begun", "Writer"), ("reply_sent", "Writer"), ("reply_cleared", "Second"), ("reply_released", "Second")]
