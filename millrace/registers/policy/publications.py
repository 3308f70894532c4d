"""Keeps the policy's texts other than schemes — e.g. the definition of `approved-by-scheme` as published on 3 March.

A text published again unchanged is not kept twice. Nothing here announces: the stage `plan` does.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from millrace.registers.people.models import Person
from millrace.registers.policy.models import Publication

Key = tuple[str, str]
"""Kind and name: ("figure", "approved-by-scheme")."""


def standing(kind: str) -> dict[str, str]:
    """This will give the texts of one kind that stand published, by name."""
    return {row.name: row.text for row in Publication.objects.filter(kind=kind).order_by("event_id")}


def changed(texts: Mapping[Key, str]) -> dict[Key, str]:
    """This will leave out the texts that stand published word for word already."""
    kinds = {kind for kind, _name in texts}
    latest = {(row.kind, row.name): row.sha256 for row in Publication.objects.filter(kind__in=kinds).order_by("event_id")}
    return {key: text for key, text in texts.items() if latest.get(key) != digest(text)}


def funders() -> set[str]:
    """This will name the funder whose policy was published here: one, or none yet."""
    return set(Publication.objects.filter(kind="funder").values_list("name", flat=True))


def digest(text: str) -> str:
    """This will give the hash a text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(texts: Mapping[Key, str], *, event_id: int, by: Person, at: datetime) -> list[Publication]:
    """This will keep the texts as published by the event."""
    rows = [
        Publication(kind=kind, name=name, text=text, sha256=digest(text), event_id=event_id, published_at=at, published_by=by)
        for (kind, name), text in sorted(texts.items())
    ]
    return Publication.objects.bulk_create(rows)
