"""A table in another unit than its heading's is told by the tables beside it — e.g. dollars under a heading of millions."""

from pathlib import Path

import pytest

from millrace.core.figures import parse, plausible

FOLDER = Path(__file__).parents[3] / "policies" / "hong-kong" / "series"
SERIES = {path.stem: path.read_text() for path in FOLDER.glob("*.toml")}
LATER = """
[[tables]]
as_at = 2026-12-31
version = 1
source = "itf-statistics-2025"
rounding = "0.05"
rows = [
    ["fbl", "", {count}, "{money}"],
]
"""


def test_no_published_series_leaps() -> None:
    for name, text in SERIES.items():
        assert list(plausible.leaps(name, text, plausible.series(name, text))) == []


@pytest.mark.parametrize(
    ("heading", "count", "money"),
    [
        ("million", 20, "57,500,000"),  # dollars, where the file allows so large an amount
        ("million", 20, "57,500"),  # thousands
        ("million", 900, "6.3"),  # billions, however much was approved since
    ],
)
def test_a_later_table_in_another_unit_is_refused(heading: str, count: int, money: str) -> None:
    text = SERIES["itf-approved"].replace('largest_amount = "100000"', 'largest_amount = "100000000"')
    text += LATER.format(count=count, money=money)
    assert f'amounts_in = "{heading}"' in text
    assert parse.series("series/itf-approved.toml", text)  # what its own table holds adds up, for it has no total
    with pytest.raises(parse.MalformedFile, match=r"“fbl” comes to .* as at 2025-12-31.*write both as amounts in million") as refused:
        plausible.series("series/itf-approved.toml", text)
    assert f'["fbl", "", {count}' in text.splitlines()[refused.value.line - 1]


@pytest.mark.parametrize(
    ("count", "money", "told"),
    [
        (9, "25,900", 1),  # of nine projects one may be so large: told, not refused
        (20, "15,000", 0),  # 260 times as much for a project
        (60, "0.2", 1),  # billions
        (60, "0.6", 0),  # what it was before it was rounded is not known so well
    ],
)
def test_what_may_be_meant_is_told_and_not_refused(count: int, money: str, told: int) -> None:
    text = SERIES["itf-approved"] + LATER.format(count=count, money=money)
    read = parse.series("series/itf-approved.toml", text)
    assert len(list(plausible.leaps("series/itf-approved.toml", text, read))) == told


def test_a_wrong_unit_that_was_published_is_mended_by_the_next_version_and_stays_readable() -> None:
    wrong = SERIES["itf-approved"] + LATER.format(count=20, money="57,500")
    assert parse.series("series/itf-approved.toml", wrong)
    assert plausible.series("series/itf-approved.toml", wrong + LATER.format(count=20, money="57.5").replace("version = 1", "version = 2"))


def test_a_statement_that_leaps_is_told_and_never_refused() -> None:
    text = SERIES["stated-tvp"]
    start = text.index("[[statements]]")
    later = text[start:].split("\n[[")[0].replace("as_at = 2024-11-30", "as_at = 2025-11-30")
    numbers = [line for line in later.splitlines() if "approved-money" in line]
    assert later != text[start:] and len(numbers) == 1
    more = text + "\n" + later.replace(numbers[0].split('"')[-2], "1.5")
    found = list(plausible.leaps("series/stated-tvp.toml", more, plausible.series("series/stated-tvp.toml", more)))
    assert [(one.is_certain, "approved-money" in one.what) for one in found] == [(False, True)]
    assert "approved-money" in more.splitlines()[found[0].line - 1]
