"""Copies the database and the attachments to a folder of the day — e.g. backups/2026-03-02T1800Z, restorable into an empty home.

Attachments are named by their hash and never change, so each is copied once, into a pool beside the dumps, and after the dump: a row in the
dump then always finds its file. Keys are not copied: whoever holds a backup cannot sign a session or a database login.
"""

import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from millrace.registers.timeline import sealer

KEPT = 14
POOL = "attachments"


def make(at: datetime, folder: Path | None = None) -> str:
    """This will write one backup and return its name; a folder without `manifest.json` was cut short and counts for nothing."""
    top = folder or Path(settings.BACKUPS)
    name = at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    target = top / name
    target.mkdir(parents=True, mode=0o700)
    seal = sealer.last_seal()
    dump = target / "database.dump"
    _dump(dump)
    files = _copy_attachments(Path(settings.MEDIA_ROOT), top / POOL)
    manifest: dict[str, Any] = {
        "made_at": at.isoformat(),
        "seal": seal.number if seal else 0,
        "chain": bytes(seal.chain).hex() if seal else "",
        "database_sha256": sha256(dump),
        "attachments": files,
    }
    _write(target / "manifest.json", json.dumps(manifest, indent=1))
    forget_old(top)
    return name


def _dump(target: Path) -> None:
    """This will write the database as of one moment. Owner and grants stay out: a restore sets them for its own roles."""
    program = str(Path(settings.PGBIN) / "pg_dump") if settings.PGBIN else "pg_dump"
    where = connection.settings_dict
    login = {"PGHOST": where["HOST"], "PGPORT": where["PORT"], "PGUSER": where["USER"], "PGPASSWORD": where["PASSWORD"]}
    subprocess.run(
        [program, "--format=custom", "--compress=6", "--no-owner", "--no-acl", f"--file={target}", where["NAME"]],
        env={"PATH": os.environ.get("PATH", ""), **{name: str(value) for name, value in login.items()}},
        check=True,
        capture_output=True,
    )
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _copy_attachments(source: Path, pool: Path) -> int:
    """This will copy what the pool lacks and return how many files the backup rests on."""
    count = 0
    for file in source.rglob("*"):
        if not file.is_file() or file.name.startswith("."):
            continue
        count += 1
        copy = pool / file.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = copy.with_name(f".{copy.name}")
            shutil.copyfile(file, draft)
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(copy)
    return count


def forget_old(top: Path) -> None:
    """This will keep the latest whole backups and remove older ones. The pool is never thinned here: erasure is retention's business."""
    whole = sorted((path for path in top.glob("20*") if (path / "manifest.json").exists()), reverse=True)
    for old in whole[KEPT:]:
        shutil.rmtree(old)


def latest(top: Path) -> Path | None:
    """This will return the newest whole backup."""
    return max((path for path in top.glob("20*") if (path / "manifest.json").exists()), default=None)


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    with draft.open("w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
