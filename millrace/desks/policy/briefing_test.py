"""The briefing is one page, tagged, in its language, and says its day and its seal — whatever it holds, e.g. titles four times as long."""

import io
from typing import Any

import pypdf
import pytest

from millrace.desks.policy import briefing, gathering
from millrace.desks.policy.desk_test import asked, chain, nothing_kept, sealed, told  # noqa: F401  # fixtures are found by name
from millrace.testing.making import NOON

TITLES = {"en": "Briefing: the whole chain", "zh-hant": "簡報：創科全鏈", "zh-hans": "简报：创科全链"}


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("language", TITLES)
def test_it_is_one_page_in_its_language_with_its_day_and_seal(chain: Any, make: Any, sign_in: Any, language: str) -> None:  # noqa: F811  # the fixture
    seal = sealed()
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    address = f"/policy/briefing/{language}/download/?as-at=2025-03-03&seal={seal.number}"
    answer = officer.client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    [text] = pages_of(answer.content)
    assert TITLES[language] in text and f"as-at=2025-03-03&seal={seal.number}" in text.replace("\n", "")
    assert bytes(seal.chain).hex() in text.replace("\n", "")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert "/StructTreeRoot" in reader.root_object and len(answer.content) < 1_000_000
    gathering.forget()
    assert officer.client.get(address).content == answer.content
    officer.see("/policy/briefing/latin/download/", 404)


def test_it_stays_one_page_however_much_it_holds(chain: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811  # the fixture
    one = asked(sealed())
    content = briefing._content(one, "en")
    row = ["A title of a scheme that takes more than one line of a narrow column, as some do " * 3, *["HK$1,212,800,000.00"] * 8]
    for table in content["tables"]:
        table["rows"] += [(row * 2)[: len(table["head"])]] * 12
    content["slopes"] *= 4
    monkeypatch.setattr(briefing, "_content", lambda *_: content)
    [text] = pages_of(briefing.made(one, "en"))
    assert text.count("A title of a scheme") > 36


def test_an_empty_house_has_a_briefing_too(hong_kong: Any, make: Any, sign_in: Any) -> None:
    sealed()
    answer = sign_in(make.person(powers=("policy",), at=NOON)).client.get("/policy/briefing/en/download/")
    assert len(pages_of(answer.content)) == 1


def test_nobody_else_is_given_one(hong_kong: Any, make: Any, sign_in: Any) -> None:
    sealed()
    sign_in(make.person(powers=("officer",), at=NOON)).see("/policy/briefing/en/download/", 404)
