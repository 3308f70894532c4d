"""Writes what outsiders take away, whole or not at all — e.g. `millrace export 360giving -o awards.json --on 2026-03-31`.

The books (beancount), the awards (360Giving, as JSON or flattened to CSV by the file's ending), every public table as a Data Package, or
what figures are made of, for the funder's own analysts (parquet).
"""

import argparse
import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from millrace.site import home as homes
from millrace.site.answers import bring_up_to_date

if TYPE_CHECKING:
    from millrace.registers.timeline.models import Seal

FORMS = ("beancount", "360giving", "datapackage", "parquet")


def export(chosen: argparse.Namespace) -> int:
    """This will write the file, or the folder of a Data Package, and say what it holds."""
    from millrace.registers.policy import queries as policy
    from millrace.stages.learn import queries as learn
    from millrace.web import clock

    bring_up_to_date()
    seal = learn.seal_as_known(chosen.as_known or clock.now())
    on = chosen.on or policy.funder().day_of(clock.now())
    if chosen.form == "parquet" and chosen.on:
        raise homes.HomeRefused("An extract holds every day: leave --on out. --as-known says up to which moment it knows.")
    write: dict[str, Callable[[Path, date, Seal], str]] = {
        "beancount": _books,
        "360giving": _awards,
        "datapackage": _package,
        "parquet": _extract,
    }
    try:
        told = write[chosen.form](chosen.output, on, seal)
    except OSError as wrong:
        raise homes.HomeRefused(f"{chosen.output} cannot be written: {wrong.strerror}. Name a file in a folder of yours.") from wrong
    days = "Every day" if chosen.form == "parquet" else f"As at the end of {on}"
    print(f"{chosen.output}: {told} {days}, as known at seal {seal.number}.")
    return 0


def bundle(chosen: argparse.Namespace) -> int:
    """This will write an audit bundle, and say what it holds and up to which seal."""
    from millrace.core.refusal import Refusal
    from millrace.desks.audit import bundling
    from millrace.registers.cases import queries as cases
    from millrace.registers.policy import queries as policy
    from millrace.stages.learn import queries as learn
    from millrace.web import clock

    bring_up_to_date()
    seal = learn.seal_as_known(chosen.as_known or clock.now())
    if chosen.kind == "case":
        case = cases.case_at(chosen.name.upper())
        if case is None:
            raise Refusal("no-such-case", what=f"There is no case {chosen.name}.", status=404)
        packed = bundling.of_case(case, seal)
    else:
        as_at = chosen.as_at or policy.funder().day_of(clock.now())
        learn.not_ahead(as_at, learn.last_seal())
        packed = bundling.of_figure(learn.ask(chosen.name, as_at=as_at, seal=seal))
    try:
        partial = chosen.output.with_name(f".{chosen.output.name}.partial")
        partial.write_bytes(packed)
        partial.replace(chosen.output)
    except OSError as wrong:
        raise homes.HomeRefused(f"{chosen.output} cannot be written: {wrong.strerror}. Name a file in a folder of yours.") from wrong
    print(f"{chosen.output}: {len(packed):,} bytes, as known at seal {seal.number}. Check it with: python verify.py {chosen.output.name}")
    return 0


def _whole(path: Path, write: Callable[[TextIO], str]) -> str:
    """This will write beside `path` first, so that a file cut short never takes its name."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            told = write(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return told


def _books(path: Path, on: date, seal: "Seal") -> str:
    from millrace.registers.ledger import journal
    from millrace.registers.policy import queries as policy

    funder = policy.funder()
    lines = journal.beancount_lines(on=on, seal=seal.number, title=funder.name.said_in("en"), currency=funder.currency)

    def write(file: TextIO) -> str:
        file.writelines(lines)
        return "the books."

    return _whole(path, write)


def _awards(path: Path, on: date, seal: "Seal") -> str:
    from millrace.stages.learn import open_data

    form = open_data.write_flat if path.suffix == ".csv" else open_data.write_360giving
    return _whole(path, lambda file: form(file, on, seal).in_words())


def _package(path: Path, on: date, seal: "Seal") -> str:
    """This will write datapackage.json and its tables into a new folder; one that exists is refused."""
    from millrace.stages.learn import open_data

    with _whole_folder(path) as partial:
        counts, written = open_data.write_package(partial, path.name.lower().replace(" ", "-"), on, seal)
    return f"{', '.join(f'{count} {name}' for name, count in counts.items())}: {written.in_words()}"


def _extract(path: Path, _on: date, seal: "Seal") -> str:
    """This will write the extract into a new folder; one that exists is refused."""
    from millrace.stages.learn import extract, open_data

    with _whole_folder(path) as partial:
        told = extract.write(partial, seal)
    written = open_data.Written(sum(told.rows.values()), told.withheld)
    return f"{', '.join(f'{count} {name}' for name, count in told.rows.items())}: {written.in_words()} {extract.AUDIENCE.capitalize()}."


@contextlib.contextmanager
def _whole_folder(path: Path) -> "Iterator[Path]":
    """This will give a new folder to write into, which takes its name once all is written; a name that is taken is refused."""
    if path.exists():
        raise homes.HomeRefused(f"{path} exists already. Name a folder that does not.")
    partial = path.with_name(f".{path.name}.partial")
    partial.mkdir()
    try:
        yield partial
        partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
