"""How fast figures are answered over a large sheet, in the database and over the Parquet extract: `python -m bench.figures`.

1,000,000 cases of about 8,000,000 rows are written first (`bench/long_sheet.py`). Then every definition counted over cases is asked for
today as known now, for a past day as known now, and for that day as known soon after it; so are other groupings, which are counted in the
columnar copy of the sheet where there is one; and what changed since a seal a month earlier. Each number is the median of the answers,
nothing kept from one to the next. `--cases 10000` takes seconds.
"""

import argparse
import functools
import os
import resource
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import long_sheet, throwaway

AROUND = 5
TODAY, PAST = date(2026, 10, 31), date(2024, 3, 31)
MONTH = timedelta(days=31)
OTHERS = ("sector", "lead_place", "status", "scheme")
Row = tuple[str, Any]


def median(work: Callable[[], Any]) -> float:
    """This will give the median in milliseconds, after one answer that warms what the database keeps in memory."""
    work()
    took = []
    for _ in range(AROUND):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def definitions() -> list[Row]:
    """This will list what is counted over cases: every definition published, and the same approvals by other columns."""
    from millrace.core.figures.definition import Condition, FigureVersion, FromSheet
    from millrace.core.texts import Text
    from millrace.stages.learn import queries

    own = [(name, figure.versions[-1]) for name, figure in sorted(queries.known_now().figures.items())]
    found = [(name, version) for name, version in own if isinstance(version.reads, FromSheet)]
    conditions = (Condition("received_on", "by_as_at"), Condition("is_test", "is", False))
    for column in OTHERS:
        reads = FromSheet("requested_cents", conditions, column)
        found.append((f"other: received by {column}", FigureVersion("1", TODAY, Text(), reads)))
    return found


def table(folder: Path | None) -> None:
    """This will print each definition's three answers in the database and over the extract, and check that they agree; last, the third
    counted from the whole sheet, without what is kept."""
    from millrace.registers.sheet import queries as sheet
    from millrace.stages.learn import counting, queries

    now, then = queries.last_seal(), queries.seal_as_known(datetime.combine(PAST + MONTH, datetime.min.time(), UTC))
    questions = [(TODAY, now), (PAST, now), (PAST, then)]
    duck = opened(folder) if folder else None
    heads = ("today, now", "past, now", "past, then")
    print(
        f"\n{'ms':<38}" + "".join(f"{head:>12}" for head in heads) + "".join(f"{'files: ' + head:>19}" for head in heads) + "  anew, once"
    )
    for name, version in definitions():
        cells = []
        for day, seal in questions:
            cells.append(f"{median(functools.partial(queries.counted_groups, version, day, seal.number)):>12.1f}")
        for day, seal in questions if duck else []:
            asked = over_files(name, version, day, seal.number)
            cells.append(f"{median(lambda asked=asked: duck.execute(asked).fetchall()):>19.1f}")
            agree(queries.counted_groups(version, day, seal.number), duck.execute(asked).fetchall(), name)
        began = time.perf_counter()
        counting.groups(version.reads, sheet.rows_as_at(PAST, then.number), PAST)
        print(f"{name:<38}{''.join(cells)}{(time.perf_counter() - began) * 1000:>12.1f}", flush=True)


def over_files(name: str, version: Any, day: date, number: int) -> str:
    """This will be the question of the extract: the figure's own macro, or the sheet counted by a column."""
    if not name.startswith("other"):
        return f"FROM \"{name}\"(DATE '{day}', {number})"
    counted = f"count(*), '', sum({version.reads.amount})"
    return (
        f"SELECT {version.reads.group_by} AS part, {counted} FROM sheet_at(DATE '{day}', {number}) "  # noqa: S608  # names of this file
        f"WHERE received_on <= DATE '{day}' GROUP BY part ORDER BY part"
    )


def agree(counted: list[tuple[str, int, int]], told: list[tuple[Any, ...]], name: str) -> None:
    files = sorted((part, int(number), int(cents)) for part, number, _, cents in told if part != "-")
    if sorted((part or "none", number, cents) for part, number, cents in counted) != sorted((part or "none", n, c) for part, n, c in files):
        raise SystemExit(f"{name}: the files answer otherwise than the database")


def opened(folder: Path) -> Any:
    import duckdb

    duck = duckdb.connect(config={"file_search_path": str(folder)})
    duck.execute((folder / "figures.sql").read_text())
    return duck


def keep() -> None:
    """This will keep and copy what the nights would have kept and copied, and say how long it took."""
    from millrace.stages.learn import columnar, kept, queries
    from millrace.stages.learn.models import KeptChange

    began = time.perf_counter()
    blocks = kept.keep(queries.counts_ever_published())
    took = time.perf_counter() - began
    print(f"\n(kept: {blocks:,} blocks of seals for all figures, {KeptChange.objects.count():,} sums, in {took:,.0f} s)", flush=True)
    began = time.perf_counter()
    rows, copy = columnar.keep(), columnar.current()
    size = (columnar.folder() / copy.file).stat().st_size / 1e6 if copy else 0
    print(f"(copied: {rows:,} rows of the sheet, {size:,.0f} MB, in {time.perf_counter() - began:,.0f} s)", flush=True)


def extracted(folder: Path) -> Path:
    """This will write the extract and say how large it is and how long that took."""
    from millrace.stages.learn import extract, queries

    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    folder.mkdir(parents=True)
    told = extract.write(folder, queries.last_seal())
    took, more = time.perf_counter() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"\n(extract: {sum(told.rows.values()):,} rows, {size:,.0f} MB, {took:,.0f} s, {more:,.0f} MB more memory)", flush=True)
    return folder


def changes() -> None:
    """This will print how long it takes to say, case by case, what changed an answer since a seal a month earlier."""
    from django.db.models import Q

    from millrace.stages.learn import behind, queries

    now = queries.last_seal()
    for name in ("approved-by-scheme", "received-by-scheme", "mainland-collaboration-approved"):
        for label, back in (("the last month", 1), ("a month two years ago", 24)):
            after = queries.seal_as_known(now.sealed_at - MONTH * (back - 1))
            before = queries.seal_as_known(now.sealed_at - MONTH * back)
            if not isinstance(queries.ask(name, as_at=TODAY).version.reads, behind.FromSheet):
                continue

            def since(name: str = name, before: Any = before, after: Any = after) -> Any:
                was, now = (queries.ask(name, as_at=TODAY, seal=seal) for seal in (before, after))
                return behind.changed(was, now, Q())

            found, is_cut = since()
            more = "or more" if is_cut else ""
            print(
                f"what changed {name}, {label} ({after.number - before.number:,} seals; {len(found)} cases {more}): {median(since):,.0f} ms"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        from millrace.registers.cases.models import Case
        from millrace.registers.policy.models import Publication
        from millrace.registers.timeline import sealer
        from millrace.stages.plan import actions
        from millrace.testing import policies
        from millrace.testing.making import Making

        if not Publication.objects.exists():
            files = policies.files_of(policies.HONG_KONG)
            actions.publish_policy(files, by=Making().system(), at=policies.EARLY, command=uuid.uuid4())
            sealer.seal(policies.EARLY, is_story=True)
        if Case.objects.count() < asked.cases:
            long_sheet.fill(target, asked.cases)
        keep()
        folder = Path(os.environ["MILLRACE_HOME"]).parent / f"extract-{os.getpid()}"
        table(extracted(folder))
        changes()


if __name__ == "__main__":
    main()
