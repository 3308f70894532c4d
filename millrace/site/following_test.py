"""Feed, calendar, an organisation's page and how to cite, as other programs and the public read them — e.g. an extended call."""

import html
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import icalendar
import pytest
from django.http import QueryDict
from django.test import Client

from millrace.desks.public import front
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.call import actions as calls
from millrace.stages.call.models import Call
from millrace.stages.learn.forms import QuestionForm
from millrace.testing.policies import EARLY
from millrace.web import clock

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def announced(hong_kong: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for event in hong_kong.events:
        if event.scheme_version is not None:
            calls.announce_calls(event.scheme_version, by=make.system(), at=EARLY, command=uuid.uuid4())
    return make


def awarded(make: Any, agreed_on: str, **said: Any) -> Any:
    case = make.case(scheme="nifs", status="in_force", approved_cents=150_000_050, **said)
    values = {"scheme": "nifs", "status": "in_force", "unit": "HKD", "received_on": "2026-01-05", "agreed_on": agreed_on}
    fields = {"command": uuid.uuid4(), "by": make.system(), "at": NOON, "case": case, "facts": {"corrected_kind": ""}}
    timeline.record("case_corrected", sheet=values, sheet_from=date(2026, 1, 5), **fields)
    return case


def test_a_feed_reader_finds_the_latest_award_first_and_no_refused_one(announced: Any) -> None:
    older = awarded(announced, "2026-02-01", title="Older <line> & more")
    newer = awarded(announced, "2026-02-20", title="新生產線")
    awarded(announced, "2026-03-20", title="Agreed on a day to come")
    announced.case(status="refused", title="Refused line")
    sealer.seal(NOON)
    sheet.project()
    read = feedparser.parse(Client().get("/register/feed/?language=zh-hant").content)
    assert not read.bozo and read.feed.language == "zh-Hant-HK"
    assert [one.title for one in read.entries] == ["新生產線", "Older <line> & more"]
    assert read.entries[0].link == f"http://testserver/register/{newer.reference}/"
    assert read.entries[1].id == f"urn:millrace:award:{older.reference}"
    assert "HK$1,500,000.50" in read.entries[0].summary


def test_a_calendar_program_reads_every_window_and_an_extension_as_the_same_event_again(announced: Any) -> None:
    call = Call.objects.exclude(code=Call.ALL_YEAR).exclude(closes_at=None).order_by("-closes_at")[0]

    def closing() -> Any:
        read = icalendar.Calendar.from_ical(Client().get("/schemes/calls.ics?language=zh-hans").content)
        events = {str(one["uid"]): one for one in read.walk("VEVENT")}
        windows = Call.objects.exclude(code=Call.ALL_YEAR)
        assert len(events) == windows.count() + windows.exclude(closes_at=None).count()
        return events[f"{call.scheme}-{call.code}-closes@testserver"]

    before = closing()
    assert before.decoded("dtstart") == call.closes_at and before["sequence"] == 0 and "截止申请" in before["summary"]
    later = max(call.closes_at, NOON) + timedelta(days=14)
    fields: dict[str, Any] = {"by": announced.person(powers=("officer",)), "at": min(NOON, call.closes_at - timedelta(days=1))}
    calls.extend_call(call, closes_at=later, reason="Storm", command=uuid.uuid4(), **fields)
    after = closing()
    assert after.decoded("dtstart") == later and after["sequence"] == 1 and after["uid"] == before["uid"]


def test_an_organisations_page_adds_up_its_own_projects_and_one_without_any_has_none(announced: Any) -> None:
    case = awarded(announced, "2026-02-01", title="First")
    awarded(announced, "2026-02-02", title="Second", lead=case.lead)
    other = awarded(announced, "2026-02-03", title="Of another")
    announced.case(status="refused", title="Refused line", lead=case.lead)
    page = Client().get(f"/register/organisations/{case.lead_id}/").text
    assert "First" in page and "Second" in page and "HK$3,000,001" in page and case.lead.name in page
    assert "Refused line" not in page and other.title not in page
    asker = announced.case(status="submitted")
    for nobody in (asker.lead_id, 999_999):
        assert Client().get(f"/register/organisations/{nobody}/").status_code == 404


def test_how_to_cite_stands_before_there_is_a_figure(announced: Any) -> None:
    assert "is said of a day" in Client().get("/cite/").text


def test_the_example_cited_asks_for_its_own_day_and_seal(announced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "headlines", lambda _at: [{"name": "approved-by-scheme", "title": "Approved", "seal": 7}])
    page = Client().get("/cite/").text
    path = html.unescape(page.split('<p class="panel">')[1].split('href="')[1].split('"')[0])
    form = QuestionForm(QueryDict(path.split("?")[1]))
    assert form.is_valid() and path.startswith("/figures/approved-by-scheme/")
    assert (form.cleaned_data["as_at"], form.cleaned_data["seal"]) == (date(2026, 3, 1), 7)
