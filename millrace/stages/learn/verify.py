"""Checks every released reply: its text is what the timeline says was released, and each figure, asked again at its seal, the same.

For example one digit of "472 projects", altered with the owner's rights, is named with its reply and its place.
"""

import hashlib
import json

from millrace.core.figures import reference
from millrace.core.findings import Part
from millrace.core.refusal import Refusal
from millrace.registers.timeline.models import Event
from millrace.stages.learn import queries, replying, telling
from millrace.stages.learn.models import Reply, ReplyFigure


def verify() -> Part:
    """This will look at every reply ever released and at each of its figures."""
    part = Part("replies", {"released": 0, "figures": 0})
    told = {event.facts["reply"]: event.facts["sha256"] for event in Event.objects.filter(kind="reply_released")}
    released = {reply.pk: reply for reply in Reply.objects.filter(state=Reply.State.RELEASED).order_by("pk")}
    for number in sorted(told.keys() - released.keys()):
        part.found("reply-gone", f"reply {number}", "the timeline says it was released, and it is not there as released")
    for reply in released.values():
        part.counts["released"] += 1
        figures = list(ReplyFigure.objects.filter(reply=reply).order_by("number"))
        if not replying.digest(reply.said) == reply.said_sha256 == told.get(reply.pk):
            part.found("reply-differs", f"reply {reply.pk}", "its text is not what the timeline says was released")
        elif not _is_made_of(reply, figures):
            part.found("reply-figures-differ", f"reply {reply.pk}", "the numbers in its text are not those of its figures")
        for each in figures:
            part.counts["figures"] += 1
            if wrong := _wrong(each):
                part.found("reply-figure-differs", f"reply {reply.pk}, figure {each.number}", wrong)
    return part


def _is_made_of(reply: Reply, figures: list[ReplyFigure]) -> bool:
    """Whether the references, each replaced by what its figure said, give the text that was released."""
    said = {each.written: each.said for each in figures}
    for language, text in reply.texts.items():
        for part, written in text.items():
            pieces = [each if isinstance(each, str) else said.get(each.written, {}).get(language, "") for each in reference.pieces(written)]
            if "".join(pieces) != reply.said[language][part]:
                return False
    return True


def _wrong(each: ReplyFigure) -> str:
    kept = json.dumps(each.answer["en"], sort_keys=True, ensure_ascii=False)
    if hashlib.sha256(kept.encode()).hexdigest() != each.sha256:
        return "the answer kept is not the one its hash was taken of"
    try:
        again = queries.ask(each.figure, as_at=each.as_at, seal=queries.seal_numbered(each.seal))
    except Refusal as refused:
        return f"it cannot be asked again: {refused}"
    if bytes(again.seal.chain).hex() != each.seal_chain:
        return "its seal has another hash now"
    return "" if telling.digest(again) == each.whole_sha256 else "asked again at its seal, the answer differs"
