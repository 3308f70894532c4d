"""Remembers for which program and policy a database and home were made ready — so that the second `make demo` serves at once.

The mark is a fingerprint of the program's and policy's files, kept as a comment in the database and beside the static files.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from psycopg import sql

from millrace.site.database import Database

REPOSITORY = Path(__file__).resolve().parents[2]
BY_PRODUCTS = {".pyc", ".mo", ".new"}


def fingerprint(word: str) -> str:
    """This will change with any file the preparation reads: the package, the policies and the lock file. `word`: demo or serve."""
    digest = hashlib.sha256(word.encode())
    for file in _files():
        status = file.stat()
        digest.update(f"{file.relative_to(REPOSITORY)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _files() -> Iterator[Path]:
    for top in (REPOSITORY / "millrace", REPOSITORY / "policies"):
        yield from sorted(path for path in top.rglob("*") if path.is_file() and path.suffix not in BY_PRODUCTS)
    if (REPOSITORY / "uv.lock").exists():
        yield REPOSITORY / "uv.lock"


def is_done(database: Database, word: str, mark: str) -> bool:
    """This will say whether both the database and the home carry this mark for this word."""
    kept = database.home.path / "ready" / word
    return _in_database(database).get(word) == mark and kept.exists() and kept.read_text() == mark


def set_done(database: Database, word: str, mark: str) -> None:
    """This will leave the mark in both places."""
    marks = {**_in_database(database), word: mark}
    with database.connect("owner") as owner:
        owner.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(json.dumps(marks))))
    kept = database.home.path / "ready" / word
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(mark)


def _in_database(database: Database) -> dict[str, str]:
    with database.connect("owner") as owner:
        row = owner.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone()
    try:
        return dict(json.loads(row[0])) if row and row[0] else {}
    except ValueError:
        return {}
