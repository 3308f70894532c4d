"""Django's own PostgreSQL backend, without three things that every click paid for — e.g. `SELECT 1` before its first question.

A connection kept between clicks is tested by looking whether the server hung up; a commit is one call; moments are read by C.
"""

import contextlib
import select
import time
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.pq import TransactionStatus

from millrace.registers.people import wire

# A server that ends says so to whoever is connected; a network in between may forget a connection that is silent for long.
SILENT_SECONDS = 30


class Moment(BaseTzLoader):
    """Reads a `timestamptz`; what only PostgreSQL can write, such as a year before ours, is read as psycopg does."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        with contextlib.suppress(ValueError):
            read = datetime.fromisoformat(bytes(data).decode())
            if read.tzinfo is UTC:
                return read
        moment: datetime = super().load(data)
        return moment


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    _heard_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            made.adapters.register_loader("timestamptz", Moment)
        return made

    def is_usable(self) -> bool:
        """This will say whether the server is still there: nothing has come from it since it last answered, a moment ago."""
        if self.connection is None:
            return False
        now, heard_at = time.monotonic(), self._heard_at
        self._heard_at = now
        if now - heard_at < SILENT_SECONDS and not self.connection.closed:
            line = select.poll()
            line.register(self.connection.pgconn.socket, select.POLLIN)
            if not line.poll(0):
                return True
        return bool(super().is_usable())

    def _commit(self) -> None:
        if self.connection is None or self.queries_logged:
            super()._commit()
        elif self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            wire.command(b"COMMIT", self.alias)
