"""Who runs which facility — e.g. /desk/facilities/, where an administrator names an engineer of the pilot line."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.facilities import queries as facilities
from millrace.registers.facilities.models import Operator, Resource
from millrace.stages.plan import forms, operators
from millrace.web import asking, commands, places
from millrace.web.access import entry


@entry(power=("administrator", "auditor"))
def who(request: HttpRequest) -> HttpResponse:
    """This will list the facilities that hours were granted of, and who runs each."""
    rows = [
        {"resource": one, "title": places.title(one.code), "operators": facilities.operators_of(one, request.at)}
        for one in facilities.open_resources()
    ]
    return render(request, "plan/facilities.html", {"rows": rows, "may_name": "administrator" in request.actor.powers})


@entry(power="administrator")
def name(request: HttpRequest, resource: str) -> HttpResponse:
    """This will name somebody to run a facility."""
    found = Resource.objects.filter(code=resource).first()
    if found is None:
        raise Refusal.not_found()

    def act(told: dict[str, Any], command: uuid.UUID) -> None:
        operators.name_operator(found, email=told["email"], by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Name who runs it"),
        caption=places.title(found.code),
        lead=_("They confirm its bookings and record its hours, in the officer's place, and read nothing else of the cases."),
        button=_("Name"),
        back=reverse("plan:facilities"),
        done=_("Recorded. The person hears of it by e-mail."),
        crumbs=[(_("Facilities"), reverse("plan:facilities"))],
    )
    return asking.ask(request, forms.OperatorForm(request.POST or None), act, asked)


@require_POST
@entry(power="administrator")
def end(request: HttpRequest, operator: int) -> HttpResponse:
    """This will end what somebody runs."""
    found = Operator.objects.select_related("resource", "person").filter(pk=operator, ends_at=None).first()
    if found is None:
        raise Refusal.not_found()
    operators.end_operator(found, by=request.user, at=request.at, command=commands.given(request))
    messages.success(request, _("They no longer run it."))
    return redirect("plan:facilities")
