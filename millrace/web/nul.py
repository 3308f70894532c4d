"""Keeps out the one character PostgreSQL cannot hold — e.g. /register/?q=%00, or a word pasted with a NUL inside it.

An address with one names nothing. In what a person asks or types it is left out, for they never saw it, and every other letter
is kept; a program is told which value holds it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_noop as word
from ninja.parser import Parser

from millrace.core.refusal import Refusal
from millrace.web import errors

NUL = "\0"


class WithoutNul:
    """Answers an address with a NUL as not found, and leaves it out of what is asked and typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path:
            return errors.not_found(request)
        request.GET = without(request.GET)  # type: ignore[assignment]  # immutable, as the one it stands for
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """This will clean a form once its mark was checked; the bodies of programs are read by `JsonBody`."""
        if request.method == "POST" and not request.path.startswith("/api/"):
            request.POST = without(request.POST)  # type: ignore[assignment]  # immutable, as the one it stands for


def without(told: QueryDict) -> QueryDict:
    """This will give the same names and values without the character; the very same where none holds it."""
    if not any(NUL in text for name, values in told.lists() for text in (name, *values)):
        return told
    kept = QueryDict(mutable=True, encoding=told.encoding)
    for name, values in told.lists():
        kept.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    kept._mutable = False
    return kept


class JsonBody(Parser):
    """Reads the body a program sent, refusing a NUL by the name of its value: what it meant cannot be known."""

    def parse_body(self, request: HttpRequest) -> Any:
        read = super().parse_body(request)
        if (place := _place(read, "")) is not None:
            what, step = word("“%(field)s” holds a NUL character, which cannot be kept."), word("Leave it out and send it again.")
            raise Refusal("wrong-value", what=what, next_step=step, field=place, status=422, values={"field": place})
        return read


def _place(value: Any, place: str) -> str | None:
    """This will name where a NUL stands, such as answers.project_title, if it stands anywhere."""
    if isinstance(value, str):
        return place if NUL in value else None
    if isinstance(value, dict):
        inner = [(f"{place}.{name}".strip("."), each) for name, each in value.items()]
        if wrong := next((name for name, _each in inner if NUL in name), None):
            return wrong.replace(NUL, "")
    else:
        inner = [(f"{place}.{number}".strip("."), each) for number, each in enumerate(value if isinstance(value, list) else ())]
    return next((found for found in (_place(each, name) for name, each in inner) if found is not None), None)
