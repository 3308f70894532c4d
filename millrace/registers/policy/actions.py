"""Keeps versions of schemes as they are published, each once — e.g. NIFS of 8 January 2024, and later an erratum of it.

Nothing here announces: the stage `plan` does.
"""

from datetime import datetime

from millrace.core.policy_folder.funder import Funder
from millrace.core.rules import rulebook
from millrace.registers.people.models import Person
from millrace.registers.policy import queries
from millrace.registers.policy.models import Draft, SchemeVersion


def is_new(book: rulebook.SchemeVersion) -> bool:
    """This will say whether a version says anything that its last published text does not."""
    kept = {row.version: row.sha256 for row in queries.scheme_versions(book.scheme)}
    return kept.get(book.id) != book.sha256


def keep_version(book: rulebook.SchemeVersion, *, funder: Funder, event_id: int, by: Person, at: datetime) -> SchemeVersion:
    """This will keep a version as published by the event. One that was kept before under the same name stays as it is: the new
    row, with the same days and a later moment, is its erratum."""
    return SchemeVersion.objects.create(
        scheme=book.scheme,
        version=book.id,
        starts_on=str(book.starts),
        effective_at=funder.first_moment(book.starts.latest),
        text=book.text,
        sha256=book.sha256,
        event_id=event_id,
        published_at=at,
        published_by=by,
    )


def keep_tried(book: rulebook.SchemeVersion, *, draft: Draft, funder: Funder, by: Person, at: datetime) -> SchemeVersion:
    """This will keep a version as a draft says it, to be tried by test applications; it is not published and never in force."""
    kept, _made = SchemeVersion.every.get_or_create(
        draft=draft,
        scheme=book.scheme,
        version=book.id,
        sha256=book.sha256,
        defaults={
            "starts_on": str(book.starts),
            "effective_at": funder.first_moment(book.starts.latest),
            "text": book.text,
            "published_at": at,
            "published_by": by,
        },
    )
    return kept
