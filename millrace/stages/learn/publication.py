"""The open data as kept for everyone — e.g. of 31 March 2026 at seal 900: awards (360Giving, JSON and CSV) and a Data Package as a zip.

Written once a night into the home's own folder: aside first, then renamed, so that nobody reads half of it. Its manifest names the day it
speaks of and its seal with the chained hash; one whose seal this database does not hold counts for nothing.
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import connection

from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import open_data, queries
from millrace.stages.learn.open_data import Written

MANIFEST = "publication.json"
JSON, CSV, PACKAGE = "360giving.json", "360giving.csv", "datapackage.zip"
NAMES = (JSON, CSV, PACKAGE)
KEPT = 2  # the one before the last stays for whoever is still reading it


@dataclass(frozen=True)
class File:
    """One file: its size and hash, how many rows it holds, and how many were withheld by which rule."""

    name: str
    bytes: int
    sha256: str
    rows: int
    withheld: dict[str, int]


@dataclass(frozen=True)
class Publication:
    """What is kept: of which day, as known at which seal, and its files."""

    folder: Path
    day: date
    seal: int
    chain: str
    files: tuple[File, ...]

    def named(self, name: str) -> File | None:
        """This will give the file of that name, if it was written: on a day without awards in money there is no 360Giving."""
        return next((file for file in self.files if file.name == name), None)


def folder() -> Path:
    """This will name the folder of this database's publications."""
    return Path(settings.OPEN_DATA) / hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:16]


def latest() -> Publication | None:
    """This will give the last publication of this database; None before the first night."""
    for manifest in sorted(folder().glob(f"2*/{MANIFEST}"), reverse=True):
        told = json.loads(manifest.read_text("utf-8"))
        seal = Seal.objects.filter(number=told["seal"]).first()
        if seal is not None and bytes(seal.chain).hex() == told["chain"]:
            files = tuple(File(**each) for each in told["files"])
            return Publication(manifest.parent, date.fromisoformat(told["day"]), told["seal"], told["chain"], files)
    return None


def publish(at: datetime) -> str:
    """This will write the open data as at the end of yesterday, as known at `at`, and say what was written."""
    if people.is_being_told() or policy.funder_if_published() is None:
        return "nothing to publish yet"
    try:
        seal = queries.seal_as_known(at)
    except Refusal:
        return "nothing to publish yet"
    day = policy.funder().day_of(at) - timedelta(days=1)
    target = folder() / f"{day}-{seal.number:012}"
    if not (target / MANIFEST).exists():
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="draft-", dir=folder()) as draft:
            _write(Path(draft) / "whole", day, seal)
            shutil.rmtree(target, ignore_errors=True)
            (Path(draft) / "whole").replace(target)
    for old in sorted(folder().glob("2*"), reverse=True)[KEPT:]:
        shutil.rmtree(old)
    return f"{day} at seal {seal.number}"


def _write(into: Path, day: date, seal: Seal) -> None:
    into.mkdir()
    files = _awards(into, day, seal)
    tables = into / "tables"
    tables.mkdir()
    _counts, written = open_data.write_package(tables, f"{policy.funder().slug}-public-records", day, seal)
    _zipped(tables, into / PACKAGE)
    shutil.rmtree(tables)
    files.append(_file(into / PACKAGE, written))
    about = {"day": day.isoformat(), "seal": seal.number, "chain": bytes(seal.chain).hex(), "files": [asdict(file) for file in files]}
    (into / MANIFEST).write_text(json.dumps(about, indent=1), "utf-8")


def _awards(into: Path, day: date, seal: Seal) -> list[File]:
    """This will write the grants in both forms; neither where no award in money was public."""
    forms: dict[str, Callable[[TextIO, date, Seal], Written]] = {JSON: open_data.write_360giving, CSV: open_data.write_flat}
    files = []
    for name, write in forms.items():
        path = into / name
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                written = write(file, day, seal)
        except Refusal:
            path.unlink()
            return []
        files.append(_file(path, written))
    return files


def _zipped(tables: Path, path: Path) -> None:
    """The same tables make the same bytes: no file carries the moment it was packed at."""
    with zipfile.ZipFile(path, "w") as packed:
        for table in sorted(tables.iterdir()):
            entry = zipfile.ZipInfo(table.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with table.open("rb") as source, packed.open(entry, "w") as out:
                shutil.copyfileobj(source, out)


def _file(path: Path, written: Written) -> File:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    about: dict[str, Any] = {"rows": written.rows, "withheld": dict(sorted(written.withheld.items()))}
    return File(path.name, path.stat().st_size, sha256, **about)
