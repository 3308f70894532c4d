"""What the policy desk costs, cold and from what is kept: `python -m bench policy_desk [--cases 1000 10000 100000]`.

For the first page, each picture and the briefing: the first asking of a seal (nothing kept, the policy's texts read before), the next
ones, and the questions each puts to the database — e.g. 240 ms cold and 12 ms from what is kept. The cases are the demonstration's, copied;
days of the ledger are kept as each night keeps them.
"""

import argparse
import statistics
import time
from typing import Any

from bench import pages, throwaway

AROUND = 20
COLD = 5
ADDRESSES = (
    ("first page", "/policy/"),
    ("first page, a past day", "/policy/?as-at=2025-03-31"),
    ("along the chain", "/policy/pictures/chain/"),
    ("partners by city", "/policy/pictures/partners/"),
    ("burn-down", "/policy/pictures/burn-down/"),
    ("funnel", "/policy/pictures/funnel/"),
    ("targets", "/policy/pictures/targets/"),
    ("briefing", "/policy/briefing/en/download/"),
)


def cold(client: Any, address: str) -> float:
    """This will ask for a page with nothing kept of any seal; what is published stays read, as in a worker that has served."""
    from millrace.desks.policy import gathering, service
    from millrace.stages.learn import queries as learn

    gathering.forget()
    service.kept.cache_clear()
    learn._kept.clear()
    began = time.perf_counter()
    client.get(address)
    return (time.perf_counter() - began) * 1000


def asked(client: Any, address: str, *, is_cold: bool) -> int:
    """This will count the questions put to the database, BEGIN and COMMIT left out."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from millrace.desks.policy import gathering

    if is_cold:
        gathering.forget()
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return sum(not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET ")) for each in seen.captured_queries)


def line(client: Any, address: str) -> str:
    """This will measure one address."""
    answer = client.get(address)
    if answer.status_code != 200:
        return f"answers {answer.status_code}"
    first = statistics.median(cold(client, address) for _ in range(COLD))
    client.get(address)
    took = []
    for _ in range(AROUND):
        began = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - began) * 1000)
    late = sorted(took)[int(AROUND * 0.95)]
    questions = f"{asked(client, address, is_cold=True):>5} {asked(client, address, is_cold=False):>5}"
    return f"{first:>9.1f} {statistics.median(took):>9.1f} {late:>9.1f} {questions} {len(answer.content) / 1000:>8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    told = parser.parse_args()
    with throwaway.opened(portfolio=True) as target:
        throwaway.enter(target)
        from millrace.jobs import nightly
        from millrace.web import clock

        for count in sorted(told.cases):
            pages.fill(target, count)
            nightly.keep_days(clock.now())
            client = pages.clients({"policy"})["policy"]
            print(f"\n{f'{count:,} cases':<24} {'cold ms':>9} {'p50 ms':>9} {'p95 ms':>9} {'cold':>5} {'kept':>5} {'kB':>8}")
            for name, address in ADDRESSES:
                print(f"{name:<24} {line(client, address)}", flush=True)


if __name__ == "__main__":
    main()
