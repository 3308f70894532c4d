"""The officer's list of calls, extensions and leave to be late — e.g. RAISe+ 2025, extended to mid-November for everyone."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.call import actions, forms
from millrace.stages.call.models import Call, Extension, LateLeave
from millrace.web import commands, errors, schemes
from millrace.web.access import entry


@entry(power="officer")
def calls(request: HttpRequest) -> HttpResponse:
    """This will list every call, those open first."""
    rows = [{"call": call, "title": titled(call), "state": state(call, request.at)} for call in Call.objects.order_by("-opens_at")]
    rows.sort(key=lambda row: row["state"] != "open")
    return render(request, "call/calls.html", {"rows": rows})


def titled(call: Call) -> str:
    """This will name a call by its scheme, and its round where it has one: "RAISe+ · Third exercise, 2025"."""
    title = schemes.short_title(call.scheme)
    return title if call.code == actions.ALL_YEAR else f"{title} · {schemes.call_title(call.scheme, call.code)}"


def state(call: Call, at: datetime) -> str:
    """This will say whether a call is pending, open or closed at a moment."""
    if call.opens_at > at:
        return "pending"
    return "closed" if call.closes_at is not None and call.closes_at <= at else "open"


@entry(power="officer")
def call(request: HttpRequest, call: int) -> HttpResponse:
    """This will show one call with what was moved, and take an extension for everyone or leave for one applicant."""
    found = get_object_or_404(Call.objects.select_related("announced_by"), pk=call)
    is_leave = "leave" in request.POST
    extend = forms.ExtendForm(request.POST if request.method == "POST" and not is_leave else None, prefix="all")
    leave = forms.LateLeaveForm(request.POST if is_leave else None, prefix="one")
    form = leave if is_leave else extend
    if request.method == "POST" and form.is_valid() and _done(request, found, form, is_leave=is_leave):
        messages.success(request, _("Recorded."))
        return redirect("call:call", call=found.pk)
    context = {
        "call": found,
        "title": titled(found),
        "extend": extend,
        "leave": leave,
        "extensions": Extension.objects.filter(call=found).select_related("extended_by").order_by("-id"),
        "leaves": LateLeave.objects.filter(call=found).select_related("organisation", "granted_by").order_by("-id"),
        "crumbs": [(_("Calls"), reverse("call:calls"))],
    }
    return render(request, "call/call.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, found: Call, form: forms.ExtendForm, *, is_leave: bool) -> bool:
    until, reason = form.closes_at(policy.zone()), form.cleaned_data["reason"]
    common = {"by": request.user, "at": request.at, "command": commands.of(request)}
    if is_leave:
        wanted = form.cleaned_data["registration_number"].replace(" ", "").upper()
        organisation = Organisation.objects.filter(registration_number=wanted).first()
        if organisation is None:
            form.add_error("registration_number", _("No organisation with this number is registered."))
            return False
        actions.grant_late_leave(found, organisation=organisation, until=until, reason=reason, **common)
        return True
    try:
        actions.extend_call(found, closes_at=until, reason=reason, **common)
    except Refusal as no:
        told = errors.in_words(no)
        form.add_error("last_day", f"{told['what']} {told['why']}")
        return False
    return True
