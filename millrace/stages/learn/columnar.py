"""A columnar copy of the sheet, in which a grouping of which nothing is kept is counted — e.g. what was received, by sector.

By night, where the sheet has followed ten thousand seals or more, its rows up to a seal are written as one Parquet file into the home's
own folder. An answer counts there what was known by that seal and, in the database, only what opened or closed since: exact at any day
and seal. A manifest names the seal with its chained hash, and the file with its own; a copy that does not agree with it is none, and the
database, which alone is the record, is asked instead.
"""

import functools
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from millrace.core.figures import as_sql
from millrace.core.figures.definition import FromSheet
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import counting, extract, kept
from millrace.stages.learn.counting import Group

FORMAT = 1
MANIFEST = "manifest.json"
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Copy:
    """What the copy is current to, and its one file."""

    seal: int
    chain: str
    file: str
    sha256: str


def folder() -> Path:
    """This will name the folder of this database's copy."""
    return Path(settings.SHEET_COPY) / hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:16]


def keep() -> int:
    """This will copy the sheet anew where ten thousand seals more are whole than the copy holds, and say how many rows it wrote."""
    stands, copy = sheet.stands_at(), current()
    if stands // kept.BLOCK <= (copy.seal // kept.BLOCK if copy else 0):
        return 0
    seal = Seal.objects.get(number=stands)
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="draft-", dir=folder()) as draft:
        count = extract.write_sheet(Path(draft), seal)
        written = Path(draft) / "sheet.parquet"
        new = Copy(seal.number, bytes(seal.chain).hex(), f"sheet-{seal.number}.parquet", _hash(written))
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.replace(folder() / new.file)
        manifest = Path(draft) / MANIFEST
        manifest.write_text(json.dumps({"format": FORMAT, **asdict(new)}), "utf-8")
        manifest.replace(folder() / MANIFEST)
    for old in folder().glob("sheet-*.parquet"):
        if old.name != new.file:
            old.unlink(missing_ok=True)
    for left in folder().glob("draft-*"):
        shutil.rmtree(left, ignore_errors=True)  # of a night that was cut short
    return count


def current() -> Copy | None:
    """This will read what the copy is current to; None where there is no copy of this very history."""
    try:
        told = json.loads((folder() / MANIFEST).read_text("utf-8"))
        copy = Copy(**{name: told[name] for name in Copy.__dataclass_fields__}) if told["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if copy is None or not Seal.objects.filter(number=copy.seal, chain=bytes.fromhex(copy.chain)).exists():
        return None
    return copy if _is_whole(folder() / copy.file, copy.sha256) else None


def groups(reads: FromSheet, as_at: date, number: int) -> list[Group] | None:
    """This will count in the copy, and in the database what opened or closed since; None where there is no copy, or it leaves out what
    the figure counts: tests of rules are not in it."""
    copy = current() if any((one.column, one.operator, one.value) == ("is_test", "is", False) for one in reads.conditions) else None
    if copy is None:
        return None
    if number > (stands := sheet.stands_at()):
        raise ValueError(f"the sheet stands at seal {stands}, not yet at {number}")
    told = _counted(folder() / copy.file, reads, as_at, min(number, copy.seal))
    if told is None:
        return None
    return counting.added_up([*told, *counting.moved(reads, as_at, copy.seal, number)])


def _counted(file: Path, reads: FromSheet, as_at: date, number: int) -> list[Group] | None:
    """This will ask the file; None where it was taken away in between, as by a night that wrote a later one."""
    import duckdb  # 60 MB that no other page needs

    asked = as_sql.groups(reads, f"read_parquet({as_sql.literal(str(file))})", as_at, number)
    # The engine uses both processors for one question: two at once would only hold each other up.
    with _one_at_a_time:
        try:
            rows: Iterable[Any] = _engine().execute(asked).fetchall()
        except duckdb.IOException:
            return None
    return [(part or "", int(count), int(cents)) for part, count, cents in rows if count]


@functools.cache
def _engine() -> Any:
    import duckdb

    config = {"memory_limit": "256MB", "threads": 2, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    return duckdb.connect(config=config)


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        stood = file.stat()
    except OSError:
        return False
    return _hash_once(file, stood.st_size, stood.st_mtime_ns, stood.st_ino) == sha256


@functools.lru_cache(maxsize=4)
def _hash_once(file: Path, _size: int, _changed: int, _place: int) -> str:
    """This will hash a file once for as long as it stays as it is."""
    return _hash(file)


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
