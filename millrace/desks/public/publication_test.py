"""The open data are found by a visitor at addresses that stay — e.g. three awards of March, as at the end of the day before the night."""

import csv
import io
import json
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import open_data, publication

NIGHT = datetime(2026, 4, 1, 18, 30, tzinfo=UTC)
FILES = ("/open-data/360giving.json", "/open-data/360giving.csv", "/open-data/datapackage.zip")


@pytest.fixture
def kept(hong_kong: Any, settings: Any, tmp_path: Path) -> Path:
    """A home in which no night was done yet."""
    settings.OPEN_DATA = tmp_path / "open-data"
    return tmp_path / "open-data"


def agreed(make: Any, count: int, at: datetime = NIGHT - timedelta(hours=20)) -> None:
    by = make.person(powers=("policy",))
    for _number in range(count):
        case = make.case(scheme="nifs", status="in_force")
        values = {"scheme": "nifs", "version": "v2", "status": "in_force", "unit": "HKD", "approved_cents": 1_000_050}
        days = {"received_on": "2026-01-05", "approved_on": "2026-03-10", "agreed_on": "2026-03-12"}
        told = {"facts": {"corrected_kind": ""}, "sheet": values | days, "sheet_from": date(2026, 1, 5)}
        timeline.record("case_corrected", command=uuid.uuid4(), by=by, at=at, case=case, **told)
    sealer.seal(at)
    sheet.project()


def content(address: str) -> bytes:
    answer = Client().get(address)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer


def test_before_the_first_night_the_page_says_so_and_no_file_is_there(kept: Path) -> None:
    assert "have not been written yet" in Client().get("/open-data/").text
    assert [Client().get(file).status_code for file in FILES] == [404, 404, 404]


def test_the_night_writes_them_and_figures_register_and_how_to_cite_lead_to_them(kept: Path, make: Any) -> None:
    agreed(make, 3)
    assert publication.publish(NIGHT) == f"2026-04-01 at seal {Seal.objects.latest('number').number}"
    page = Client().get("/open-data/").text
    assert page.count("data-label=") == 9  # each cell says on a telephone what it is
    assert "1 April 2026" in page and all(f'href="{file}"' in page for file in FILES)
    for address in ("/register/", "/cite/", "/figures/approved-by-scheme/"):
        assert 'href="/open-data/"' in Client().get(address).text
    grants = json.loads(content(FILES[0]))
    assert len(grants["grants"]) == 3 and grants["issued"] == "2026-04-01"
    assert len(list(csv.DictReader(io.StringIO(content(FILES[1]).decode())))) == 3
    packed = zipfile.ZipFile(io.BytesIO(content(FILES[2])))
    about = json.loads(packed.read("datapackage.json"))
    assert {each["path"] for each in about["resources"]} == set(packed.namelist()) - {"datapackage.json"}
    told = publication.latest()
    assert told and told.chain in page and told.chain in about["description"]
    package = told.named(publication.PACKAGE)
    assert package and package.withheld[open_data.SMALL_NUMBER] > 0 and "small number of cases" in page


def test_a_file_is_sent_again_only_once_another_was_written(kept: Path, make: Any) -> None:
    agreed(make, 3)
    publication.publish(NIGHT)
    tag = Client().get(FILES[2])["ETag"]
    assert Client().get(FILES[2], headers={"if-none-match": tag}).status_code == 304
    publication.publish(NIGHT + timedelta(minutes=5))
    assert Client().get(FILES[2])["ETag"] == tag
    agreed(make, 1, NIGHT)
    publication.publish(NIGHT + timedelta(days=1))
    again = Client().get(FILES[2], headers={"if-none-match": tag})
    assert again.status_code == 200 and again["ETag"] != tag


def test_one_cut_short_or_of_another_database_is_never_served(kept: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed(make, 3)
    publication.publish(NIGHT)
    first = publication.latest()

    def broken(*_args: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(open_data, "write_package", broken)
    with pytest.raises(OSError, match="No space"):
        publication.publish(NIGHT + timedelta(days=1))
    assert publication.latest() == first and first is not None
    assert [path.name for path in publication.folder().iterdir()] == [first.folder.name]
    manifest = first.folder / publication.MANIFEST
    manifest.write_text(manifest.read_text("utf-8").replace(first.chain, "00" * 32), "utf-8")
    assert publication.latest() is None


def test_without_an_award_in_money_there_is_no_file_of_grants_and_the_page_says_so(kept: Path, make: Any) -> None:
    agreed(make, 0)
    publication.publish(NIGHT)
    assert "there is no file of grants" in Client().get("/open-data/").text
    assert [Client().get(file).status_code for file in FILES] == [404, 404, 200]


def test_a_figures_own_table_is_a_file_with_definition_day_and_seal_and_tells_no_small_number(kept: Path, make: Any) -> None:
    agreed(make, 3)
    page = Client().get("/figures/approved-by-scheme/?as-at=2026-03-31").text
    address = next(part.split('"')[0] for part in page.split('href="') if "format=csv" in part.split('"')[0]).replace("&amp;", "&")
    rows = list(csv.DictReader(io.StringIO(Client().get(address).text)))
    seal = str(Seal.objects.latest("number").number)
    assert {(row["figure"], row["as_at"], row["seal"]) for row in rows} == {("approved-by-scheme", "2026-03-31", seal)}
    assert all(row["definition"] for row in rows)
    assert [(row["part"], row["number"], row["put_as"]) for row in rows] == [("nifs", "", "withheld"), ("-", "", "withheld")]
    published = Client().get("/figures/mainland-collaboration-approved/?as-at=2024-01-31&format=csv").text
    parts = [row["part"] for row in csv.DictReader(io.StringIO(published))]
    assert "472" in published and len(parts) == len(set(parts)) > 1
