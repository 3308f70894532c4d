"""Every page we have, as each role, in three languages and two widths, by keyboard and without scripts — e.g. a claim at 360 px in 繁體.

Nothing untranslated, nothing wider than its window, nothing axe calls serious, no form without a button, at most 100 KB. A new
address that no one is shown here fails the first test.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.prove import looking
from tests.prove.told import template, told  # noqa: F401  # fixtures are found by name in this module
from tests.prove.worth import Visit

pytestmark = pytest.mark.browser
SLICES = 8
WIDTHS = (1280, 360)


@pytest.mark.prove
def test_every_address_is_shown_to_somebody(told: tuple[str, dict[str, Any]]) -> None:  # noqa: F811  # the fixture of that name
    assert told[1]["unshown"] == [] and told[1]["broken"] == []
    assert len(told[1]["visits"]) > 400


@pytest.mark.prove
def test_axe_is_asked_of_every_route_in_every_language(told: tuple[str, dict[str, Any]]) -> None:  # noqa: F811  # the fixture of that name
    asked: dict[str, list[str]] = defaultdict(list)
    for look in looks(Visit(**one) for one in told[1]["visits"]):
        asked[look.visit.route] += look.with_axe
    assert {route: set(looking.LANGUAGES) - set(languages) for route, languages in asked.items()} == {route: set() for route in asked}
    assert all(languages.count("zh-hans") == 1 for languages in asked.values())


@dataclass(frozen=True)
class Look:
    """One page to open: in which languages, in which of them axe is asked, and whether the keyboard goes through it."""

    visit: Visit
    languages: tuple[str, ...]
    with_axe: tuple[str, ...]
    with_keyboard: bool


def looks(visits: Iterable[Visit]) -> Iterator[Look]:
    """This will open a page in every language where it is new for its role or in its state, in one, by turns, where only what is asked of
    it is new, and else not at all; ask axe of it for each role in the two languages written by hand, and once in the third; and go through
    it by keyboard once."""
    seen: set[tuple[str, ...]] = set()
    for position, visit in enumerate(visits):
        shapes = {(visit.route, "as", visit.role), (visit.route, "in", visit.state)}
        if shapes - seen or "?" in visit.address:
            languages = tuple(looking.LANGUAGES) if shapes - seen else (list(looking.LANGUAGES)[position % 3],)
            # The characters of 简体 are made from those of 繁體 and stand in the same page: once for each route is enough.
            known = {one: (visit.route,) if one == "zh-hans" else (visit.route, visit.role, one) for one in languages}
            asked = tuple(one for one in languages if known[one] not in seen)
            yield Look(visit, languages, asked, (visit.route,) not in seen)
            seen |= {(visit.route, visit.role, one) for one in asked}
        seen |= shapes | {(visit.route,)}


@pytest.fixture
def slice_of(told: tuple[str, dict[str, Any]]) -> Callable[[int], list[Look]]:  # noqa: F811  # the fixture of that name
    """The looks of one slice: what is new is settled over all of them first, and the long ones are shared out evenly."""
    found = sorted(looks(Visit(**one) for one in told[1]["visits"]), key=lambda look: -len(look.languages) - len(look.with_axe))
    return lambda number: found[number::SLICES]


class Opener:
    """One browser profile that becomes each visitor in turn, and hears what the page complains of."""

    def __init__(self, browser: Any, url: str, **how: Any) -> None:
        self.url, self.complaints = url, []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Asia/Hong_Kong", **how)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, visit: Visit, language: str) -> Any:
        """This will open one page as its visitor in a language."""
        self.complaints.clear()
        self.context.clear_cookies()
        cookies = {"language": language, **({"sessionid": visit.session} if visit.session else {})}
        self.context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        return self.page.goto(self.url + visit.address)


def looked(opener: Opener, visit: Visit, language: str, typed: looking.Typed) -> Iterator[str]:
    """This will say what is wrong with one page in one language, at both widths."""
    answer = opener.open(visit, language)
    if answer.status not in (200, 422):
        yield f"answers {answer.status}"
    yield from looking.weight(answer.body())
    for wide in WIDTHS:
        opener.page.set_viewport_size({"width": wide, "height": 900})
        seen = opener.page.evaluate(looking.PROBE)
        yield from (f"{wide} px: {fault}" for fault in looking.width(seen))
        if wide == WIDTHS[0]:
            yield from looking.structure(seen, language)
        yield from looking.leftovers(seen["texts"], language, typed)
    yield from (f"complains: {said}" for said in opener.complaints if answer.status == 200)


@pytest.mark.prove
@pytest.mark.parametrize("number", range(SLICES))
def test_pages(number: int, slice_of: Any, told: Any, live_site: Callable[..., Any], browser: Any) -> None:  # noqa: F811  # the fixture of that name
    site, typed = live_site(), looking.Typed.of(told[1]["typed"])
    opener, faults = Opener(browser, site.url), defaultdict(set)
    for look in slice_of(number):
        visit = look.visit
        for language in look.languages:
            for fault in looked(opener, visit, language, typed):
                faults[fault].add(f"{visit.address} ({visit.role}, {language})")
            for fault in looking.axe(opener.page) if language in look.with_axe else ():
                faults[fault].add(f"{visit.address} ({visit.role}, {language})")
        if look.with_keyboard:
            opener.page.set_viewport_size({"width": 1280, "height": 900})
            for fault in looking.keyboard(opener.page):
                faults[fault].add(f"{visit.address} ({visit.role})")
    assert not faults, told_in_lines(faults)


@pytest.mark.prove
@pytest.mark.parametrize("number", range(2))
def test_pages_without_scripts(number: int, told: Any, live_site: Callable[..., Any], browser: Any) -> None:  # noqa: F811  # the fixture of that name
    opener, faults, shapes = Opener(browser, live_site().url, java_script_enabled=False), defaultdict(set), set()
    for visit in [Visit(**one) for one in told[1]["visits"][number::2]]:
        if (visit.route, visit.role) in shapes:
            continue
        shapes.add((visit.route, visit.role))
        opener.open(visit, "en")
        seen = opener.page.evaluate(looking.PROBE)
        for fault in looking.structure(seen, "en"):
            faults[fault].add(f"{visit.address} ({visit.role})")
    assert not faults, told_in_lines(faults)


def told_in_lines(faults: dict[str, set[str]]) -> str:
    """This will say each fault once, with a few of the places it was found in."""
    lines = [f"{fault} — {len(places)}: {'; '.join(sorted(places)[:3])}" for fault, places in sorted(faults.items())]
    return "\n" + "\n".join(lines)
