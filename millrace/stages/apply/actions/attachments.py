"""Takes files onto a draft and lets officers accept them — e.g. a quotation, in quarantine until Mr Lee has opened the case."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules.form import Slot
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.documents.models import Document
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.models import Part

MOST_FILES = 40
# What a partner or sponsor may add to its own part; it is read by itself and by those of the funder who read the application.
PART_SLOT = Slot(("pdf", "docx", "xlsx", "jpg", "png"), 10_000_000, 5)


def place_of_part(part: Part) -> str:
    """This will name the place of a part's own files."""
    return f"part-{part.pk}"


def is_of_part(document: Document) -> bool:
    """This will say whether a file belongs to a partner's or sponsor's part, and so not to the lead."""
    return document.place.startswith("part-")


def upload_document(
    case: Case,
    *,
    place: str,
    slot: Slot,
    name: str,
    content: bytes,
    organisation: Organisation,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will take a file onto a draft, in quarantine, within the limits of the question it answers."""
    documents.checked(content, name=name, field=place, most_bytes=slot.max_bytes, taken=slot.types)
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        held = Document.objects.filter(case=case, removed_at__isnull=True)
        if held.filter(place=place).count() >= slot.max_files or held.count() >= MOST_FILES:
            raise Refusal(
                "too-many-files",
                what=_("The file was not taken."),
                why=_("At most %(most)s files may be added here."),
                next_step=_("Take a file off first."),
                field=place,
                values={"most": slot.max_files},
            )
        document = documents.take_in(
            case,
            content=content,
            name=name,
            place=place,
            by=by,
            at=at,
            organisation=organisation,
            most_bytes=slot.max_bytes,
            taken=slot.types,
        )
        return _record("document_uploaded", case, document, by=by, at=at, command=command, on_behalf_of=organisation)


def remove_document(document: Document, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take a file off a draft."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(document.case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        documents.remove(document, at=at)
        return _record("document_removed", case, document, by=by, at=at, command=command, on_behalf_of=document.organisation)


def rule_document(document: Document, *, is_accepted: bool, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record an officer's ruling on a file in quarantine."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(document.case)
        if done := timeline.replay(command, case):
            return done
        state = Document.State.ACCEPTED if is_accepted else Document.State.REFUSED
        documents.rule(document, state=state, by=by, at=at)
        return _record(f"document_{state}", case, document, by=by, at=at, command=command, on_behalf_of=None)


def _record(
    kind: str, case: Case, document: Document, *, by: Person, at: datetime, command: uuid.UUID, on_behalf_of: Organisation | None
) -> Event:
    return timeline.record(
        kind,
        command=command,
        by=by,
        at=at,
        case=case,
        on_behalf_of=on_behalf_of,
        facts={
            "document": document.pk,
            "place": document.place,
            "kind": document.kind,
            "byte_count": document.byte_count,
            "sha256": document.sha256,
        },
    )
