"""The same program on the system's own PostgreSQL 15 — e.g. a funder whose database team offers no newer one."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from millrace.site import home as homes
from millrace.site import postgres, serve
from millrace.testing.database import REPOSITORY

PROGRAMS = Path(os.environ.get("MILLRACE_SYSTEM_PGBIN", "/usr/lib/postgresql/15/bin"))
SUITE = ["millrace/registers", "millrace/testing/database_test.py", "millrace/jobs", "tests/journeys"]
pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not PROGRAMS.exists() and not os.environ.get("CI"), reason="no PostgreSQL 15 here: apt-get install postgresql-15"),
]


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "MILLRACE_", "PYTEST_"))}
    return {**kept, **more}


def test_registers_jobs_and_journeys_pass_on_it(open_folder):
    environment = clean_environment(PGBIN=str(PROGRAMS), MILLRACE_TEST_HOME=str(open_folder / "home"))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not prove and not browser"]
    command += [path for path in SUITE if (REPOSITORY / path).exists()]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.fixture
def database_url(open_folder, monkeypatch):
    """A database of someone else's server, whose owner may make roles and is no superuser."""
    monkeypatch.setenv("PGBIN", str(PROGRAMS))
    cluster = postgres.Cluster(homes.Home(open_folder / "theirs"))
    with cluster.joined(adopt=True):
        with cluster.connect() as root:
            root.execute("CREATE ROLE grants_owner LOGIN CREATEROLE PASSWORD 'theirs'")
            root.execute("CREATE DATABASE grants OWNER grants_owner TEMPLATE template0")
        yield f"postgresql://grants_owner:theirs@127.0.0.1:{cluster.port()}/grants"


def test_the_command_works_on_a_database_url_with_roles_of_its_own(database_url, open_folder):
    environment = clean_environment(DATABASE_URL=database_url, MILLRACE_HOME=str(open_folder / "ours"))

    def millrace(*words):
        command = [sys.executable, "-m", "millrace.site.command", *words]
        return subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert (done := millrace("migrate")).returncode == 0, done.stderr
    assert (done := millrace("publish", "policies/hong-kong")).returncode == 0, done.stderr
    told = millrace("verify", "--json")
    assert told.returncode == 0 and json.loads(told.stdout)["is_whole"], told.stderr
    backed_up = millrace("backup")
    assert backed_up.returncode == 0, backed_up.stderr
    with psycopg.connect(database_url) as owner:
        roles = owner.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'grants%%' AND NOT rolsuper ORDER BY 1").fetchall()
        assert roles == [("grants_app",), ("grants_owner",), ("grants_reader",)]
        assert owner.execute("SELECT has_table_privilege('grants_app', 'timeline_event', 'UPDATE')").fetchone() == (False,)
    port = serve.free_port(0)
    command = [sys.executable, "-m", "millrace.site.command", "serve", "--port", str(port)]
    serving = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    try:
        assert "Millrace is at" in serving.stdout.readline()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/no-such-page/", timeout=10)
        assert refused.value.code == 404
    finally:
        serving.terminate()
        assert serving.wait(30) == 0
    assert not (open_folder / "ours" / "postgres").exists()
