"""Keeps the columnar copy of past cases in the home's own folder — e.g. past-cases/millrace/nifs-12-4211.npz, and what vouches for it.

The manifest names the seal the copy is current to, with its chained hash, and the hash of every file. A copy that does not agree
with it is none: it is made again from the database, which alone is the record. It holds codes, amounts and days, no one's words.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from millrace.core.rules.columns import Column, Ints
from millrace.core.rules.past import Past

FORMAT = 1
MANIFEST = "manifest.json"
PLAIN = ("cases", "verdicts", "days", "amounts")


class Damaged(Exception):
    """A file of the copy that is missing or not what the manifest vouches for."""


@dataclass(frozen=True)
class Part:
    """The file of all cases bound to one published version."""

    scheme: str
    version: int
    file: str
    sha256: str
    case_count: int


@dataclass(frozen=True)
class Manifest:
    """What the copy is current to, and its files. `unreadable` names cases whose stored facts their own version cannot read."""

    seal: int
    chain: str
    parts: tuple[Part, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def case_count(self) -> int:
        return sum(part.case_count for part in self.parts)


def folder() -> Path:
    """This will name the folder of this database's copy, making it readable by its owner alone."""
    found = Path(settings.PAST_CASES) / re.sub(r"[^A-Za-z0-9_-]", "_", str(connection.settings_dict["NAME"]))
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


@contextlib.contextmanager
def locked(*, to_write: bool = False) -> Iterator[None]:
    """This will keep writers out while the copy is read, and everyone else while it is written."""
    with (folder() / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if to_write else fcntl.LOCK_SH)
        yield


def manifest() -> Manifest | None:
    """This will read the manifest; nothing where there is none that can be read."""
    try:
        told = json.loads((folder() / MANIFEST).read_text("utf-8"))
        if told.pop("format") != FORMAT:
            return None
        parts = tuple(Part(**part) for part in told.pop("parts"))
        return Manifest(**{**told, "unreadable": tuple(told["unreadable"])}, parts=parts)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(copy: Manifest) -> None:
    """This will put the manifest in place, whole or not at all, and forget the files it no longer names."""
    _replace(folder() / MANIFEST, json.dumps({"format": FORMAT, **asdict(copy)}, indent=1).encode())
    named = {part.file for part in copy.parts}
    for file in folder().glob("*.npz"):
        if file.name not in named:
            file.unlink(missing_ok=True)


def write(scheme: str, version: int, seal: int, cases: Past) -> Part:
    """This will write the cases of one version to a file of its own."""
    arrays: dict[str, Any] = {name: _narrow(getattr(cases, name)) for name in PLAIN}
    arrays |= {"said": cases.said, "references": cases.references}
    for name, column in cases.facts.items():
        arrays[f"fact:{name}"] = column.values
        arrays[f"declared:{name}"] = np.asarray(column.declared)
        if column.known is not None:
            arrays[f"known:{name}"] = column.known
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    content = packed.getvalue()
    name = f"{scheme}-{version}-{seal}.npz"
    _replace(folder() / name, content)
    return Part(scheme, version, name, hashlib.sha256(content).hexdigest(), len(cases))


def read(part: Part) -> Past:
    """This will read the cases of one version; a file that is not the one vouched for is `Damaged`."""
    try:
        content = (folder() / part.file).read_bytes()
        if hashlib.sha256(content).hexdigest() != part.sha256:
            raise Damaged(part.file)
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            return _past({name: packed[name] for name in packed.files})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as wrong:
        raise Damaged(f"{part.file}: {wrong}") from wrong


def _past(arrays: dict[str, Any]) -> Past:
    facts = {name.removeprefix("fact:"): values for name, values in arrays.items() if name.startswith("fact:")}
    plain = {name: arrays[name].astype(np.int64) for name in PLAIN}
    columns = {name: _column(arrays, name, values) for name, values in facts.items()}
    return Past(**plain, said=arrays["said"], references=arrays["references"], facts=columns)


def _column(arrays: dict[str, Any], name: str, values: Any) -> Column:
    declared = arrays[f"declared:{name}"]
    bound = int(max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0)))))
    return Column(values, arrays.get(f"known:{name}"), declared if declared.ndim else bool(declared), bound)


def _narrow(values: Ints) -> Any:
    """Write whole numbers as narrow as they are."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    return values.astype(np.promote_types(np.min_scalar_type(low), np.min_scalar_type(high)) if low < 0 else np.min_scalar_type(high))


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
