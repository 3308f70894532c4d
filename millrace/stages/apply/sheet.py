"""What the sheet says of an application from the day it was received — e.g. NIFS, version v2, normal track, HK$10m asked for."""

from typing import Any

from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.apply.ready import Gathered, Judged


def columns_of(gathered: Gathered, judged: Judged) -> dict[str, Any]:
    """This will give the sheet columns that a submission sets, its status apart."""
    case = gathered.case
    partners = [part.organisation for part in gathered.parts if part.confirmed_at and part.organisation]
    held, known, said = judged.terms, judged.facts, judged.said
    counted = policy.funder().collaboration_places if partners else frozenset()

    def choice(name: str) -> str:
        found = known.get(name)
        return found.value if found is not None and isinstance(found.value, str) else ""

    return {
        "scheme": case.scheme,
        "version": held.row.version,
        "stream": choice(held.book.stream_from),
        "track": said.track or "",
        "sector": choice("sector"),
        "stage_number": 2 if choice("entry_stage") == "stage_2" else 1,
        "requested_cents": requested_cents(judged),
        "unit": held.book.unit,
        "received_on": gathered.rules.on,
        "lead_place": place_of(case.lead),
        "partner_places": sorted({place_of(partner) for partner in partners}),
        "is_mainland_collaboration": any(partner.incorporated_in in counted for partner in partners),
        "is_test": case.is_test,
        "is_demonstration": case.is_demonstration,
    }


def requested_cents(judged: Judged) -> int:
    """This will give the amount asked for: as stated, or where the form does not ask, what the rules would give."""
    stated = judged.facts.get(judged.terms.book.asked)
    if stated is not None and type(stated.value) is int:
        return stated.value
    return judged.said.amount_cents or 0


def place_of(organisation: Organisation) -> str:
    """This will give the city of an organisation where it is known, or else where it is incorporated."""
    return organisation.place or organisation.incorporated_in
