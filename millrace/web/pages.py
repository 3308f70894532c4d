"""The few pages that belong to no stage or desk — e.g. /me/, what Ms Chan may do here and since when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def me(request: HttpRequest) -> HttpResponse:
    """This will show a person what they may do here."""
    return render(request, "web/me.html")
