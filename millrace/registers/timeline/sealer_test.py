"""Proves that sealing skips nothing and never runs ahead — e.g. of an approval still being written while its neighbour is sealed."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import hash_chain
from millrace.registers.people import actions as people
from millrace.registers.timeline import actions, sealer
from millrace.registers.timeline.models import Event, Pending, Seal

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KIND = "scheme_version_published"


def record(by: Any, case: Any = None, **fields: Any) -> Event:
    fund = "" if case else "itf"
    return actions.record(
        KIND, command=uuid.uuid4(), by=by, at=NOON, case=case, fund=fund, facts={"scheme": "nifs", "version": "2"}, **fields
    )


def in_threads(*jobs: Callable[[], None]) -> None:
    """This will run the jobs side by side, each on its own connection, and raise the first error any of them met."""
    errors: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def chain_holds() -> bool:
    previous = hash_chain.START
    for place, seal in enumerate(Seal.objects.select_related("event").order_by("number"), 1):
        assert seal.number == place
        previous = hash_chain.link(previous, bytes(seal.event.sha256), seal.sealed_at, is_story=seal.is_story)
        if bytes(seal.chain) != previous:
            return False
    return True


def test_seals_number_and_chain_what_is_committed(make: Any) -> None:
    by = make.person()
    assert sealer.seal(NOON) is None
    events = [record(by) for _ in range(5)]
    last = sealer.seal(NOON)
    assert last is not None
    assert last.number == 5
    assert list(Seal.objects.order_by("number").values_list("event_id", flat=True)) == [event.pk for event in events]
    assert chain_holds()
    assert not Pending.objects.exists()
    assert sealer.seal(NOON + timedelta(hours=1)) == last, "nothing new, nothing sealed"


def test_the_stamp_never_decreases_and_a_story_is_marked(make: Any) -> None:
    by = make.person()
    record(by)
    first = sealer.seal(NOON, is_story=True)
    record(by)
    second = sealer.seal(NOON - timedelta(days=1))
    assert first and second
    assert (first.sealed_at, second.sealed_at) == (NOON, NOON)
    assert (first.is_story, second.is_story) == (True, False)
    assert chain_holds()


def test_nobody_but_its_teller_seals_while_a_story_is_told(make: Any) -> None:
    """Whoever asks for a figure in those minutes must not put today's stamp on a story of three years ago."""
    people.mark_as_demonstration(at=NOON)
    people.mark_story("telling", at=NOON)
    by = make.person(is_demonstration=True)
    record(by)
    assert sealer.seal(NOON + timedelta(days=900)) is None
    told = sealer.seal(NOON, is_story=True)
    assert told is not None and (told.number, told.sealed_at) == (1, NOON)
    record(by)
    assert sealer.seal(NOON + timedelta(days=900)) == told
    people.mark_story("told", at=NOON)
    last = sealer.seal(NOON + timedelta(days=900))
    assert last is not None and (last.number, last.is_story) == (2, False)


def test_as_known_is_the_last_seal_stamped_by_then(make: Any) -> None:
    by = make.person()
    for hour in range(3):
        record(by)
        record(by)
        sealer.seal(NOON + timedelta(hours=hour))
    assert sealer.seal_as_known(NOON - timedelta(seconds=1)) is None
    known = [sealer.seal_as_known(NOON + timedelta(minutes=minutes)) for minutes in (0, 59, 60, 900)]
    assert [seal and seal.number for seal in known] == [2, 2, 4, 6]
    (day,) = sealer.daily_hashes(zone="Asia/Hong_Kong")
    assert (day[0].isoformat(), day[1]) == ("2026-03-02", 6)


def test_an_open_transaction_is_left_for_the_next_seal(make: Any) -> None:
    by = make.person()
    with transaction.atomic():
        slow = record(by)
        in_threads(lambda: (record(by), sealer.seal(NOON), None)[-1])
    assert list(Seal.objects.values_list("event_id", flat=True)) == [slow.pk + 1]
    sealer.seal(NOON)
    assert list(Seal.objects.order_by("number").values_list("event_id", flat=True)) == [slow.pk + 1, slow.pk]
    assert chain_holds()


def test_sealing_inside_a_transaction_that_wrote_is_refused(make: Any) -> None:
    by = make.person()
    with pytest.raises(DatabaseError, match="transaction of its own"), transaction.atomic(), connection.cursor() as cursor:
        record(by)
        cursor.execute("SELECT timeline_seal(%s, false)", [NOON])
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        sealer.seal(NOON)


def test_racing_writers_and_sealers_lose_and_invent_nothing(make: Any) -> None:
    by = make.person()
    kept: list[int] = []
    undone: list[int] = []

    def write(number: int) -> Callable[[], None]:
        def job() -> None:
            for turn in range(25):
                try:
                    with transaction.atomic():
                        ids = [record(by).pk for _ in range(1 + turn % 3)]
                        if (turn + number) % 5 == 0:
                            raise ZeroDivisionError
                    kept.extend(ids)
                except ZeroDivisionError:
                    undone.extend(ids)

        return job

    done = threading.Event()

    def seal() -> None:
        while not done.is_set():
            sealer.seal(NOON)

    sealers = threading.Thread(target=lambda: in_threads(seal, seal))
    sealers.start()
    try:
        in_threads(*[write(number) for number in range(8)])
    finally:
        done.set()
        sealers.join()
    sealer.seal(NOON)
    sealed = list(Seal.objects.order_by("number").values_list("event_id", flat=True))
    assert sorted(sealed) == sorted(kept)
    assert not set(sealed) & set(undone)
    assert chain_holds()


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["timeline_event", "timeline_seal"])
def test_raw_sql_cannot_rewrite_the_past(make: Any, owner_connection: Any, statement: str, table: str) -> None:
    record(make.person())
    sealer.seal(NOON)
    column = {"timeline_event": "kind", "timeline_seal": "is_story"}[table]
    attack = statement.format(table, column, column)
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), connection.cursor() as cursor:
        cursor.execute(attack)
    with pytest.raises(Exception, match="append-only"):
        owner_connection.execute(attack)


def test_the_application_cannot_write_a_seal_itself(make: Any) -> None:
    event = record(make.person())
    for attack in ("INSERT INTO timeline_seal VALUES (1, %s, '', now(), false)", "DELETE FROM timeline_pending WHERE event_id = %s"):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(attack.replace("VALUES (1, %s", "(number, event_id, chain, sealed_at, is_story) VALUES (1, %s"), [event.pk])


@given(st.datetimes(timezones=st.just(UTC)), st.booleans())
def test_a_stamp_has_one_text(moment: datetime, is_story: bool) -> None:
    text = hash_chain.stamp_text(moment, is_story=is_story)
    assert datetime.fromisoformat(text.removesuffix(" story")) == moment


def test_sql_and_python_write_a_stamp_alike(db_clone: Any) -> None:
    for moment in (NOON, NOON + timedelta(microseconds=7), datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT timeline_stamp(%s, true)", [moment])
            assert cursor.fetchone()[0] == hash_chain.stamp_text(moment, is_story=True)
