"""The folder a funder's data lives in — e.g. /var/lib/millrace holds the database, the attachments and the keys of one funder.

It is named by MILLRACE_HOME; otherwise it is the user's data folder, or one under the system's state directory for root.
"""

import contextlib
import fcntl
import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class HomeRefused(Exception):
    """Says why this folder cannot be used and what to do about it, in one sentence for a terminal."""


@dataclass(frozen=True)
class Home:
    """One funder's folder. Making it costs nothing; `prepare` creates it."""

    path: Path

    @property
    def attachments(self) -> Path:
        return self.path / "attachments"

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def static(self) -> Path:
        return self.path / "static"

    def prepare(self) -> None:
        """This will create the folder, or refuse it with the remedy when it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o755)
            (self.path / "locks").mkdir(exist_ok=True, mode=0o700)
            self.attachments.mkdir(exist_ok=True, mode=0o700)
        except OSError as problem:
            raise HomeRefused(f"{self.path} cannot be written ({problem.strerror}): set MILLRACE_HOME to a folder you own.") from problem
        if not os.access(self.path / "locks", os.W_OK | os.X_OK):
            raise HomeRefused(f"{self.path} belongs to another user: run as that user, or set MILLRACE_HOME to a folder you own.")

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """This will hold the named lock against every other process of this home; the kernel frees it if we are killed."""
        with open(self.path / "locks" / name, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def lock_if_free(self, name: str) -> Iterator[bool]:
        """This will hold the named lock if nobody else does, and say whether it was free."""
        with open(self.path / "locks" / name, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def keys(self) -> dict[str, str]:
        """This will return the home's secrets — database passwords and Django's key — making them the first time."""
        file = self.path / "keys.json"
        if file.exists():
            return dict(json.loads(file.read_text()))
        with self.lock("keys"):
            if not file.exists():
                made = {name: secrets.token_urlsafe(36) for name in ("superuser", "owner", "app", "reader", "secret_key")}
                write_private(file, json.dumps(made))
            return dict(json.loads(file.read_text()))


def write_private(file: Path, text: str) -> None:
    """This will write `file` readable by its owner alone, whole or not at all."""
    draft = file.with_suffix(f".{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def default_path() -> Path:
    """This will say where data lives when MILLRACE_HOME is silent: root may not use its own folder, the database drops root."""
    if os.geteuid() == 0:
        return Path("/var/lib/millrace")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "millrace"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "millrace"


def current() -> Home:
    """This will return the home this process works in."""
    named = os.environ.get("MILLRACE_HOME")
    return Home(Path(named).absolute() if named else default_path())
