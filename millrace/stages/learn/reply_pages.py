"""Where replies are written, checked and cleared: /replies/drafts/ — the text, and beside it each figure with what changed.

For example a draft that asks `approved-by-scheme` as at 31 March 2026, which was given on 2 April and counts two fewer since.
"""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.figures import reference
from millrace.core.figures.picked import Picked
from millrace.core.figures.reference import Reference
from millrace.core.refusal import Refusal
from millrace.stages.learn import actions, giving, pages, queries, referring, reply_forms, reply_text, replying, wording
from millrace.stages.learn.models import Reply
from millrace.stages.learn.queries import Given, Known
from millrace.stages.learn.referring import Answered, Read
from millrace.stages.learn.reply_text import Word
from millrace.web import asking, commands
from millrace.web.access import entry

READERS = ("policy", "authority", "auditor")
SHOWN = 200
DONE = {
    "send": word("The reply is sent to be cleared."),
    "clear": word("The reply is cleared."),
    "release": word("The reply is released."),
    "drop": word("The reply is dropped."),
}


@entry(power=READERS)
def drafts(request: HttpRequest) -> HttpResponse:
    """This will list the replies not yet released and the last released, and begin one."""
    form = reply_forms.BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, who = form.cleaned_data, {"by": request.user, "at": request.at, "command": commands.given(request)}
        event = replying.begin_reply(occasion=told["occasion"], told_from=told["told_from"], **who)
        return redirect("learn:reply_write", reply=event.facts["reply"])
    rows = [
        {"reply": each, "subject": subject_of(each), "state": _(each.get_state_display()), "occasion": _(actions.OCCASIONS[each.occasion])}
        for each in Reply.objects.select_related("written_by", "cleared_by").order_by("-pk")[:SHOWN]
    ]
    context = {"rows": rows, "form": form, "may_write": bool(request.actor.powers & set(actions.GIVERS))}
    return render(request, "learn/reply_drafts.html", context, status=422 if form.errors else 200)


def subject_of(reply: Reply) -> str:
    """This will name a reply by its subject in the reader's language, or by its number where nothing is written yet."""
    texts = reply.said or reply.texts
    return texts[language_of(translation.get_language())]["subject"].strip() or _("Reply %(number)s") % {"number": reply.pk}


def language_of(asked: str | None) -> str:
    """This will read a language of a reply, English where it is none."""
    return asked if asked in replying.BLANK else "en"


@entry(power=READERS)
def draft(request: HttpRequest, reply: int) -> HttpResponse:
    """This will show a reply with its figures beside it; send, clear, release or drop it."""
    held = Reply.objects.select_related("written_by", "cleared_by", "corrects").filter(pk=reply).first()
    if held is None:
        raise Refusal.not_found()
    form, status = reply_forms.ClearForm(request.POST or None), 200
    if request.method == "POST":
        status = _act(request, held, form)
        if status == 302:
            return redirect("learn:reply_draft", reply=held.pk)
    if held.state == Reply.State.RELEASED:
        return redirect("learn:reply", reply=held.pk)
    known = queries.known_now()
    read = referring.read(held.texts, known=known)
    context = {
        "reply": held,
        "form": form,
        "clearing": reply_forms.ClearForm(initial={"sha256": held.sha256, "seal": known.last.number}),
        "read": read,
        "title": subject_of(held),
        "state": _(held.get_state_display()),
        "occasion": _(actions.OCCASIONS[held.occasion]),
        "seal": known.last,
        "is_writer": request.user.pk in held.writers,
        "may_write": bool(request.actor.powers & set(actions.GIVERS)),
        "crumbs": [(_("Replies"), reverse("learn:reply_drafts"))],
        **_beside(request, held, read, known),
    }
    return render(request, "learn/reply_draft.html", context, status=status)


def _act(request: HttpRequest, held: Reply, form: reply_forms.ClearForm) -> int:
    """Do what the button pressed says; a refusal is said at the top of the page."""
    command = commands.given(request)
    act = request.POST.get("act", "")
    who: dict[str, Any] = {"by": request.user, "at": request.at, "command": command}
    if act not in DONE or not form.is_valid():
        form.add_error(None, _("Press one of the buttons of this page."))
        return 422
    try:
        if act == "clear":
            replying.clear_reply(held, sha256=form.cleaned_data["sha256"], seal_number=form.cleaned_data["seal"], **who)
        else:
            {"send": replying.send_reply, "release": replying.release_reply, "drop": replying.drop_reply}[act](held, **who)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        asking.put_on(form, refusal)
        held.refresh_from_db()
        return refusal.status
    messages.success(request, _(DONE[act]))
    return 302


def _beside(request: HttpRequest, held: Reply, read: Read, known: Known) -> dict[str, Any]:
    """The text in the language asked, and each figure of it: its number, day, definition, and how it drifted."""
    shown = language_of(request.GET.get("text") or translation.get_language())
    numbered = {written: number for number, written in enumerate(read.answered, 1)}
    text = held.texts[shown]

    def put(asked: Reference) -> Word:
        if asked.written not in numbered:
            return Word(asked.written, is_wrong=True)
        with translation.override(shown):
            return Word(read.answered[asked.written].said, f"#figure-{numbered[asked.written]}")

    names = referring.languages()
    return {
        "shown": shown,
        "shown_tag": {"en": "en", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans-CN"}[shown],
        "subject": reply_text.line(text["subject"], put),
        "blocks": reply_text.laid(text["body"], put),
        "others": [(code, name, code == shown) for code, name in names.items()],
        "figures": _figures(request, held, read, known),
        "findings": [(names[each.language], each) for each in read.findings],
        "by_hand": [(names[each.language], each) for each in read.by_hand],
    }


def _figures(request: HttpRequest, held: Reply, read: Read, known: Known) -> list[dict[str, Any]]:
    """One panel for each answer, with all that the text asks of it."""
    panels: dict[tuple[str, date, int], list[tuple[int, Answered]]] = {}
    for number, each in enumerate(read.answered.values(), 1):
        panels.setdefault((each.given.figure.name, each.given.answer.as_at, each.given.seal.number), []).append((number, each))
    return [_panel(request, held, asked, known) for asked in panels.values()]


def _panel(request: HttpRequest, held: Reply, asked: list[tuple[int, Answered]], known: Known) -> dict[str, Any]:
    given = asked[0][1].given
    last = queries.times_given(given.figure.name).filter(facts__as_at=given.answer.as_at.isoformat()).first()
    was = giving.repeated(last) if last else None
    rows = [
        {
            "number": number,
            "each": each,
            "was": was and _said(each, was),
            "has_drifted": was is not None and _pick(each, was) != each.picked,
            "when_written": _since(each, held, known),
        }
        for number, each in asked
    ]
    return {
        "given": given,
        "title": given.figure.title.said_in(wording.language()),
        "definition": given.version.definition.said_in(wording.language()),
        "address": pages.permanent(given),
        "last": last,
        "rows": rows,
        "has_drifted": any(row["has_drifted"] for row in rows),
        "is_warned": any(row["has_drifted"] or row["when_written"] for row in rows),
        "drift": was and _drift(was, given, request),
    }


def _drift(was: Given, now: Given, request: HttpRequest) -> dict[str, Any] | None:
    return pages.drift(was, request) if was.seal.number != now.seal.number else None


def _pick(each: Answered, given: Given) -> Picked | None:
    found = referring.pick(given, each.asked.part, each.asked.row)
    return found if isinstance(found, Picked) else None


def _said(each: Answered, given: Given) -> str:
    found = _pick(each, given)
    return Answered(each.asked, given, found).said if found else "—"


def _since(each: Answered, held: Reply, known: Known) -> str:
    """What the reference said when the draft was last written, where that differs from what it says now."""
    if each.asked.seal is not None:
        return ""
    try:
        then = referring.answered(each.asked, known, queries.seal_numbered(held.written_seal))
    except referring.Fault:
        return ""
    return then.said if then.picked != each.picked else ""


@entry(power=actions.GIVERS)
def write(request: HttpRequest, reply: int) -> HttpResponse:
    """This will take the texts; what is wrong in them is shown beside the reply, and nothing typed is lost."""
    held = Reply.objects.filter(pk=reply).first()
    if held is None or held.state in (Reply.State.RELEASED, Reply.State.DROPPED):
        raise Refusal.not_found()
    form = reply_forms.WriteForm(request.POST or None, reply=held)

    def act(told: dict[str, Any], _command: uuid.UUID) -> None:
        replying.write_reply(held, form.texts(), based_on=told["based_on"], by=request.user, at=request.at)

    address = reverse("learn:reply_draft", args=[held.pk])
    page = asking.Asked(
        title=_("Write the reply"),
        caption=subject_of(held),
        button=_("Save and look at the figures"),
        back=address,
        done=_("Saved."),
        template="learn/reply_write.html",
        crumbs=[(_("Replies"), reverse("learn:reply_drafts")), (subject_of(held), address)],
        context={
            "figures": sorted(queries.known_now().figures),
            "was_cleared": held.state == Reply.State.CLEARED,
            "example": reference.EXAMPLE,
            "example_full": reference.EXAMPLE_IN_FULL,
        },
    )
    return asking.ask(request, form, act, page)


@entry(power=actions.GIVERS)
def correct(request: HttpRequest, reply: int) -> HttpResponse:
    """This will begin a new reply that corrects a released one and names it."""
    old = Reply.objects.filter(pk=reply, state=Reply.State.RELEASED).first()
    if old is None:
        raise Refusal.not_found()

    def act(_told: dict[str, Any], command: uuid.UUID) -> None:
        replying.begin_reply(occasion=old.occasion, corrects=old, by=request.user, at=request.at, command=command)

    page = asking.Asked(
        title=_("Correct a released reply"),
        caption=subject_of(old),
        lead=_("What was released never changes. A new reply begins from its texts, names it, and is cleared and released like any other."),
        button=_("Begin the correction"),
        back=reverse("learn:reply", args=[old.pk]),
        after=reverse("learn:reply_drafts"),
        done=_("The correction is begun."),
        crumbs=[(_("Replies"), reverse("learn:reply_drafts"))],
    )
    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, page)
