"""How sealed events are chained, so that the past cannot be rewritten unseen — e.g. each link of the NIFS timeline's chain.

One link is sha256(previous link || sha256 of the event's body || the stamp's canonical text). Anyone can recompute it with the
standard library: that is what the receipts, the page of daily hashes and the auditors' bundles rest on.
"""

import hashlib
from datetime import UTC, datetime

START = b""


def stamp_text(sealed_at: datetime, *, is_story: bool) -> str:
    """This will write a seal's stamp the one way it is hashed: 2024-03-31T15:59:59.000000Z, then " story" on a story's clock."""
    return sealed_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" + (" story" if is_story else "")


def link(previous: bytes, event_sha256: bytes, sealed_at: datetime, *, is_story: bool) -> bytes:
    """This will give the next link of the chain; `previous` is START for the first."""
    return hashlib.sha256(previous + event_sha256 + stamp_text(sealed_at, is_story=is_story).encode()).digest()


def body_sha256(body: str) -> bytes:
    """This will hash an event's canonical text."""
    return hashlib.sha256(body.encode()).digest()
