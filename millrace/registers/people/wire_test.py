"""What is asked by the name of a prepared statement comes and fails as through a cursor — e.g. after a rollback has made it forgotten."""

import os
import socket
from datetime import UTC, datetime

import pytest
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from millrace.registers.people import wire
from millrace.registers.people.models import Person
from millrace.testing.making import Making

ONE = wire.Statement("SELECT %s::int + 1, %s::text, '%%', TIMESTAMPTZ '2024-03-01 00:30+08'")
QUOTIENT = wire.Statement("SELECT 10 / %s::int")
NAMED = wire.Statement("UPDATE people_person SET name = %s WHERE id = %s")
BORN = [(8, "a", "%", datetime(2024, 2, 29, 16, 30, tzinfo=UTC))]


def asked(statement: wire.Statement, *values: object) -> tuple[list[wire.Row], int]:
    rows, count = wire.ask(statement, values, DEFAULT_DB_ALIAS)
    return list(rows), count


def is_known(statement: wire.Statement) -> bool:
    """Whether psycopg holds a name for it: the one thing of its own that `wire` reads."""
    return statement.sent in {sent for sent, _types in connection.connection._prepared._names}


def test_rows_are_the_same_the_first_time_by_name_and_aloud(make: Making) -> None:
    first = asked(ONE, 7, "a")
    assert is_known(ONE) and first == asked(ONE, 7, "a") == (BORN, 1)
    with CaptureQueriesContext(connection) as seen:
        assert asked(ONE, 7, "a") == first
    assert len(seen) == 1


def test_values_of_another_size_are_of_another_type_and_found(make: Making) -> None:
    person = make.person()
    for number in (person.pk, 2_000_000_000, 9_000_000_000_000):
        assert asked(NAMED, "Invented", number)[1] == (number == person.pk)
        assert asked(NAMED, "Invented", number)[1] == (number == person.pk)
    assert Person.objects.get(pk=person.pk).name == "Invented"


def test_an_error_is_djangos_and_its_transaction_is_over(make: Making) -> None:
    asked(QUOTIENT, 2)
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        asked(QUOTIENT, 0)
    assert asked(QUOTIENT, 5) == ([(2,)], 1)
    person, again = make.person(), wire.Statement("INSERT INTO people_person SELECT * FROM people_person WHERE id = %s")
    for _time in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            asked(again, person.pk)
    assert asked(QUOTIENT, 5) == ([(2,)], 1)


def test_a_rollback_to_a_savepoint_forgets_names_and_loses_nothing(make: Making) -> None:
    assert asked(ONE, 7, "a") == asked(ONE, 7, "a")
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert not is_known(ONE)
        assert asked(ONE, 7, "a") == asked(ONE, 7, "a") == (BORN, 1)


def test_a_server_that_hung_up_is_seen_by_looking_and_said_in_djangos_words(make: Making) -> None:
    assert asked(ONE, 7, "a") == asked(ONE, 7, "a") and connection.is_usable() and connection.is_usable()
    with socket.socket(fileno=os.dup(connection.connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
    assert not connection.is_usable()
    with pytest.raises(OperationalError):
        asked(ONE, 7, "a")
    connection.close_if_unusable_or_obsolete()
    assert asked(ONE, 7, "a") == (BORN, 1)
