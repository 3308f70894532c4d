"""A released reply as a file to hand on, in three languages: PDF set like a letter, and DOCX — e.g. reply-7.zh-hant.docx.

Both are made again from the released text whenever they are asked for, the same bytes every time, and end with the figures: what
was said, its day, its definition and the seal it rests on.
"""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core import paper
from millrace.registers.messages import pdf
from millrace.stages.learn import reply_text
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.web import funder, words

TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
# The faces a word processor has, in place of the fonts of the paper.
_FACES = {"en": "Times New Roman", "zh-hant": "PMingLiU", "zh-hans": "SimSun"}
_TAGS = {"en": "en-HK", "zh-hant": "zh-HK", "zh-hans": "zh-CN"}  # a word processor knows no tags with a script
# What stands in a .zip file as the moment of each of its parts: no clock.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def made(reply: Reply, figures: Iterable[ReplyFigure], language: str, kind: str) -> bytes:
    """This will make the file; `kind` is pdf or docx."""
    with translation.override(language):
        body = f"{reply.said[language]['body']}\n\n{_annex(list(figures), language)}"
        return _pdf(reply, language, body) if kind == "pdf" else _docx(reply, language, body)


def _annex(figures: list[ReplyFigure], language: str) -> str:
    head = paper.row(_("Figure"), _("As said"), _("As at"), _("Definition"), _("Seal"))
    rows = [
        paper.row(
            f"{each.number}. {reply_text.named(each, language)}",
            each.said[language],
            words.day(each.speaks_of),
            each.version,
            words.count(each.seal),
        )
        for each in figures
    ]
    table = "\n".join([head, *rows])
    told = _("Each figure can be asked again by its seal, and each has a permanent address beside this reply on the public pages.")
    return f"# {_('Figures in this reply')}\n\n{table}\n\n{told}" if rows else ""


def _margin(reply: Reply) -> list[str]:
    assert reply.released_at is not None
    day = words.day(reply.released_at.astimezone(funder.current().zone).date())
    told = [_("Told again from: %(reply)s") % {"reply": reply.told_from}] if reply.told_from else []
    return [day, _("Reply %(number)s") % {"number": reply.pk}, *told]


def _mark(reply: Reply) -> str:
    return f"/replies/{reply.pk}/ · SHA-256 {reply.said_sha256}"


def _pdf(reply: Reply, language: str, body: str) -> bytes:
    return pdf.set_on_paper(
        language=language.replace("-", "_"),
        subject=reply.said[language]["subject"],
        sender=funder.current().name,
        addressee=[],
        margin=_margin(reply),
        mark=_mark(reply),
        body=body,
    )


def _docx(reply: Reply, language: str, body: str) -> bytes:
    import docx  # here, so that a web worker loads it when a document is first asked for

    made_ = docx.Document()
    _in_language(made_, language)
    properties = made_.core_properties
    properties.title, properties.author, properties.language = reply.said[language]["subject"], funder.current().name, _TAGS[language]
    properties.created = properties.modified = reply.released_at
    properties.last_modified_by, properties.comments = "", ""
    made_.add_paragraph(" · ".join([funder.current().name, *_margin(reply)]))
    made_.add_heading(reply.said[language]["subject"], level=1)
    for block in paper.blocks(body):
        _put(made_, block)
    made_.sections[0].footer.paragraphs[0].text = _mark(reply)
    file = io.BytesIO()
    made_.save(file)
    return _without_clock(file.getvalue())


def _put(document: Any, block: paper.Block) -> None:
    match block.kind:
        case "heading":
            document.add_heading(block.lines[0], level=2)
        case "items":
            for line in block.lines:
                document.add_paragraph(line, style="List Bullet")
        case "table":
            _table(document, block)
        case _:
            document.add_paragraph("\n".join(block.lines))


def _table(document: Any, block: paper.Block) -> None:
    """A table whose first row is marked as its head, so that it is read out and repeated on the next page."""
    from docx.oxml import OxmlElement

    table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _in_language(document: Any, language: str) -> None:
    """Say which language the text is in, and its face for Chinese characters: a reader's program picks voice and glyphs by it."""
    from docx.oxml.ns import qn

    styles = document.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        fonts.attrib.pop(qn("w:eastAsiaTheme"), None)  # a theme's face would go before the one named
        fonts.set(qn("w:eastAsia"), _FACES[language])
    for said in styles.iter(qn("w:lang")):
        said.set(qn("w:val"), _TAGS[language])
        said.set(qn("w:eastAsia"), _TAGS["zh-hant" if language == "en" else language])


def _without_clock(content: bytes) -> bytes:
    """Pack the parts again without the moment of packing, so that the same reply is the same file."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as again:
        for name in packed.namelist():
            again.writestr(zipfile.ZipInfo(name, _NO_MOMENT), packed.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()
