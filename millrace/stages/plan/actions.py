"""Publishes a policy folder — e.g. `policies/hong-kong` with a new version of NIFS — or refuses it whole, with file and line.

Each new version of a scheme is an event of its own; what stands published word for word is left alone.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from millrace.core import toml_text
from millrace.core.policy_folder import read
from millrace.core.policy_folder.read import Policy
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.core.toml_text import Finding
from millrace.registers.people.models import Person
from millrace.registers.policy import actions as policy
from millrace.registers.policy import drafting, publications
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan import figures

_LOCK = 7_201_604


@dataclass(frozen=True)
class Published:
    """What one publishing brought: the events, and how much of the folder stood already."""

    events: tuple[Event, ...]
    unchanged_count: int


def publish_policy(folder: Mapping[str, bytes], *, by: Person, at: datetime, command: uuid.UUID) -> Published:
    """This will publish what is new in a folder (path → content): scheme versions, figures, funds, funder and plans.

    Raises `toml_text.Unreadable` with every finding unless the whole folder is sound; what was published before then still holds.
    The folder of another funder than the one this database serves is refused.
    """
    sound = read.policy(folder)
    books = [version for scheme in sound.schemes.values() for version in scheme.versions]
    texts = {path: content.decode() for path, content in folder.items() if path.startswith(("figures/", "series/"))}
    with transaction.atomic(durable=True):
        # Two who publish at once come one after the other: the second finds the first's work and leaves it alone.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _must_be_of_this_funder(sound)
        if edited := figures.edited(texts):
            raise toml_text.Unreadable(Finding(wrong.file, wrong.line, wrong.what, "") for wrong in edited)
        papers = _publish_papers(sound, folder, by=by, at=at, command=uuid.uuid5(command, "papers"))
        events = [_publish_version(book, sound, by=by, at=at, command=uuid.uuid5(command, f"{book.scheme} {book.id}")) for book in books]
    told = figures.publish_figures(texts, by=by, at=at, command=uuid.uuid5(command, "figures"))
    new = [event for event in (papers, *events, told) if event is not None]
    return Published(tuple(new), len(books) + 2 - len(new))


def _must_be_of_this_funder(sound: Policy) -> None:
    served = publications.funders() - {sound.funder.slug}
    if served:
        raise Refusal(
            "another-funder",
            what=_("This folder is the policy of “%(named)s”, and this database serves “%(served)s”."),
            why=_("One database serves one funder."),
            next_step=_("Publish it in an empty database of its own, or mend the slug in policy.toml."),
            status=409,
            values={"named": sound.funder.slug, "served": ", ".join(sorted(served))},
        )


def _publish_version(book: rulebook.SchemeVersion, sound: Policy, *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    if done := timeline.replay(command):
        return done
    if not policy.is_new(book):
        return None
    event_id = timeline.reserve_id()
    row = policy.keep_version(book, funder=sound.funder, event_id=event_id, by=by, at=at)
    facts = {"scheme": book.scheme, "version": book.id, "starts_on": str(book.starts), "sha256": book.sha256}
    return timeline.record("scheme_version_published", command=command, by=by, at=at, event_id=event_id, scheme_version=row, facts=facts)


def _publish_papers(sound: Policy, folder: Mapping[str, bytes], *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will publish what is neither scheme nor figure: who the funder is, its funds, its plan and its facilities."""
    if done := timeline.replay(command):
        return done
    texts = {(paper.kind, paper.slug): paper.text for paper in sound.papers}
    # The folder's own texts, so that the next draft begins from what was written, comments and all.
    texts["folder", sound.funder.slug] = drafting.as_text({path: content.decode() for path, content in folder.items()})
    fresh = publications.changed(texts)
    if not fresh:
        return None
    event_id = timeline.reserve_id()
    kept = publications.keep(fresh, event_id=event_id, by=by, at=at)
    facts = {"count": len(kept), "sha256": {f"{row.kind}/{row.name}": row.sha256 for row in kept}}
    return timeline.record("policy_papers_published", command=command, by=by, at=at, event_id=event_id, person=by, facts=facts)
