"""The released replies, for everyone: /replies/7/ with its numbers, /replies/7/figures/1/ with what one of them rests on.

A released reply and its figures never change; where a figure says something else by now, its page says so beside it.
"""

from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.figures.reference import Reference
from millrace.core.refusal import Refusal
from millrace.stages.learn import actions, pages, queries, referring, reply_pages, reply_papers, reply_text, telling, wording
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.stages.learn.reply_text import Word
from millrace.web.access import entry
from millrace.web.tables import Column, Listing

_LISTING = Listing(
    page="replies",
    caption=word("Replies"),
    columns=(
        Column("number", word("Number"), "pk", "count", url="/replies/{}/"),
        Column("subject", word("Subject"), "subject", url="/replies/{}/", url_field="pk"),
        Column("occasion", word("Given to"), "occasion", "choice", labels=actions.OCCASIONS),
        Column("released", word("Released on"), "released_at", "day", is_sortable=True),
    ),
)


def _released() -> QuerySet[Reply]:
    return Reply.objects.filter(state=Reply.State.RELEASED).order_by("-released_at", "-pk")


def _one(number: int) -> Reply:
    found = _released().select_related("corrects").filter(pk=number).first()
    if found is None:
        raise Refusal.not_found()
    return found


def _figures(reply: Reply) -> list[ReplyFigure]:
    return list(ReplyFigure.objects.filter(reply=reply).order_by("number"))


@entry("public")
def replies(request: HttpRequest) -> HttpResponse:
    """This will list the replies released, the latest first."""
    language = reply_pages.language_of(wording.language())
    rows = _released().annotate(subject=KeyTextTransform("subject", KeyTextTransform(language, "said")))
    return _LISTING.answer(request, rows, "learn/replies.html", {"is_writer": bool(request.actor.powers & set(reply_pages.READERS))})


@entry("public")
def reply(request: HttpRequest, reply: int) -> HttpResponse:
    """This will show a released reply; each number leads to its figure."""
    held = _one(reply)
    figures, language = _figures(held), reply_pages.language_of(wording.language())
    by_reference = {each.written: each for each in figures}

    def put(asked: Reference) -> Word:
        each = by_reference[asked.written]
        return Word(each.said[language], reverse("learn:reply_figure", args=[held.pk, each.number]))

    text = held.texts[language]
    context = {
        "reply": held,
        "title": held.said[language]["subject"],
        "subject": reply_text.line(text["subject"], put),
        "blocks": reply_text.laid(text["body"], put),
        "occasion": _(actions.OCCASIONS[held.occasion]),
        "figures": [{"each": each, "said": each.said[language], "title": reply_text.named(each, language)} for each in figures],
        "files": [
            (kind.upper(), named, reverse("learn:reply_file", args=[held.pk, code, kind]))
            for kind in reply_papers.TYPES
            for code, named in referring.languages().items()
        ],
        "corrected_by": _released().filter(corrects=held),
        "may_correct": bool(request.actor.powers & set(actions.GIVERS)),
        "crumbs": [(_("Replies"), reverse("learn:replies"))],
    }
    return render(request, "learn/reply.html", context)


@entry("public")
def figure(request: HttpRequest, reply: int, number: int) -> HttpResponse:
    """This will show one frozen figure with all it rests on, ask it again at its seal, and say what changed since."""
    held = _one(reply)
    frozen = ReplyFigure.objects.filter(reply=held, number=number).first()
    if frozen is None:
        raise Refusal.not_found()
    language = reply_pages.language_of(wording.language())
    again = queries.ask(frozen.figure, as_at=frozen.as_at, seal=queries.seal_numbered(frozen.seal))
    told = again if pages.is_staff(request) else queries.told_to_everyone(again)
    context: dict[str, Any] = {
        "reply": held,
        "frozen": frozen,
        "said": frozen.said[language],
        "answer": frozen.answer[language],
        "title": reply_text.named(frozen, language),
        "quality": _(pages.QUALITY[frozen.answer[language]["source"]["quality"]]) if frozen.answer[language]["source"] else "",
        "agrees": telling.digest(again) == frozen.whole_sha256,
        "permanent": pages.permanent(again),
        "given": told,
        "tiles": wording.tiles(told),
        "drift": pages.drift(told, request),
        "crumbs": [(_("Replies"), reverse("learn:replies")), (held.said[language]["subject"], reverse("learn:reply", args=[held.pk]))],
    }
    return render(request, "learn/reply_figure.html", context)


@entry("public")
def file(request: HttpRequest, reply: int, language: str, kind: str) -> HttpResponse:
    """This will give a released reply as a file, in one language."""
    held = _one(reply)
    if language not in held.said or kind not in reply_papers.TYPES:
        raise Refusal.not_found()
    headers = {"Content-Disposition": f'attachment; filename="reply-{held.pk}.{language}.{kind}"', "X-Content-Type-Options": "nosniff"}
    made = reply_papers.made(held, _figures(held), language, kind)
    return HttpResponse(made, content_type=reply_papers.TYPES[kind], headers=headers)
