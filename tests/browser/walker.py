"""A person at a real browser, with the same few words as a visitor without scripts — e.g. `ann.submit("Sign and submit", is_true="on")`.

Pressing a button twice is a double click. Every page on the way is checked by axe and kept as a picture.
"""

import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.visitor import Visitor


class Walker:
    """One signed-in (or anonymous) person in a browser profile of their own."""

    def __init__(
        self, browser: Any, url: str, session: Visitor, shoot: Callable[[str], Any], axe: Callable[[Any], list[str]], files: Path
    ) -> None:
        self.url, self.shoot, self.axe, self.files = url, shoot, axe, files
        self.faults: list[str] = []
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Asia/Hong_Kong")
        for name in ("sessionid", "language"):
            if name in session.client.cookies:
                context.add_cookies([{"name": name, "value": session.client.cookies[name].value, "url": url}])
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)

    @property
    def address(self) -> str:
        return urllib.parse.urlsplit(self.page.url).path

    def open(self, address: str, *, status: int = 200) -> "Walker":
        """This will open `address` and fail unless it answers `status`."""
        answer = self.page.goto(self.url + address)
        assert answer.status == status, f"{address} answered {answer.status}, not {status}"
        return self._look()

    def click(self, words: str) -> "Walker":
        """This will follow the first link whose words contain `words`."""
        link = self.page.locator("main a", has_text=words).first
        self._unfold(link)
        with self.page.expect_navigation():
            link.click(no_wait_after=True)
        self.page.wait_for_load_state("load")
        return self._look()

    def submit(self, button: str, *, times: int = 1, **answers: Any) -> "Walker":
        """This will fill in `answers`, press `button` (a double click for two times) and wait for the next page."""
        pressed = self.page.locator(f"main button:has-text('{button}')").first
        for name, value in answers.items():
            self._fill(name, value)
        self._unfold(pressed)
        with self.page.expect_navigation():
            pressed.dblclick(no_wait_after=True) if times > 1 else pressed.click(no_wait_after=True)
        self.page.wait_for_load_state("load")
        if times > 1:
            self.page.wait_for_timeout(300)
        return self._look()

    def _fill(self, name: str, value: Any) -> None:
        field = self.page.locator(f"main [name='{name}']").first
        self._unfold(field)
        if isinstance(value, tuple):
            path = self.files / value[0]
            path.write_bytes(value[1])
            field.set_input_files(path)
            return
        kind = field.get_attribute("type") or ""
        if field.evaluate("it => it.tagName") == "SELECT":
            field.select_option(value)
        elif kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f"main [name='{name}'][value='{one}'], main [name='{name}']:not([value])").first.check()
        else:
            field.fill(value)

    def _unfold(self, part: Any) -> None:
        """Opens what is folded away around a part of the page, as a person would first."""
        part.evaluate("it => { for (let d = it.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }")

    def _look(self) -> "Walker":
        heading = self.page.locator("h1").first.inner_text()
        self.shoot(heading)
        self.faults += [f"{self.address}: {fault}" for fault in self.axe(self.page)]
        return self

    def sees(self, *words: str) -> "Walker":
        """This will fail unless each of `words` stands on the page, at once or when what is being fetched into it has come."""
        for _attempt in range(50):
            text = self.page.locator("body").inner_text()
            missing = [word for word in words if word not in text]
            if not missing:
                return self
            self.page.wait_for_timeout(100)
        raise AssertionError(f"“{missing[0]}” is not on {self.address}")
