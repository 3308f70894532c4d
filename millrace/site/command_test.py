"""Tests the command line — e.g. that a command on a quiet machine starts the database, answers, and leaves none running."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from millrace.site import database, home, postgres, serve


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "MILLRACE_"))}
    return {**kept, "MILLRACE_HOME": str(folder)}


def millrace(folder, *words):
    command = [sys.executable, "-m", "millrace.site.command", *words]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False)


def test_words_leave_the_database_as_they_found_it_and_say_what_is_missing(open_folder):
    refused = millrace(open_folder / "home", "verify")
    assert refused.returncode == 2 and "millrace demo" in refused.stderr and "Traceback" not in refused.stderr
    assert millrace(open_folder / "home", "migrate").returncode == 0
    told = millrace(open_folder / "home", "verify")
    assert told.returncode == 0, told.stderr
    assert not postgres.Cluster(home.Home(open_folder / "home")).answers()


def test_a_figure_not_published_and_a_day_that_is_none_are_refused_in_words(open_folder):
    wrong = millrace(open_folder / "home", "figure", "approved-by-scheme", "--as-at", "31/3/2026")
    assert wrong.returncode == 2 and "2026-03-31" in wrong.stderr


def test_a_taken_port_is_refused_with_the_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(home.HomeRefused, match="PORT="):
            serve.free_port(taken.getsockname()[1])


def answer_of(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answered:
            return answered.status
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.prove
def test_serve_survives_kills_of_its_parts_and_leaves_nothing_behind(open_folder):
    folder = open_folder / "home"
    port = serve.free_port(0)
    command = [sys.executable, "-m", "millrace.site.command", "serve", "--port", str(port)]
    serving = subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True)
    try:
        assert re.search(rf"127\.0\.0\.1:{port}", serving.stdout.readline())
        assert answer_of(f"http://127.0.0.1:{port}/no-such-page/") == 404
        cluster = postgres.Cluster(home.Home(folder))
        os.kill(cluster._postmaster(), signal.SIGKILL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not cluster.answers():
            time.sleep(0.1)
        opened = database.embedded(cluster)
        with opened.connect("owner") as owner:
            assert owner.execute("SELECT count(*) FROM timeline_event").fetchone() is not None
        assert answer_of(f"http://127.0.0.1:{port}/no-such-page/") == 404
    finally:
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
    assert not serve.is_open(port)
    assert not postgres.Cluster(home.Home(folder)).answers()
    left = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(folder) not in left


@pytest.mark.prove
def test_two_at_once_on_one_home_share_the_database_and_the_first_to_leave_harms_no_one(open_folder):
    folder = open_folder / "home"
    ports = [serve.free_port(0), serve.free_port(0)]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "millrace.site.command", "serve", "--port", str(port)],
            env=environment(folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        for port in ports
    ]
    for one in both:
        assert "Millrace is at" in one.stdout.readline()
    both[0].send_signal(signal.SIGINT)
    assert both[0].wait(30) == 0
    assert answer_of(f"http://127.0.0.1:{ports[1]}/no-such-page/") == 404
    assert millrace(folder, "verify").returncode == 0
    both[1].send_signal(signal.SIGINT)
    assert both[1].wait(30) == 0
    assert not postgres.Cluster(home.Home(folder)).answers()
