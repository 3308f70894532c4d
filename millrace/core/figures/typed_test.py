"""Proves which numbers typed by hand are found to be a figure's — e.g. "over $1.2 billion", and not the year of a table."""

from decimal import Decimal

import pytest

from millrace.core.figures import typed
from millrace.core.figures.typed import Offer

OFFERS = (Offer("{{a count @2024-01-31}}", "count", Decimal(472)), Offer("{{a amount @2024-01-31}}", "money", Decimal(121_280_000_000)))
SHARE = Offer("{{gerd gerd-share @2024-12-31}}", "percent", Decimal("1.13"))


def _found(text: str) -> list[tuple[int, str, list[str]]]:
    return [(each.line, each.written, names) for each in typed.numbers(text) if (names := typed.offered(each, OFFERS))]


@pytest.mark.parametrize(
    ("text", "written", "which"),
    [
        ("a total of 472 projects", "472", 0),
        ("共472個項目", "472", 0),
        ("over $1.2 billion", "$1.2 billion", 1),
        ("HK$1,212.8m", "HK$1,212.8m", 1),
        ("HK$1,212,800,000.00", "HK$1,212,800,000.00", 1),
        ("涉及超過12億元", "12億", 1),
        ("涉及12.13億元", "12.13億", 1),
        ("共四百七十二個項目", "四百七十二", 0),
        ("涉及超過十二億元", "十二億", 1),
        ("涉及十二點一三億元", "十二點一三億", 1),
    ],
)
def test_a_number_a_figure_gives_is_found_in_each_writing(text: str, written: str, which: int) -> None:
    assert _found(f"first line\n{text}") == [(2, written, [OFFERS[which].written])]


@pytest.mark.parametrize(
    "text",
    [
        "473 projects",
        "$472",
        "472%",
        "$1.3 billion",
        "12.14億",
        "{{a count @2024-01-31}}",
        "nothing",
        "HK$1,212.9m",
        "9 projects",
        "1,212.8",
        "四七二個項目",
        "四百七十三個項目",
        "百分之四百七十二",
    ],
)
def test_another_number_a_share_or_a_reference_is_not(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "27 March 2024",
        "2024-03-27",
        "2024年3月27日",
        "in 2023",
        "since 2023-24",
        "March 27, 2024",
        "12月",
        "二〇二四年三月二十七日",
        "十分重要",
        "萬一",
        "九個項目",
    ],
)
def test_days_and_years_are_not_numbers(text: str) -> None:
    assert typed.numbers(text) == []


def test_the_line_is_that_of_the_digits() -> None:
    assert [each.line for each in typed.numbers("one\n\n 12\n13")] == [3, 4]


@pytest.mark.parametrize("text", ["1.13% of GDP", "1.13 per cent", "佔百分之1.13", "百分之一點一三", "1.13％"])
def test_a_share_is_read_against_shares_alone(text: str) -> None:
    (found,) = typed.numbers(text)
    assert typed.offered(found, (SHARE, Offer("count", "count", Decimal("1.13")))) == [SHARE.written]


@pytest.mark.parametrize(
    ("text", "value"), [("三億五千萬", 350_000_000), ("四千零五", 4_005), ("十一", 11), ("一萬二千", 12_000), ("二十", 20)]
)
def test_a_chinese_numeral_is_added_up_by_its_places(text: str, value: int) -> None:
    assert [each.value for each in typed.numbers(text)] == [value]


def test_a_whole_share_below_ten_is_left_alone_and_one_above_is_read() -> None:
    assert [each.written for each in typed.numbers("7% and 40%, 百分之四十")] == ["40%", "百分之四十"]
