"""Questions and replies between an applicant and the case's officer — e.g. "May the line stand in Yuen Long?"."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks
from millrace.stages.apply.models import Message

MOST_CHARACTERS = 5000


def write_message(case: Case, *, body: str, is_from_funder: bool, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will add one message to the thread; the words stay in its row, the event names only the side."""
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
        event = timeline.record(
            "question_answered" if is_from_funder else "question_asked",
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=None if is_from_funder else case.lead,
            facts={},
        )
        Message.objects.create(case=case, is_from_funder=is_from_funder, body=body, written_at=at, written_by=by, event=event)
        return event
