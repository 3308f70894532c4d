"""Publishes what figures mean and the official series they read — e.g. the table of 31 January 2024 beside its definition.

Read in full before anything is kept: one malformed file, and nothing of the folder is published.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from millrace.core.figures import figure_file, parse, standing, whole
from millrace.core.figures.parse import MalformedFile
from millrace.registers.people.models import Person
from millrace.registers.policy import publications
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event


def publish_figures(files: Mapping[str, str], *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will publish the figures and series among `files` (path in the policy folder → text) that are new or changed.

    Gives the event, or None when everything stands published already. Refused as MalformedFile, with file and line: what cannot be
    read, and a number published before that was edited in place.
    """
    texts = read(files)
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        fresh = publications.changed(texts)
        if not fresh:
            return None
        for wrong in edited(files):
            raise wrong
        event_id = timeline.reserve_id()
        kept = publications.keep(fresh, event_id=event_id, by=by, at=at)
        hashes = {f"{row.kind}/{row.name}": row.sha256 for row in kept}
        facts = {"count": len(kept), "sha256": hashes}
        return timeline.record("figures_published", command=command, by=by, at=at, event_id=event_id, person=by, facts=facts)


def edited(files: Mapping[str, str]) -> list[MalformedFile]:
    """This will list what is to say something else than it was published to say under the same day and version."""
    stands = publications.standing("series")
    found = [
        standing.edited(path, text, before)
        for path, text in sorted(files.items())
        if path.startswith("series/") and (before := stands.get(figure_file.stem(path))) is not None and before != text
    ]
    return [wrong for wrong in found if wrong is not None]


def read(files: Mapping[str, str]) -> dict[publications.Key, str]:
    """This will check every figure and series of a policy folder, and that each figure reads what there is."""
    series = {path: parse.series(path, text) for path, text in files.items() if path.startswith("series/")}
    figures = {path: parse.figure(path, text) for path, text in files.items() if path.startswith("figures/")}
    whole.check(files, series, figures)
    return {("series", each.name): files[path] for path, each in series.items()} | {
        ("figure", each.name): files[path] for path, each in figures.items()
    }
