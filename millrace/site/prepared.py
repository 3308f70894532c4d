"""Remembers for which program and policy a database and home were made ready — so that the second `make demo` serves at once.

The mark is a fingerprint of the program's and policy's files, kept as a comment in the database and beside the static files.
"""

import hashlib
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


def is_done(database: Database, mark: str) -> bool:
    """This will say whether both the database and the home carry this mark."""
    kept = database.home.path / "prepared"
    with database.connect("owner") as owner:
        row = owner.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone()
    return bool(row and row[0] == mark and kept.exists() and kept.read_text() == mark)


def set_done(database: Database, mark: str) -> None:
    """This will leave the mark in both places."""
    with database.connect("owner") as owner:
        owner.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(mark)))
    (database.home.path / "prepared").write_text(mark)
