"""One page that asks for one act — e.g. "Release HK$9,000,000": the form, what it rests on, and one button.

A refusal comes back on the same page, at its field, with nothing typed lost; the hidden command makes a double click one act.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from millrace.core.refusal import Refusal
from millrace.web import errors


@dataclass(frozen=True)
class Asked:
    """What the page says. `above` is a template of what the act rests on; `facts` a summary list of (label, value)."""

    title: str
    button: str
    back: str
    done: str
    caption: str = ""
    lead: str = ""
    above: str = ""
    tone: str = ""
    facts: tuple[tuple[str, Any], ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    template: str = "deliver/ask.html"


class Nothing(forms.Form):
    """An act that asks nothing more than the click."""


def command_of(request: HttpRequest) -> uuid.UUID:
    """This will read the form's mark; a form without one was not ours."""
    try:
        return uuid.UUID(request.POST.get("command", ""))
    except ValueError:
        raise errors.MALFORMED from None


def is_desk(request: HttpRequest) -> bool:
    """This will say whether the reader is one of the funder's people here, and so sees the denser face."""
    because = getattr(request, "because", "power:")
    return str(because).startswith(("power:", "standing:"))


def ask(request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any], uuid.UUID], Any], asked: Asked) -> HttpResponse:
    """This will show the page, or do the act and go back."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            command = command_of(request)
            try:
                act(form.cleaned_data, command)
            except Refusal as refusal:
                if refusal.status == 404:
                    raise
                status = refusal.status
                put_on(form, refusal)
            else:
                messages.success(request, asked.done)
                return HttpResponseRedirect(asked.back)
        else:
            status = 422
    return render(request, asked.template, {"asked": asked, "form": form, "desk": is_desk(request), **asked.context}, status=status)


def put_on(form: forms.Form, refusal: Refusal) -> None:
    """This will say a refusal at its field, or at the top where it is about none of them."""
    worded = errors.in_words(refusal)
    sentence = " ".join(filter(None, [worded["what"], worded["why"], worded["next_step"]]))
    if refusal.clause:
        sentence = f"{sentence} ({refusal.clause})"
    form.add_error(refusal.field if refusal.field in form.fields else None, sentence)
