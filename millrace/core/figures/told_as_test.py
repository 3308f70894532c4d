"""A figure says of what its numbers are and to what its money is rounded, and nothing that is not known — e.g. no scale of dozens."""

from decimal import Decimal
from pathlib import Path

import pytest

from millrace.core.figures import parse, rounding, whole
from millrace.core.figures.definition import Figure, FromStatements

POLICY = Path(__file__).parents[3] / "policies"
FOLDER = POLICY / "hong-kong"
FIGURES = {f"figures/{path.name}": path.read_text() for path in (FOLDER / "figures").glob("*.toml")}
SERIES = {f"series/{path.name}": path.read_text() for path in (FOLDER / "series").glob("*.toml")}
ROUNDING = "rounding = { million = 1, billion = 1, ten_thousand = 2, hundred_million = 2 }"


def figure(name: str, was: str = "", written: str = "") -> Figure:
    text = FIGURES[f"figures/{name}.toml"]
    assert was in text
    return parse.figure(f"figures/{name}.toml", text.replace(was, written, 1))


def checked(name: str, was: str, written: str) -> None:
    """Read a whole folder with one figure changed."""
    path = f"figures/{name}.toml"
    assert was in FIGURES[path]
    files = FIGURES | {path: FIGURES[path].replace(was, written, 1)}
    figures = {path: parse.figure(path, text) for path, text in files.items()}
    whole.check(files, {path: parse.series(path, text) for path, text in SERIES.items()}, figures)


def test_every_version_of_every_figure_says_both() -> None:
    told = [version for path, text in FIGURES.items() for version in parse.figure(path, text).versions]
    assert len(told) > 30 and all(version.unit and version.rounding is not None for version in told)
    assert figure("mainland-collaboration-approved").versions[0].unit == ("projects", "HKD")
    assert figure("jobs-created").versions[0].unit == ("jobs",) and figure("jobs-created").versions[0].rounding == rounding.NONE
    assert figure("gerd").versions[0].unit == ("HKD", "percent", "count")
    # A folder without figures has none to say it of.
    assert not list(POLICY.glob("eu-sme-instrument/figures/*"))


@pytest.mark.parametrize(
    ("name", "was", "written", "says"),
    [
        (
            "approved-by-scheme",
            'unit = ["cases", "HKD"]',
            'unit = ["cases", "dollars"]',
            "known are cases, projects, applications, count.*HKD",
        ),
        ("approved-by-scheme", 'unit = ["cases", "HKD"]', 'unit = "cases"', "“unit” lists of what each number is"),
        ("approved-by-scheme", 'unit = ["cases", "HKD"]', 'unit = ["cases"]', "this version tells cases, HKD"),
        ("approved-by-scheme", 'unit = ["cases", "HKD"]', 'unit = ["HKD", "cases"]', "this version tells cases, HKD"),
        ("jobs-created", 'unit = ["jobs"]', 'unit = ["cases"]', "this version tells jobs"),
        ("jobs-created", 'unit = ["jobs"]', 'unit = ["production_lines"]', "known are .*jobs, HKD"),
        ("prp-approved", 'unit = ["projects", "HKD"]', 'unit = ["projects"]', "tells cases or projects or applications, HKD"),
        ("gerd", 'unit = ["HKD", "percent", "count"]', 'unit = ["HKD", "percent"]', "3 measures .gerd, gerd-share, rd-personnel"),
        ("prp-approved", ROUNDING, "rounding = { dozen = 1, ten_thousand = 2 }", "“none”, or decimals .*million, billion, ten_thousand"),
        ("prp-approved", ROUNDING, 'rounding = "some"', "“rounding” is “none”, or"),
        ("prp-approved", ROUNDING, "rounding = { million = 1.5, ten_thousand = 2 }", "decimals from 0 to 4"),
        ("prp-approved", ROUNDING, "rounding = { million = true, ten_thousand = 2 }", "decimals from 0 to 4"),
        ("prp-approved", ROUNDING, "rounding = { million = 5, ten_thousand = 2 }", "decimals from 0 to 4"),
        ("prp-approved", ROUNDING, "rounding = { million = 1 }", "a scale of each way of counting"),
        ("jobs-created", 'rounding = "none"', ROUNDING, "tells no money"),
    ],
)
def test_what_is_not_known_is_refused_at_its_line(name: str, was: str, written: str, says: str) -> None:
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        figure(name, was, written)
    text = FIGURES[f"figures/{name}.toml"].replace(was, written, 1)
    assert refused.value.file == f"figures/{name}.toml" and text.splitlines()[refused.value.line - 1] == written


@pytest.mark.parametrize(
    ("name", "was", "written", "says", "line"),
    [
        ("prp-approved", 'unit = ["projects", "HKD"]\n', "", "says of what each of its numbers is", "[[versions]]"),
        ("prp-approved", f"{ROUNDING}\n", "", "to what its money is rounded", "[[versions]]"),
        ("gerd", '"percent", "count"]', '"count", "percent"]', "stated in HKD, percent, count", 'unit = ["HKD", "count", "percent"]'),
    ],
)
def test_a_folder_says_both_and_as_its_series_does(name: str, was: str, written: str, says: str, line: str) -> None:
    if "unit" in was and not written:
        was = f"{was}{ROUNDING}\n"  # a rounding of money stands on a unit of money
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        checked(name, was, written)
    assert FIGURES[f"figures/{name}.toml"].replace(was, written, 1).splitlines()[refused.value.line - 1] == line


def test_a_later_version_is_refused_at_its_own_line() -> None:
    text = FIGURES["figures/itf-approved.toml"]
    third = text.rindex(ROUNDING)
    with pytest.raises(parse.MalformedFile, match="to what its money is rounded") as refused:
        checked("itf-approved", text[third - 200 :], text[third - 200 : third] + text[third + len(ROUNDING) :])
    assert text.splitlines()[refused.value.line : refused.value.line + 1] == ['version = "3"']


def test_a_definition_published_before_both_were_said_is_read_and_told_as_before() -> None:
    for path, text in FIGURES.items():
        lines = [line for line in text.splitlines() if not line.startswith(("unit = ", "rounding = "))]
        before, now = parse.figure(path, "\n".join(lines)), parse.figure(path, text)
        assert all(version.unit == () and version.rounding is None for version in before.versions)
        for was, version in zip(before.versions, now.versions, strict=True):
            assert was.reads == version.reads and was.has_amount == version.has_amount
            tells_money = now.currency in version.unit
            assert not tells_money or was.told_in("HKD") == version.told_in("HKD")
            assert tells_money == (was.has_amount if not isinstance(was.reads, FromStatements) else tells_money)


def test_the_scales_of_one_way_of_counting_come_largest_first() -> None:
    shown = [(scale.name, places) for scale, places in rounding.USUAL.scales(by_ten_thousands=False)]
    assert shown == [("billion", 1), ("million", 1)]
    assert [scale.name for scale, _places in rounding.USUAL.scales(by_ten_thousands=True)] == ["hundred_million", "ten_thousand"]
    assert list(rounding.NONE.scales(by_ten_thousands=False)) == []
    assert all(Decimal(scale.begins_at) >= Decimal(10) ** scale.digits for scale in rounding.SCALES.values())
