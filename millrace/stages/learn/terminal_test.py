"""What the command line prints of a figure: every number with its unit, the whole where a table has nothing else, and its source."""

from datetime import UTC, date, datetime

import pytest

from millrace.core.refusal import Refusal
from millrace.stages.learn import terminal
from millrace.stages.learn.learn_test import YEAR_END, story, today
from millrace.web import clock

__all__ = ["story", "today"]


def _printed(name: str, as_at: date) -> list[str]:
    return [" ".join(line.split()) for line in terminal.told(name, as_at=as_at, as_known=None, is_json=False).splitlines()]


def test_a_table_that_has_only_its_total_prints_it(story):
    assert "Total 5,805 HK$11,898,400,000" in _printed("itf-approved", date(2016, 12, 31))


@pytest.mark.parametrize(
    ("name", "as_at", "line"),
    [
        ("nifs-processing-time", date(2025, 12, 31), "Average time from complete papers to the result 35 working days"),
        ("nifs-processing-time", date(2025, 12, 31), "Share of projects asking for HK$2.8m or less about 40%"),
        ("gerd", date(2024, 12, 31), "As a share of gross domestic product 1.13%"),
        ("gerd", date(2024, 12, 31), "Gross domestic expenditure on R&D: Business HK$13.9bn"),
    ],
)
def test_a_number_stated_is_printed_with_its_unit(story, name, as_at, line):
    assert line in _printed(name, as_at)


def test_a_scheme_is_printed_by_its_title(story, monkeypatch):
    monkeypatch.setattr(terminal.wording, "labels", lambda _given, by, keys: {key: f"{by} {key} in words" for key in keys})
    assert "scheme nifs in words 3 HK$30" in _printed("approved-by-scheme", YEAR_END)
    assert "Total 4 HK$40" in _printed("approved-by-scheme", YEAR_END)


def test_a_figure_without_money_prints_counts_alone(story):
    assert "Total 0" in _printed("jobs-created", YEAR_END)


def test_a_source_is_named_and_linked_only_where_it_has_an_address(story, client):
    named = "Innovation and Technology Commission, 13 December 2024: closing of the Technology Voucher Programme"
    assert _printed("tvp-approvals", date(2025, 12, 31))[-1] == f"{named} (news)"
    linked = "Innovation and Technology Fund, statistics by programme, 2016 and 2017 · http://www.itf.gov.hk/l-eng/StatView101.asp"
    assert _printed("itf-approved", date(2016, 12, 31))[-1] == f"{linked} (primary)"
    page = client.get("/figures/tvp-approvals/?as-at=2025-12-31").text
    assert named in page and 'href=""' not in page
    assert 'rel="external">Innovation and Technology Fund' in client.get("/figures/itf-approved/?as-at=2016-12-31").text


def test_a_day_that_has_not_come_is_refused_on_page_api_and_command_line(story, today, client):
    page = client.get("/figures/approved-by-scheme/?as-at=2026-04-16")
    assert page.status_code == 422 and "16 April 2026 has not come yet" in page.text
    told = client.get("/api/v1/figures/approved-by-scheme?as_at=2026-04-16")
    assert (told.status_code, told.json()["title"], told.json()["field"]) == (422, "16 April 2026 has not come yet.", "as_at")
    with pytest.raises(Refusal, match="2026-04-16 has not come yet"):
        _printed("itf-approved", date(2026, 4, 16))
    assert client.get("/figures/approved-by-scheme/?as-at=2026-04-15").status_code == 200


def test_the_last_day_that_a_story_has_told_has_come(story, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, tzinfo=UTC))
    assert "Total 4 HK$40" in _printed("approved-by-scheme", YEAR_END)
    with pytest.raises(Refusal, match="not come yet"):
        _printed("approved-by-scheme", date(2026, 4, 1))
