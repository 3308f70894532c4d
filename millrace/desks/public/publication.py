"""The open data for anyone to take away, at addresses that stay — e.g. /open-data/datapackage.zip, written anew every night."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.stages.learn import publication
from millrace.stages.learn.publication import File
from millrace.web.access import entry

KINDS = {publication.JSON: "application/json", publication.CSV: "text/csv; charset=utf-8", publication.PACKAGE: "application/zip"}
HOLDS = {
    publication.JSON: word("Every award in money, in the 360Giving format (JSON)"),
    publication.CSV: word("The same awards under 360Giving's column titles (CSV)"),
    publication.PACKAGE: word("Every public table as a Data Package (zip): awards, figures, series, rules, seals and more"),
}


@entry("public")
def open_data(request: HttpRequest) -> HttpResponse:
    """This will say which day and seal the open data are of, and what was written and withheld by rule."""
    kept = publication.latest()
    files = [_shown(file) for file in kept.files] if kept else []
    lacks = bool(kept) and len(files) < len(publication.NAMES)
    return render(request, "public/open_data.html", {"kept": kept, "files": files, "lacks_awards": lacks})


def _shown(file: File) -> dict[str, Any]:
    rules = [(_(rule), count) for rule, count in file.withheld.items()]
    return {"file": file, "holds": _(HOLDS[file.name]), "withheld": sum(file.withheld.values()), "rules": rules}


@entry("public")
def file(request: HttpRequest, kept_as: str) -> HttpResponseBase:
    """This will give a file of the last publication; with the tag of what the reader has, 304 until another is written."""
    kept = publication.latest()
    found = kept.named(kept_as) if kept else None
    if kept is None or found is None:
        what, step = word("This file has not been written."), word("The open data are written every night: see their page.")
        raise Refusal("not-published", what=what, next_step=step, status=404)
    tag = f'"{found.sha256}"'
    if tag in (request.headers.get("If-None-Match") or "").split(", "):
        return HttpResponseNotModified(headers={"ETag": tag})
    name = f"{kept.day}-seal-{kept.seal}-{kept_as}"
    headers = {"ETag": tag, "Cache-Control": "public, no-cache", "X-Content-Type-Options": "nosniff"}
    opened = (kept.folder / kept_as).open("rb")
    return FileResponse(opened, as_attachment=True, filename=name, content_type=KINDS[kept_as], headers=headers)
