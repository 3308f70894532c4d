"""Figures as they were given: kept with their seal, repeated by their number — e.g. figure 41,207, given to the legislature in April.

A figure is given from its own page, as seen there: the address holds the day and the seal, so that nothing moves in between.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import DateField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.registers.timeline.models import Event
from millrace.stages.learn import actions, forms, pages, queries, telling, wording
from millrace.stages.learn.queries import Given
from millrace.web import asking, words
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

READERS = ("policy", "authority", "officer", "auditor")


def _figures(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    named = queries.published(queries.last_seal().number) if Event.objects.filter(kind="figure_given").exists() else {}
    return [(name, figure.title.said_in(wording.language())) for name, figure in sorted(named.items())]


def _listing(titles: dict[str, str]) -> Listing:
    return Listing(
        page="figures-given",
        caption=word("Figures given"),
        columns=(
            Column("number", word("Number"), "pk", "count", url="/figures/given/{}/"),
            Column("figure", word("Figure"), "facts__figure", "choice", labels=titles),
            Column("as_at", word("As at"), "as_at", "day"),
            Column("seal", word("Seal"), "facts__seal", "count"),
            Column("count", word("Count"), "facts__count", "count"),
            Column("amount", word("Amount"), "facts__amount_cents", "money"),
            Column("occasion", word("Given to"), "facts__occasion", "choice", labels=actions.OCCASIONS),
            Column("given", word("Given"), "recorded_at", "moment", is_sortable=True),
            Column("by", word("By"), "by__name"),
        ),
        filters=(Filter("figure", word("Figure"), "facts__figure", _figures),),
    )


@entry(power=READERS)
def given(request: HttpRequest) -> HttpResponse:
    """This will list the figures that were given, the latest first."""
    rows = Event.objects.filter(kind="figure_given").annotate(as_at=Cast(KeyTextTransform("as_at", "facts"), DateField()))
    return _listing(dict(_figures(request))).answer(request, rows, "learn/given.html")


@entry(power=READERS)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """This will repeat a figure as it was given, say whether the repeat agrees, and how the answer has changed since."""
    event = Event.objects.filter(kind="figure_given", pk=number).select_related("by").first()
    if event is None:
        raise Refusal.not_found()
    again = repeated(event)
    context = {
        "event": event,
        "occasion": _(actions.OCCASIONS.get(event.facts.get("occasion", ""), "")) if event.facts.get("occasion") else "",
        "given": again,
        "tiles": wording.tiles(again),
        "title": again.figure.title.said_in(wording.language()),
        "currency": again.figure.currency,
        "agrees": telling.digest(again) == event.facts["sha256"],
        "drift": pages.drift(again, request),
        "permanent": pages.permanent(again),
        "crumbs": [(_("Figures given"), "/figures/given/")],
    }
    return render(request, "learn/given_one.html", context)


def repeated(event: Event) -> Given:
    """This will answer again what was given, as known at the same seal."""
    return queries.ask(
        event.facts["figure"], as_at=date.fromisoformat(event.facts["as_at"]), seal=queries.seal_numbered(event.facts["seal"])
    )


@entry(power=actions.GIVERS)
def give(request: HttpRequest, name: str) -> HttpResponse:
    """This will keep that a figure is given, as the address names its day and seal."""
    asked = forms.QuestionForm(request.GET)
    if not asked.is_valid() or not asked.cleaned_data["as_at"] or not asked.cleaned_data["seal"]:
        raise Refusal.not_found()
    as_at, seal = asked.cleaned_data["as_at"], asked.cleaned_data["seal"]
    found = queries.ask_to_give(name, as_at=as_at, seal_number=seal)
    said: list[tuple[str, Any]] = [
        (_("As at"), words.day(found.answer.speaks_of)),
        (_("Seal"), words.count(seal)),
        *((tile.label, tile.full or tile.value) for tile in wording.tiles(found)),
    ]

    def act(told: dict[str, Any], command: uuid.UUID) -> None:
        common = {"by": request.user, "at": request.at, "command": command}
        actions.give_figure(name, as_at=as_at, seal_number=seal, occasion=told["occasion"], **common)

    page = asking.Asked(
        title=_("Give this figure"),
        caption=found.figure.title.said_in(wording.language()),
        lead=_("It is kept with its seal, so that it can be repeated by its number and what changed since can be shown."),
        facts=said,
        button=_("Keep it as given"),
        back=pages.permanent(found),
        after="/figures/given/",
        done=_("The figure is kept as given."),
        crumbs=[(_("Figures"), "/figures/")],
    )
    return asking.ask(request, forms.GiveForm(request.POST or None), act, page)
