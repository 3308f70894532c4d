"""The figures of the reply of 27 March 2024, read from the policy files that ship, and what those files may not say."""

from datetime import date
from pathlib import Path

import pytest

from millrace.core.figures import answer, parse, series
from millrace.core.figures.answer import Answer, NotYetBegun
from millrace.core.figures.definition import Figure
from millrace.core.figures.series import Series

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"


def _tables(name: str) -> Series:
    read = parse.series(f"series/{name}.toml", (POLICY / "series" / f"{name}.toml").read_text())
    assert isinstance(read, Series)
    return read


ITF = _tables("itf-approved")
MILLION = 100_000_000


def _figure(name: str) -> Figure:
    return parse.figure(f"figures/{name}.toml", (POLICY / "figures" / f"{name}.toml").read_text())


def _asked(as_at: date) -> Answer | NotYetBegun:
    version = _figure("mainland-collaboration-approved").version_on(as_at)
    assert version
    return series.answer(version, ITF, as_at)


def _given(as_at: date) -> Answer:
    found = _asked(as_at)
    assert isinstance(found, Answer)
    return found


@pytest.mark.parametrize(
    ("as_at", "count", "tenths_of_million"),
    [(date(2024, 1, 31), 472, 12128), (date(2025, 12, 31), 607, 14322)],
)
def test_the_figure_given_to_the_legislature(as_at: date, count: int, tenths_of_million: int) -> None:
    given = _given(as_at)
    assert (given.count, given.amount_cents) == (count, tenths_of_million * MILLION // 10)
    assert given.source and given.source.quality == "primary" and not given.is_earlier


def test_between_two_tables_the_last_one_answers_and_says_so() -> None:
    given = _given(date(2025, 6, 30))
    assert (given.count, given.speaks_of, given.is_earlier) == (472, date(2024, 1, 31), True)


def test_before_the_first_table_there_is_no_answer_but_the_first_day() -> None:
    assert _asked(date(2024, 1, 30)) == NotYetBegun(date(2024, 1, 31))


def test_the_sectors_of_one_programme_differ_from_its_total_by_rounding_alone() -> None:
    sectors = next(each for each in _given(date(2024, 1, 31)).breakdowns if each.of == "mhkjfs")
    assert (sectors.count, sectors.lines_count) == (92, 92)
    assert (sectors.amount_cents, sectors.lines_amount_cents) == (1816 * MILLION // 10, 1815 * MILLION // 10)
    assert abs(sectors.difference_cents) <= sectors.allowance_cents


def test_the_counts_of_the_whole_table_add_up_and_its_money_holds_more() -> None:
    table = ITF.tables[-1]
    total, rows = table.total_of(""), [row for row in table.rows if row.programme]
    assert total and sum(row.count for row in rows) == total.count == 82_133
    assert total.amount_cents - sum(row.amount_cents for row in rows) == 178_308 * MILLION // 10


def test_own_cases_are_counted_by_the_day_and_without_those_withdrawn() -> None:
    version = _figure("approved-by-scheme").version_on(date(2024, 6, 30))
    assert version
    approved = {"scheme": "nifs", "approved_on": date(2024, 6, 3), "withdrawn_on": None, "approved_cents": 500, "is_test": False}
    later = approved | {"approved_on": date(2024, 7, 1)}
    declined = approved | {"withdrawn_on": date(2024, 6, 20)}
    other = approved | {"scheme": "raise-plus", "approved_cents": 9}
    found = answer.counted(version, [approved, later, declined, other, approved | {"is_test": True}], date(2024, 6, 30))
    assert [(line.key, line.count, line.amount_cents) for line in found.breakdowns[0].lines] == [("nifs", 1, 500), ("raise-plus", 1, 9)]
    assert (found.count, found.amount_cents) == (2, 509)


def test_received_processed_signed_in_force_and_ended_are_separate_counts() -> None:
    day = date(2024, 6, 30)
    names = ("received", "processed", "supported", "approved", "agreed", "in-force", "withdrawn", "terminated", "completed")
    life = {"scheme": "nifs", "is_test": False, "received_on": date(2024, 1, 2), "requested_cents": 9}
    refused = life | {"refused_on": date(2024, 2, 1)}
    supported = life | {"supported_on": date(2024, 2, 1)}
    agreed = supported | {"approved_on": date(2024, 3, 1), "approved_cents": 5, "agreed_on": date(2024, 4, 1)}
    ended = [agreed | {"terminated_on": day}, agreed | {"completed_on": day, "closed_on": day, "paid_cents": 4}]
    declined = supported | {"approved_on": date(2024, 3, 1), "approved_cents": 5, "withdrawn_on": date(2024, 4, 2)}
    cases = [life, refused, supported, agreed, *ended, declined, agreed | {"is_test": True}, life | {"received_on": date(2024, 7, 1)}]
    found = {name: answer.counted(_figure(f"{name}-by-scheme").versions[-1], cases, day) for name in names}
    counts = {name: each.count for name, each in found.items()}
    wanted = (7, 6, 5, 3, 3, 1, 1, 1, 1)
    assert counts == dict(zip(names, wanted, strict=True))
    assert (found["completed"].amount_cents, found["in-force"].amount_cents, found["processed"].amount_cents) == (4, 5, 54)


def test_a_measure_is_added_up_in_place_of_the_cases_and_a_group_of_nothing_is_no_line() -> None:
    day = date(2024, 6, 30)
    agreed = {"scheme": "nifs", "agreed_on": date(2024, 4, 1), "is_test": False, "measures": {"production_lines": 2, "jobs": 30}}
    cases = [
        agreed,
        agreed | {"measures": {"production_lines": 1}},
        agreed | {"measures": {}},
        agreed | {"scheme": "nias", "measures": {"production_lines": 0}},
        agreed | {"agreed_on": date(2024, 7, 1)},
    ]
    found = {name: answer.counted(_figure(name).versions[-1], cases, day) for name in ("production-lines-set-up", "jobs-created")}
    assert [(line.key, line.count) for line in found["production-lines-set-up"].breakdowns[0].lines] == [("nifs", 3)]
    assert (found["jobs-created"].count, found["jobs-created"].amount_cents) == (30, 0)


def test_drift_names_each_group_that_changed() -> None:
    version = _figure("approved-by-scheme").versions[0]
    before = answer.of_groups(version, [("nifs", 2, 30), ("raise-plus", 1, 5)], date(2024, 6, 30))
    after = answer.of_groups(version, [("nifs", 1, 10), ("raise-plus", 1, 5), ("nias", 1, 7)], date(2024, 6, 30))
    assert [(each.key, each.count_before, each.count_after) for each in answer.drift(before, after)] == [("nias", 0, 1), ("nifs", 2, 1)]


SERIES_TEXT = (POLICY / "series" / "itf-approved.toml").read_text()
FIGURE_TEXT = (POLICY / "figures" / "approved-by-scheme.toml").read_text()


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ('["mhkjfs", "", 92, "181.6"]', '["mhkjfs", "", 92, "191.6"]', "add up to"),
        ('["mhkjfs", "", 92, "181.6"]', '["mhkjfs", "", 93, "181.6"]', "add up to"),
        ('["nifs", "", 32, "247.0"]', '["nifs", "", 32, "247,000,000"]', "wrong unit"),
        ('["nifs", "", 32, "247.0"]', '["nifs", "", -32, "247.0"]', "a count is 0 or more"),
        ('["nifs", "", 32, "247.0"]', '["nifs", "", true, "247.0"]', "a row is"),
        ('["itsp", "", 3231, "11,893.6"]', '["itsp", "", 93231, "11,893.6"]', "more than its total"),
        ('["itsp", "", 3231, "11,893.6"]', '["itsp", "", 3231, "71,893.6"]', "more than its total"),
        ('["itsp", "", 3565, "13,226.8"]', '["itsp", "", 3564, "13,226.8"]', "less than its total.*add the missing row"),
        ('complete = ["count"]', 'complete = ["count", "amount"]', "less than its total"),
        ('complete = ["count"]', 'complete = ["money"]', "lists which of amount and count"),
        ('["nifs", "", 32, "247.0"]', '["nif", "", 32, "247.0"]', "not named above"),
        ('["nifs", "", 32, "247.0"]', '["nifs", "", 32, 247.0]', "as it was printed"),
        ('source = "itf-statview104"', 'source = "somewhere"', "no source"),
        ("as_at = 2025-12-31", "as_at = 2024-01-31", "different versions"),
        ('quality = "primary"', 'quality = "certain"', "“quality” is one of"),
        ("[programmes]", "[programmes", "not TOML"),
    ],
)
def test_a_series_that_is_wrong_is_refused_with_its_line(was: str, wrong: str, says: str) -> None:
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        parse.series("series/itf-approved.toml", SERIES_TEXT.replace(was, wrong, 1))
    assert refused.value.file == "series/itf-approved.toml" and refused.value.line >= 1


MEASURED = (POLICY / "figures" / "jobs-created.toml").read_text()


@pytest.mark.parametrize(
    ("of", "was", "wrong", "says", "line_has"),
    [
        (FIGURE_TEXT, 'column = "withdrawn_on"', 'column = "witdrawn_on"', "no column", "witdrawn_on"),
        (FIGURE_TEXT, "not_by_as_at = true", "not_by_asat = true", "is not known here", "not_by_asat"),
        (FIGURE_TEXT, 'group_by = "scheme"', 'group_by = "approved_on"', "to group by", "group_by"),
        (FIGURE_TEXT, 'amount = "approved_cents"', 'amount = "scheme"', "not a column of money", "amount"),
        (FIGURE_TEXT, "is = false", 'is = "no"', "not true or false", "is_test"),
        (MEASURED, "each_is_public = true", "each_is_public = false", "cases that are each public", "adds_up"),
        (MEASURED, 'adds_up = "jobs"', 'adds_up = "Jobs; DROP"', "small letters", "adds_up"),
        (MEASURED, 'adds_up = "jobs"', 'adds_up = "jobs"\namount = "paid_cents"', "not both", "amount"),
        (MEASURED, 'adds_up = "jobs"', "adds_up = 2", "adds_up", "adds_up"),
    ],
)
def test_a_figure_that_is_wrong_is_refused_with_its_line(of: str, was: str, wrong: str, says: str, line_has: str) -> None:
    text = of.replace(was, wrong, 1)
    with pytest.raises(parse.MalformedFile, match=says) as refused:
        parse.figure("figures/approved-by-scheme.toml", text)
    assert line_has in text.splitlines()[refused.value.line - 1]
