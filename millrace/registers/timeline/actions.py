"""Writes events, once each — e.g. the same click on "Submit", sent twice, returns the first submission's event.

An event is the last thing its action writes and names the person, the moment, the facts in codes and amounts, and the sheet
columns it sets. Nothing here is ever updated or deleted; the database's own triggers refuse it.
"""

import hashlib
import json
import uuid
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from millrace.core import asat
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared, wire
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline import kinds
from millrace.registers.timeline.models import Event

VISIBILITIES = ("public", "party", "partner", "staff", "assessor", "finance", "audit")


_next_id = wire.Statement("SELECT nextval('timeline_event_ids')")
_done = prepared.Prepared(lambda command, case: Event.objects.filter(command=command, case=case), command=uuid.UUID, case=int)


def reserve_id() -> int:
    """This will take the next event id, for rows and postings that must carry it before the event is written."""
    [(number,)], _count = wire.ask(_next_id, (), DEFAULT_DB_ALIAS)
    return int(number)


def replay(command: uuid.UUID, case: Case | None = None) -> Event | None:
    """This will return the event this command already wrote for this case, if it did: a repeat changes nothing."""
    return _done.first(command=command, case=case.pk) if case else Event.objects.filter(command=command, case=None).first()


def canonical(body: dict[str, Any]) -> str:
    """This will write `body` the one way it is hashed: sorted keys, no spaces, UTF-8 as it is, days and moments in ISO 8601."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


def compose(
    kind: str,
    *,
    command: uuid.UUID,
    by: Person,
    at: datetime,
    event_id: int,
    case: Case | None = None,
    organisation: Organisation | None = None,
    scheme_version: SchemeVersion | None = None,
    person: Person | None = None,
    fund: str = "",
    on_behalf_of: Organisation | None = None,
    happened_on: date | None = None,
    facts: dict[str, Any] | None = None,
    sheet: dict[str, Any] | None = None,
    sheet_from: date | None = None,
    visibility: str | None = None,
    caused_by: Event | None = None,
) -> Event:
    """This will make the event without writing it; the bulk path and `record` share it, so their rows are the same."""
    declared = kinds.KINDS[kind]
    happened_on = happened_on or _day_of(at)
    visibility = visibility or declared.visibility
    if visibility not in VISIBILITIES:
        raise ValueError(f"unknown visibility {visibility!r}")
    facts = json.loads(canonical(facts or {}))
    sheet = _sheet(sheet, case)
    sheet_from = (sheet_from or happened_on) if sheet else None
    body = canonical(
        {
            "id": event_id,
            "kind": kind,
            "command": command,
            "case": case.reference if case else None,
            "organisation": organisation.pk if organisation else None,
            "scheme_version": str(scheme_version) if scheme_version else None,
            "person": person.pk if person else None,
            "fund": fund,
            "by": by.pk,
            "on_behalf_of": on_behalf_of.pk if on_behalf_of else None,
            "happened_on": happened_on,
            "recorded_at": at,
            "visibility": visibility,
            "caused_by": caused_by.pk if caused_by else None,
            "facts": facts,
            "sheet": sheet,
            "sheet_from": sheet_from,
        }
    )
    return Event(
        id=event_id,
        kind=kind,
        command=command,
        case=case,
        organisation=organisation,
        scheme_version=scheme_version,
        person=person,
        fund=fund,
        by=by,
        on_behalf_of=on_behalf_of,
        happened_on=happened_on,
        recorded_at=at,
        visibility=visibility,
        caused_by=caused_by,
        facts=facts,
        sheet=sheet,
        sheet_from=sheet_from,
        body=body,
        sha256=hashlib.sha256(body.encode()).digest(),
    )


def _day_of(at: datetime) -> date:
    """This will give the funder's own day of a moment; before there is a policy to say the zone, the day in UTC."""
    return policy.funder().day_of(at) if policy.is_published() else at.date()


def _sheet(sheet: dict[str, Any] | None, case: Case | None) -> dict[str, Any] | None:
    """This will give the sheet columns as the event keeps them; an unknown column, or one of no case, is refused."""
    if not sheet:
        return None
    if case is None:
        raise ValueError("only an event of a case sets columns of the sheet")
    kept: dict[str, Any] = json.loads(canonical(sheet))
    asat.read(kept)
    return kept


def record(kind: str, *, event_id: int | None = None, **fields: Any) -> Event:
    """This will write one event, the last act of its action; see `compose` for what it takes.

    A second event of the same command on the same case breaks the unique constraint: call `replay` first, under the lock.
    """
    event = compose(kind, event_id=reserve_id() if event_id is None else event_id, **fields)
    prepared.insert(event)
    return event
