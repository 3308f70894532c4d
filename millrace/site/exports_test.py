"""What outsiders take away is what is public, and their own checkers accept it — and refuse it once spoilt."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import uuid
from argparse import Namespace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from millrace.core import open_awards
from millrace.core.refusal import Refusal
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal
from millrace.site import exports
from millrace.stages.call.models import Call
from millrace.stages.learn import extract, open_data
from millrace.stages.plan import figures

HERE = Path(__file__).parents[2]
POLICY = HERE / "policies" / "hong-kong"
STANDARD = HERE.parent / "shared" / "standards" / "360giving-1.4.3"
FRICTIONLESS = Path(sys.executable).with_name("frictionless")
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = date(2026, 3, 31)
FLATTEN_TOOL = Path(sys.executable).with_name("flatten-tool")


@pytest.fixture
def schema() -> dict[str, Any]:
    """The standard's own schema of a grant. Without it a test is skipped at a desk and fails in CI."""
    file = STANDARD / "360-giving-schema.json"
    if not file.exists():
        sentence = f"The schemas of 360Giving 1.4.3 are not beside this repository: {STANDARD} is missing."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def checker(schema: dict[str, Any]) -> Any:
    """The schema names a dialect that no registry knows; its days need the formats of 2020-12 asserted."""
    known = schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return jsonschema_rs.Draft202012Validator(known, validate_formats=True)


class Told:
    """Three awards (one in hours, one whose title a spreadsheet would run) and three cases that are not public."""

    def __init__(self, make: Any) -> None:
        self.by = make.person(powers=("policy",))
        files = {f"{kind}/{path.name}": path.read_text() for kind in ("figures", "series") for path in (POLICY / kind).glob("*.toml")}
        figures.publish_figures(files, by=self.by, at=NOON, command=uuid.uuid4())
        version = SchemeVersion.objects.filter(scheme="nifs").first()
        Call.objects.create(scheme="nifs", code=Call.ALL_YEAR, announced_by=version, opens_at=NOON)
        self.cases = {
            "agreed": self.case(make, "in_force", title="智能生產線 for boards, with “quotes”"),
            "formula": self.case(make, "closed", title="=1+1", paid_cents=12_345, completed_on="2026-03-20"),
            "hours": self.case(make, "in_force", unit="gpu_hours", approved_cents=500),
            "asked": self.case(make, "submitted", approved_on=None, agreed_on=None, approved_cents=0),
            "refused": self.case(make, "refused", approved_on=None, agreed_on=None, approved_cents=0),
            "tried": self.case(make, "in_force", is_test=True),
        }
        sealer.seal(NOON)
        sheet.project()
        self.seal = Seal.objects.order_by("-number")[0]

    def case(self, make: Any, status: str, *, title: str = "A line", unit: str = "HKD", **said: Any) -> Any:
        case = make.case(scheme="nifs", status=status)
        type(case).every.filter(pk=case.pk).update(title=title)
        days = {"received_on": "2026-01-05", "approved_on": "2026-03-10", "agreed_on": "2026-03-12"}
        values = {"scheme": "nifs", "version": "v2", "status": status, "unit": unit, "approved_cents": 1_000_050, **days, **said}
        fields = {"command": uuid.uuid4(), "by": self.by, "at": NOON, "case": case, "facts": {"corrected_kind": ""}}
        timeline.record("case_corrected", sheet=values, sheet_from=date(2026, 1, 5), **fields)
        return case

    def references(self, *names: str) -> set[str]:
        return {self.cases[name].reference for name in names}


@pytest.fixture
def told(hong_kong: Any, make: Any) -> Told:
    return Told(make)


def _package(told: Told) -> tuple[dict[str, Any], open_data.Written]:
    file = io.StringIO()
    written = open_data.write_360giving(file, DAY, told.seal)
    return json.loads(file.getvalue()), written


def test_only_what_the_register_makes_public_is_written_and_the_rest_is_counted_by_rule(told: Told) -> None:
    package, written = _package(told)
    assert {each["id"].removeprefix("360G-hong-kong-") for each in package["grants"]} == told.references("agreed", "formula")
    assert written.rows == 2 and written.withheld == {"no agreement in force": 2, "not in money": 1}
    assert written.in_words() == "2 written, 3 withheld by rule: 2 (no agreement in force), 1 (not in money)."
    paid = next(each for each in package["grants"] if each["title"].endswith("=1+1"))
    assert (paid["amountAwarded"], paid["amountDisbursed"], paid["currency"]) == (10_000.5, 123.45, "HKD")


def test_a_day_without_awards_is_refused_in_words(told: Told) -> None:
    with pytest.raises(Refusal, match="No award in money"):
        open_data.write_360giving(io.StringIO(), date(2025, 12, 31), told.seal)


def test_the_standards_own_schema_accepts_it_and_refuses_it_spoilt(told: Told, schema: dict[str, Any]) -> None:
    check = checker(schema)
    package, _written = _package(told)
    assert all(check.is_valid(each) for each in package["grants"])
    grant = package["grants"][0]
    for spoilt in (
        {key: value for key, value in grant.items() if key != "amountAwarded"},
        grant | {"awardDate": "10 March 2026"},
        grant | {"currency": "HK$"},
        grant | {"recipientOrganization": []},
    ):
        assert not check.is_valid(spoilt)


def test_the_flat_file_has_the_standards_own_column_titles_and_the_same_grants(told: Told, schema: dict[str, Any]) -> None:
    def titled(title: str) -> tuple[str | int, ...]:
        first, _, second = title.partition(":")
        name = next(name for name, field in schema["properties"].items() if field.get("title", name.title()) == first)
        if not second:
            return (name,)
        part = schema["$defs"][schema["properties"][name]["items"]["$ref"].rsplit("/", 1)[-1]]["properties"]
        return (name, 0, next(inner for inner, field in part.items() if field.get("title") == second))

    assert [titled(title) for title, _path in open_awards.COLUMNS] == [path for _title, path in open_awards.COLUMNS]
    file = io.StringIO()
    assert open_data.write_flat(file, DAY, told.seal).rows == 2
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    package, _written = _package(told)
    assert [row["Identifier"] for row in rows] == [each["id"] for each in package["grants"]]
    assert {row["Amount Awarded"] for row in rows} == {"10000.5"}
    assert {row["Title"] for row in rows} == {"智能生產線 for boards, with “quotes”", "'=1+1"}


def unflattened(text: str, folder: Path) -> list[dict[str, Any]]:
    """What the standard's own tool makes of a flat file."""
    (folder / "flat").mkdir(exist_ok=True)
    (folder / "flat" / "grants.csv").write_text(text, "utf-8")
    how = ["--root-list-path", "grants", "--schema", STANDARD / "360-giving-schema.json", "--convert-titles", "-o", folder / "back.json"]
    done = subprocess.run(
        [FLATTEN_TOOL, "unflatten", folder / "flat", "-f", "csv", *how], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads((folder / "back.json").read_text("utf-8"))["grants"])


def test_the_standards_own_tool_makes_the_same_grants_of_the_flat_file(told: Told, schema: dict[str, Any], tmp_path: Path) -> None:
    file, check = io.StringIO(), checker(schema)
    open_data.write_flat(file, DAY, told.seal)
    back = unflattened(file.getvalue(), tmp_path)
    package, _written = _package(told)
    for grant in package["grants"]:
        grant["title"] = grant["title"].replace("=1+1", "'=1+1")  # as a cell that no spreadsheet runs
    assert back == package["grants"] and all(check.is_valid(each) for each in back)
    spoilt = unflattened(file.getvalue().replace("Amount Awarded", "Amount", 1), tmp_path)
    assert not any(check.is_valid(each) for each in spoilt)


def test_a_checker_of_data_packages_accepts_the_folder_and_refuses_it_spoilt(told: Told, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    said = exports._package(folder, DAY, told.seal)
    assert said.startswith("3 awards, ") and said.endswith("6 withheld by rule: 2 (no agreement in force), 4 (small number of cases).")
    rows = list(csv.DictReader((folder / "awards.csv").open(encoding="utf-8")))
    assert {row["reference"] for row in rows} == told.references("agreed", "formula", "hours")
    assert {(row["unit"], row["approved"]) for row in rows} == {("HKD", "10000.5"), ("gpu_hours", "500")}

    def checked(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([FRICTIONLESS, "validate", path / "datapackage.json"], capture_output=True, text=True, check=False)

    good = checked(folder)
    assert good.returncode == 0, good.stdout + good.stderr
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    text = (spoilt / "awards.csv").read_text("utf-8")
    (spoilt / "awards.csv").write_text(text.replace("2026-03-10", "10 March", 1), "utf-8")
    assert checked(spoilt).returncode == 1
    again = tmp_path / "twice"
    shutil.copytree(folder, again)
    (again / "awards.csv").write_text(text + text.splitlines(keepends=True)[1], "utf-8")
    assert checked(again).returncode == 1


def test_a_file_cut_short_never_takes_its_name(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(open_data, "lines", broken)
    with pytest.raises(OSError, match="No space"):
        exports._package(tmp_path / "records", DAY, told.seal)
    with pytest.raises(Refusal):
        exports._awards(tmp_path / "awards.json", date(2025, 12, 31), told.seal)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "records").mkdir()
    with pytest.raises(exports.homes.HomeRefused, match="exists already"):
        exports._package(tmp_path / "records", DAY, told.seal)


def test_a_bundle_of_a_figure_as_at_a_day_to_come_is_refused_and_not_written(told: Told, tmp_path: Path) -> None:
    asked = {"kind": "figure", "name": "nifs-approved", "output": tmp_path / "bundle.zip", "as_known": None}
    with pytest.raises(Refusal) as refused:
        exports.bundle(Namespace(**asked, as_at=date(2999, 1, 1)))
    assert (refused.value.code, refused.value.status) == ("day-not-come", 422) and list(tmp_path.iterdir()) == []
    assert exports.bundle(Namespace(**asked, as_at=DAY)) == 0


def test_a_part_of_few_cases_is_named_without_its_number_and_counted(told: Told) -> None:
    written = open_data.Written()
    tables = {name: list(rows) for name, _title, _columns, _key, rows in open_data.tables(DAY, told.seal, written)}
    rows = [row[4:9] for row in tables["figures"] if row[0] == "approved-by-scheme"]
    assert rows == [["nifs", "", "withheld", "", ""], ["-", "", "withheld", "", ""]]  # three cases in all
    assert written.withheld[open_data.SMALL_NUMBER] == sum(row[6] == "withheld" for row in tables["figures"])
    agreed = [row[4:6] for row in tables["figures"] if row[0] == "agreed-by-scheme"]
    assert agreed == [["-", "3"], ["nifs", "3"]]  # each is in the register by itself


def test_every_bulk_table_that_is_public_stands_in_the_package_with_rows(told: Told) -> None:
    rows = {name: list(found) for name, _title, _columns, _key, found in open_data.tables(DAY, told.seal, open_data.Written())}
    assert set(rows) == {"awards", "figures", "series", "schemes", "rules", "calls", "statements", "replies", "seals"}
    assert not [name for name in rows if not rows[name] and name != "replies"]
    nifs = {row[2]: row for row in rows["rules"] if row[:2] == ["nifs", "v1"]}
    assert nifs and all(row[6] and row[8].startswith("https://") for row in nifs.values() if row[7] == "true")
    assert rows["calls"] == [["nifs", "all-year", "2026-03-02T04:00:00Z", ""]]
    assert rows["seals"][-1][:2] == ["2026-03-02", str(told.seal.number)]
    assert list({row[0] for row in rows["statements"] if row[5] == "frontier"}) == ["stated-earmarks"]


def test_an_extract_is_written_whole_or_not_at_all_and_says_whose_it_is(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of = exports._extract(tmp_path / "extract", DAY, told.seal)
    assert " 6 cases, " not in told_of and "5 cases" in told_of
    assert told_of.endswith("1 withheld by rule: 1 (test of rules). The funder's own: not for publication.")
    names = {path.name for path in (tmp_path / "extract").iterdir()}
    assert names == {*(f"{table}.parquet" for table in extract.COLUMNS), "figures.sql", "extract.json"}
    with pytest.raises(exports.homes.HomeRefused, match="exists already"):
        exports._extract(tmp_path / "extract", DAY, told.seal)

    def broken(_seal: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(extract, "figures_sql", broken)
    with pytest.raises(OSError, match="No space"):
        exports._extract(tmp_path / "again", DAY, told.seal)
    assert [path.name for path in tmp_path.iterdir()] == ["extract"]
