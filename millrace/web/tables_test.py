"""A list finds two Chinese characters, counts to a thousand, keeps views and streams — e.g. 鏡片 among three cases, in three queries."""

import dataclasses
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from millrace.registers.cases.models import Case
from millrace.registers.people import actions as people
from millrace.web import counting, tables

CASES = tables.Listing(
    "officer-cases",
    "Cases",
    [
        tables.Column("reference", "Reference", "reference", url="/cases/{}/", is_sortable=True),
        tables.Column("title", "Title", "title", note="lead__name"),
        tables.Column("status", "Status", "status", kind="status", is_sortable=True),
        tables.Column("requested", "Requested", "requested_cents", kind="money", unit_field="unit", is_sortable=True),
        tables.Column("submitted", "Submitted", "submitted_at", kind="moment"),
    ],
    [tables.Filter("status", "Status", "status", lambda request: [("submitted", "Received"), ("draft", "Draft")])],
    order="-submitted_at",
    has_grams=True,
)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def three(make: Any) -> list[Any]:
    """Three cases, one of them about lenses in Chinese, one whose title a spreadsheet would run."""
    return [
        make.case(reference="NIFS-AAAA", title="精密鏡片智能生產線", status="submitted", requested_cents=150_050),
        make.case(reference="NIFS-BBBB", title="=HYPERLINK(1)", status="submitted"),
        make.case(reference="RAISE-CCCC", title="Battery plant", status="draft"),
    ]


def asked(query: str, person: Any) -> HttpRequest:
    """A request for the list."""
    request = RequestFactory().get(f"/desk/?{query}")
    request.user = person
    return request


def found(query: str, person: Any) -> list[str]:
    """The references a query lists."""
    page = CASES.shown(asked(query, person), Case.objects.all())
    return [str(row[0]).split(">")[1].split("<")[0] for row in page.rows]


def test_search_filter_and_order(three: list[Any], make: Any) -> None:
    officer = make.person()
    assert found("q=鏡片", officer) == ["NIFS-AAAA"]
    assert found("q=nifs+=hyper", officer) == ["NIFS-BBBB"]
    assert found("q=%25", officer) == []
    assert found("status=draft", officer) == ["RAISE-CCCC"]
    assert found("sort=-reference", officer) == ["RAISE-CCCC", "NIFS-BBBB", "NIFS-AAAA"]
    assert found("sort=password&page=x", officer)[-1] != ""


def test_three_queries_and_a_capped_count(three: list[Any], make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = make.person()
    monkeypatch.setattr(tables, "COUNTED", 1)
    # Without its moments, whose zone is asked of a policy, and none is published here.
    short = tables.Listing(**{**CASES.__dict__, "per_page": 1, "columns": CASES.columns[:-1]})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = short.shown(asked("", officer), Case.objects.all())
    assert len(queries) == 3
    assert (page.counted, page.is_capped, page.first, page.last) == ("1+", True, 1, 1)
    assert page.next_url == "/desk/?page=2"
    assert short.shown(asked("count=all", officer), Case.objects.all()).counted == "3"


def test_what_was_never_received_is_listed_last(three: list[Any], make: Any) -> None:
    officer = make.person()
    assert found("", officer)[-1] == found("sort=submitted", officer)[-1] == "RAISE-CCCC"


@pytest.mark.parametrize(
    ("most", "large", "deep"),
    [(1_000, 200_000, 10_000), (1, 200_000, 10_000), (1, 200_000, 3), (0, -2, 10_000)],
    ids=["gathered", "walked", "walked in vain", "in the first rows"],
)
def test_a_search_pages_alike_however_it_is_answered(
    three: list[Any], make: Any, monkeypatch: pytest.MonkeyPatch, most: int, large: int, deep: int
) -> None:
    officer = make.person()
    for number in range(3):
        make.case(reference=f"NIFS-DDD{number}", title="Lens", status="submitted", requested_cents=number)
    for name, value in (("MOST", most), ("LARGE", large), ("WALKED", deep), ("WALKED_FIRST", deep)):
        monkeypatch.setattr(counting, name, value)
    short = tables.Listing(**{**CASES.__dict__, "per_page": 2})
    for sort in ("", "&sort=-reference", "&sort=requested", "&sort=-status"):
        every = [
            row["reference"]
            for row in short.values(short.ordered(asked(f"q=nifs{sort}", officer), Case.objects.filter(reference__contains="NIFS")))
        ]
        paged = [short.shown(asked(f"q=nifs{sort}&page={page}", officer), Case.objects.all()) for page in (1, 2, 3)]
        shown = [str(row[0]).split(">")[1].split("<")[0] for page in paged for row in page.rows]
        assert shown == every and len(every) == 5, sort
    assert short.shown(asked("q=nifs&page=9", officer), Case.objects.all()).rows == []
    assert short.shown(asked("q=lens&count=all", officer), Case.objects.all()).counted == "3"


def test_what_thousands_hold_is_counted_to_the_cap_and_the_rest_is_not_read(
    three: list[Any], make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 1)
    short = tables.Listing(**{**CASES.__dict__, "per_page": 1})
    with CaptureQueriesContext(connection) as queries:
        page = short.shown(asked("q=nifs", make.person()), Case.objects.all())
    assert len(page.rows) == 1 and page.next_url
    asking = [each["sql"] for each in queries.captured_queries if "search_grams" in each["sql"]]
    assert len(asking) == 1 and "WITH found" in asking[0]


def test_what_many_hold_is_found_in_the_first_rows_and_no_index_is_asked(
    three: list[Any], make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 0)
    monkeypatch.setattr(counting, "LARGE", -2)
    monkeypatch.setattr(counting, "gathered", None)
    short = tables.Listing(**{**CASES.__dict__, "per_page": 1})
    assert len(short.shown(asked("q=nifs", make.person()), Case.objects.all()).rows) == 1
    for name, value in (("LARGE", 200_000), ("WALKED", 1)):
        with monkeypatch.context() as patched, pytest.raises(TypeError):
            patched.setattr(counting, name, value)
            short.shown(asked("q=nifs", make.person()), Case.objects.all())


def test_a_count_that_is_known_is_not_asked_again(three: list[Any], make: Any) -> None:
    officer, first = make.person(), tables.Listing(**{**CASES.__dict__, "per_page": 1})
    assert first.shown(asked("", officer), Case.objects.all(), 17).counted == "17"
    assert first.shown(asked("status=draft", officer), Case.objects.all(), 17).counted == "1"
    assert first.shown(asked("q=nifs", officer), Case.objects.all(), 17).counted == "2"
    assert first.shown(asked("count=all", officer), Case.objects.all(), 17).counted == "3"


def test_a_saved_view_comes_back(three: list[Any], make: Any) -> None:
    officer = make.person()
    people.save_view(officer, page="officer-cases", name="Received", query="status=submitted", at=officer.joined_at)
    page = CASES.shown(asked("status=submitted&page=1", officer), Case.objects.all())
    assert [(view["name"], view["is_current"]) for view in page.views] == [("Received", True)]
    assert CASES.shown(asked("", make.person()), Case.objects.all()).views == []


def test_the_file_holds_what_the_list_shows_and_nothing_runs(three: list[Any], make: Any) -> None:
    request = asked("format=csv&sort=reference", make.person())
    request.at = three[0].opened_at
    answer = CASES.answer(request, Case.objects.all(), "web/base.html")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a streamed answer
    assert lines[0] == "Reference,Title,Status,Requested,Submitted"
    assert lines[1].startswith("NIFS-AAAA,精密鏡片智能生產線,submitted,1500.50,2026-")
    assert lines[2].startswith("NIFS-BBBB,'=HYPERLINK(1),")


def test_the_list_is_drawn(three: list[Any], make: Any) -> None:
    request = asked("q=nifs", make.person())
    drawn = render_to_string("web/parts/list.html", {"list": CASES.shown(request, Case.objects.all()), "request": request}, request)
    assert 'href="/cases/NIFS-AAAA/"' in drawn
    assert "1–2" in drawn
    assert '<span class="tag busy">Received</span>' in drawn


def test_the_day_of_a_moment_is_the_funders(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hong_kong = dataclasses.replace(tables.funder.current(), zone=ZoneInfo("Asia/Hong_Kong"))
    monkeypatch.setattr(tables.funder, "current", lambda: hong_kong)
    received = tables.Column("received", "Received", "submitted_at", "day")
    assert received.text({"submitted_at": datetime(2026, 11, 22, 17, 16, tzinfo=UTC)}) == "23 Nov 2026"


def test_an_amount_there_is_not_yet_is_left_blank_on_the_page_and_nought_in_the_file() -> None:
    approved = tables.Column("approved", "Approved", "approved_cents", "money", is_blank_at_zero=True)
    asked = tables.Column("asked", "Asked for", "approved_cents", "money")
    assert (approved.text({"approved_cents": 0}), asked.text({"approved_cents": 0})) == ("", "HK$0")
    assert approved.text({"approved_cents": 100_00}) == "HK$100"
    assert approved.raw({"approved_cents": 0}) == "0.00"
