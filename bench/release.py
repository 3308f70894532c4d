"""How many instalments a second are released, and what one costs: `python -m bench release [--writers 8] [--awards 800] [--seconds 10]`.

A release is the whole action in one durable transaction: locks, access, rules judged again, the delegated limit, the sum worked out
from the verified matching money, its row, its postings and its event — e.g. the third of six instalments of HK$1m at 1:2. Each writer is a
process of its own on awards of its own; CPU is that of the writers and that of their own connections in the database server.
"""

import argparse
import multiprocessing
import os
import statistics
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import submit, throwaway

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
INSTALMENTS, EACH_CENTS = 6, 1_000_000_00
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Writing:
    """What one writer did: how long each release took, and the CPU seconds it and its connection's server process used."""

    took: list[float]
    own_cpu: float
    server_cpu: float
    refused: int


def prepare(awards: int) -> tuple[list[Any], list[Any]]:
    """This will publish the policy and make awards whose instalments may all be released now; it gives the cases and who releases."""
    from millrace.registers.cases.models import Case
    from millrace.registers.people.models import Person
    from millrace.registers.policy import queries as policy
    from millrace.testing.agreeing import Agreeing
    from millrace.testing.making import Making

    if not policy.is_published():
        submit.published()
    make = Making(first=1 + 3 * Person.objects.count())
    agree = Agreeing(make)
    [version] = policy.rows_in_force("nifs", AT.date())
    finance = [make.person(powers=("finance",)) for _ in range(4)]
    cases = [agree.releasable(INSTALMENTS, EACH_CENTS, at=AT).case for _ in range(awards)]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(scheme_version=version)
    return cases, finance


def write(cases: list[Any], by: Any, seconds: float, results: Any) -> None:
    """This will release one instalment of each award after the other, then the next of each, until the time or the instalments are up."""
    from django.db import connection

    from millrace.core.refusal import Refusal
    from millrace.stages.deliver import actions as deliver

    def release(number: int, case: Any) -> None:
        deliver.release_instalment(case, instalment=number, expected_cents=EACH_CENTS, by=by, at=datetime.now(UTC), command=uuid.uuid4())

    release(1, cases[0])  # what a process learns once is not what a release costs
    took: list[float] = []
    refused = 0
    server = server_process()
    begun, own, theirs = time.perf_counter(), time.process_time(), cpu_seconds(server)
    for number, case in ((number, case) for number in range(1, INSTALMENTS + 1) for case in cases[1:]):
        if (start := time.perf_counter()) > begun + seconds:
            break
        try:
            release(number, case)
        except Refusal:
            refused += 1
        took.append(time.perf_counter() - start)
    results.put((Writing(took, time.process_time() - own, cpu_seconds(server) - theirs, refused), time.perf_counter() - begun))
    connection.close()


def server_process() -> int:
    """This will name the database server's process of this connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cpu_seconds(process: int) -> float:
    """This will give the processor time a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def race(cases: list[Any], finance: list[Any], writers: int, seconds: float) -> str:
    """This will let the writers release at once, each in a process of its own, and give the table's line."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    jobs = [
        context.Process(target=write, args=(cases[number::writers], finance[number % len(finance)], seconds, results))
        for number in range(writers)
    ]
    for job in jobs:
        job.start()
    found = [results.get() for _ in jobs]
    for job in jobs:
        job.join()
    took = sorted(each for writing, _lasted in found for each in writing.took)
    lasted = max(lasted for _writing, lasted in found)
    own, theirs = (1000 * sum(getattr(writing, name) for writing, _lasted in found) / len(took) for name in ("own_cpu", "server_cpu"))
    refused = sum(writing.refused for writing, _lasted in found)
    half, late = statistics.median(took) * 1000, took[int(len(took) * 0.99)] * 1000
    rate = f"{len(took) - refused:>9,} {refused:>8} {(len(took) - refused) / lasted:>11,.0f}"
    return f"{writers:>7} {len(cases):>7} {rate} {half:>8.2f} {late:>8.2f} {own:>8.2f} {theirs:>11.2f}"


def main() -> None:
    """This will print the table: one writer alone, then all of them, each on awards nobody touched."""
    parser = argparse.ArgumentParser(prog="bench release")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--awards", type=int, default=800)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        alone = max(50, asked.awards // 8)
        cases, finance = prepare(asked.awards + alone)
        columns = f"{'releases':>9} {'refused':>8} {'releases/s':>11} {'p50 ms':>8} {'p99 ms':>8} {'CPU ms':>8} {'database ms':>11}"
        print(f"{'writers':>7} {'awards':>7} {columns}")
        print(race(cases[:alone], finance, 1, asked.seconds), flush=True)
        print(race(cases[alone:], finance, asked.writers, asked.seconds))
        print(f"(at least 300 a second; load {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
