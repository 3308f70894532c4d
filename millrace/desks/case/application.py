"""What was applied for, by whom and with which files — e.g. the answers of a NIFS application as they were frozen at submission."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from millrace.core.access import DRAFT_STATUSES
from millrace.core.rules import form
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.documents import queries as documents
from millrace.registers.ledger import queries as ledger
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Event
from millrace.stages.apply import preview, queries, ready, terms
from millrace.web import access, funder, sentences
from millrace.web import forms as described


def own_parts(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the parts of the reader's own organisations, and nothing of anyone else's."""
    organisations = list(access.actor_of(person, at).organisations)
    parts = queries.parts_of_organisation(case, organisations)
    if not parts:
        return None
    mine = {part.organisation_id for part in parts}
    held = documents.documents_by_place(case)
    zone = funder.current().zone
    told = Event.objects.filter(case=case, organisation__in=mine, visibility__in=("partner", "public")).order_by("-id")[:50]
    return {
        "parts": [{"part": part, "files": held.get(f"part-{part.pk}", [])} for part in parts],
        "is_open": case.status in DRAFT_STATUSES,
        "unit": case.unit,
        "money": [line for line in ledger.statement(case).matching if line.sponsor in mine] if case.approved_cents else [],
        "entries": [{"at": event.recorded_at, "sentence": sentences.sentence(event, zone), "by": ""} for event in told],
    }


def answers(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the answers: as frozen at submission, or as they stand in a draft."""
    if case.scheme_version is None:
        return None
    submission = next(iter(queries.submissions_read(case)), None)
    if submission is None:
        given: Mapping[str, Any] = queries.saved_answers(case).as_typed()
    else:
        given = {question: answer for section in json.loads(submission.text)["answers"].values() for question, answer in section.items()}
    whole = policy.form(case.scheme_version)
    sections = [(described.said(each.title), described.in_words(whole, each, given)) for each in queries.sections_for(whole, "applicant")]
    return {"sections": [(title, rows) for title, rows in sections if rows], "is_frozen": submission is not None}


def parties(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the lead and every partner's and sponsor's part."""
    parts = queries.parts_of(case)
    return {"lead": case.lead, "parts": parts, "unit": case.unit}


def files(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the files by the question each answers; a file in quarantine is for the applicant and officers only."""
    held = documents.documents_by_place(case)
    if not held:
        return None
    may_rule = access.may(access.actor_of(person, at), person, "accept_document", case, at).allowed
    whole = policy.form(case.scheme_version) if case.scheme_version else form.Form(())
    labels = {question.id: described.said(question.label) for question in whole.questions()}
    labels |= {f"part-{part.pk}": _("Part of %(name)s") % {"name": part.organisation or part.email} for part in queries.parts_of(case)}
    # What a partner or sponsor adds to its own part is not the lead's to read.
    is_lead = case.lead_id in access.actor_of(person, at).organisations
    return {
        "places": [(labels.get(place, place), rows, not (is_lead and place.startswith("part-"))) for place, rows in held.items()],
        "may_rule": may_rule,
    }


def verdict(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the stored verdict of the submission, or the preview of a draft; several readings where the rules are in doubt."""
    if case.status in DRAFT_STATUSES:
        return {"shown": preview.of_draft(ready.gather(case, at=at)), "is_stored": False}
    kept = cases.verdicts_of(case, "submission")
    shown = [preview.of_stored(row.verdict, terms.of_row(row.scheme_version)) for row in kept]
    submission = next(iter(queries.submissions_read(case)), None)
    is_in_doubt = submission is not None and submission.is_in_doubt
    may_choose = is_in_doubt and access.may(access.actor_of(person, at), person, "screen", case, at).allowed
    return {"shown": shown, "is_stored": True, "is_in_doubt": is_in_doubt, "may_choose": may_choose} if shown else None


def receipts(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the receipts of what was submitted."""
    found = queries.submissions_read(case)
    return {"submissions": found} if found else None


def thread(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the question thread, and the form to write in it, which a draft has not: no officer could read it."""
    address = "" if case.status in DRAFT_STATUSES else reverse("apply:thread", args=[case.reference])
    return {"messages_": list(queries.messages_of(case)), "address": address}
