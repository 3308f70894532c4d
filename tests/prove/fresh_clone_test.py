"""What a newcomer does — e.g. `git clone`, `make demo`, and the first page within a minute; the second start does nothing over again.

How long the second start takes is measured by `bench start`.
"""

import os
import signal
import subprocess
import time
import urllib.request

import pytest

from millrace.site import serve
from millrace.testing.database import REPOSITORY

pytestmark = pytest.mark.prove
FIRST_SECONDS = 60
TELLING_SECONDS = 900


def start(clone, environment, port, *, until=lambda: True):
    """This will run `make demo`, and return how long the first page took and what was printed, after `until` and Ctrl-C."""
    began = time.monotonic()
    with subprocess.Popen(
        ["make", "demo", f"PORT={port}"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as making:
        try:
            while not serve.is_serving(port):
                assert making.poll() is None and time.monotonic() - began < 240, making.stdout.read()
                time.sleep(0.02)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
                assert page.status == 200
            took = time.monotonic() - began
            while not until():
                assert making.poll() is None and time.monotonic() - began < TELLING_SECONDS, making.stdout.read()
                time.sleep(0.2)
        finally:
            os.killpg(making.pid, signal.SIGINT)  # as Ctrl-C in a terminal does: to make and to the command
        said = making.stdout.read()
        making.wait(60)
    return took, said


def made_ready(home):
    """When this home's database was prepared (migrated, granted) and its story told: written anew whenever it is done anew."""
    return {word: (home / "ready" / word).stat().st_mtime_ns for word in ("prepare", "portfolio")}


@pytest.mark.alone
def test_a_fresh_clone_serves_within_a_minute_and_the_second_start_does_nothing_again(open_folder):
    clone = open_folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "MILLRACE_", "PYTEST_", "DJANGO_"))
    }
    environment = {**kept, "MILLRACE_HOME": str(open_folder / "home")}
    port = serve.free_port(0)
    home = open_folder / "home"
    took, said = start(clone, environment, port, until=lambda: (home / "ready" / "portfolio").exists())
    assert f"http://127.0.0.1:{port}/" in said and "Sign in" in said, said
    assert (clone / ".venv" / "bin" / "millrace").exists()
    assert took <= FIRST_SECONDS, f"{took:.1f} s to the first page"
    assert "The demonstration is complete." in said
    before = made_ready(home)
    _took, again = start(clone, environment, port)
    assert made_ready(home) == before, "the second start prepared or told it again"
    assert not [word for word in ("being told", "begun again", "published", "migrat") if word in again], again
    left = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(open_folder) not in left


def test_a_home_it_cannot_enter_is_refused_in_one_sentence(open_folder):
    if os.geteuid():
        pytest.skip("only root drops to another user")
    shut = open_folder / "shut"
    shut.mkdir(mode=0o700)
    environment = {**os.environ, "MILLRACE_HOME": str(shut / "home")}
    done = subprocess.run([".venv/bin/millrace", "migrate"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "chmod o+x" in done.stderr
