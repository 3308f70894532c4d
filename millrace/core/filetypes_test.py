"""Proves that a file is known by its bytes — e.g. a program named quotation.pdf is not taken."""

import io
import zipfile

import pytest

from millrace.core import filetypes

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def office(member: str = "word/document.xml", *, extra: dict[str, bytes] | None = None) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", member: b"<doc/>", **(extra or {})}.items():
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("quotation.pdf", PDF, "pdf"),
        ("photo.JPEG", b"\xff\xd8\xff\xe0rest", "jpg"),
        ("plan.docx", office(), "docx"),
        ("budget.xlsx", office("xl/workbook.xml"), "xlsx"),
        ("lines.csv", "項目,金額\n機器,100\n".encode(), "txt"),
    ],
)
def test_what_is_what_it_says_is_taken(name: str, content: bytes, kind: str) -> None:
    found = filetypes.sniff(content, name=name, most_bytes=filetypes.MIB)
    assert found.is_good and found.kind == kind


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("quotation.pdf", b"", "empty"),
        ("quotation.pdf", PDF + b" " * filetypes.MIB, "too-big"),
        ("quotation.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "unknown-type"),
        ("quotation.pdf", b"%PDF-1.7 cut short", "broken"),
        ("quotation.pdf", office(), "name-does-not-match"),
        ("page.txt", b"<!DOCTYPE html><script>1</script>", "unknown-type"),
        ("plan.docx", office("other/part.xml"), "unknown-type"),
        ("plan.docx", office(extra={"word/vbaProject.bin": b"x"}), "macros"),
        ("plan.docx", office(extra={"word/media/zeros": bytes(20 * filetypes.MIB)}), "bomb"),
        ("plan.docx", b"PK\x03\x04broken", "broken"),
    ],
)
def test_what_is_not_is_refused_with_its_reason(name: str, content: bytes, problem: str) -> None:
    assert filetypes.sniff(content, name=name, most_bytes=filetypes.MIB).problem == problem


def test_a_scheme_may_take_fewer_kinds() -> None:
    assert filetypes.sniff(PDF, name="a.pdf", most_bytes=filetypes.MIB, taken=("docx",)).problem == "unknown-type"


def test_names_offered_for_download_hold_no_path() -> None:
    assert filetypes.safe_name("..\\..\\etc/報價\x00單.pdf") == "報價單.pdf"
    assert len(filetypes.safe_name("長" * 300 + ".pdf")) == 120
