"""How many entries a second the posting function writes: `python -m bench.ledger [--seconds 5] [--writers 8] [--awards 1000]`.

One entry is two postings in one durable transaction — e.g. one award's reserved cents committed and made due. Measured over many
awards, and with every writer on one envelope.
"""

import argparse
import multiprocessing
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from bench import throwaway
from millrace.core.ledger import Envelope
from millrace.site import database

AT, ON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC), date(2026, 3, 2)
ENVELOPE = Envelope("itf", "nifs", "HKD")
POST = "SELECT ledger_post(%s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
Entry = tuple[list[int], list[int], list[int]]


def prepare(awards: int) -> tuple[int, list[dict[str, int]], list[int]]:
    """This will make cases with accounts and events, fund the envelope, and give the ids: available, each award's, events."""
    from django.db import transaction

    from millrace.registers.ledger import actions, books
    from millrace.registers.timeline import actions as timeline
    from millrace.testing.making import Making

    make = Making()
    by, lead = make.person(), make.organisation()
    with transaction.atomic():
        events = [_event(timeline, by) for _ in range(awards)]
        envelope = actions.envelope(ENVELOPE.fund, ENVELOPE.scheme, ENVELOPE.unit)
        actions.appropriate(envelope, 10**15, event=events[0], on=ON, at=AT)
        cases = [make.case(lead=lead, by=by) for _ in range(awards)]
        accounts = [
            {kind: books.open_account(ENVELOPE.account(kind, case=case.pk)) for kind in ("reserved", "committed", "due")} for case in cases
        ]
        for case in cases:
            actions.reserve(case, 10**9, envelope=envelope, event=events[0], on=ON, at=AT)
    return books.open_account(ENVELOPE.account("available")), accounts, events


def _event(timeline: Any, by: Any) -> int:
    event = timeline.record("scheme_version_published", command=uuid.uuid4(), by=by, at=AT, fund="itf", facts={})
    return int(event.pk)


def spread(accounts: list[dict[str, int]], writer: int, writers: int) -> Iterator[Entry]:
    """This will commit and make due, award after award, each writer on awards of its own choosing."""
    place = writer * len(accounts) // writers
    while True:
        award = accounts[place % len(accounts)]
        place += 7
        yield [award["reserved"], award["committed"]], [award["committed"], award["due"]], [1, 1]


def one_envelope(available: int, accounts: list[dict[str, int]], writer: int) -> Iterator[Entry]:
    """This will reserve from the one envelope, whatever the award."""
    place = writer
    while True:
        award = accounts[place % len(accounts)]
        place += 11
        yield [available, award["reserved"]], [award["reserved"], award["committed"]], [2, 1]


def write(login: dict[str, str], entries: Iterator[Entry], events: list[int], seconds: float, results: Any) -> None:
    """This will post until the time is up and report how many, and how long each took."""
    took: list[float] = []
    with psycopg.connect(**login, autocommit=True) as connection:
        connection.prepare_threshold = 0
        ends = time.perf_counter() + seconds
        while (began := time.perf_counter()) < ends:
            sources, targets, amounts = next(entries)
            connection.execute(POST, [events[len(took) % len(events)], ON, AT, sources, targets, amounts, [None] * len(sources)])
            took.append(time.perf_counter() - began)
    results.put(took)


def race(target: database.Database, make_entries: Callable[[int], Iterator[Entry]], events: list[int], writers: int, seconds: float) -> str:
    access = target.access["app"]
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    login = {name: access[variable] for name, variable in names.items()}
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    jobs = [
        context.Process(target=write, args=(login, make_entries(number), events[number::writers], seconds, results))
        for number in range(writers)
    ]
    for job in jobs:
        job.start()
    took = sorted(each for _ in jobs for each in results.get())
    for job in jobs:
        job.join()
    half, late = statistics.median(took) * 1000, took[int(len(took) * 0.99)] * 1000
    return f"{len(took) / seconds:>12,.0f} {half:>8.2f} {late:>8.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--awards", type=int, default=1000)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        available, accounts, events = prepare(asked.awards)
        from django.db import connection

        connection.close()
        print(f"{'writers':>7} {'spread over':<16} {'entries/s':>12} {'p50 ms':>8} {'p99 ms':>8}")
        for writers in (1, asked.writers):
            over = race(target, lambda n, writers=writers: spread(accounts, n, writers), events, writers, asked.seconds)
            print(f"{writers:>7} {f'{asked.awards} awards':<16} {over}")
        one = race(target, lambda n: one_envelope(available, accounts, n), events, asked.writers, asked.seconds)
        print(f"{asked.writers:>7} {'one envelope':<16} {one}")


if __name__ == "__main__":
    main()
