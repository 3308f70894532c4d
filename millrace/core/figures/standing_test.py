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


def test_a_later_version_and_another_wording_are_no_edit() -> None:
    stands = (SERIES / "itf-approved.toml").read_text()
    start = stands.index("[[tables]]\nas_at = 2016-11-30")
    block = stands[start : stands.index("[[tables]]", start + 1)]
    corrected = block.replace("version = 1", "version = 2").replace("7322", "7323")
    text = stands.replace("the total alone was found", "only the total was found") + "\n" + corrected
    assert standing.edited("series/itf-approved.toml", text, stands) is None
