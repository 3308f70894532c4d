"""Says which characters the shipped font can set — e.g. that every character of 新型工業化資助計劃 has a shape.

A character without a shape would vanish from the paper without a word, so a letter is checked before it is sent.
"""

import functools
import struct
from pathlib import Path

import noto_cjk_sans_otc

FONT = Path(noto_cjk_sans_otc.__file__).with_name("NotoSansCJK-Regular.ttc")
_UNICODE_FULL = (3, 10)  # platform and encoding of the table that reaches beyond the basic plane


def missing(text: str) -> str:
    """This will return the characters of `text` the font has no shape for, each once, in order; line breaks aside."""
    lost = {ord(c) for c in set(text) - {"\n", "\r"}} - _covered()
    return "".join(sorted(map(chr, lost), key=text.index))


@functools.cache
def _covered() -> frozenset[int]:
    """The character map of the collection's first face; its faces share one set of characters."""
    data = FONT.read_bytes()
    first_face = struct.unpack_from(">I", data, 12)[0]
    table_count = struct.unpack_from(">H", data, first_face + 4)[0]
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(first_face + 12, first_face + 12 + 16 * table_count, 16)
    }
    cmap = tables[b"cmap"]
    subtable_count = struct.unpack_from(">H", data, cmap + 2)[0]
    for index in range(subtable_count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * index)
        if (platform, encoding) == _UNICODE_FULL:
            return _segments(data, cmap + offset)
    raise ValueError(f"{FONT.name} has no full Unicode character map")


def _segments(data: bytes, at: int) -> frozenset[int]:
    """Format 12: groups of (first character, last character, first glyph), after a head of 16 bytes."""
    layout, count = struct.unpack_from(">H", data, at)[0], struct.unpack_from(">I", data, at + 12)[0]
    if layout != 12:
        raise ValueError(f"character map of format {layout}, not 12")
    groups = struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count])
    return frozenset(code for first, last, _glyph in groups for code in range(first, last + 1))
