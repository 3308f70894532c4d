"""Every address declares who may enter, and the reviewed list is complete both ways — e.g. /finance/ opens to holders of three powers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from millrace.site import entries
from millrace.web.access import entry

REMEDY = "run: .venv/bin/python -m millrace.site.entries, and read what changed in tests/architecture/urls/"


def reviewed() -> dict[str, list[str]]:
    """The lists as they are checked in."""
    return {path.stem: path.read_text("utf-8").splitlines() for path in entries.LISTS.glob("*.txt")}


def undeclared(lists: dict[str, list[str]]) -> list[str]:
    """The addresses that do not say who may enter."""
    return [line for lines in lists.values() for line in lines if line.endswith("UNDECLARED")]


def test_every_address_says_who_may_enter() -> None:
    assert undeclared(entries.listed()) == []


def test_the_reviewed_list_is_complete_both_ways() -> None:
    assert entries.listed() == reviewed(), REMEDY


def test_a_seeded_entry_too_many_or_too_few_is_caught() -> None:
    lists = reviewed()
    name = next(name for name, lines in sorted(lists.items()) if lines)
    for seeded in (lists[name][1:], [*lists[name], "/no/such/page/  public"]):
        assert entries.listed() != lists | {name: seeded}


def bare(request: HttpRequest) -> HttpResponse:
    """A page that says nothing of who may enter."""
    return HttpResponse()


def test_a_seeded_page_without_a_declaration_is_caught(monkeypatch: Any) -> None:
    class Root:
        url_patterns = [path("open/", bare), path("shut/", entry(power="auditor")(bare))]

    monkeypatch.setattr("django.urls.get_resolver", lambda: Root)
    assert undeclared(entries.listed()) == ["/open/  UNDECLARED"]
    assert any(line == "/shut/  power auditor" for lines in entries.listed().values() for line in lines)
