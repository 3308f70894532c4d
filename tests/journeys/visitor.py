"""A person at a browser without scripts: reads pages, fills the forms that are there, follows where they lead.

For example `ann.open("/cases/…/"); ann.submit("Submit", total_cost="45000000")` fails when the page has no such button or field,
so that a journey proves what a person can do, not what an address accepts.
"""

import html.parser
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@dataclass
class Form:
    """One form of a page as a browser would send it."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str, str]] = field(default_factory=list)  # (words, name, value, formaction)
    is_multipart: bool = False


class Reader(html.parser.HTMLParser):
    """Collects the forms, links and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.headings: list[str] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._gather: list[tuple[str, dict[str, str], list[str]]] = []
        self._select = ""
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._skip += 1
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower(), is_multipart="multipart" in a.get("enctype", ""))
            self.forms.append(self._form)
            if "id" in a:
                self._by_id[a["id"]] = self._form
        elif tag in ("a", "button", "textarea", "option", "h1"):
            self._gather.append((tag, a, []))
        if tag == "select":
            self._select = a.get("name", "")
            self._named(a)
        if tag == "textarea":
            self._named(a)
        if tag == "input":
            self._input(a)

    def _owner(self, a: dict[str, str]) -> Form | None:
        return self._by_id.get(a["form"], self._form) if "form" in a else self._form

    def _named(self, a: dict[str, str]) -> None:
        form = self._owner(a)
        if form and a.get("name"):
            form.names.add(a["name"])

    def _input(self, a: dict[str, str]) -> None:
        form, kind = self._owner(a), a.get("type", "text")
        if form is None or not a.get("name") or "disabled" in a:
            return
        if kind in ("submit", "image"):
            form.buttons.append((a.get("value", ""), a["name"], a.get("value", ""), a.get("formaction", "")))
            return
        form.names.add(a["name"])
        if kind in ("checkbox", "radio"):
            if "checked" in a:
                form.values.setdefault(a["name"], []).append(a.get("value", "on"))
        elif kind != "file":
            form.values.setdefault(a["name"], []).append(a.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._skip -= 1
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
        if self._gather and self._gather[-1][0] == tag:
            _, a, words = self._gather.pop()
            self._gathered(tag, a, re.sub(r"\s+", " ", "".join(words)).strip())

    def _gathered(self, tag: str, a: dict[str, str], words: str) -> None:
        if tag == "a":
            self.links.append((words, a.get("href", "")))
        elif tag == "h1":
            self.headings.append(words)
        form = self._owner(a)
        if form is None:
            return
        if tag == "button" and a.get("type", "submit") == "submit":
            form.buttons.append((words, a.get("name", ""), a.get("value", ""), a.get("formaction", "")))
        elif tag == "textarea" and a.get("name"):
            form.values.setdefault(a["name"], []).append(words)
        elif tag == "option" and self._select and "selected" in a:
            form.values.setdefault(self._select, []).append(a.get("value", words))

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        self.text.append(data)
        for _, _, words in self._gather:
            words.append(data)


class Visitor:
    """One signed-in (or anonymous) person, one page at a time."""

    def __init__(self, person: Any = None, *, language: str = "en") -> None:
        self.client = Client()
        if person is not None:
            self.client.force_login(person, backend="millrace.web.sign_in.Backend")
        self.client.cookies["django_language"] = language
        self.response: Any = None
        self.address = ""
        self.page = Reader()

    @property
    def text(self) -> str:
        """The words of the page, spaces folded."""
        return re.sub(r"\s+", " ", " ".join(self.page.text))

    def open(self, address: str, *, status: int = 200) -> "Visitor":
        """This will open `address`, following redirects, and fail unless the page answers `status`."""
        return self._arrive(self.client.get(address, follow=True), address, status)

    def click(self, words: str, *, status: int = 200) -> "Visitor":
        """This will follow the first link whose words contain `words`."""
        for found, href in self.page.links:
            if words.lower() in found.lower():
                return self.open(urllib.parse.urljoin(self.address, href), status=status)
        raise AssertionError(f"no link “{words}” on {self.address}: {[words for words, _ in self.page.links]}")

    def form(self, button: str) -> Form:
        """This will return the form that has a button with these words."""
        for form in self.page.forms:
            if any(button.lower() in words.lower() for words, *_ in form.buttons):
                return form
        offered = [words for form in self.page.forms for words, *_ in form.buttons]
        raise AssertionError(f"no button “{button}” on {self.address}: {offered}\n{self.text[:1500]}")

    def submit(self, button: str, *, status: int = 200, times: int = 1, **answers: Any) -> "Visitor":
        """This will fill `answers` (double underscores stand for a dash in names) and press `button`, `times` over.

        A name the form does not have fails; a list is several values; bytes are a file of that content as (name, bytes).
        """
        form = self.form(button)
        data: dict[str, Any] = {name: list(values) for name, values in form.values.items()}
        for name, value in answers.items():
            if name not in form.names:
                raise AssertionError(f"the form “{button}” on {self.address} has no field {name}: {sorted(form.names)}")
            data[name] = SimpleUploadedFile(value[0], value[1]) if isinstance(value, tuple) else value
        formaction = self._press(form, button, data)
        address = urllib.parse.urljoin(self.address, formaction or form.action or self.address)
        send = self.client.get if form.method == "get" else self.client.post
        for _ in range(times):
            response = send(address, data, follow=True)
        return self._arrive(response, address, status)

    def _press(self, form: Form, button: str, data: dict[str, Any]) -> str:
        for words, name, value, formaction in form.buttons:
            if button.lower() in words.lower():
                if name:
                    data[name] = value
                return formaction
        return ""

    def _arrive(self, response: Any, address: str, status: int) -> "Visitor":
        self.response = response
        chain = getattr(response, "redirect_chain", [])
        self.address = urllib.parse.urljoin(address, chain[-1][0]) if chain else address
        self.page = Reader()
        if "html" in response.headers.get("Content-Type", ""):
            self.page.feed(response.content.decode())
        assert response.status_code == status, f"{self.address} answered {response.status_code}, not {status}:\n{self.text[:3000]}"
        return self

    def sees(self, *words: str) -> "Visitor":
        """This will fail unless each of `words` stands on the page."""
        for word in words:
            assert word in self.text, f"“{word}” is not on {self.address}:\n{self.text[:4000]}"
        return self

    def sees_nothing_of(self, *words: str) -> "Visitor":
        """This will fail if any of `words` stands on the page."""
        for word in words:
            assert word not in self.text, f"“{word}” is on {self.address}"
        return self


def enter(person: Any) -> Visitor:
    """A visitor past the second factor."""
    visitor = Visitor(person)
    if person is not None:
        session = visitor.client.session
        session["demonstration_sign_in"] = True
        session.save()
    return visitor
