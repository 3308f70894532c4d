"""How long what is taken away takes: `python -m bench export [--cases 10000 100000]`.

First the officer's own download at /desk/?format=csv: through access's row filter, streamed from one read-only transaction by a cursor of
the server. Its first bytes leave before the last row is read, and memory stays where it was. Then each form of `millrace export`, each by a
process of its own as the command runs: its time, the start of the program in it, how many awards or rows a second, and its peak memory.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


# Each form, what it writes, and what a row of it is.
FORMS = (
    ("360giving", "awards.json", "grants"),
    ("360giving", "awards.csv", "grants"),
    ("datapackage", "package", "rows"),
    ("parquet", "extract", "rows"),
    ("beancount", "books.beancount", "transactions"),
)


def written(form: str, path: Path) -> tuple[str, float, float]:
    """This will run one export in a process of its own; gives what it said, its seconds and the most memory it held, in MB."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "millrace.site.command", "export", form, "-o", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = process.stdout.read().strip()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"export {form} failed")
    return told, time.perf_counter() - began, usage.ru_maxrss / 1024


def forms() -> None:
    """This will print a line for each form: how much it wrote, in what time, and in how much memory."""
    print(f"\n{'form':<28} {'s':>8} {'written':>12} {'a second':>10} {'MB':>8} {'peak MB':>8}")
    with tempfile.TemporaryDirectory(prefix="millrace-export-") as folder:
        for form, name, each in FORMS:
            path = Path(folder) / name
            told, took, peak = written(form, path)
            files = [path] if path.is_file() else list(path.iterdir())
            size = sum(file.stat().st_size for file in files) / 1e6
            if found := re.search(r"(\d+) written", told):
                rows = int(found[1])
            else:
                with path.open("rb") as file:
                    rows = sum(b' * "' in line for line in file)
            print(f"{f'{name} ({each})':<28} {took:>8.1f} {rows:>12,} {rows / took:>10,.0f} {size:>8.1f} {peak:>8.0f}", flush=True)
            print(f"   {told}")


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
            forms()
        print(f"\n{'cases':>10} {'rows':>10} {'s':>8} {'first ms':>12} {'ms each':>12} {'CPU ms each':>12} {'MB':>8} {'more MB':>10}")
        print(*lines, sep="\n")
        print("(at most 0.1 ms each; drafts are in nobody's list but their applicant's)")


if __name__ == "__main__":
    main()
