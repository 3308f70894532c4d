"""Writes, clears and releases a reply to a question — e.g. the reply of 27 March 2024, cleared by a second officer.

No one clears what they wrote; what is cleared is exactly these texts with their figures at one seal, and what is released never
changes: a correction is a new reply that names the old.
"""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop as _

from millrace.core.figures import reference
from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.learn import actions, queries, referring, telling
from millrace.stages.learn.models import Reply, ReplyFigure
from millrace.stages.learn.referring import Answered, Texts

State = Reply.State
BLANK = {language: {"subject": "", "body": ""} for language in ("en", "zh-hant", "zh-hans")}


def begin_reply(
    *, occasion: str, told_from: str = "", corrects: Reply | None = None, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will begin an empty reply, or one that starts from the texts of the released reply it corrects."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        _must_write(by, at)
        if occasion not in actions.OCCASIONS:
            raise Refusal("no-such-occasion", what=_("Choose to whom it is given."), field="occasion", status=422)
        if corrects is not None and corrects.state != State.RELEASED:
            raise Refusal.not_found()
        texts = corrects.texts if corrects else BLANK
        begun = Reply.objects.create(
            occasion=occasion,
            told_from=told_from,
            corrects=corrects,
            texts=texts,
            sha256=digest(texts),
            writers=[by.pk],
            begun_by=by,
            begun_at=at,
            written_by=by,
            written_at=at,
            written_seal=queries.last_seal().number,
        )
        return _record("reply_begun", begun, by, at, command, corrects=corrects.pk if corrects else None)


def write_reply(reply: Reply, texts: Texts, *, based_on: str, by: Person, at: datetime) -> Reply:
    """This will keep the texts as written, faults and all: a draft loses no word. Whoever writes undoes a clearance. Refused: a
    save based on other texts than those that stand. Like other drafts it is no event: nothing is decided."""
    with transaction.atomic(durable=True):
        held = _locked(reply)
        _must_write(by, at)
        _must_be(held, State.DRAFT, State.WAITING, State.CLEARED)
        if held.sha256 != based_on:
            what = _("Someone else wrote in this reply since you opened it.")
            step = _("Copy your text, open the reply again and put your change into it.")
            raise Refusal("stale-draft", what=what, next_step=step)
        held.texts = {language: {part: texts[language][part] for part in referring.PARTS} for language in BLANK}
        held.sha256, held.state = digest(held.texts), State.DRAFT
        held.written_by, held.written_at, held.written_seal = by, at, queries.last_seal().number
        held.writers = sorted({*held.writers, by.pk})
        held.cleared_by = held.cleared_at = held.cleared_seal = None
        held.save()
        return held


def send_reply(reply: Reply, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will send a reply to be cleared; refused while a reference cannot be answered or a text is missing."""
    with transaction.atomic(durable=True):
        held = _locked(reply)
        if done := timeline.replay(command):
            return done
        _must_write(by, at)
        _must_be(held, State.DRAFT)
        _without_faults(held)
        held.state = State.WAITING
        held.save(update_fields=["state"])
        return _record("reply_sent", held, by, at, command, sha256=held.sha256)


def clear_reply(reply: Reply, *, sha256: str, seal_number: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will clear exactly the texts that were read, with their figures as known at the seal they were read at, by someone who
    wrote none of them. A reply whose figures changed since is cleared again."""
    with transaction.atomic(durable=True):
        held = _locked(reply)
        if done := timeline.replay(command):
            return done
        _must_write(by, at)
        _must_be(held, State.WAITING, State.CLEARED)
        if held.sha256 != sha256:
            raise _changed()
        if by.pk in held.writers:
            raise Refusal(
                "own-reply",
                what=_("You wrote in this reply."),
                why=_("No one clears what they wrote."),
                next_step=_("Ask another policy officer to clear it."),
            )
        read = _without_faults(held, seal_number)
        _still_so(read, referring.read(held.texts).answered)
        held.state, held.cleared_by, held.cleared_at, held.cleared_seal = State.CLEARED, by, at, seal_number
        held.save(update_fields=["state", "cleared_by", "cleared_at", "cleared_seal"])
        return _record("reply_cleared", held, by, at, command, sha256=sha256, seal=seal_number)


def release_reply(reply: Reply, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will release a cleared reply: every figure is frozen with its answer and seal and kept as given. Refused where a figure
    says something else by now than when it was cleared."""
    with transaction.atomic(durable=True):
        held = _locked(reply)
        if done := timeline.replay(command):
            return done
        _must_write(by, at)
        _must_be(held, State.CLEARED)
        assert held.cleared_seal is not None
        read = _without_faults(held, held.cleared_seal)
        _still_so(read, referring.read(held.texts).answered)
        for number, (written, each) in enumerate(read.items(), 1):
            _freeze(held, number, written, each)
        for given in {
            (each.given.figure.name, each.given.answer.as_at, each.given.seal.number): each.given for each in read.values()
        }.values():
            own = uuid.uuid5(command, f"{given.figure.name}@{given.answer.as_at}#{given.seal.number}")
            actions.keep_given(given, occasion=held.occasion, by=by, at=at, command=own)
        held.said = {language: _said(language, text, read) for language, text in held.texts.items()}
        held.said_sha256, held.state = digest(held.said), State.RELEASED
        held.released_by, held.released_at = by, at
        held.save()
        facts = {"figures": len(read), "seal": held.cleared_seal, "sha256": held.said_sha256, "corrects": held.corrects_id}
        return _record("reply_released", held, by, at, command, **facts)


def drop_reply(reply: Reply, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will put away a reply that will not be given; what was written is kept."""
    with transaction.atomic(durable=True):
        held = _locked(reply)
        if done := timeline.replay(command):
            return done
        _must_write(by, at)
        _must_be(held, State.DRAFT, State.WAITING, State.CLEARED)
        held.state = State.DROPPED
        held.save(update_fields=["state"])
        return _record("reply_dropped", held, by, at, command)


def digest(texts: Mapping[str, Any]) -> str:
    """This will hash texts, in whatever order their languages come."""
    return hashlib.sha256(timeline.canonical(dict(texts)).encode()).hexdigest()


def _said(language: str, text: Mapping[str, str], read: Mapping[str, Answered]) -> dict[str, str]:
    with translation.override(language):
        return {part: "".join(p if isinstance(p, str) else read[p.written].said for p in reference.pieces(text[part])) for part in text}


def _freeze(held: Reply, number: int, written: str, each: Answered) -> None:
    said = {}
    for language in held.texts:
        with translation.override(language):
            said[language] = each.said
    given, told = each.given, queries.told_to_everyone(each.given)
    ReplyFigure.objects.create(
        reply=held,
        number=number,
        written=written,
        figure=given.figure.name,
        version=given.answer.version,
        as_at=given.answer.as_at,
        speaks_of=given.answer.speaks_of,
        seal=given.seal.number,
        seal_chain=bytes(given.seal.chain).hex(),
        said=said,
        answer={language: telling.as_plain(told, language) for language in held.texts},
        sha256=telling.digest(told),
        whole_sha256=telling.digest(given),
    )


def _without_faults(held: Reply, seal_number: int | None = None) -> dict[str, Answered]:
    read = referring.read(held.texts, seal=queries.seal_numbered(seal_number) if seal_number else None)
    if read.findings:
        what = _("There are findings to mend: the first in line %(line)s.") if read.findings[0].line else _("There are findings to mend.")
        values = {"line": read.findings[0].line}
        raise Refusal("reply-findings", what=what, next_step=_("Mend what the findings name, then send it."), status=422, values=values)
    return read.answered


def _still_so(was: Mapping[str, Answered], now: Mapping[str, Answered]) -> None:
    moved = [written for written, each in was.items() if (after := now.get(written)) is None or after.picked != each.picked]
    if moved:
        what = _("%(count)s figures of this reply changed after it was read: %(first)s.")
        step = _("Open the reply, see what changed, and clear it again.")
        raise Refusal("figures-moved", what=what, next_step=step, values={"count": len(moved), "first": moved[0]})


def _must_write(by: Person, at: datetime) -> None:
    if not by.is_system and not people.powers_of(by, at) & set(actions.GIVERS):
        raise Refusal.not_found()


def _must_be(held: Reply, *states: str) -> None:
    if held.state not in states:
        raise _changed()


def _changed() -> Refusal:
    what, step = _("This reply is not where it was, or its text changed."), _("Open it again to see how it stands.")
    return Refusal("reply-changed", what=what, next_step=step)


def _locked(reply: Reply) -> Reply:
    return Reply.objects.select_for_update().get(pk=reply.pk)


def _record(kind: str, reply: Reply, by: Person, at: datetime, command: uuid.UUID, **facts: Any) -> Event:
    return timeline.record(kind, command=command, by=by, at=at, person=by, facts={"reply": reply.pk, **facts})
