"""One page that asks for one act on a case — e.g. "Record the screening": what it rests on, the form, and one button.

A refusal comes back on the same page, at its field, with nothing typed lost; the hidden mark makes a double click one act.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from millrace.core.refusal import Refusal
from millrace.web import commands, errors


@dataclass(frozen=True)
class Asked:
    """What the page says. `facts` is a summary list of (label, value) and `above` a template of what the act rests on, drawn with
    `context`; `back` is where one goes after. `template` extends `web/ask.html` where an act needs a page of its own.
    One goes `back` to where one came from, also when it is done, unless `after` is somewhere else."""

    title: str
    button: str
    back: str
    done: str
    caption: str = ""
    lead: str = ""
    above: str = ""
    tone: str = ""
    facts: Sequence[tuple[str, Any]] = ()
    crumbs: Sequence[tuple[str, str]] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    template: str = "web/ask.html"
    after: str = ""


class Nothing(forms.Form):
    """An act that asks nothing more than the click."""


def is_desk(request: HttpRequest) -> bool:
    """This will say whether the reader is one of the funder's people here, and so sees the denser face."""
    return str(getattr(request, "because", "power:")).startswith(("power:", "standing:"))


def ask(request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any], uuid.UUID], Any], asked: Asked) -> HttpResponse:
    """This will show the page, or do the act and go on."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data, commands.given(request))
            except Refusal as refusal:
                if refusal.status == 404:
                    raise
                status = refusal.status
                put_on(form, refusal)
            else:
                messages.success(request, asked.done)
                return HttpResponseRedirect(asked.after or asked.back)
    context = {"asked": asked, "form": form, "desk": is_desk(request), "crumbs": asked.crumbs, **asked.context}
    return render(request, asked.template, context, status=status)


def more_lines(request: HttpRequest, form: forms.Form, asked: Asked) -> HttpResponse:
    """This will show the form again with what was typed, and more room."""
    context = {"asked": asked, "form": form, "desk": is_desk(request), "crumbs": asked.crumbs, **asked.context}
    return render(request, asked.template, context)


def put_on(form: forms.Form, refusal: Refusal) -> None:
    """This will say a refusal at its field, or at the top where it is about none of them."""
    worded = errors.in_words(refusal)
    sentence = " ".join(filter(None, [worded["what"], worded["why"], worded["next_step"]]))
    if refusal.clause:
        sentence = f"{sentence} ({refusal.clause})"
    form.add_error(refusal.field if refusal.field in form.fields else None, sentence)
