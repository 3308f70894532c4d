"""Keeps drafts of the policy: texts someone writes and someone else approves — e.g. NIFS with HK$20m a project from next April.

A draft begins from the folder last published. Nothing here judges or publishes: the stage `plan` does.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from millrace.registers.people.models import Person
from millrace.registers.policy.models import Draft, Publication

Files = Mapping[str, str]


def as_text(files: Files) -> str:
    """This will write a folder as one text, the same for the same files."""
    return json.dumps(dict(sorted(files.items())), ensure_ascii=False, indent=0)


def digest(files: Files) -> str:
    """This will give the hash that a folder's texts are known by."""
    return hashlib.sha256(as_text(files).encode()).hexdigest()


def last_published() -> dict[str, str]:
    """This will give the folder last published, or nothing where none was."""
    row = Publication.objects.filter(kind="folder").order_by("-event_id").first()
    files: dict[str, str] = json.loads(row.text) if row else {}
    return files


def drafts() -> QuerySet[Draft]:
    """This will list the drafts, newest first, without their texts."""
    return Draft.objects.defer("files").select_related("begun_by", "written_by", "approved_by").order_by("-begun_at", "-pk")


def approved_drafts() -> list[Draft]:
    """This will list the drafts that are approved and not yet published, newest first."""
    return list(Draft.objects.defer("files").filter(state=Draft.State.APPROVED).order_by("-approved_at", "-pk")[:20])


def keep_new(title: str, files: Files, *, by: Person, at: datetime) -> Draft:
    """This will keep a new draft."""
    people = {"begun_by": by, "written_by": by, "writers": [by.pk]}
    return Draft.objects.create(title=title, files=dict(files), sha256=digest(files), begun_at=at, written_at=at, **people)


def keep_texts(draft: Draft, files: Files, *, by: Person, at: datetime) -> None:
    """This will keep new texts; what was approved before no longer is."""
    draft.files, draft.sha256 = dict(files), digest(files)
    draft.written_by, draft.written_at = by, at
    draft.writers = sorted({*draft.writers, by.pk})
    draft.state, draft.approved_by, draft.approved_at = Draft.State.OPEN, None, None
    draft.save()
