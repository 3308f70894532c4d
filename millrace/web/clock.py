"""The one clock pages may read — e.g. the server's time on a submission receipt."""

from datetime import UTC, datetime


def now() -> datetime:
    """This will return the present moment, aware, in UTC."""
    return datetime.now(UTC)
