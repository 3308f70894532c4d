"""What the address of a list says, and the same list with something changed — e.g. /desk/?q=nine&sort=-approved&page=2, page 3 of it."""

from typing import Any

from django.http import HttpRequest, QueryDict

DEEPEST_PAGE = 200


def page_number(request: HttpRequest) -> int:
    """This will read the page asked for: the first where it is none, and none deeper than DEEPEST_PAGE."""
    typed = request.GET.get("page", "1")
    return min(max(int(typed), 1), DEEPEST_PAGE) if typed.isascii() and typed.isdigit() else 1


def kept(request: HttpRequest) -> QueryDict:
    """The search, filters and order of the address, without the page: what a saved view keeps."""
    kept = request.GET.copy()
    for name in ("page", "count", "format"):
        kept.pop(name, None)
    for name in [name for name, values in kept.lists() if not any(values)]:
        del kept[name]
    return kept


def address(request: HttpRequest, **changes: Any) -> str:
    """The same list with something changed; None takes a parameter out."""
    query = kept(request)
    if "page" not in changes and request.GET.get("page") and "count" in changes:
        query["page"] = request.GET["page"]
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
