"""Keeps slow readers of files from holding the site — e.g. a phone that takes an hour over the open data.

What is streamed holds one of a web worker's few threads until its last byte is taken. Half of them stay free for pages; whoever asks
for one file too many is told to come back.
"""

import threading
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.web import errors

AT_ONCE = 2
RETRY_SECONDS = 60
BUSY = Refusal(
    "too-many-downloads",
    what=word("Too many files are being downloaded just now, so this one was not begun."),
    next_step=word("Wait a minute and ask for the file again."),
    status=503,
)


class Limited:
    """Begins a streamed answer only while fewer than `AT_ONCE` are on their way from this worker."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse | StreamingHttpResponse = self.get_response(request)
        if not isinstance(response, StreamingHttpResponse):
            return response
        if not self._free.acquire(blocking=False):
            response.close()
            refused = errors.answer(request, BUSY)
            refused["Retry-After"] = str(RETRY_SECONDS)
            return refused
        response.streaming_content = _Held(iter(response.streaming_content), self._free)
        return response  # type: ignore[return-value]  # Django's stubs know of no common answer


class _Held:
    """The content of an answer, which frees its place when the server closes it: read to the end, broken off or never begun."""

    def __init__(self, content: Iterator[bytes], free: threading.BoundedSemaphore) -> None:
        self._content, self._free, self._is_closed = content, free, False

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def close(self) -> None:
        """This will free the place, once."""
        if not self._is_closed:
            self._is_closed = True
            self._free.release()
