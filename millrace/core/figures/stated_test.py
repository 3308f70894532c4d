"""The as-at figures that the authorities published, answered by name from the policy files that ship, and what those may not say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from millrace.core.figures import answer, parse, series, stated, whole
from millrace.core.figures.answer import Answer, Class, NotYetBegun
from millrace.core.figures.definition import Beside, FigureVersion, FromSheet
from millrace.core.figures.series import Series
from millrace.core.figures.stated import Statements
from millrace.core.texts import Text

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
FILES = {f"{path.parent.name}/{path.name}": path.read_text() for kind in ("figures", "series") for path in (POLICY / kind).glob("*.toml")}
READ = {path: parse.series(path, text) for path, text in FILES.items() if path.startswith("series/")}
FIGURES = {path: parse.figure(path, text) for path, text in FILES.items() if path.startswith("figures/")}
SERIES = {each.name: each for each in READ.values()}
M = 100_000_000


def _asked(name: str, as_at: date) -> Answer | NotYetBegun:
    version = FIGURES[f"figures/{name}.toml"].version_on(as_at)
    assert version and not isinstance(version.reads, FromSheet)
    read = SERIES[version.reads.series]
    return stated.answer(version, read, as_at) if isinstance(read, Statements) else series.answer(version, read, as_at)


def _given(name: str, as_at: date) -> Answer:
    found = _asked(name, as_at)
    assert isinstance(found, Answer)
    return found


@pytest.mark.parametrize(
    ("number", "name", "as_at", "count", "tenths_of_million"),
    [
        (1, "mainland-collaboration-approved", date(2024, 1, 31), 472, 12_128),
        (2, "mainland-collaboration-approved", date(2025, 12, 31), 607, 14_322),
        (3, "itf-approved", date(2025, 12, 31), 82_133, 556_825),
        (4, "itf-approved", date(2024, 1, 31), 67_788, 404_084),
        (5, "itf-approved-in-a-year", date(2022, 12, 31), 17_946, 62_598),
        (6, "itsp-approved", date(2024, 1, 31), 3_231, 118_936),
        (6, "itsp-approved", date(2025, 12, 31), 3_565, 132_268),
        (7, "prp-approved", date(2024, 1, 31), 291, 5_400),
        (7, "prp-approved", date(2025, 12, 31), 400, 7_262),
        (8, "nifs-approved", date(2024, 1, 31), 32, 2_470),
        (8, "nifs-approved", date(2025, 12, 31), 61, 3_631),
        (13, "nias-approved", date(2025, 12, 31), 1, 1_925),
    ],
)
def test_the_published_tables_answer_by_name(number: int, name: str, as_at: date, count: int, tenths_of_million: int) -> None:
    given = _given(name, as_at)
    assert (given.count, given.amount_cents) == (count, tenths_of_million * M // 10), f"published figure {number}"
    assert given.source and not given.is_earlier and not given.stated


@pytest.mark.parametrize(
    ("number", "name", "as_at", "says"),
    [
        (9, "nifs-supported", date(2024, 7, 15), {"supported": ("", 43), "lines": ("", 68)}),
        (9, "nifs-supported", date(2025, 7, 30), {"supported": ("", 66), "lines": ("over", 100)}),
        (
            10,
            "nifs-lines-and-investment",
            date(2025, 2, 5),
            {"lines": ("over", 100), "total-cost": ("about", 1_300 * M), "private-money": ("", 930 * M)},
        ),
        (11, "smart-production-lines", date(2025, 7, 30), {"lines": ("over", 100), "lines-base": ("about", 30), "lines-target": ("", 130)}),
        (12, "nifs-processing-time", date(2025, 7, 30), {"processing-days": ("", 35), "small-share": ("about", 40)}),
        (
            13,
            "nias-announced",
            date(2025, 2, 5),
            {"projects": ("", 1), "approved-money": ("about", 200 * M), "total-cost": ("about", 600 * M)},
        ),
        (
            14,
            "raise-plus-first-batch",
            date(2024, 5, 28),
            {"applications": ("", 94), "approved": ("", 24), "approved-money": ("over", 1_000 * M)},
        ),
        (15, "raise-plus-batches", date(2025, 6, 17), {"approved": ("", 25), "approved-money": ("over", 1_000 * M)}),
        (
            16,
            "aiss-applications",
            date(2025, 6, 30),
            {"applications": ("over", 20), "approved": ("", 10), "approved-money": ("over", 300 * M)},
        ),
        (17, "aiss-applications", date(2025, 12, 24), {"applications": ("over", 30), "approved": ("nearly", 20)}),
        (17, "aisc-utilisation", date(2025, 12, 24), {"capacity-used": ("about", 80), "capacity-pflops": ("", 3_000)}),
        (18, "tvp-approvals", date(2024, 11, 30), {"approvals": ("", 37_059), "approved-money": ("about", 6_600 * M)}),
        (19, "rd-centres-projects", date(2025, 3, 31), {"running": ("", 433), "with-industry": ("", 254), "firms": ("", 473)}),
        (20, "gerd", date(2024, 12, 31), {"gerd": ("", 35_772 * M), "gerd-share": ("", Decimal("1.13")), "rd-personnel": ("", 47_210)}),
        (
            21,
            "manufacturing-value-added",
            date(2024, 12, 31),
            {"value-added": ("", 82_200 * M), "value-added-share": ("", Decimal("2.64")), "value-added-growth": ("", 7)},
        ),
        (22, "four-programmes-approved", date(2023, 12, 31), {"projects": ("over", 4_000), "approved-money": ("nearly", 14_000 * M)}),
    ],
)
def test_the_numbers_stated_answer_by_name_as_firmly_as_they_were_put(
    number: int, name: str, as_at: date, says: dict[str, tuple[str, int | Decimal]]
) -> None:
    given = _given(name, as_at)
    assert {each.measure: (each.qualifier, each.number) for each in given.stated if not each.group} == says, f"published figure {number}"
    assert given.source and given.speaks_of == as_at


def test_groups_stated_exactly_add_up_to_their_total() -> None:
    by_university = {each.group: each.number for each in _given("raise-plus-batches", date(2025, 6, 17)).stated if each.group}
    assert by_university == {"hkust": 7, "cuhk": 6, "cityu": 4, "polyu": 4, "hku": 3, "hkbu": 1}
    text = FILES["series/stated-raise-plus.toml"].replace('"hkust", "7"', '"hkust", "8"')
    with pytest.raises(parse.MalformedFile, match="do not add up") as refused:
        parse.series("series/stated-raise-plus.toml", text)
    assert "approved" in text.splitlines()[refused.value.line - 1]


def test_the_count_that_dropped_patent_grants_is_another_meaning_of_the_figure() -> None:
    before, after = _given("itf-approved", date(2016, 11, 30)), _given("itf-approved", date(2016, 12, 31))
    assert (before.count - after.count, before.version, after.version) == (1_517, "1", "2")
    assert after.amount_cents > before.amount_cents


def test_money_that_belongs_to_no_programme_stands_apart() -> None:
    part = _given("itf-approved", date(2025, 12, 31)).breakdowns[0]
    assert (part.count - part.lines_count, part.difference_cents) == (0, 178_308 * M // 10)
    assert part.difference_cents > part.allowance_cents


def test_no_number_is_completed_from_another_day() -> None:
    assert {each.measure for each in _given("gerd", date(2023, 12, 31)).stated} == {"gerd", "gerd-share"}
    assert FIGURES["figures/gerd.toml"].version_on(date(2017, 12, 30)) is None
    assert _asked("itsp-approved", date(2020, 6, 30)) == NotYetBegun(date(2024, 1, 31))


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ('"over", "100"', '"almost", "100"', "may be put as"),
        ('"gerd", "", "35772"', '"gerd", "", "35772000000"', "wrong unit"),
        ('"supported", "", "66"', '"supportd", "", "66"', "each named above"),
        ('"supported", "", "66"', '"supported", "", "66.5"', "as it was printed"),
        ('unit = "percent"', 'unit = "share"', "has a unit"),
        ('source = "lcq8-2025-07-30"', 'source = "lcq9"', "no source"),
    ],
)
def test_a_statement_that_is_wrong_is_refused_with_its_line(was: str, wrong: str, says: str) -> None:
    text = FILES["series/stated.toml"].replace(was, wrong, 1)
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        parse.series("series/stated.toml", text)
    assert refused.value.line > 1


@pytest.mark.parametrize(
    ("path", "was", "wrong", "says"),
    [
        ("figures/gerd.toml", '"gerd-share"', '"gerd-shar"', "no such measure"),
        ("figures/itsp-approved.toml", '["itsp"]\n\n[versions.beside]', '["itspp"]\n\n[versions.beside]', "no such programme"),
        ("figures/itsp-approved.toml", 'figure = "approved-by-scheme"', 'figure = "gerd"', "no figure counted over cases"),
    ],
)
def test_a_figure_that_reads_what_is_not_there_is_refused(path: str, was: str, wrong: str, says: str) -> None:
    text = FILES[path].replace(was, wrong, 1)
    assert text != FILES[path]
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        whole.check(FILES | {path: text}, READ, FIGURES | {path: parse.figure(path, text)})
    assert refused.value.file == path


def test_a_count_stands_beside_tables_alone_and_institutions_are_schemes() -> None:
    text = FILES["figures/gerd.toml"].replace(
        "[versions.definition]", '[versions.beside]\nfigure = "approved-by-scheme"\ngroups = []\n\n[versions.definition]'
    )
    with pytest.raises(parse.MalformedFile, match="not beside numbers stated") as refused:
        parse.figure("figures/gerd.toml", text)
    assert "beside" in text.splitlines()[refused.value.line - 1]
    text = FILES["figures/approved-by-scheme.toml"].replace('group_by = "scheme"', 'group_by = "stream"')
    with pytest.raises(parse.MalformedFile, match="figure grouped by scheme") as refused:
        parse.figure("figures/approved-by-scheme.toml", text)
    assert text.splitlines()[refused.value.line - 1].startswith("institutional")
    slugs = {path.name for path in (POLICY / "schemes").iterdir()}
    named = [version for figure in FIGURES.values() for version in figure.versions]
    assert {slug for version in named for slug in (*version.institutional, *(version.beside.groups if version.beside else ()))} <= slugs


def test_a_difference_is_explained_class_by_class_and_the_classes_add_up() -> None:
    version = FIGURES["figures/approved-by-scheme.toml"].versions[0]
    day = date(2024, 1, 31)
    published = Answer(day, day, "1", 32, 24_700_000_000, (), rounding_cents=5_000_000)
    own = answer.of_groups(version, [("nifs", 29, 24_104_000_000), ("itsp", 3, 7)], day)
    with_ended = answer.of_groups(version, [("nifs", 31, 24_504_000_000), ("itsp", 3, 7)], day)
    found = answer.compared(published, Beside("approved-by-scheme", ("nifs",)), own, with_ended)
    assert (found.count, found.amount_cents) == (29, 24_104_000_000)
    assert found.classes == (Class("withdrawn", -2, -400_000_000), Class("definition", -1, -196_000_000))
    assert sum(each.count for each in found.classes) == found.count - published.count
    assert sum(each.amount_cents for each in found.classes) == found.amount_cents - published.amount_cents
    exact = answer.of_groups(version, [("nifs", 32, 24_696_000_000)], day)
    assert answer.compared(published, Beside("approved-by-scheme", ("nifs",)), exact, exact).classes == (Class("rounding", 0, -4_000_000),)


def test_the_money_of_institutions_is_a_class_of_its_own_beside_a_whole_table() -> None:
    version = FIGURES["figures/approved-by-scheme.toml"].versions[0]
    day = date(2025, 12, 31)
    published = _given("itf-approved", day)
    beside = FIGURES["figures/itf-approved.toml"].versions[-1].beside
    assert beside and published.apart_cents == 178_308 * M // 10
    own = answer.of_groups(version, [("itsp", 5, 700 * M), ("state-key-laboratories", 2, 40 * M), ("innohk", 3, 900 * M)], day)
    found = answer.compared(published, beside, own, own, version.institutional)
    assert (found.count, found.amount_cents) == (7, 740 * M)
    assert found.classes[0] == Class("institutional", 2, 40 * M - 178_308 * M // 10)
    assert found.classes[1:] == (Class("definition", 5 - 82_133, 700 * M - (55_6825 - 17_8308) * M // 10),)
    sums = answer.kinds(own, version.institutional)
    assert sums and (sums.project.count, sums.project.amount_cents) == (5, 700 * M)
    assert (sums.institutional.count, sums.institutional.amount_cents) == (5, 940 * M)
    assert _given("itf-approved", date(2024, 1, 31)).apart_cents is None


def test_what_ended_is_found_by_the_same_count_without_its_endings() -> None:
    version = FIGURES["figures/approved-by-scheme.toml"].versions[0]
    declined = {"scheme": "nifs", "approved_on": date(2024, 1, 3), "withdrawn_on": date(2024, 1, 20), "approved_cents": 5, "is_test": False}
    day = date(2024, 1, 31)
    assert answer.counted(version, [declined], day).count == 0
    assert answer.counted(answer.kept_endings(version), [declined], day).count == 1
    with pytest.raises(TypeError):
        answer.kept_endings(FigureVersion("1", day, Text(), FIGURES["figures/gerd.toml"].versions[0].reads))


def test_every_figure_reads_what_there_is_and_every_series_is_read() -> None:
    whole.check(FILES, READ, FIGURES)
    read = {version.reads.series for figure in FIGURES.values() for version in figure.versions if not isinstance(version.reads, FromSheet)}
    assert read == set(SERIES)
    assert all(isinstance(each, Series | Statements) for each in SERIES.values())


@pytest.mark.parametrize("read", [each for each in SERIES.values() if isinstance(each, Statements)], ids=lambda each: each.name)
def test_what_a_series_names_is_stated_in_it(read: Statements) -> None:
    values = [value for table in read.tables for value in table.values]
    assert read.measures.keys() == {value.measure for value in values}
    assert read.groups.keys() == {value.group for value in values if value.group}
    used = {table.source.id for table in read.tables}
    assert {heading.removeprefix("[sources.").removesuffix("]") for heading in _headings(read.name) if "[sources." in heading} == used


def _headings(name: str) -> list[str]:
    return [line for line in FILES[f"series/{name}.toml"].splitlines() if line.startswith("[")]
