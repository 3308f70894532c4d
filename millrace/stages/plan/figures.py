"""Publishes what figures mean and the official series they read — e.g. the table of 31 January 2024 beside its definition.

Read in full before anything is kept: one malformed file, and nothing of the folder is published.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from millrace.core.figures import figure_file, parse, plausible, standing, whole
from millrace.core.figures.parse import MalformedFile
from millrace.registers.people.models import Person
from millrace.registers.policy import publications
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event


def publish_figures(files: Mapping[str, str], *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will publish the figures and series among `files` (path in the policy folder → text) that are new or changed.

    Gives the event, or None when everything stands published already. Refused as MalformedFile, with file and line: what cannot be
    read, and a number published before that was edited in place or left out.
    """
    texts = read(files)
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        for wrong in edited(files):
            raise wrong
        fresh = publications.changed(texts)
        if not fresh:
            return None
        event_id = timeline.reserve_id()
        kept = publications.keep(fresh, event_id=event_id, by=by, at=at)
        hashes = {f"{row.kind}/{row.name}": row.sha256 for row in kept}
        facts = {"count": len(kept), "sha256": hashes}
        return timeline.record("figures_published", command=command, by=by, at=at, event_id=event_id, person=by, facts=facts)


def edited(files: Mapping[str, str]) -> list[MalformedFile]:
    """This will list what is to say something else than it was published to say under the same day and version, or not to be said."""
    given = {figure_file.stem(path): (path, text) for path, text in files.items() if path.startswith("series/")}
    found: list[MalformedFile | None] = []
    for name, before in sorted(publications.standing("series").items()):
        path, text = given.get(name, (f"series/{name}.toml", None))
        if text is None:
            found.append(standing.file_left_out(path, before))
        elif text != before:
            found.append(standing.edited(path, text, before))
    return [wrong for wrong in found if wrong is not None]


def read(files: Mapping[str, str]) -> dict[publications.Key, str]:
    """This will check every figure and series of a policy folder, and that each figure reads what there is."""
    series = {path: plausible.series(path, text) for path, text in files.items() if path.startswith("series/")}
    figures = {path: parse.figure(path, text) for path, text in files.items() if path.startswith("figures/")}
    whole.check(files, series, figures)
    return {("series", each.name): files[path] for path, each in series.items()} | {
        ("figure", each.name): files[path] for path, each in figures.items()
    }
