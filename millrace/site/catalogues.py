"""Compiles the translations with Babel where a catalogue is newer than its compiled form — e.g. zh_Hant of the apply stage."""

import contextlib
import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def compile_all() -> list[Path]:
    """This will write every missing or outdated `django.mo` and return the catalogues compiled; fuzzy entries stay out."""
    outdated = [po for po in sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po")) if not _is_fresh(po)]
    if outdated:
        from babel.messages.mofile import write_mo  # heavy, and needed only after an edit
        from babel.messages.pofile import read_po

        for po in outdated:
            draft = po.with_suffix(f".{os.getpid()}.new")
            with po.open("rb") as source, draft.open("wb") as out:
                write_mo(out, read_po(source))
            draft.replace(po.with_suffix(".mo"))
    return outdated


def _is_fresh(po: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return po.with_suffix(".mo").stat().st_mtime >= po.stat().st_mtime
    return False
