"""Writes what is submitted the one way that is hashed, and its receipt — e.g. SHA-256 3f9a… of a NIFS application.

The canonical text has sorted keys, no blanks, and UTF-8 as it is; anyone who keeps the file can work out the hash again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply import queries
from millrace.stages.apply.ready import Gathered
from millrace.stages.apply.terms import Terms


@dataclass(frozen=True)
class Frozen:
    """The canonical text and its hash."""

    text: str
    sha256: str


def frozen(gathered: Gathered, on_terms: Terms, *, by: Person, at: datetime) -> Frozen:
    """This will write the whole application: who, under which rules, every answer, every part, and each file's hash."""
    case = gathered.case
    text = timeline.canonical(
        {
            "reference": case.reference,
            "scheme": case.scheme,
            "version": on_terms.row.version,
            "version_sha256": on_terms.row.sha256,
            "call": gathered.draft.call.code,
            "applicant": _organisation(case.lead),
            "answers": _answers(gathered.saved, None),
            "parts": [
                {
                    "role": part.role,
                    "organisation": _organisation(part.organisation) if part.organisation else None,
                    "work": part.work,
                    "cash_cents": part.cash_cents,
                    "in_kind_cents": part.in_kind_cents,
                    "answers": _answers(gathered.saved, part.pk),
                }
                for part in gathered.parts
                if part.confirmed_at
            ],
            "documents": [
                {"place": document.place, "name": document.name, "byte_count": document.byte_count, "sha256": document.sha256}
                for document in gathered.documents
            ],
            "signed_by": by.get_full_name(),
            "submitted_at": at,
        }
    )
    return Frozen(text, hashlib.sha256(text.encode()).hexdigest())


def _answers(saved: queries.Saved, part_id: int | None) -> dict[str, Any]:
    return {section: row.answers for (of, section), row in saved.rows.items() if of == part_id}


def _organisation(organisation: Organisation) -> dict[str, str]:
    return {
        "name": organisation.name,
        "name_zh": organisation.name_zh,
        "registration_kind": organisation.registration_kind,
        "registration_number": organisation.registration_number,
    }
