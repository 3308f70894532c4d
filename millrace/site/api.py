"""The API for programs, put together of what each stage offers — e.g. /api/v1/figures/approved-by-scheme.

Its description is /api/v1/openapi.json; /api/v1/docs shows it to people.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext as _

from millrace.web import nul
from millrace.web.access import Entry, entry
from millrace.web.api import application

api = application.Api(title="Millrace", version="1", docs_url=None, urls_namespace="api", parser=nul.JsonBody())
application.refuse_in_words(api)
for stage, address in {"plan": "", "apply": "", "learn": "/figures"}.items():
    api.add_router(address, f"millrace.stages.{stage}.api.router")


def urls() -> tuple[list[URLPattern], str, str]:
    """This will give the API's addresses, each with who may enter it, as the house tests ask of every address."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        is_open = not any(operation.auth_callbacks for operation in getattr(_view_of(pattern), "operations", ()))
        pattern.callback.entry = Entry("public" if is_open else "signed_in")
    return patterns, app_name, namespace


def _view_of(pattern: URLPattern) -> object:
    """django-ninja hides the operations of an address in the closure of its view."""
    cells = getattr(pattern.callback, "__closure__", None) or ()
    return next((cell.cell_contents for cell in cells if hasattr(cell.cell_contents, "operations")), None)


@entry("public")
def docs(request: HttpRequest) -> HttpResponse:
    """This will show the description to people, without scripts and without anything from elsewhere."""
    groups: dict[str, list[dict[str, str]]] = {}
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method, operation in operations.items():
            named = [parameter["name"] for parameter in operation.get("parameters", [])]
            described = {
                "method": method.upper(),
                "path": path,
                "description": _(operation.get("description", operation["summary"])),
                "parameters": ", ".join(named),
                "scope": _("Open to everyone") if not operation.get("security") else "",
            }
            groups.setdefault(operation.get("tags", [""])[0], []).append(described)
    named = [{"title": _(title) if title else "", "operations": operations} for title, operations in groups.items()]
    return render(request, "web/api/docs.html", {"groups": named})
