"""Collects stylesheets and scripts into the home under hashed names — e.g. millrace.3f2a91.css, which browsers may keep for a year."""

import hashlib
import shutil
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command


def collect(folder: Path) -> None:
    """This will fill `folder` anew unless nothing changed since the last time; `django.setup()` comes first."""
    mark = folder / ".collected"
    fingerprint = _fingerprint()
    if (folder / "staticfiles.json").exists() and mark.exists() and mark.read_text() == fingerprint:
        return
    shutil.rmtree(folder, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(fingerprint)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
