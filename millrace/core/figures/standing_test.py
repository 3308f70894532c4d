"""A number that was published is not edited in place — e.g. 33 projects of NIFS where the table stands with 32."""

from pathlib import Path

import pytest

from millrace.core.figures import standing

SERIES = Path(__file__).parents[3] / "policies" / "hong-kong" / "series"
ROW = '["nifs", "", 32, "247.0"]'


@pytest.mark.parametrize(
    ("name", "was", "edited", "says", "line_has"),
    [
        ("itf-approved", ROW, '["nifs", "", 33, "247.0"]', "“nifs” is changed.*2024-01-31, version 1.*version = 2", '["nifs", "", 33'),
        ("itf-approved", f"    {ROW},\n", "", "“nifs” is left out.*next version", "as_at = 2024-01-31"),
        ("itf-approved", f"    {ROW},\n", f'    {ROW},\n    ["gsp", "", 1, "0.1"],\n', "“gsp” is added.*next version", '["gsp", "", 1'),
        ("itf-approved", 'rounding = "0.05"', 'rounding = "0.5"', "“rounding” .*changed.*2016-11-30", 'rounding = "0.5"'),
        ("stated", '["supported", "", "66"]', '["supported", "", "67"]', "“supported” is changed.*2025-07-30", '"supported", "", "67"'),
        ("stated", '["lines", "", "over", "100"]', '["lines", "", "100"]', "“lines” is changed.*version = 2", '["lines", "", "100"]'),
    ],
)
def test_an_edit_in_place_is_refused_at_its_line(name: str, was: str, edited: str, says: str, line_has: str) -> None:
    stands = (SERIES / f"{name}.toml").read_text()
    assert was in stands
    text = stands.replace(was, edited, 1)
    refused = standing.edited(f"series/{name}.toml", text, stands)
    assert refused is not None and line_has in text.splitlines()[refused.line - 1], refused
    with pytest.raises(type(refused), match=says):
        raise refused


def without(text: str, block: str) -> str:
    """Leave out the table or statement that opens so, up to the next."""
    start = text.index(block)
    end = text.find("\n[[", start)
    return text[:start] + (text[end + 1 :] if end > 0 else "")


@pytest.mark.parametrize(
    ("name", "block", "says", "line_has"),
    [
        ("itf-approved", "[[tables]]\nas_at = 2016-12-31", "the table as at 2016-12-31, version 1, is left out.*version = 2", "2017-04-30"),
        ("itf-approved", "[[tables]]\nas_at = 2025-12-31", "the table as at 2025-12-31, version 1, is left out", "2025-09-30"),
        ("itf-approved-in-a-year", "[[tables]]\nas_at = 2022-12-31", "the table as at 2022-12-31", ""),
        ("stated-bud", "[[statements]]", "the statement as at 20.*, version 1 of “.*”, is left out", ""),
    ],
)
def test_a_table_or_statement_that_is_left_out_is_refused_where_it_stood(name: str, block: str, says: str, line_has: str) -> None:
    stands = (SERIES / f"{name}.toml").read_text()
    text = without(stands, block)
    refused = standing.edited(f"series/{name}.toml", text, stands)
    assert refused is not None, text
    assert line_has in "\n".join(text.splitlines()[refused.line - 1 : refused.line + 1]), refused
    with pytest.raises(type(refused), match=says):
        raise refused


def test_a_whole_series_left_out_or_told_in_another_form_is_refused() -> None:
    tabled, stated = ((SERIES / f"{name}.toml").read_text() for name in ("itf-approved-in-a-year", "stated-bud"))
    for text, stands in ((tabled, stated), (stated, tabled)):
        refused = standing.edited("series/one.toml", text, stands)
        assert refused is not None and text.splitlines()[refused.line - 1].startswith("[[") and "file of its own" in refused.what
    assert "Put the file back" in standing.file_left_out("series/one.toml", stated).what


def test_a_later_version_and_another_wording_are_no_edit() -> None:
    stands = (SERIES / "itf-approved.toml").read_text()
    start = stands.index("[[tables]]\nas_at = 2016-11-30")
    block = stands[start : stands.index("[[tables]]", start + 1)]
    corrected = block.replace("version = 1", "version = 2").replace("7322", "7323")
    text = stands.replace("the total alone was found", "only the total was found") + "\n" + corrected
    assert standing.edited("series/itf-approved.toml", text, stands) is None
