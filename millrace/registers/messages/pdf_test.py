"""Proves that a letter's paper is tagged, in its language, whole and repeatable — e.g. an agreement in Traditional Chinese."""

import io
from datetime import date

import pypdf
import pytest

from millrace.registers.messages import glyphs, pdf
from millrace.registers.messages.models import Letter

BODY = """我們樂意通知你，申請已獲批准，資助額為 HK$10,000,000。

# 條件

- 里程碑一
- *星號* #x

| 期 | 日期 | 金額 |
| 1 | 完成 | HK$10,000,000 |
"""


def letter(language: str) -> Letter:
    return Letter(
        number="NIFS-7KQ2-M4XD/12/agreement",
        language=language,
        subject="資助協議：NIFS-7KQ2-M4XD",
        body=BODY,
        sha256="ab" * 32,
        addressee=["Harbour Precision Ltd", "港灣精密有限公司"],
        sender="Innovation and Technology Fund",
        sent_on=date(2024, 5, 6),
    )


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("zh_hant", "zh-HK"), ("zh_hans", "zh-CN")])
def test_the_paper_is_tagged_and_says_its_language(language: str, tag: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.made(letter(language))))
    assert str(reader.root_object["/Lang"]) == tag
    assert "/StructTreeRoot" in reader.root_object
    assert reader.xmp_metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()


def test_the_words_are_all_there_and_stay_words() -> None:
    text = pypdf.PdfReader(io.BytesIO(pdf.made(letter("zh_hant")))).pages[0].extract_text()
    for piece in ("資助協議", "港灣精密有限公司", "*星號* #x", "HK$10,000,000", "ab" * 32):
        assert piece in text


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert pdf.made(letter("zh_hant")) == pdf.made(letter("zh_hant"))


def test_every_character_is_looked_up_in_the_font() -> None:
    assert glyphs.missing("新型工業化資助計劃 HK$1,212.8m “RAISe+” 㗎 – — ‧") == ""
    assert glyphs.missing("fine 🙂 fine ﷽🙂") == "🙂﷽"
