"""What a file really is, from its own bytes, and whether it may be taken — e.g. a quotation that calls itself .pdf but is a program.

The name and the browser's word for the type prove nothing. Archives (which .docx, .xlsx and .pptx are) are opened only as far as
their table of contents, so that a bomb is counted and never unpacked.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

MIB = 1024 * 1024
# A sum of parts beyond either limit is a bomb: office documents stay far below both.
MOST_UNPACKED = 400 * MIB
MOST_RATIO = 150
MOST_ENTRIES = 5000

_OFFICE = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ppt/presentation.xml": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain",
    **dict(_OFFICE.values()),
}
_ENDINGS = {"jpeg": "jpg", "csv": "txt"}
TAKEN = tuple(sorted(_TYPES))


@dataclass(frozen=True)
class Sniffed:
    """What a file is, or the code of why it may not be taken."""

    kind: str = ""
    media_type: str = ""
    problem: str = ""  # empty | too-big | unknown-type | name-does-not-match | bomb | macros | broken

    @property
    def is_good(self) -> bool:
        return not self.problem


def sniff(content: bytes, *, name: str, most_bytes: int, taken: tuple[str, ...] = TAKEN) -> Sniffed:
    """This will say what `content` is, refusing what is empty, over `most_bytes`, not of a kind in `taken`, or not what `name` says."""
    if not content:
        return Sniffed(problem="empty")
    if len(content) > most_bytes:
        return Sniffed(problem="too-big")
    found = _by_bytes(content)
    if found.is_good and found.kind not in taken:
        return Sniffed(found.kind, found.media_type, "unknown-type")
    if found.is_good and ending(name) != found.kind:
        return Sniffed(found.kind, found.media_type, "name-does-not-match")
    return found


def ending(name: str) -> str:
    """This will give a file name's ending the way kinds are named: .JPEG is jpg, .csv is txt."""
    found = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return _ENDINGS.get(found, found)


def _by_bytes(content: bytes) -> Sniffed:
    if content.startswith(b"%PDF-"):
        return _good("pdf") if b"%%EOF" in content[-2048:] else Sniffed("pdf", _TYPES["pdf"], "broken")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _good("png")
    if content.startswith(b"\xff\xd8\xff"):
        return _good("jpg")
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _good("txt") if _is_text(content) else Sniffed(problem="unknown-type")


def _good(kind: str) -> Sniffed:
    return Sniffed(kind, _TYPES[kind])


def _office(content: bytes) -> Sniffed:
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return Sniffed(problem="broken")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(content), 64 * 1024):
        return Sniffed(problem="bomb")
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        return Sniffed(problem="macros")
    found = next((kind for member, kind in _OFFICE.items() if member in names), None)
    if found is None or "[Content_Types].xml" not in names:
        return Sniffed(problem="unknown-type")
    return Sniffed(*found)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    # A web page saved as text would be text too: nothing that a browser might run is taken.
    is_markup = re.match(r"\s*<(?:!doctype|html|script|svg|\?xml)", text, re.IGNORECASE)
    return not is_markup and not any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in text[:65536])


def safe_name(name: str) -> str:
    """This will make a name fit to be offered for download: no folders, no control characters, at most 120 characters."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    return f"{stem[: 119 - len(suffix)]}{dot}{suffix}" if dot and len(suffix) < 8 else clean[:120] or "file"
