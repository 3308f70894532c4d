"""Questions and replies between an applicant and the case's officer — e.g. "May the line stand in Yuen Long?"."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.access import DRAFT_STATUSES
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, post
from millrace.stages.apply.models import Message

MOST_CHARACTERS = 5000


def write_message(case: Case, *, body: str, is_from_funder: bool, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will add one message to the thread and tell the other side; the words stay in its row, the event names only the side.

    A question of a case that no officer has taken up yet is told to nobody: it waits in the officers' queue of questions.
    """
    body = body.strip()
    if not body or len(body) > MOST_CHARACTERS:
        raise Refusal(
            "message-length",
            what=_("The message was not sent."),
            why=_("It is empty.") if not body else _("It has %(found)s characters; at most %(most)s are taken."),
            next_step=_("Write between 1 and %(most)s characters, and send it again."),
            field="body",
            status=422,
            values={"found": len(body), "most": MOST_CHARACTERS},
        )
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        _must_be_read_by_someone(case)
        event_id = timeline.reserve_id()
        if is_from_funder:
            post.tell_applicants(case, event_id=event_id, at=at)
        elif case.officer is not None:
            messages.send_notice([case.officer], event_id=event_id, case=case, at=at)
        event = timeline.record(
            "question_answered" if is_from_funder else "question_asked",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=None if is_from_funder else case.lead,
            facts={},
        )
        Message.objects.filter(case=case, is_open=True).update(is_open=False)
        said = Message(case=case, is_from_funder=is_from_funder, body=body, is_open=not is_from_funder)
        said.written_at, said.written_by, said.event = at, by, event
        said.save()
        return event


def _must_be_read_by_someone(case: Case) -> None:
    """A draft is nobody's but its applicant's: no officer could find what is asked in it."""
    if case.status in DRAFT_STATUSES:
        raise Refusal(
            "thread-not-open",
            what=_("The message was not sent."),
            why=_("No officer can see a draft, so nobody would read it."),
            next_step=_("Submit the application; its questions and replies open then."),
        )
