"""Where a person makes and revokes keys for programs — e.g. a key for 90 days that may read her cases; shown once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from millrace.registers.people import tokens
from millrace.registers.people.models import ApiToken
from millrace.web import clock
from millrace.web.access import entry
from millrace.web.api import forms


@entry("signed_in")
def keys(request: HttpRequest) -> HttpResponse:
    """This will list a person's keys and, once, show the one just made."""
    form = forms.KeyForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        _row, made = tokens.make_token(request.user, name=chosen["name"], scopes=chosen["scopes"], days=int(chosen["days"]), at=clock.now())
        form = forms.KeyForm()
    now = clock.now()
    rows = [
        {"key": key, "scopes": [_(tokens.SCOPES[scope]) for scope in key.scopes], "is_valid": not key.revoked_at and key.expires_at > now}
        for key in ApiToken.objects.filter(person=request.user).order_by("-made_at")
    ]
    response = render(request, "web/api/keys.html", {"form": form, "made": made, "rows": rows, "crumbs": [(_("My account"), "/me/")]})
    response["Cache-Control"] = "no-store"
    return response


@entry("signed_in")
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    """This will end one of a person's keys, after asking."""
    if request.method == "POST":
        tokens.revoke_token(token, by=request.user, at=clock.now())
        messages.success(request, _("The key no longer works."))
    return redirect("keys:keys")
