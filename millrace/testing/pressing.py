"""Presses buttons as a person would, over HTTP — e.g. `press(page, "/finance/runs/order/", release=[3])` with the page's own mark.

Offered as the fixture `sign_in`: a client of the person's own, past the second factor.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


class Pressing:
    """One person's browser, without scripts."""

    def __init__(self, person: Any, language: str = "en") -> None:
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(person, backend="millrace.web.sign_in.Backend")
        session = self.client.session
        session["demonstration_sign_in"] = True
        session.save()

    def see(self, address: str, status: int = 200) -> str:
        """This will give a page's HTML, of the status expected."""
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.headers.get("Location"))
        return str(answer.content.decode())

    def press(self, address: str, status: int = 302, **typed: Any) -> str:
        """This will send a form and give where it leads, or the page shown again."""
        typed.setdefault("command", str(uuid.uuid4()))
        answer = self.client.post(address, typed)
        text = answer.content.decode()
        told = re.sub(r"<[^>]+>", " ", text)[:3000] if answer.status_code != status else ""
        assert answer.status_code == status, (address, answer.status_code, told)
        return str(answer.headers["Location"]) if status == 302 else text


@pytest.fixture
def sign_in(db_clone: Any) -> Callable[..., Pressing]:
    """A browser for a person, in a language."""
    return Pressing
