"""Asks the server what it has prepared, with nothing in between that a click would pay for — e.g. the case at an address.

Of what a small question costs the web server, four fifths went into cursors made for it and thrown away. Here the database's own
library is given the name under which psycopg had the server prepare the statement, and the values. They are adapted by the same
tables as in a cursor and errors are raised as Django raises them. Whoever listens to the statements of a connection (a test that
counts them, a debugger) is given an ordinary cursor.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import OperationalError, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult

Row: TypeAlias = tuple[Any, ...]
GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
IDLE = pq.TransactionStatus.IDLE


class Statement:
    """One text with `%s` where values go, as Django writes it and as the server takes it."""

    def __init__(self, text: str) -> None:
        first, *rest = (part.replace("%%", "%") for part in text.split("%s"))
        self.text = text
        self.sent = (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()
        self.formats = [PyFormat.AUTO] * len(rest)


def ask(statement: Statement, values: Sequence[Any], using: str) -> tuple[Sequence[Row], int]:
    """This will run the statement and give its rows, and how many it wrote or found."""
    own: Any = connections[using]
    if own.execute_wrappers or own.queries_logged:
        return _by_cursor(own, statement, values)
    own.close_if_health_check_failed()
    own.ensure_connection()
    own.validate_no_broken_transaction()
    found = _by_name(own, statement, values)
    return _by_cursor(own, statement, values) if found is None else found


def command(words: bytes, using: str) -> None:
    """This will say what begins or ends a transaction."""
    own: Any = connections[using]
    with own.wrap_database_errors:
        _good(own.connection.pgconn, own.connection.pgconn.exec_(words))


def _by_cursor(own: BaseDatabaseWrapper, statement: Statement, values: Sequence[Any]) -> tuple[Sequence[Row], int]:
    """The first asking on a connection: psycopg has the server prepare it, and keeps the name."""
    with own.cursor() as cursor:
        cursor.execute(statement.text, values)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount


def _by_name(own: Any, statement: Statement, values: Sequence[Any]) -> tuple[Sequence[Row], int] | None:
    """Every later one. None where psycopg knows no name for it (any more: a rollback to a savepoint makes it forget them all)."""
    raw = own.connection
    server, names = raw.pgconn, getattr(raw._prepared, "_names", None)
    if names is None:
        return None  # a psycopg that keeps its names elsewhere: slower, and right
    if server.transaction_status == IDLE and not raw.autocommit:
        return None  # psycopg begins the transaction before its first statement
    adapt = own.__dict__.get("adapt")
    if adapt is None or adapt.connection is not raw:
        adapt = own.adapt = Transformer(raw)
    sent = adapt.dump_sequence(values, statement.formats)
    key = (statement.sent, adapt.types or ())
    name = names.get(key)
    if name is None:
        return None
    names.move_to_end(key)
    with own.wrap_database_errors:
        found = server.exec_prepared(name, sent, adapt.formats)
        if found.status not in GOOD:
            names.pop(key)  # as psycopg does: it is prepared anew, should the tables have changed under it
        _good(server, found)
    if not (count := found.ntuples):
        return (), found.command_tuples or 0
    adapt.set_pgresult(found)
    rows = adapt.load_rows(0, count, tuple)
    adapt.set_pgresult(None)
    return rows, count


def _good(server: Any, result: PGresult) -> None:
    if result.status in GOOD:
        return
    if server.status != pq.ConnStatus.OK:
        raise OperationalError(result.get_error_message())
    raise error_from_result(result)
