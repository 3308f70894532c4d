"""A list as a spreadsheet is read back by another library — e.g. HK$1,500.50 as the number 1500.5, and a formula as mere text."""

import dataclasses
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from millrace.registers.cases.models import Case
from millrace.web import spreadsheets, tables

COLUMNS = [
    tables.Column("reference", "Reference", "reference"),
    tables.Column("title", "Title", "title"),
    tables.Column("requested", "Requested", "requested_cents", kind="money", unit_field="unit"),
    tables.Column("paid", "Paid", "paid_cents", kind="money", unit_field="unit", is_blank_at_zero=True),
    tables.Column("received", "Received", "submitted_at", kind="day"),
    tables.Column("moment", "Received at", "submitted_at", kind="moment"),
    tables.Column("stage", "Stage", "stage_number", kind="count"),
]
CASES = tables.Listing("cases", "Cases [all]", COLUMNS, order="reference")
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
DAY, MOMENT = datetime.fromisoformat("2026-03-02"), datetime.fromisoformat("2026-03-02T01:16")
LATE = datetime(2026, 3, 1, 17, 16, tzinfo=UTC)  # already the second of March in Hong Kong


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hong Kong's day, without a policy published."""
    told = spreadsheets.funder.current()
    monkeypatch.setattr(spreadsheets.funder, "current", lambda: dataclasses.replace(told, zone=HONG_KONG, unit="HKD"))


def asked(person: Any, query: str = "format=xlsx") -> HttpRequest:
    request = RequestFactory().get(f"/desk/?{query}")
    request.user, request.at = person, LATE
    return request


def read(answer: Any) -> Any:
    """The workbook, as another library reads it."""
    content = b"".join(answer.streaming_content)
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_are_typed_and_nothing_is_a_formula(make: Any, zone: None) -> None:
    make.case(reference="A", title='=HYPERLINK("http://x")', status="submitted", requested_cents=150_050, submitted_at=LATE)
    make.case(reference="B", title="+1\x0b鏡片", unit="JPY", status="submitted", requested_cents=7, submitted_at=LATE)
    make.case(reference="C", title="x" * 40, unit="GPU-hour", requested_cents=10**16)
    answer = CASES.answer(asked(make.person()), Case.objects.all(), "web/base.html")
    assert answer["Content-Disposition"].endswith('.xlsx"') and answer["Content-Type"] == spreadsheets.CONTENT_TYPE
    book = read(answer)
    assert book.sheetnames == ["Cases  all"] and book.active.freeze_panes == "B2"
    head, *rows = list(book.active.iter_rows())
    assert [cell.value for cell in head] == [column.title for column in COLUMNS]
    first, second, third = rows
    assert [cell.value for cell in first] == [
        "A", '=HYPERLINK("http://x")', 1500.5, None, DAY, MOMENT, first[6].value
    ]  # fmt: skip
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert first[1].data_type in ("s", "inlineStr") and first[1].quotePrefix
    assert (first[2].number_format, first[4].number_format) == ('"HK$"#,##0.00', "yyyy-mm-dd")
    assert (second[2].value, second[2].number_format) == (7, '"JP¥"#,##0')
    # More digits than a spreadsheet keeps stay whole as text.
    assert third[2].data_type != "n" and "10,000,000,000,000,000" in third[2].value


def test_a_sheet_that_is_full_goes_on_to_another(make: Any, zone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for letter in "ABCDE":
        make.case(reference=letter)
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    book = read(CASES.answer(asked(make.person()), Case.objects.all(), "web/base.html"))
    assert [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book] == [["A", "B"], ["C", "D"], ["E"]]
    assert all(sheet["A1"].value == "Reference" for sheet in book)


def test_the_file_holds_every_narrowed_row_and_the_page_leads_to_it(make: Any, zone: None) -> None:
    make.case(reference="A"), make.case(reference="B", status="submitted")
    narrowed = dataclasses.replace(CASES, filters=(tables.Filter("status", "Status", "status", lambda _request: []),))
    person = make.person()
    book = read(narrowed.answer(asked(person, "format=xlsx&status=submitted&page=7"), Case.objects.all(), "web/base.html"))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["B"]
    page = narrowed.shown(asked(person, "status=submitted&page=2"), Case.objects.all())
    assert page.spreadsheet_url == "/desk/?status=submitted&format=xlsx"


def test_days_before_spreadsheets_count_are_text(make: Any, zone: None) -> None:
    row = {"on": date(1899, 12, 31), "n": Decimal(1)}
    column = tables.Column("on", "On", "on", kind="day")
    content = b"".join(spreadsheets.streamed([column], "Days", LATE, lambda: [row], "en"))
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].data_type in ("s", "inlineStr")
