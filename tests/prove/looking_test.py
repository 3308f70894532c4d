"""The detectors detect — e.g. an English sentence seeded on a 繁體 page, a form without a button, a table that pushes the page wide.

Each fault is seeded on a page of its own, and the page without it is found sound.
"""

from typing import Any

import pytest

from tests.prove import looking

pytestmark = [pytest.mark.browser, pytest.mark.prove]
TYPED = looking.Typed.of(["Kestrel Precision Ltd (invented)", "紅隼精密有限公司（虛構）", "smart_line draft"])
SOUND = """<!doctype html><html lang="{lang}"><head><title>{title}</title></head><body><h1>{title}</h1>
<form method="get"><label>{title}<input name="q"></label><button>{title}</button></form>{more}</body></html>"""
TITLES = {"en": "What was funded", "zh-hant": "獲資助項目", "zh-hans": "获资助项目"}


def seen(page: Any, language: str, more: str = "") -> dict[str, Any]:
    page.set_content(SOUND.format(lang=looking.LANGUAGES[language], title=TITLES[language], more=more))
    return page.evaluate(looking.PROBE)


@pytest.mark.parametrize("language", looking.LANGUAGES)
def test_a_sound_page_is_found_sound(page: Any, language: str) -> None:
    told = seen(page, language, '<p>Kestrel Precision Ltd (invented)</p><p>紅隼精密有限公司（虛構）</p><p lang="en">Left in English</p>')
    faults = looking.leftovers(told["texts"], language, TYPED)
    assert [*faults, *looking.structure(told, language), *looking.width(told), *looking.keyboard(page, is_loaded=True)] == []


@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("zh-hant", "Nothing here yet", "English left"),
        ("zh-hant", "Lapsed", "English left"),
        ("zh-hant", "Kestrel Precision Ltd (invented) was refused by them", "English left"),
        ("zh-hans", "獲資助", "Traditional left"),
        ("en", "未翻譯", "Chinese left"),
        ("en", "offer_declined", "code"),
        ("zh-hant", "smart_lines", "code"),
        ("en", "Paid on 2026-03-02T04:00", "code"),
    ],
)
def test_words_left_over_are_found(page: Any, language: str, words: str, found: str) -> None:
    faults = looking.leftovers(seen(page, language, f"<p>{words}</p>")["texts"], language, TYPED)
    assert len(faults) == 1 and faults[0].startswith(found), faults
    assert looking.leftovers(seen(page, language, f'<p aria-label="{words}"></p>')["texts"], language, TYPED)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("<h1>Again</h1>", "2 h1"),
        ("<h2></h2>", "an empty heading"),
        ('<form action="/x"><input aria-label="q" name="q"></form>', "a form without a button: /x"),
        ('<input name="q">', "a field without a label"),
        ('<button tabindex="3">Go</button>', "a tabindex that jumps"),
        ('<div onclick="go()">Go</div>', "something to click"),
    ],
)
def test_a_page_built_wrongly_is_found(page: Any, more: str, found: str) -> None:
    faults = looking.structure(seen(page, "en", more), "en")
    assert len(faults) == 1 and faults[0].startswith(found), faults


def test_what_does_not_fit_is_found(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    assert "wider than the window" in looking.width(seen(page, "en", '<p style="width: 500px">wide</p>'))[0]
    region = '<div style="overflow-x: auto"><p style="width: 500px">wide</p></div>'
    assert "scrolls without a label" in looking.width(seen(page, "en", region))[0]
    assert looking.width(seen(page, "en", region.replace("<div ", '<div tabindex="0" aria-label="Wide" '))) == []
    assert looking.weight(b"x" * 100_001) == ["100,001 bytes"] and looking.weight(b"x") == []


def test_a_control_the_keyboard_misses_or_hides_is_found(page: Any) -> None:
    seen(page, "en", '<a href="/x" tabindex="-1">Missed</a>')
    assert any("does not reach a:Missed" in fault for fault in looking.keyboard(page, is_loaded=True))
    seen(page, "en", "<style>a:focus {outline: none}</style><a href='/x'>Unseen</a>")
    assert any("no focus to be seen on a:Unseen" in fault for fault in looking.keyboard(page, is_loaded=True))


def test_axe_is_asked(page: Any) -> None:
    seen(page, "en", '<img src="data:,">')
    assert any("image-alt" in fault for fault in looking.axe(page))
