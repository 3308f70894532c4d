"""Over the extract DuckDB gives what PostgreSQL gives: every figure, at any day and seal, whatever was corrected, withdrawn or redefined.

For example a withdrawal of May, learned in July and corrected in August, counted from the files a server's analyst takes home.
"""

import json
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from millrace.core.figures.definition import FromSheet
from millrace.core.figures.series import Series
from millrace.core.refusal import Refusal
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import extract, queries
from millrace.stages.learn.fold_test import FIRST, NOON, events
from millrace.stages.plan import figures

POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
DAYS = (FIRST, FIRST + timedelta(5), FIRST + timedelta(12))


def published(make: Any, **altered: str) -> None:
    files = {f"{kind}/{path.name}": path.read_text() for kind in ("figures", "series") for path in (POLICY / kind).glob("*.toml")}
    figures.publish_figures(files | altered, by=make.person(), at=NOON, command=uuid.uuid4())
    sealer.seal(NOON)
    sheet.project()


def lived(make: Any, life: list[tuple[int, int, dict[str, Any], bool]]) -> list[Any]:
    by, cases = make.person(), [make.case() for _ in range(3)]
    for place, (which, offset, saying, is_sealed) in enumerate(life):
        with transaction.atomic():
            fields = {"command": uuid.uuid4(), "by": by, "at": NOON, "case": cases[which], "facts": {}}
            timeline.record("scheme_version_published", sheet=saying, sheet_from=FIRST + timedelta(offset), **fields)
        if is_sealed or place == len(life) - 1:
            sealer.seal(NOON)
            sheet.project()
    return cases


def opened(folder: Path) -> Any:
    duck = duckdb.connect(config={"file_search_path": str(folder), "threads": 1})
    duck.execute((folder / "figures.sql").read_text())
    return duck


def written(folder: Path, seal: Seal | None = None) -> tuple[Any, extract.Extracted]:
    folder.mkdir()
    told = extract.write(folder, seal or queries.last_seal())
    return opened(folder), told


def from_files(duck: Any, name: str, day: date, number: int) -> list[tuple[Any, ...]]:
    asked = f"FROM \"{name}\"(DATE '{day}', {number})"
    return [(part, number, put_as, amount) for part, number, put_as, amount in duck.execute(asked).fetchall()]


def from_database(given: queries.Given) -> list[tuple[Any, ...]]:
    """What the program answers, laid out as the extract's macros lay it out."""
    told = given.answer
    if told.stated:
        assert given.series and not isinstance(given.series, Series)
        is_money = {each.measure: given.series.measures[each.measure].unit == "money" for each in told.stated}
        rows = [(f"{each.measure}/{each.group}" if each.group else each.measure, each) for each in told.stated]
        return sorted(
            (part, None if is_money[each.measure] else each.number, each.qualifier, int(each.number) if is_money[each.measure] else None)
            for part, each in rows
        )
    lines = [(line.key or "none", line.count, "", line.amount_cents) for part in told.breakdowns[:1] for line in part.lines]
    return sorted([("-", told.count, "", told.amount_cents), *lines])


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=events)
def test_every_own_figure_is_the_same_from_the_files_at_any_day_and_seal(
    make: Any, tmp_path_factory: pytest.TempPathFactory, life: list[tuple[int, int, dict[str, Any], bool]]
) -> None:
    if not sealer.last_number():
        published(make)
    before = sealer.last_number()
    lived(make, life)
    duck, _told = written(tmp_path_factory.mktemp("extract") / "files")
    own = [name for name, figure in queries.known_now().figures.items() if isinstance(figure.versions[-1].reads, FromSheet)]
    assert len(own) >= 9
    for number in {before, (before + sealer.last_number()) // 2, sealer.last_number()}:
        seal = Seal.objects.get(number=number)
        for name in own:
            for day in DAYS:
                asked = queries.ask(name, as_at=day, seal=seal)
                assert from_files(duck, name, day, number) == from_database(asked), (name, day, number)


def test_every_published_figure_is_the_same_from_the_files(make: Any, tmp_path: Path) -> None:
    published(make)
    last = queries.last_seal()
    duck, told = written(tmp_path / "files")
    answered = 0
    for name in queries.known_now().figures:
        for day in (date(2021, 3, 31), date(2024, 1, 31), date(2024, 3, 27), date(2025, 7, 30), date(2026, 9, 30)):
            try:
                asked = queries.ask(name, as_at=day, seal=last)
            except Refusal:
                continue
            answered += 1
            assert from_files(duck, name, day, last.number) == from_database(asked), (name, day)
    assert answered > 80
    assert told.rows["series"] > 50 and told.rows["statements"] > 30
    assert duck.execute("SELECT count(*) FROM series").fetchone() == (told.rows["series"],)


SAID = {"scheme": "nifs", "approved_cents": 5, "approved_on": "2026-01-03", "unit": "HKD", "partner_places": ["a", "b c"], "sector": ""}


def told_case(make: Any, **more: Any) -> Any:
    case = make.case()
    fields = {"command": uuid.uuid4(), "by": make.person(), "at": NOON, "case": case, "facts": {}}
    timeline.record("case_corrected", sheet={**SAID, **more}, sheet_from=FIRST, **fields)
    return case


def test_a_figure_redefined_answers_by_the_definition_known_at_the_seal(make: Any, tmp_path: Path) -> None:
    published(make)
    told_case(make, withdrawn_on="2026-01-04")
    sealer.seal(NOON)
    before = sheet.project()
    text = (POLICY / "figures" / "approved-by-scheme.toml").read_text()
    published(make, **{"figures/approved-by-scheme.toml": text.replace('    { column = "withdrawn_on", not_by_as_at = true },\n', "")})
    duck, _told = written(tmp_path / "files")
    after = sealer.last_number()
    assert from_files(duck, "approved-by-scheme", DAYS[2], before) == [("-", 0, "", 0)]
    assert from_files(duck, "approved-by-scheme", DAYS[2], after) == [("-", 1, "", 5), ("nifs", 1, "", 5)]
    for number, seal in ((before, Seal.objects.get(number=before)), (after, None)):
        asked = queries.ask("approved-by-scheme", as_at=DAYS[2], seal=seal)
        assert from_files(duck, "approved-by-scheme", DAYS[2], number) == from_database(asked)


def test_measures_of_cases_are_added_up_from_the_files_too(make: Any, tmp_path: Path) -> None:
    published(make)
    agreed = {"agreed_on": "2026-01-03"}
    told_case(make, **agreed, measures={"production_lines": 2, "jobs": 31})
    told_case(make, **agreed, measures={"jobs": 4})
    told_case(make, **agreed, scheme="nias", measures={"production_lines": 0})
    sealer.seal(NOON)
    number = sheet.project()
    duck, _told = written(tmp_path / "files")
    for name, whole in (("production-lines-set-up", 2), ("jobs-created", 35)):
        asked = queries.ask(name, as_at=DAYS[2])
        assert from_files(duck, name, DAYS[2], number) == from_database(asked) == [("-", whole, "", 0), ("nifs", whole, "", 0)]
    behind = duck.execute("""SELECT number FROM "jobs-created cases"($day, $number) ORDER BY 1""", {"day": DAYS[2], "number": number})
    assert behind.fetchall() == [(4,), (31,)]


def test_a_question_the_extract_cannot_answer_is_refused_in_words(make: Any, tmp_path: Path) -> None:
    published(make)
    duck, _told = written(tmp_path / "files")
    last = sealer.last_number()
    with pytest.raises(duckdb.InvalidInputException, match=f"ends at seal {last}"):
        from_files(duck, "approved-by-scheme", DAYS[2], last + 1)
    with pytest.raises(duckdb.InvalidInputException, match="had no definition for that day"):
        from_files(duck, "approved-by-scheme", date(2020, 7, 26), last)
    with pytest.raises(duckdb.InvalidInputException, match="had no definition for that day"):
        from_files(duck, "approved-by-scheme", DAYS[2], 0)


def test_an_extract_up_to_an_earlier_seal_knows_nothing_later_and_is_the_same_later(make: Any, tmp_path: Path) -> None:
    published(make)
    case = told_case(make)
    sealer.seal(NOON)
    sheet.project()
    seal = queries.last_seal()
    duck, told = written(tmp_path / "before", seal)
    fields = {"command": uuid.uuid4(), "by": make.person(), "at": NOON, "case": case, "facts": {}}
    timeline.record("case_corrected", sheet={"approved_cents": 4}, sheet_from=FIRST, **fields)
    sealer.seal(NOON)
    sheet.project()
    again, told_again = written(tmp_path / "after", seal)
    assert told == told_again
    for table in extract.COLUMNS:
        assert duck.execute(f"FROM {table} ORDER BY ALL").fetchall() == again.execute(f"FROM {table} ORDER BY ALL").fetchall()
    rows = duck.execute('SELECT "case", approved_cents, known_before, partner_places, sector, stream, screened_on FROM sheet').fetchall()
    assert rows == [(case.pk, 5, None, ["a", "b c"], "", "", None)]
    assert duck.execute("SELECT seal_at(TIMESTAMPTZ '2100-01-01 00:00+00')").fetchone() == (seal.number,)


def test_it_is_labelled_as_the_funders_own_and_holds_no_words_of_anyone_and_no_test(make: Any, tmp_path: Path) -> None:
    published(make)
    case, tried = told_case(make), told_case(make, is_test=True)
    type(case).every.filter(pk=case.pk).update(title="A secret title")
    type(case).every.filter(pk=tried.pk).update(is_test=True)
    sealer.seal(NOON)
    sheet.project()
    duck, told = written(tmp_path / "files")
    assert told.withheld == {"test of rules": 1}
    assert duck.execute("FROM cases").fetchall() == [(case.pk, case.reference)]
    assert duck.execute('SELECT DISTINCT "case" FROM sheet').fetchall() == [(case.pk,)]
    assert duck.execute('SELECT kind, "case" FROM seals ORDER BY number DESC LIMIT 2').fetchall() == [
        (None, None),
        ("case_corrected", case.pk),
    ]
    about = json.loads((tmp_path / "files" / "extract.json").read_text())
    assert about["audience"].startswith("the funder's own") and about["seal"] == sealer.last_number()
    labels = duck.execute("FROM parquet_kv_metadata(?)", [str(tmp_path / "files" / "sheet.parquet")]).fetchall()
    assert ("audience", extract.AUDIENCE.encode()) in [(key.decode() if isinstance(key, bytes) else key, value) for _, key, value in labels]
    names = (b"secret title", case.lead.name.encode(), case.opened_by.email.encode())
    values = [str(row).encode() for table in extract.COLUMNS for row in duck.execute(f"FROM {table}").fetchall()]
    assert not [name for name in names if any(name in value for value in values)]


def test_the_cases_behind_a_figure_and_what_changed_are_asked_of_the_files(make: Any, tmp_path: Path) -> None:
    published(make)
    case = told_case(make)
    sealer.seal(NOON)
    before = sheet.project()
    fields = {"command": uuid.uuid4(), "by": make.person(), "at": NOON, "case": case, "facts": {}}
    timeline.record("case_corrected", sheet={"approved_cents": 4}, sheet_from=FIRST, **fields)
    sealer.seal(NOON)
    after = sheet.project()
    duck, _told = written(tmp_path / "files")
    changed = duck.execute(
        f"""SELECT reference, was.amount_cents, now.amount_cents FROM "approved-by-scheme cases"(DATE '2026-01-13', {before}) was
              FULL JOIN "approved-by-scheme cases"(DATE '2026-01-13', {after}) now USING ("case") JOIN cases USING ("case")
             WHERE (was.part, was.amount_cents) IS DISTINCT FROM (now.part, now.amount_cents)"""  # noqa: S608  # numbers
    ).fetchall()
    assert changed == [(case.reference, 5, 4)]


def test_one_that_fails_on_the_way_says_so(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(make)
    (tmp_path / "files").mkdir()
    monkeypatch.setitem(extract.COLUMNS, "cases", {"case": "DATE", "reference": "VARCHAR"})
    told_case(make)
    sealer.seal(NOON)
    sheet.project()
    with pytest.raises(OSError, match="case"):
        extract.write(tmp_path / "files", queries.last_seal())
    with transaction.atomic(), pytest.raises(Exception, match="boom"):
        monkeypatch.setattr(extract, "_SHEET", "SELECT 1/0 -- boom")
        extract.write(tmp_path / "files", queries.last_seal())
