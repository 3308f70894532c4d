"""Says which database this process works on and as whom — e.g. pages run as `millrace_app`, which cannot rewrite the timeline.

Three roles: the owner migrates and owns every table; the application reads and writes what it was granted; the reader reads.
DATABASE_URL names a PostgreSQL of your own; otherwise the embedded one of this home is started.
"""

import contextlib
import os
import shutil
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from millrace.site import home as homes
from millrace.site import postgres, programs

DATABASE = "millrace"
ROLES = ("owner", "app", "reader")
Access = Mapping[str, str]
"""libpq's own variables: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD."""


@dataclass(frozen=True)
class Database:
    """How to reach the funder's database as each role; `roles_are_apart` is false where the given login may not make roles."""

    access: Mapping[str, Access]
    home: homes.Home
    roles_are_apart: bool = True
    cluster: postgres.Cluster | None = None

    def environment(self, role: str) -> dict[str, str]:
        """This will be what settings.py, pg_dump and every child process read."""
        kept = {"MILLRACE_HOME": str(self.home.path), "MILLRACE_SECRET_KEY": self.home.keys()["secret_key"]}
        return {**self.access[role], **kept, "MILLRACE_ROLE": role, "MILLRACE_PGBIN": str(programs.source())}

    def connect(self, role: str) -> psycopg.Connection:
        access = self.access[role]
        return psycopg.connect(
            host=access["PGHOST"],
            port=access["PGPORT"],
            dbname=access["PGDATABASE"],
            user=access["PGUSER"],
            password=access["PGPASSWORD"],
            autocommit=True,
        )


@contextlib.contextmanager
def opened(*, adopt: bool = False) -> Iterator[Database]:
    """This will give the database to the block, starting the embedded one if need be and leaving it as it was found."""
    if url := os.environ.get("DATABASE_URL"):
        homes.current().prepare()
        yield from_url(url, homes.current())
        return
    cluster = postgres.Cluster(homes.current())
    with cluster.joined(adopt=adopt):
        yield embedded(cluster)


def embedded(cluster: postgres.Cluster, dbname: str = DATABASE) -> Database:
    """This will make the roles and the database of the embedded server where they are missing."""
    keys = cluster.home.keys()
    names = {role: f"millrace_{role}" for role in ROLES}
    with cluster.home.lock("roles"), cluster.connect() as root:
        _make_roles(root, {names[role]: keys[role] for role in ROLES}, refresh=False)
        if not root.execute("SELECT 1 FROM pg_database WHERE datname = %s", [dbname]).fetchone():
            root.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(dbname), sql.Identifier(names["owner"]))
            )
            root.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(dbname)))
            _let_in(root, dbname, names)
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port()), "PGDATABASE": dbname}
    return Database({role: {**where, "PGUSER": names[role], "PGPASSWORD": keys[role]} for role in ROLES}, cluster.home, cluster=cluster)


def begun_again(database: Database) -> Database:
    """This will empty the embedded server's database and the folder of its files: a demonstration cut short is told anew."""
    assert database.cluster is not None, "a database that was given is not ours to empty"
    name = database.access["owner"]["PGDATABASE"]
    with database.cluster.connect() as root:
        root.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(database.home.attachments, ignore_errors=True)
    database.home.prepare()
    return embedded(database.cluster, name)


def marks(database: Database) -> set[str]:
    """This will name what the whole database is marked as, e.g. "demonstration"; nothing before its tables are made."""
    with database.connect("owner") as owner:
        if owner.execute("SELECT to_regclass('people_mark')").fetchone() == (None,):
            return set()
        return {name for (name,) in owner.execute("SELECT name FROM people_mark").fetchall()}


def from_url(url: str, home: homes.Home) -> Database:
    """This will use the login of DATABASE_URL as the owner, and make the other roles beside it where it may.

    DATABASE_APP_URL and DATABASE_READER_URL name roles made beforehand; several machines on one database need that, as each
    home would otherwise set passwords of its own.
    """
    owner = _parse(url)
    given = {role: os.environ.get(f"DATABASE_{role.upper()}_URL") for role in ("app", "reader")}
    with Database({"owner": owner}, home).connect("owner") as connection:
        if connection.info.server_version < programs.OLDEST_MAJOR * 10000:
            raise homes.HomeRefused(f"The database of DATABASE_URL is older than PostgreSQL {programs.OLDEST_MAJOR}.")
        if all(given.values()):
            return Database({"owner": owner, **{role: _parse(given[role] or "") for role in given}}, home)
        may = connection.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not may or not may[0]:
            return Database(dict.fromkeys(ROLES, owner), home, roles_are_apart=False)
        names = {role: f"{owner['PGDATABASE']}_{role}" for role in ("app", "reader")}
        keys = home.keys()
        with home.lock("roles"):
            _make_roles(connection, {names[role]: keys[role] for role in names}, refresh=True)
            _let_in(connection, owner["PGDATABASE"], names)
    apart = {role: {**owner, "PGUSER": names[role], "PGPASSWORD": keys[role]} for role in names}
    return Database({"owner": owner, **apart}, home)


def _parse(url: str) -> Access:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise homes.HomeRefused("DATABASE_URL must read postgresql://user:password@host:port/database.")
    query = dict(urllib.parse.parse_qsl(parts.query))
    return {
        "PGHOST": query.get("host") or parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or query.get("port") or 5432),
        "PGDATABASE": urllib.parse.unquote(parts.path.strip("/")),
        "PGUSER": urllib.parse.unquote(parts.username or ""),
        "PGPASSWORD": urllib.parse.unquote(parts.password or ""),
    }


def _make_roles(connection: psycopg.Connection, passwords: Mapping[str, str], *, refresh: bool) -> None:
    """This will make login roles without any privilege of the server; `refresh` sets the password of an existing one anew."""
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(passwords)]).fetchall()
    existing = {row[0] for row in rows}
    for name, password in passwords.items():
        if name in existing and not refresh:
            continue
        verb = "ALTER ROLE {} PASSWORD {}" if name in existing else "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
        connection.execute(sql.SQL(verb).format(sql.Identifier(name), sql.Literal(password)))


def _let_in(connection: psycopg.Connection, dbname: str, names: Mapping[str, str]) -> None:
    for name in names.values():
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(dbname), sql.Identifier(name)))
