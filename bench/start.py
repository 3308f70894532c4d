"""How long the first page takes and what the processes weigh: `python -m bench start [--requests 400]`.

Starts `millrace demo` in an empty home, then again in the same one, and weighs web, jobs and supervisor under page load (PSS: memory
shared by processes is counted once; the embedded PostgreSQL is apart).
"""

import argparse
import concurrent.futures
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from millrace.site import serve

PAGES = ("/", "/schemes/", "/find/")


def started(port: int) -> tuple[subprocess.Popen[bytes], float]:
    """This will start the demonstration and return it with the seconds until its first page."""
    began = time.monotonic()
    running = subprocess.Popen([sys.executable, "-m", "millrace.site.command", "demo", str(port)], stdout=subprocess.DEVNULL)
    while not serve.is_serving(port):
        if running.poll() is not None:
            raise SystemExit("The demonstration does not start.")
        time.sleep(0.02)
    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).close()
    return running, time.monotonic() - began


def family(parent: int) -> list[int]:
    """This will list the process and all below it."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(number for child in children for number in family(int(child)))]


def wait_for_jobs(parent: int, at_most_seconds: float = 900) -> None:
    """This will wait until the demonstration is told and the jobs process, which starts only then, has settled."""
    deadline = time.monotonic() + at_most_seconds
    while time.monotonic() < deadline:
        time.sleep(1)
        with contextlib.suppress(OSError):  # a process that ended while it was weighed
            if "jobs" in weigh(family(parent)):
                break
    time.sleep(3)


def weigh(numbers: list[int]) -> dict[str, int]:
    """This will sum the PSS in kB by what the processes do; PostgreSQL's are left out."""
    weights: dict[str, int] = {}
    for number in numbers:
        words = Path(f"/proc/{number}/cmdline").read_bytes().decode().replace("\0", " ")
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{number}/smaps_rollup").read_text(), re.MULTILINE)
        kinds = {"millrace.site.web": "web", " jobs": "jobs", " portfolio": "portfolio", "postgres": "database"}
        kind = next((kind for word, kind in kinds.items() if word in words), "supervisor")
        weights[kind] = weights.get(kind, 0) + (int(found[1]) if found else 0)
    weights.pop("database", None)
    return weights


def main() -> None:
    """This will print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ["MILLRACE_HOME"] = str(Path(folder) / "home")
        print(f"{'start':<12} {'first page s':>12}")
        for kind in ("empty home", "again"):
            port = serve.free_port(0)
            running, seconds = started(port)
            print(f"{kind:<12} {seconds:>12.2f}", flush=True)
            if kind == "again":
                wait_for_jobs(running.pid)
                with concurrent.futures.ThreadPoolExecutor(16) as askers:
                    list(askers.map(lambda n, port=port: ask(port, PAGES[n % len(PAGES)]), range(asked.requests)))
                weights = weigh(family(running.pid))
                print(f"\n{'process':<12} {'PSS MB':>12}")
                for name, weight in sorted(weights.items()):
                    print(f"{name:<12} {weight / 1024:>12.1f}")
                print(f"{'together':<12} {sum(weights.values()) / 1024:>12.1f}   (at most 300)")
            running.send_signal(signal.SIGINT)
            running.wait(60)


def ask(port: int, page: str) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=60) as answered:
        answered.read()


if __name__ == "__main__":
    main()
