"""How long all cases take as a CSV file: `python -m bench export [--cases 10000 100000]`.

The officer's own download at /desk/?format=csv: through access's row filter, streamed from one read-only transaction by a cursor of the
server. Its first bytes leave before the last row is read, and memory stays where it was.
"""

import argparse
import resource
import time

from bench import pages, throwaway


def measure(count: int) -> str:
    """This will download every case as an officer and give the table's line."""
    client = pages.clients({"officer"})["officer"]
    client.get("/desk/")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu = time.perf_counter(), time.process_time()
    answer = client.get("/desk/?format=csv")
    first = rows = size = 0.0
    for part in answer.streaming_content:
        first = first or time.perf_counter() - began
        rows, size = rows + part.count(b"\n"), size + len(part)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    listed = rows - 1
    each = f"{took / listed * 1000:>12.3f} {used / listed * 1000:>12.3f}"
    return f"{count:>10,} {listed:>10,.0f} {took:>8.2f} {first * 1000:>12.0f} {each} {size / 1e6:>8.1f} {more:>10.1f}"


def main() -> None:
    """This will fill a database step by step and print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000])
    asked = parser.parse_args()
    with throwaway.opened(portfolio=True) as target:
        throwaway.enter(target)
        lines = []
        for count in sorted(asked.cases):
            pages.fill(target, count)
            lines.append(measure(count))
        print(f"\n{'cases':>10} {'rows':>10} {'s':>8} {'first ms':>12} {'ms each':>12} {'CPU ms each':>12} {'MB':>8} {'more MB':>10}")
        print(*lines, sep="\n")
        print("(at most 0.1 ms each; drafts are in nobody's list but their applicant's)")


if __name__ == "__main__":
    main()
