"""Starts and stops the embedded PostgreSQL of one home — e.g. `millrace figure` on a quiet machine starts it and leaves none running.

Processes that use the server hold a shared lock; the last to leave stops it. Whether it runs is asked by connecting, never by
its process number: after a kill the number may live on as a zombie or belong to someone else.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg

from millrace.site import programs
from millrace.site.home import Home, HomeRefused, write_private

SUPERUSER = "millrace_root"
PATIENCE_SECONDS = 90.0
LOG_LIMIT_BYTES = 20_000_000
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # Parallel plans lose on two cores (a full trial balance: 396 ms alone, 786 ms with two helpers), and compiling loses on short queries.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2000",
    "cluster_name": "millrace",
}
_children: list[subprocess.Popen[bytes]] = []


@dataclass
class Cluster:
    """One data directory and its server. `join` before use, `leave` after; or `with cluster.joined():`."""

    home: Home
    settings: Mapping[str, str] = field(default_factory=dict)
    is_throwaway: bool = False
    _using: IO[str] | None = None
    _was_left_running: bool = False

    @property
    def folder(self) -> Path:
        return self.home.path / "postgres"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def port(self) -> int:
        """This will return the port the server was last started on, 0 before the first start."""
        try:
            return int(json.loads((self.folder / "server.json").read_text())["port"])
        except (OSError, ValueError, KeyError):
            return 0

    def dsn(self, dbname: str = "postgres", role: str = "superuser") -> dict[str, str | int]:
        """This will say how to connect as `role` (superuser, owner, app or reader), in psycopg's words."""
        user = SUPERUSER if role == "superuser" else f"millrace_{role}"
        return {"host": "127.0.0.1", "port": self.port(), "user": user, "password": self.home.keys()[role], "dbname": dbname}

    def connect(self, dbname: str = "postgres") -> psycopg.Connection:
        """This will connect as the superuser, to our own server only: another one on this port cannot prove the password."""
        return psycopg.connect(
            **self.dsn(dbname), autocommit=True, connect_timeout=3, require_auth="scram-sha-256", application_name="millrace-launcher"
        )

    def join(self) -> None:
        """This will leave the server running and this process counted among its users."""
        self.home.prepare()
        with self.home.lock("server"):
            is_alone = self._nobody_uses_it()
            was_running = self.answers()
            if not was_running:
                self._start()
            self._was_left_running = was_running and is_alone
            self._using = (self.home.path / "locks" / "users").open("w")
            fcntl.flock(self._using, fcntl.LOCK_SH)

    def leave(self, *, adopt: bool = False) -> None:
        """This will stop the server if we were its last user, unless we found it running unattended (and do not `adopt` it)."""
        if self._using is None:
            return
        with self.home.lock("server"):
            fcntl.flock(self._using, fcntl.LOCK_UN)
            self._using.close()
            self._using = None
            if self._nobody_uses_it() and (adopt or not self._was_left_running):
                self._stop()

    @contextlib.contextmanager
    def joined(self, *, adopt: bool = False) -> Iterator["Cluster"]:
        self.join()
        try:
            yield self
        finally:
            self.leave(adopt=adopt)

    def revive(self) -> None:
        """This will start the server again if it died under its users; `serve` calls it every second."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port()), timeout=1):
            return
        with self.home.lock("server"):
            if not self.answers():
                self._start()

    def answers(self) -> bool:
        """This will say whether our server takes connections, waiting while it recovers or shuts down."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.port():
            try:
                self.connect().close()
                return True
            except psycopg.OperationalError as problem:
                is_passing = any(word in str(problem) for word in ("starting up", "shutting down", "recovery", "not yet accepting"))
                if not is_passing or time.monotonic() > deadline:
                    return False
                time.sleep(0.02)
        return False

    def _nobody_uses_it(self) -> bool:
        """This will say whether no process holds the users' lock. Only asked under the server's lock."""
        with open(self.home.path / "locks" / "users", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

    def _start(self) -> None:
        who = programs.account()
        self.folder.mkdir(exist_ok=True, mode=0o700)
        who.own(self.folder)
        if not who.may("/bin/sh", "-c", 'cd "$0"', str(self.folder)):
            raise HomeRefused(
                f"The database's user (uid {who.uid}) cannot enter {self.folder}: open the folders above it"
                f" (chmod o+x), or set MILLRACE_HOME to a folder outside, such as /var/lib/millrace."
            )
        bin_folder = programs.runnable(who, self.home.path)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(who, bin_folder)
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != programs.major(bin_folder):
            raise HomeRefused(
                f"{self.data} was made by PostgreSQL {made_by}; this one is {programs.major(bin_folder)}:"
                " restore a backup into a new home (docs/howto/backup.md)."
            )
        self._run(who, bin_folder)

    def _initialise(self, who: programs.Account, bin_folder: Path) -> None:
        """This will make the data directory under another name first, so that a kill half-way leaves nothing to trip over."""
        draft, password = self.folder / "data.new", self.folder / "password"
        shutil.rmtree(draft, ignore_errors=True)
        write_private(password, self.home.keys()["superuser"])
        who.own(password)
        command = [
            str(bin_folder / "initdb"),
            "-D",
            str(draft),
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "-E",
            "UTF8",
        ]
        is_builtin = programs.major(bin_folder) >= 17
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if is_builtin else ["--locale=C.UTF-8"]
        command += ["--no-sync"] if self.is_throwaway else ["--data-checksums"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, env=_environment(), **who.drop)
        password.unlink()
        if done.returncode:
            raise HomeRefused(f"PostgreSQL could not make its data directory: {done.stderr.strip()}")
        draft.rename(self.data)

    def _run(self, who: programs.Account, bin_folder: Path) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._forget_dead_postmaster()
            port = _free_port(self.port())
            write_private(self.folder / "server.json", json.dumps({"port": port}))
            process = self._spawn(who, bin_folder, port)
            while process.poll() is None:
                if self._opens():
                    return
                if time.monotonic() > deadline:
                    raise HomeRefused(f"PostgreSQL does not answer: see {self.folder / 'log'}.")
                time.sleep(0.01)
            # It gave up: the port was taken meanwhile, or children of a killed server still hold its memory. Both pass.
            if time.monotonic() > deadline:
                raise HomeRefused(f"PostgreSQL does not start: {self._last_words()}")
            time.sleep(0.1)

    def _spawn(self, who: programs.Account, bin_folder: Path, port: int) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, **self.settings, "port": str(port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        log = self.folder / "log"
        mode = "wb" if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES else "ab"
        with open(log, mode) as out:
            process = subprocess.Popen(
                [str(bin_folder / "postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.data,
                env=_environment(),
                start_new_session=True,
                **who.drop,
            )
        _children.append(process)
        return process

    def _opens(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _forget_dead_postmaster(self) -> None:
        """This will remove the process number of a server that is no more, where PostgreSQL itself would stay in doubt.

        Its own check takes a zombie, or a stranger that was given the number after a restart, for a running server.
        """
        number = self._postmaster()
        if number is not None and not self._is_server(number):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_server(self, number: int) -> bool:
        """This will say whether process `number` is this data directory's server and no zombie; in doubt, that it is."""
        for child in _children:
            child.poll()
        try:
            state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
            return state != "Z" and str(self.data).encode() in Path(f"/proc/{number}/cmdline").read_bytes()
        except OSError:
            return not Path("/proc/self/stat").exists()

    def _postmaster(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _stop(self) -> None:
        """This will ask for a fast shutdown — open transactions are rolled back, everything committed is checkpointed — and wait."""
        number = self._postmaster()
        if number is None:
            return
        deadline = time.monotonic() + PATIENCE_SECONDS
        if self._is_server(number):
            os.kill(number, signal.SIGINT)
        while self._is_server(number) and time.monotonic() < deadline:
            time.sleep(0.01)

    def _last_words(self) -> str:
        lines = (self.folder / "log").read_text(errors="replace").splitlines()[-3:]
        return " / ".join(lines)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _free_port(preferred: int) -> int:
    """This will return `preferred` when nobody listens on it, so that clients find a revived server; else any free port."""
    for port in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise HomeRefused("No port of 127.0.0.1 is free.")
