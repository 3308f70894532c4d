"""The question thread of a case: what an applicant or an officer writes in it — e.g. "May the line stand in Yuen Long?"."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.stages.apply.actions import thread
from millrace.web import commands
from millrace.web.access import entry


@require_POST
@entry(case="answer_question")
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """This will add a message, from the side its writer stands on."""
    is_from_funder = request.because.startswith("power:")
    body = request.POST.get("body", "")
    thread.write_message(
        request.case, body=body, is_from_funder=is_from_funder, by=request.user, at=request.at, command=commands.of(request)
    )
    messages.success(request, _("Your message was sent."))
    return redirect(reverse("case_desk:case", args=[reference]) + "?show=thread")
