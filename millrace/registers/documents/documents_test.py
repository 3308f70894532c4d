"""Proves that a file lies on the disk before its row, and that who read what cannot be rewritten — e.g. a quotation of 3 MB."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions, files, queries
from millrace.registers.documents.models import Document, Reading
from millrace.registers.people.models import Person

AT = datetime(2025, 3, 3, 2, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def take_in(case: Case, person: Person, **given: Any) -> Document:
    told: dict[str, Any] = {"content": PDF, "name": "報價單.pdf", "place": "quotations", "by": person, "at": AT}
    with transaction.atomic():
        return actions.take_in(case, **told | given)


def test_a_file_is_kept_by_its_hash_and_waits_in_quarantine(make: Any, folder: Path) -> None:
    case, chan = make.case(), make.person()
    document = take_in(case, chan)
    assert (document.state, document.kind, document.name) == ("quarantined", "pdf", "報價單.pdf")
    assert files.content_of(document.sha256) == PDF
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [document.sha256]
    actions.rule(document, state=Document.State.ACCEPTED, by=chan, at=AT)
    assert queries.documents_by_place(case)["quotations"][0].state == "accepted"


def test_the_same_bytes_lie_there_once_and_damage_is_noticed(make: Any, folder: Path) -> None:
    case, chan = make.case(), make.person()
    first, second = take_in(case, chan), take_in(case, chan, name="copy.pdf")
    assert first.sha256 == second.sha256
    files.path_of(first.sha256).write_bytes(PDF + b"%")
    with pytest.raises(ValueError, match="damaged"):
        files.content_of(first.sha256)


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        ({"content": b"MZ\x90\x00"}, "file-unknown-type", 422),
        ({"name": "quotation.docx"}, "file-name-does-not-match", 422),
        ({"content": PDF + b" " * 2048, "most_bytes": 1024}, "file-too-big", 413),
    ],
)
def test_what_may_not_be_taken_leaves_no_row_and_no_file(make: Any, folder: Path, given: dict[str, Any], code: str, status: int) -> None:
    with pytest.raises(Refusal) as no:
        take_in(make.case(), make.person(), **given)
    assert (no.value.code, no.value.status, no.value.field) == (code, status, "quotations")
    assert not Document.objects.exists() and not list(folder.iterdir())


@pytest.mark.parametrize(
    ("byte_count", "found", "most"), [(62_914_569, "63.0", 10_000_000), (10_000_001, "10.1", 10_000_000), (2_500_001, "2.6", 2_500_000)]
)
def test_a_file_too_big_is_told_its_own_size_and_the_limit_in_one_unit(byte_count: int, found: str, most: int) -> None:
    with pytest.raises(Refusal) as no:
        actions.must_fit(byte_count, most_bytes=most)
    assert no.value.values == {"found_mb": found, "most_mb": f"{most / 1_000_000:g}"}
    actions.must_fit(most, most_bytes=most)


def test_a_row_is_never_written_outside_its_actions_transaction(make: Any) -> None:
    with pytest.raises(RuntimeError):
        actions.take_in(make.case(), content=PDF, name="a.pdf", place="x", by=make.person(), at=AT)


def test_the_log_of_reading_is_append_only(make: Any) -> None:
    case, lee = make.case(), make.person()
    document = take_in(case, lee)
    actions.log_reading(case, person=lee, because="power:officer", at=AT, documents=[None, document])
    assert [row.document for row in queries.readings_of(case)] == [document, None]
    with pytest.raises(ProgrammingError):
        Reading.objects.all().delete()
