"""Makes the paper of a letter, or of another text: tagged PDF/UA-1 from its stored text, the same bytes every time.

The agreement of NIFS-7KQ2-M4XD in Traditional Chinese is set with the Hong Kong face of the font that ships with the
program; nothing of the machine it runs on is used, neither fonts nor libraries nor the clock.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from millrace.core import money, paper
from millrace.registers.messages import glyphs
from millrace.registers.messages.models import Letter

_TEMPLATE = Path(__file__).with_name("letter.typ")
_FACES = {
    "en": ("Noto Sans CJK HK", "en", "GB"),
    "zh_hant": ("Noto Sans CJK HK", "zh", "HK"),
    "zh_hans": ("Noto Sans CJK SC", "zh", "CN"),
}


def made(letter: Letter) -> bytes:
    """This will set the letter on paper."""
    return set_on_paper(
        language=letter.language,
        subject=letter.subject,
        sender=letter.sender,
        addressee=letter.addressee,
        margin=[letter.sent_on.isoformat(), letter.number],
        mark=f"{letter.number} · SHA-256 {letter.sha256}",
        body=letter.body,
    )


def set_on_paper(
    *, language: str, subject: str, sender: str, addressee: Sequence[str], margin: Sequence[str], mark: str, body: str
) -> bytes:
    """This will set a text on paper, tagged and in its language: `margin` stands at the top right, `mark` at the foot of each page."""
    content: dict[str, Any] = {
        "subject": subject,
        "sender": sender,
        "addressee": list(addressee),
        "margin": list(margin),
        "mark": mark,
        "blocks": [_set(block) for block in paper.blocks(body)],
    }
    return compiled(_TEMPLATE, content, language=language)


def compiled(template: Path, content: Mapping[str, Any], *, language: str) -> bytes:
    """This will set content by a template that reads it as the input `letter`, with the face and tags of the language added."""
    import typst  # loaded by the process that sets a first letter, not by all

    face, tag, region = _FACES[language]
    whole = {**content, "font": face, "lang": tag, "region": region}
    return typst.compile(
        template,
        font_paths=[glyphs.FONT.parent],
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(whole, ensure_ascii=False)},
        format="pdf",
        pdf_standards="ua-1",
    )


def _set(block: paper.Block) -> dict[str, Any]:
    """A column of figures stands to the right; the column with the longest cell takes the room that is left."""
    if block.kind != "table":
        return {"kind": block.kind, "lines": list(block.lines)}
    head, *rows = block.rows
    columns = [[row[index] for row in rows] for index in range(len(head))]
    right = [index for index, column in enumerate(columns) if index and column and all(map(_is_figure, column))]
    widest = max(range(len(head)), key=lambda index: max(map(len, columns[index]), default=0))
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows], "right": right, "widest": widest}


def _is_figure(cell: str) -> bool:
    bare = next((cell.removeprefix(sign) for sign in money.SIGNS if cell.startswith(sign)), cell)
    return any(c.isdigit() for c in bare) and not bare.strip("0123456789,.%")
