"""Files of a case: downloaded, taken off, accepted out of quarantine — e.g. a quotation an officer opens for the first time."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.documents import files
from millrace.registers.documents import queries as documents
from millrace.registers.documents.models import Document
from millrace.stages.apply.actions import attachments
from millrace.web import commands
from millrace.web.access import entry


@entry(case="read_application")
def file(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """This will hand out a file, only ever as a download; out of quarantine none but its applicant and the officers have it."""
    found: Document = request.document
    if documents.is_funders_own(found) or (attachments.is_of_part(found) and request.because.startswith("party:")):
        raise Refusal.not_found()
    is_cleared = found.state == Document.State.ACCEPTED or request.because.startswith(("party:lead", "power:officer"))
    if found.removed_at is not None or not is_cleared:
        raise Refusal.not_found()
    return download(found)


def download(found: Document) -> HttpResponse:
    """This will answer with a file to be saved, never one to be shown."""
    response = HttpResponse(files.content_of(found.sha256), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@entry(case="edit_draft")
def remove_file(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """This will take a file off a draft; a partner's own files are its own to take off."""
    if attachments.is_of_part(request.document):
        raise Refusal.not_found()
    attachments.remove_document(request.document, by=request.user, at=request.at, command=commands.of(request))
    section = request.POST.get("section", "")
    return redirect(reverse("apply:section", args=[reference, section]) if section else reverse("apply:draft", args=[reference]))


@require_POST
@entry(case="accept_document")
def rule_file(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """This will record an officer's ruling on a file in quarantine."""
    if documents.is_funders_own(request.document):
        raise Refusal.not_found()
    is_accepted = request.POST.get("ruling") == "accept"
    attachments.rule_document(request.document, is_accepted=is_accepted, by=request.user, at=request.at, command=commands.of(request))
    return redirect(reverse("case_desk:case", args=[reference]) + "?show=application")
