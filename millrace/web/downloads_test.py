"""Two slow readers of open data leave a worker's other threads to everybody else; a third is told to wait."""

from pathlib import Path

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import translation

from millrace.web import downloads


def streamed(_request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse(iter([b"one", b"two"]))  # type: ignore[return-value]  # as a view may


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory(HTTP_ACCEPT="application/json").get("/open-data/awards.json")


def test_one_too_many_is_told_when_to_ask_again_and_is_served_once_a_place_is_free(request_: HttpRequest) -> None:
    limited = downloads.Limited(streamed)
    begun = [limited(request_) for _ in range(downloads.AT_ONCE)]
    with translation.override("en"):
        refused = limited(request_)
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert b"Wait a minute" in refused.content
    assert b"".join(begun[0]) == b"onetwo"
    assert limited(request_).status_code == 503, "read to its end, not yet closed"
    begun[0].close()
    begun[0].close()  # a second closing frees no second place
    assert limited(request_).status_code == 200
    assert limited(request_).status_code == 503


def test_a_download_never_begun_frees_its_place_and_closes_its_file(request_: HttpRequest, tmp_path: Path) -> None:
    kept = tmp_path / "awards.json"
    kept.write_bytes(b"{}")
    opened = [kept.open("rb") for _ in range(downloads.AT_ONCE + 2)]
    files = iter(opened)
    limited = downloads.Limited(lambda _request: FileResponse(next(files)))  # type: ignore[arg-type, return-value]  # as a view may
    begun = [limited(request_) for _ in range(downloads.AT_ONCE)]
    assert limited(request_).status_code == 503
    assert opened[downloads.AT_ONCE].closed, "the refused one"
    begun[0].close()
    assert opened[0].closed
    again = limited(request_)
    assert (again.status_code, b"".join(again)) == (200, b"{}")


def test_a_page_waits_for_no_download(request_: HttpRequest) -> None:
    busy = downloads.Limited(streamed)
    for _ in range(downloads.AT_ONCE):
        busy(request_)
    busy.get_response = lambda _request: HttpResponse(b"page")
    assert busy(request_).content == b"page"
