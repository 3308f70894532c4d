"""What an audit bundle costs to make and to check offline: `python -m bench bundle [--events 10000]`.

Two bundles of so many events: of one figure over the cases of `bench/sealing.py`, and of one case to which everything happened. Each is
checked by the program in it, in a process of its own that knows nothing of Millrace, whole and with one byte altered.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import sealing, throwaway
from bench.compare import POLICY

AT_ONCE = 1_000
SEED = 11


def timed(name: str, work: Callable[[], Any]) -> Any:
    """This will print how long the work took."""
    began = time.perf_counter()
    given = work()
    print(f"{name:<52} {(time.perf_counter() - began) * 1000:>10,.0f} ms", flush=True)
    return given


def many_events(count: int) -> Any:
    """This will tell so many events of one case, and give it."""
    from django.db import transaction

    from millrace.registers.timeline import actions as timeline
    from millrace.testing.making import Making

    make = Making(first=1_000_000)  # names of its own: the figure's cases were made too
    by, case = make.system(), make.case(status="in_force")
    for start in range(0, count, AT_ONCE):
        with transaction.atomic():
            for place in range(start, min(count, start + AT_ONCE)):
                facts = {"reference": case.reference, "amount_cents": place}
                fields: dict[str, Any] = {"facts": facts, "happened_on": sealing.AT.date(), "at": sealing.AT, "by": by, "case": case}
                timeline.record("offer_accepted", command=uuid.uuid4(), **fields)
    return case


def checked(name: str, packed: bytes) -> None:
    """This will run the bundle's own program over it, as it is and with one byte altered."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        file = Path(folder) / "bundle.zip"
        file.write_bytes(packed)
        with zipfile.ZipFile(file) as held:
            held.extract("verify.py", folder)
            count, parts = len(held.namelist()), {one: held.read(one) for one in held.namelist()}
        run = [sys.executable, "-I", str(Path(folder) / "verify.py"), str(file)]
        print(f"{name + ': size':<52} {len(packed) / 1e6:>10,.2f} MB in {count} files")
        done = timed(f"{name}: verified", lambda: subprocess.run(run, capture_output=True, text=True, check=False))
        if done.returncode:
            raise SystemExit(f"the bundle is refused: {done.stdout}{done.stderr}")
        spoilt = next(one for one in sorted(parts) if one.startswith("events"))
        place = random.Random(SEED).randrange(len(parts[spoilt]))
        parts[spoilt] = parts[spoilt][:place] + bytes([parts[spoilt][place] ^ 1]) + parts[spoilt][place + 1 :]
        with zipfile.ZipFile(file, "w") as held:
            for one, content in parts.items():
                held.writestr(one, content)
        done = timed(f"{name}: one byte altered, found", lambda: subprocess.run(run, capture_output=True, text=True, check=False))
        if not done.returncode:
            raise SystemExit("an altered byte was not found")
        print(f"  {(done.stdout + done.stderr).strip().splitlines()[-1][:120]}")


def main() -> None:
    """This will measure on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        from millrace.desks.audit import bundling
        from millrace.jobs import bulk
        from millrace.registers.people import queries as people
        from millrace.registers.sheet import actions as sheet
        from millrace.registers.timeline import sealer
        from millrace.site import folders
        from millrace.stages.learn import queries as learn
        from millrace.stages.plan import actions as plan

        first = sealing.source()
        published = datetime(2026, 3, 1, tzinfo=UTC)
        plan.publish_policy(folders.files_of(POLICY), by=people.system_person(), at=published, command=uuid.uuid4())
        with target.connect("owner") as owner:
            copies = asked.events // len(sealing.STORY)
            bulk.copy(copies, sources=[first], owner=owner, at=sealing.AT, spread_days=900)
            case = many_events(asked.events)
            last = sealer.seal(sealing.AT + timedelta(days=9))
            sheet.project()
            owner.execute("VACUUM ANALYZE")
        if last is None:
            raise SystemExit("nothing was sealed")
        given = learn.ask("approved-by-scheme", as_at=date(2026, 6, 30), seal=last)
        print(f"{asked.events:,} events each, {last.number:,} seals; the figure counts {given.answer.count:,} cases")
        checked("the figure", timed("the figure: bundle made", lambda: bundling.of_figure(given)))
        checked("the case", timed("the case: bundle made", lambda: bundling.of_case(case, last)))


if __name__ == "__main__":
    main()
