"""One embedded server for all tests and a fresh committed database for each — e.g. a payment run tested with real commits.

A template is migrated once per state of the migrations; each test gets CREATE DATABASE … TEMPLATE (0.06–0.4 s) and enters it
as the application's role. Nothing is flushed or rolled back: the clone is dropped. What many tests begin with — the policy
published, a story told — is a template too, made once for a state of the sources: a fixture whose name ends in `_template`.
"""

import contextlib
import functools
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client
from psycopg import sql

from millrace.site import database, postgres
from millrace.site.home import Home

REPOSITORY = Path(__file__).resolve().parents[2]
# A test's database lives for seconds: it need not survive a power cut. `make prove` tests that on servers of its own.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "200", "max_wal_size": "1GB"}
# Hundreds of clones of a thousand files each are made and dropped: a disk's file system spends more time on them than the tests do.
MEMORY = Path("/dev/shm")
MEMORY_FREE_BYTES = 4 << 30
_numbers = itertools.count(1)


def home() -> Home:
    """This will name the folder the tests' server keeps between sessions, apart for each checkout and user."""
    if named := os.environ.get("MILLRACE_TEST_HOME"):
        return Home(Path(named).absolute())
    if named := os.environ.get("MILLRACE_HOME"):
        return Home(Path(named).absolute() / "testing")
    mark = hashlib.sha256(f"{os.getuid()} {REPOSITORY}".encode()).hexdigest()[:10]
    return Home(_fast_folder() / f"millrace-testing-{mark}")


def _fast_folder() -> Path:
    """This will name the folder kept in memory where the system has one with room, else the one for temporary files."""
    try:
        has_room = shutil.disk_usage(MEMORY).free >= MEMORY_FREE_BYTES and os.access(MEMORY, os.W_OK)
    except OSError:
        has_room = False
    return MEMORY if has_room else Path(tempfile.gettempdir())


def source_hash() -> str:
    """This will change whenever a freshly migrated database would."""
    files = sorted([*REPOSITORY.glob("millrace/**/migrations/*.py"), *REPOSITORY.glob("millrace/**/*.sql")])
    files += [REPOSITORY / "millrace/site/grants.py", REPOSITORY / "uv.lock", *sorted(REPOSITORY.glob("millrace/*/*/apps.py"))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(REPOSITORY)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@functools.cache
def sources_hash() -> str:
    """This will change whenever what our programs write into a database might: with any program, statement or policy text."""
    files = [path for path in (REPOSITORY / "millrace").rglob("*") if path.suffix in (".py", ".sql", ".toml")]
    files += [path for path in (REPOSITORY / "policies").rglob("*") if path.is_file()]
    digest = hashlib.sha256(source_hash().encode())
    for file in sorted(files):
        digest.update(str(file.relative_to(REPOSITORY)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


class Provider:
    """The server of this test session, its templates and the clones handed out."""

    def __init__(self, cluster: postgres.Cluster) -> None:
        self.cluster = cluster

    def template(self) -> str:
        """This will return the name of the migrated template, making it under a lock the first time."""
        name = f"template_{source_hash()}"
        with self.cluster.home.lock("template"), self.cluster.connect() as root:
            if not self._exists(root, name):
                self._sweep(root)
                draft = database.embedded(self.cluster, f"{name}_draft")
                migrate(draft)
                root.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(f"{name}_draft"), sql.Identifier(name)))
        return name

    def prepared(self, kind: str, build: Callable[[database.Database], None], *, mark: str = "") -> str:
        """This will return the name of a template in which `build` did its work, doing it under a lock the first time.

        It is made anew whenever the sources change, or the hexadecimal `mark` that may be given for more than they say.
        """
        name = f"{kind}_{sources_hash()}{mark}"
        with self.cluster.home.lock(kind), self.cluster.connect() as root:
            if not self._exists(root, name):
                for (old,) in root.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{kind}_[0-9a-f]+$"]).fetchall():
                    self.drop(old)
                draft = self.clone(self.template())
                with entered(draft):
                    build(draft)
                made = sql.Identifier(draft.access["app"]["PGDATABASE"])
                root.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(made, sql.Identifier(name)))
        return name

    def clone(self, template: str) -> database.Database:
        """This will make one database as the template is, and open it to the application."""
        name = f"clone_{os.getpid()}_{next(_numbers)}"
        with self.cluster.connect() as root:
            root.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            root.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER millrace_owner").format(sql.Identifier(name), sql.Identifier(template))
            )
        return database.embedded(self.cluster, name)

    def drop(self, name: str) -> None:
        with self.cluster.connect() as root:
            root.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _sweep(self, root: psycopg.Connection) -> None:
        """This will drop templates of earlier sources and clones whose test process is gone."""
        rows = root.execute("SELECT datname FROM pg_database WHERE datname ~ '^(template|clone)_[0-9a-f]'").fetchall()
        for (name,) in rows:
            kind, owner = name.split("_")[:2]
            if kind == "template" or not Path(f"/proc/{owner}").exists():
                with contextlib.suppress(psycopg.errors.ObjectInUse):
                    root.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def _exists(self, root: psycopg.Connection, name: str) -> bool:
        return root.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def migrate(target: database.Database) -> None:
    """This will migrate in a process of its own, as the owner: the tests' process only ever knows the application's role."""
    names = {role: target.access[role]["PGUSER"] for role in ("app", "reader")}
    code = f"from millrace.site import migrate; migrate.run(app={names['app']!r}, reader={names['reader']!r})"
    environment = {**os.environ, **target.environment("owner"), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.exit(f"The migrations fail:\n{done.stderr[-4000:]}", returncode=3)


@contextlib.contextmanager
def entered(target: database.Database, role: str = "app") -> Iterator[database.Database]:
    """This will point Django's default connection, in every thread of this process, at `target` as `role`."""
    settings = connections.settings["default"]
    kept = {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    access = target.access[role]
    connections.close_all()
    settings.update(
        NAME=access["PGDATABASE"], USER=access["PGUSER"], PASSWORD=access["PGPASSWORD"], HOST=access["PGHOST"], PORT=access["PGPORT"]
    )
    try:
        yield target
    finally:
        connections.close_all()
        settings.update(kept)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder the database's user may enter, as pytest's own temporary folders may not."""
    folder = Path(tempfile.mkdtemp(prefix="millrace-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Keeps pytest-django from making a database of its own."""


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """The session's server; the last test process to leave stops it."""
    cluster = postgres.Cluster(home(), settings=SETTINGS, is_throwaway=True)
    with cluster.joined(adopt=True):
        yield Provider(cluster)


@pytest.fixture(scope="session")
def template(provider: Provider) -> str:
    return provider.template()


@pytest.fixture(scope="session")
def prepared(provider: Provider, django_db_blocker: Any) -> Callable[[str, Callable[[], None]], str]:
    """Makes a template with something done in it already: `prepared("published", publish)`."""

    def make(kind: str, build: Callable[[], None]) -> str:
        with django_db_blocker.unblock():
            return provider.prepared(kind, lambda _draft: build())

    return make


@pytest.fixture
def db_clone(
    request: pytest.FixtureRequest,
    provider: Provider,
    django_db_blocker: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[database.Database]:
    """A migrated database of this test's own, entered as the application, and a folder for what is copied from it. Commits are real.

    It begins as the one fixture that the test asks for and whose name ends in `_template` says, or else empty.
    """
    begun = [name for name in request.fixturenames if name.endswith("_template")]
    assert len(begun) <= 1, f"a database cannot begin as both {' and '.join(begun)}"
    target = provider.clone(request.getfixturevalue(begun[0] if begun else "template"))
    name = target.access["app"]["PGDATABASE"]
    for copied in ("PAST_CASES", "SHEET_COPY"):
        monkeypatch.setattr(django_settings, copied, tmp_path_factory.mktemp("copied"))
    try:
        with django_db_blocker.unblock(), entered(target):
            yield target
    finally:
        provider.drop(name)


@pytest.fixture
def owner_connection(db_clone: database.Database) -> Iterator[psycopg.Connection]:
    """A plain connection as the tables' owner, for what the application may not do."""
    with db_clone.connect("owner") as connection:
        yield connection


@pytest.fixture
def client(db_clone: database.Database) -> Client:
    """Django's test client on this test's own database."""
    return Client()
