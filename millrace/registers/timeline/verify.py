"""Checks that the sealed past is as it was sealed — e.g. that nobody altered the amount of an approval two years ago.

Goes through the seals in order, holding a few thousand in memory: numbers without a gap, stamps that never decrease, each
body's hash, the chain, and columns that say what the body says. Stops at the first break: after it nothing can be trusted.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from millrace.core import hash_chain
from millrace.core.findings import Part

ERASURE = "personal_data_erased"

_SEALED = """
    SELECT s.number, s.chain, s.sealed_at, s.is_story, e.sha256, e.body, e.id, e.kind, e.command, c.reference, e.organisation_id,
           v.scheme || ' ' || v.version, e.person_id, e.fund, e.by_id, e.on_behalf_of_id, e.happened_on, e.recorded_at,
           e.visibility, e.caused_by_id, e.facts::text, e.sheet::text, e.sheet_from
      FROM timeline_seal s JOIN timeline_event e ON e.id = s.event_id
      LEFT JOIN cases_case c ON c.id = e.case_id LEFT JOIN policy_schemeversion v ON v.id = e.scheme_version_id
     ORDER BY s.number"""


class Sealed(NamedTuple):
    """One seal with its event, as the columns have it."""

    number: int
    chain: bytes
    sealed_at: datetime
    is_story: bool
    sha256: bytes
    body: str
    id: int
    kind: str
    command: Any
    case: str | None
    organisation: int | None
    scheme_version: str | None
    person: int | None
    fund: str
    by: int
    on_behalf_of: int | None
    happened_on: date
    recorded_at: datetime
    visibility: str
    caused_by: int | None
    facts: str
    sheet: str | None
    sheet_from: date | None


def verify() -> Part:
    """This will check every seal and say how many there are, the last hash, and what was lawfully erased since."""
    part = Part("timeline", {"seals": 0})
    previous, number, stamp = hash_chain.START, 0, None
    erased = []
    for row in _stream():
        broken = _break(row, previous, number, stamp)
        if broken:
            part.found(*broken)
            return part
        previous, number, stamp = bytes(row.chain), row.number, row.sealed_at
        if row.kind == ERASURE:
            erased.append({"seal": row.number, "case": row.case, "facts": json.loads(row.facts)})
    part.counts |= {"seals": number, "last_hash": previous.hex(), "lawfully_erased": erased}
    _check_queue(part)
    return part


def _stream() -> Iterator[Sealed]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED)
        while rows := cursor.fetchmany(2_000):
            yield from map(Sealed._make, rows)


def _break(row: Sealed, previous: bytes, number: int, stamp: datetime | None) -> tuple[str, str, str] | None:
    place = f"seal {row.number}"
    if row.number != number + 1:
        return "numbers", place, f"follows seal {number}: {row.number - number - 1} missing"
    if stamp is not None and row.sealed_at < stamp:
        return "stamps", place, "is stamped before the seal that precedes it"
    if hash_chain.body_sha256(row.body) != bytes(row.sha256):
        return "body", place, f"the body of event {row.id} does not match its hash"
    if hash_chain.link(previous, bytes(row.sha256), row.sealed_at, is_story=row.is_story) != bytes(row.chain):
        return "chain", place, f"the chain breaks at event {row.id}"
    if wrong := _disagreeing(row):
        return "columns", place, f"columns of event {row.id} differ from its body: {', '.join(wrong)}"
    return None


def _disagreeing(row: Sealed) -> list[str]:
    """This will name the columns that do not say what the body says."""
    body = json.loads(row.body)
    said = {
        **{name: getattr(row, name) for name in ("id", "kind", "case", "organisation", "scheme_version", "person", "fund", "by")},
        **{name: getattr(row, name) for name in ("on_behalf_of", "visibility", "caused_by")},
        "command": str(row.command),
        "happened_on": row.happened_on.isoformat(),
        "sheet_from": row.sheet_from and row.sheet_from.isoformat(),
        "facts": json.loads(row.facts),
        "sheet": row.sheet and json.loads(row.sheet),
    }
    wrong = [name for name, value in said.items() if body.get(name) != value]
    if datetime.fromisoformat(body["recorded_at"]) != row.recorded_at:
        wrong.append("recorded_at")
    return wrong + sorted(set(body) - set(said) - {"recorded_at"})


def _check_queue(part: Part) -> None:
    """This will see that every committed event is either sealed or waiting to be: none can be forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id FROM timeline_event e LEFT JOIN timeline_seal s ON s.event_id = e.id
                 LEFT JOIN timeline_pending p ON p.event_id = e.id
                WHERE (s.event_id IS NULL) = (p.event_id IS NULL) ORDER BY e.id LIMIT 5"""
        )
        for (event,) in cursor.fetchall():
            part.found("queue", f"event {event}", "is neither sealed nor waiting to be, or both")
        cursor.execute("SELECT count(*) FROM timeline_pending")
        part.counts["waiting"] = cursor.fetchone()[0]
