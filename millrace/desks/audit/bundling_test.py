"""Proves that what an auditor takes away checks itself and agrees with the system — e.g. every published figure, added up outside."""

import io
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from millrace.core import offline_check
from millrace.core.figures.definition import FromStatements
from millrace.core.refusal import Refusal
from millrace.desks.audit import bundling
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.learn import queries as learn
from millrace.web import access, clock


@pytest.fixture
def lived(hong_kong: Any, agree: Any) -> Any:
    """A case in force, with its verdicts and money, sealed."""
    held = agree.nifs()
    sealer.seal(held.at)
    sheet.project()
    return held


def checked(folder: Path, packed: bytes) -> tuple[int, str]:
    """This will unpack a bundle and run the program it holds, as its reader would: alone and isolated."""
    file = folder / "bundle.zip"
    file.write_bytes(packed)
    with zipfile.ZipFile(file) as whole:
        whole.extractall(folder / "in")
    done = subprocess.run([sys.executable, "-I", "verify.py"], cwd=folder / "in", capture_output=True, text=True, check=False)
    assert offline_check.read(file).check() == [] or done.returncode
    return done.returncode, done.stdout + done.stderr


def test_a_case_is_checked_outside_with_its_rules_verdicts_and_money(lived: Any, tmp_path: Path) -> None:
    status, said = checked(tmp_path, bundling.of_case(lived.case, learn.last_seal()))
    assert status == 0 and "The bundle is whole" in said, said
    assert "postings" in said and "events" in said


def test_what_was_sealed_later_is_not_in_it(lived: Any, tmp_path: Path) -> None:
    (tmp_path / "early.zip").write_bytes(bundling.of_case(lived.case, learn.seal_numbered(1)))
    early = offline_check.read(tmp_path / "early.zip")
    assert early.check() == [] and early.counts["seals followed"] == 1 and not early.counts["postings"]


def test_verdicts_stand_with_the_rules_they_were_given_under(submitted_case: Any, tmp_path: Path) -> None:
    case = submitted_case().case
    sheet.project()
    packed = bundling.of_case(case, learn.last_seal())
    status, said = checked(tmp_path, packed)
    assert status == 0 and "1 verdicts" in said and "1 texts" in said, said
    with zipfile.ZipFile(io.BytesIO(packed)) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    files["verdicts.jsonl"] = files["verdicts.jsonl"].replace(b'"scheme":"nifs"', b'"scheme":"nifz"', 1)
    (tmp_path / "altered.zip").write_bytes(offline_check.pack(files))
    assert any("does not have the hash it was stored with" in one for one in offline_check.read(tmp_path / "altered.zip").check())


def test_days_of_a_long_chain_are_enough_for_a_case(lived: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "WHOLE_CHAIN", 0)
    status, said = checked(tmp_path, bundling.of_case(lived.case, learn.last_seal()))
    assert status == 0, said


def test_every_figure_adds_up_outside_as_it_does_here(lived: Any, tmp_path: Path) -> None:
    added = 0
    for name, figure in learn.published(sealer.last_number()).items():
        for day in (date(2024, 1, 31), lived.at.date()):
            try:
                given = learn.ask(name, as_at=day)
            except Refusal:
                continue
            file = tmp_path / f"{name}.zip"
            file.write_bytes(bundling.of_figure(given))
            assert offline_check.read(file).check() == [], (name, day)
            added += not isinstance(figure.versions[-1].reads, FromStatements)
    assert added > 20


def test_an_auditor_downloads_both_and_one_with_a_conflict_no_figure(lived: Any, make: Any, client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 2, tzinfo=UTC))
    auditor = make.person(powers=("auditor",))
    client.force_login(auditor)
    session = client.session
    session[access.DEMONSTRATION] = True
    session.save()
    assert "Take away an audit bundle" in client.get("/audit/").text
    case, figure = f"/audit/cases/{lived.case.reference}/bundle/download/", "/audit/figures/bundle/download/?name=approved-by-scheme"
    for address in (case, figure):
        answer = client.get(address)
        assert answer.status_code == 200 and answer["Content-Type"] == "application/zip" and answer.content[:2] == b"PK", address
    assert client.get("/audit/figures/bundle/download/?name=nothing").status_code == 422
    assert client.get(f"{case}?known=2001-01-01T00:00").status_code == 422
    ahead = client.get(f"{figure}&as_at=2999-01-01")
    assert ahead.status_code == 422 and "has not come yet" in ahead.text
    lived.case.standings.create(person=auditor, relation="conflicted", starts_at=lived.at, granted_by=auditor)
    assert client.get(figure).status_code == 403 and client.get(case).status_code == 404
