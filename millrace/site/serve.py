"""Keeps the web server, the jobs process and the embedded database running together until Ctrl-C — e.g. what `make demo` leaves on screen.

This process stays small: it imports no Django and only minds its children.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from millrace.site import home as homes
from millrace.site.database import Database

WORKERS = 2
THREADS = 4  # of one worker: more of them take the interpreter from one another, a tenth of a click, and answer no sooner
PATIENCE_SECONDS = 60
STATIC_SECONDS = 31_536_000


def web_command(port: int, home: homes.Home, *, workers: int = WORKERS, host: str = "127.0.0.1") -> list[str]:
    """This will be granian with synchronous workers; hashed static files are served by it and kept by browsers for a year."""
    serving = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", str(THREADS)]
    static = ["--static-path-route", "/static", "--static-path-mount", str(home.static), "--static-path-expires", str(STATIC_SECONDS)]
    care = ["--no-ws", "--http", "1", "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "error"]
    return [sys.executable, "-m", "millrace.site.web", *serving, *static, *care, "--factory", "millrace.site.wsgi:worker"]


def jobs_command() -> list[str]:
    return [sys.executable, "-m", "millrace.site.command", "jobs", "--here"]


@dataclass
class Child:
    """One process that must be running; started again, ever more slowly, when it ends by itself."""

    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def mind(self) -> None:
        """This will start the child if it is not running and its last start is long enough ago."""
        if self.process and self.process.poll() is None:
            return
        recent = [moment for moment in self.starts if time.monotonic() - moment < 60]
        if recent and time.monotonic() - recent[-1] < min(2 ** len(recent) / 4, 10):
            return
        self.starts = [*recent, time.monotonic()]
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """This will wait for the end, and kill the whole group when it takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port(wanted: int | None, first: int = 8000) -> int:
    """This will return `wanted`, refused when taken; without a wish the first free port from `first` on.

    Granian shares a taken port without a word (SO_REUSEPORT), so it is tried here, as a plain server would.
    """
    for port in [wanted] if wanted is not None else range(first, first + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    if wanted is None:
        raise homes.HomeRefused(f"No port from {first} to {first + 99} is free: give one, as in make demo PORT=9000.")
    raise homes.HomeRefused(f"Port {wanted} is taken by another program: give another, as in make demo PORT={wanted + 1}.")


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[list[int]]:
    """This will collect SIGINT and SIGTERM in the list it gives, instead of dying of them."""
    received: list[int] = []
    kept = {number: signal.signal(number, lambda which, _frame: received.append(which)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@dataclass
class Errand:
    """Something done once beside the first pages and before the jobs start; `when_done` is called if it ended well."""

    command: list[str]
    when_done: Callable[[], None]
    process: subprocess.Popen[bytes] | None = None

    def is_over(self, environment: dict[str, str]) -> bool:
        """This will start the errand the first time, and say whether it has ended; one that ended badly is refused."""
        if self.process is None:
            self.process = subprocess.Popen(self.command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        status = self.process.poll()
        if status == 0:
            self.when_done()
        elif status is not None:
            raise homes.HomeRefused("The demonstration was not told to its end: start again, and it is begun anew.")
        return status is not None

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def run(database: Database, home: homes.Home, port: int, announce: str, *, host: str = "127.0.0.1", errand: Errand | None = None) -> None:
    """This will serve until told to stop, minding the children and the embedded database."""
    environment = {**os.environ, **database.environment("app"), "MILLRACE_HASHED_STATIC": "1"}
    # One heap for a worker's eight threads: they take turns in Python anyway, and a heap each weighs 15 MB more.
    web = Child(web_command(port, home, host=host), {**environment, "MALLOC_ARENA_MAX": "1"})
    jobs = Child(jobs_command(), environment)
    with stopping_on_signals() as received:
        try:
            is_announced = _await_page(web, port, received)
            if is_announced:
                print(announce, flush=True)
                _mind(web, jobs, database, errand, received)
        finally:
            for child in (web, jobs, *([errand] if errand else [])):
                child.end()
            for child in (web, jobs):
                child.wait(time.monotonic() + 10)
    if not is_announced and not received:
        raise homes.HomeRefused("The web server does not start; what it said stands above.")


def _await_page(web: Child, port: int, received: list[int]) -> bool:
    """This will start the web server and wait for its first answer; False when there is none or a signal came first."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not received and time.monotonic() < deadline:
        web.mind()
        if is_serving(port):
            return True
        time.sleep(0.02)
    return False


def _mind(web: Child, jobs: Child, database: Database, errand: Errand | None, received: list[int]) -> None:
    """This will keep everything running until a signal was received; the jobs start when the errand is over."""
    while not received:
        web.mind()
        if errand and errand.is_over(web.environment):
            errand = None
        if errand is None:
            jobs.mind()
        if database.cluster:
            database.cluster.revive()
        time.sleep(0.25)


def is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def is_serving(port: int) -> bool:
    """This will say whether a worker answers. The port opens a moment before the first worker, and a request in between is lost."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("HEAD", "/static/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
