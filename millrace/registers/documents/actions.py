"""Takes files in and keeps the record of who read them — e.g. a 3 MB quotation, on the disk before its row commits.

A register announces nothing: the stage that takes a file in (apply, deliver) records the event.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import filetypes
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import files
from millrace.registers.documents.models import Document, Reading
from millrace.registers.people.models import Organisation, Person

MOST_BYTES = 20_000_000
_MEGABYTE = 1_000_000

_WHY = {
    "empty": _("The file is empty."),
    "too-big": _("The file is %(found_mb)s MB; at most %(most_mb)s MB is taken."),
    "unknown-type": _("Only these kinds are taken: %(kinds)s. The kind is read from the file itself, not from its name."),
    "name-does-not-match": _("The file is named .%(named)s but is a %(found)s file."),
    "bomb": _("The file would unpack to far more than its size."),
    "macros": _("The file carries macros, which may run by themselves."),
    "broken": _("The file is damaged or cut short."),
}


def checked(content: bytes, *, name: str, field: str = "", most_bytes: int = MOST_BYTES, taken: tuple[str, ...] = ()) -> filetypes.Sniffed:
    """This will say what the file is, or refuse it with what is wrong and what to do."""
    must_fit(len(content), most_bytes=most_bytes, field=field)
    taken = taken or filetypes.TAKEN
    found = filetypes.sniff(content, name=name, most_bytes=most_bytes, taken=taken)
    if found.is_good:
        return found
    raise _refused(found.problem, field, kinds=", ".join(taken), named=filetypes.ending(name), found=found.kind)


def must_fit(byte_count: int, *, most_bytes: int = MOST_BYTES, field: str = "") -> None:
    """This will refuse a file by its size, before any of it is read; sizes are told in millions of bytes, never rounded down."""
    if byte_count > most_bytes:
        raise _refused("too-big", field, most_mb=f"{most_bytes / _MEGABYTE:g}", found_mb=f"{-(-byte_count * 10 // _MEGABYTE) / 10:.1f}")


def _refused(problem: str, field: str, **values: str) -> Refusal:
    return Refusal(
        f"file-{problem}",
        what=_("The file was not taken."),
        why=_WHY[problem],
        next_step=_("Choose another file and upload it. Nothing else on the page is lost."),
        field=field,
        status=413 if problem == "too-big" else 422,
        values=values,
    )


def take_in(
    case: Case,
    *,
    content: bytes,
    name: str,
    place: str,
    by: Person,
    at: datetime,
    organisation: Organisation | None = None,
    most_bytes: int = MOST_BYTES,
    taken: tuple[str, ...] = (),
) -> Document:
    """This will check a file, keep it and write its row in quarantine. Call it inside the action's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a document's row is written in its action's transaction")
    found = checked(content, name=name, field=place, most_bytes=most_bytes, taken=taken)
    sha256 = files.keep(content)
    return Document.objects.create(
        case=case,
        organisation=organisation,
        place=place,
        name=filetypes.safe_name(name),
        kind=found.kind,
        media_type=found.media_type,
        byte_count=len(content),
        sha256=sha256,
        uploaded_at=at,
        uploaded_by=by,
    )


def rule(document: Document, *, state: str, by: Person, at: datetime) -> None:
    """This will record an officer's ruling: accepted out of quarantine, or refused."""
    document.state, document.ruled_by, document.ruled_at = state, by, at
    document.save(update_fields=["state", "ruled_by", "ruled_at"])


def remove(document: Document, *, at: datetime) -> None:
    """This will take a file off its draft; the row and the bytes stay until retention says otherwise."""
    document.removed_at = at
    document.save(update_fields=["removed_at"])


def log_reading(case: Case, *, person: Person, because: str, at: datetime, documents: Iterable[Document | None] = (None,)) -> None:
    """This will add to the append-only log that `person` read the case, or these files of it."""
    rows: list[dict[str, Any]] = [{"document": document} for document in documents]
    Reading.objects.bulk_create(Reading(case=case, person=person, because=because, read_at=at, **row) for row in rows)
