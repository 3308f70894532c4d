"""Bytes on the disk, named by their SHA-256 — e.g. a quotation that is there for good before anyone is told it was taken."""

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings


def path_of(sha256: str) -> Path:
    """This will say where the bytes with this hash lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def keep(content: bytes) -> str:
    """This will put the bytes on the disk for good and give their SHA-256; written twice, the same bytes lie there once.

    The folders are synced too: a name that is not on the disk would lose the file it names.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(sha256)
    if target.exists() and target.stat().st_size == len(content):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync_folders(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return sha256


def _sync_folders(folder: Path) -> None:
    for each in (folder, folder.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def content_of(sha256: str) -> bytes:
    """This will give the bytes, or refuse bytes that are no longer what their name says."""
    content = path_of(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the file {sha256} is damaged on the disk")
    return content
