"""Puts a backup into an empty home and says whether it is whole — e.g. the drill that restores last night's copy and verifies every seal.

Runs as the owner: tables come back under this home's own roles, then the grants are set as after a migration.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from millrace.jobs import backup
from millrace.site.database import Database
from millrace.site.home import HomeRefused


def restore(folder: Path, target: Database) -> dict[str, int | str]:
    """This will restore `folder` into the empty database and home of `target` and return the backup's manifest.

    Refused: a backup cut short or damaged, and a database that already holds tables.
    """
    manifest = whole_manifest(folder)
    with target.connect("owner") as owner:
        if owner.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
            raise HomeRefused(f"The database of {target.home.path} is not empty: restore into a new MILLRACE_HOME.")
    _load(folder / "database.dump", target)
    pool = folder.parent / backup.POOL
    if pool.exists():
        shutil.copytree(pool, target.home.attachments, dirs_exist_ok=True)
    return manifest


def whole_manifest(folder: Path) -> dict[str, int | str]:
    """This will read what the backup says of itself, and refuse one that is not whole."""
    try:
        manifest: dict[str, int | str] = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError) as problem:
        raise HomeRefused(f"{folder} is not a whole backup: it has no readable manifest.json.") from problem
    if backup.sha256(folder / "database.dump") != manifest["database_sha256"]:
        raise HomeRefused(f"{folder}/database.dump is damaged: its hash is not the one written when it was made. Use an older backup.")
    return manifest


def _load(dump: Path, target: Database) -> None:
    environment = target.environment("owner")
    program = str(Path(environment["MILLRACE_PGBIN"]) / "pg_restore")
    command = [
        program,
        "--no-owner",
        "--no-acl",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={environment['PGDATABASE']}",
        str(dump),
    ]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HomeRefused(f"The backup could not be loaded: {done.stderr.strip()}")
