"""Applying and following a case, for programs — e.g. a university's system opens a draft, fills it, submits it and reads its timeline.

Every write needs an idempotency key and takes the same action as the page does; what may be seen is decided in the same place.
"""

import datetime
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation
from millrace.stages.apply import queries, ready
from millrace.stages.apply.actions import drafts, submission
from millrace.stages.apply.models import Submission
from millrace.web import access, clock, sides
from millrace.web.api import entry, writes

router = Router(tags=["Cases"])
MOST = 200
Section = Path(..., pattern="^[a-z0-9_]{1,40}$", description="A section of the scheme's form.")
Reference = Path(..., pattern="^[A-Z0-9][A-Z0-9-]{3,39}$", description="The case's reference.")


class CaseListed(Schema):
    """A case that may be seen."""

    reference: str
    scheme: str
    version: str | None
    title: str
    status: str
    status_on: datetime.date
    lead: str
    requested_minor: int
    approved_minor: int
    paid_minor: int
    unit: str


class Happened(Schema):
    """One event: its kind and facts in codes and amounts; never a name."""

    seal: int | None
    kind: str
    happened_on: datetime.date
    recorded_at: datetime.datetime
    facts: dict[str, Any]


class DraftWanted(Schema):
    """For which organisation (its number here) and under which scheme."""

    organisation: int = Field(ge=1, le=2**63 - 1)
    scheme: str = Field(pattern="^[a-z0-9-]{1,60}$")


class SectionGiven(Schema):
    """The answers of one section, by question; `based_on` is the number of the save they build on, 0 for the first."""

    answers: dict[str, Any]
    based_on: int = Field(0, ge=0, le=2**31 - 1)


class AnswerWrong(Schema):
    """A question of the section still without an answer, or with one that cannot be read, and the sentence its page says."""

    field: str
    sentence: str


class Saved(Schema):
    """A section as kept, and what submission would refuse in it."""

    section: str
    number: int
    saved_at: datetime.datetime
    problems: list[AnswerWrong] = Field(description="Every answer of the section that is missing or cannot be read; it is kept as sent.")


class Receipt(Schema):
    """What was received: the server's time and the hash of the canonical submission."""

    reference: str
    receipt: str
    sha256: str
    submitted_at: datetime.datetime


def _listed(case: Case) -> CaseListed:
    return CaseListed(
        reference=case.reference,
        scheme=case.scheme,
        version=case.scheme_version.version if case.scheme_version else None,
        title=case.title,
        status=case.status,
        status_on=case.status_on,
        lead=case.lead.name,
        requested_minor=case.requested_cents,
        approved_minor=case.approved_cents,
        paid_minor=case.paid_cents,
        unit=case.unit,
    )


def _enter(request: HttpRequest, reference: str, action: str) -> Case:
    """This will find a case this person may act on, noting the reading of the funder's people, as a page does."""
    request.at = clock.now()
    request.actor = access.actor_of(request.user, request.at)
    access.enter_case(request, {"reference": reference}, action)
    case: Case = request.case
    return case


@router.get("/cases", response=list[CaseListed], auth=entry.open_to("read_cases"))
def list_cases(request: HttpRequest) -> list[CaseListed]:
    """The cases you may see, newest first, at most 200."""
    with access.read_only():
        visible = access.cases_visible_to(request.user, clock.now())
        return [_listed(case) for case in visible.select_related("lead", "scheme_version").order_by("-pk")[:MOST]]


@router.get("/cases/{reference}", response=CaseListed, auth=entry.open_to("read_cases"))
def read_case(request: HttpRequest, reference: str = Reference) -> CaseListed:
    """One case."""
    return _listed(_enter(request, reference, "read_case"))


@router.get("/cases/{reference}/timeline", response=list[Happened], auth=entry.open_to("read_cases"))
def read_timeline(request: HttpRequest, reference: str = Reference) -> list[Happened]:
    """What happened to a case, newest first, with the seal each event stands under."""
    case = _enter(request, reference, "read_timeline")
    with access.read_only():
        mine = sides.sides(case, request.user, request.at)
        rows = sides.events_seen(case, mine).annotate(number=F("seal__number"))[:MOST]
        return [
            Happened(seal=row.number, kind=row.kind, happened_on=row.happened_on, recorded_at=row.recorded_at, facts=row.facts)
            for row in rows
        ]


@router.post("/drafts", response={201: CaseListed}, auth=entry.open_to("write_drafts"), openapi_extra=writes.PARAMETER)
def open_draft(request: HttpRequest, wanted: DraftWanted) -> tuple[int, CaseListed]:
    """Begin a draft for an organisation of yours."""
    at, command = clock.now(), writes.command_of(request)
    if "member" not in people.organisations_of(request.user, at).get(wanted.organisation, frozenset()):
        raise Refusal.not_found()
    organisation = Organisation.objects.get(pk=wanted.organisation)
    event = drafts.open_draft(organisation, scheme=wanted.scheme, by=request.user, at=at, command=command)
    return 201, _listed(Case.objects.select_related("lead", "scheme_version").get(pk=event.case_id))


@router.put("/drafts/{reference}/sections/{section}", response=Saved, auth=entry.open_to("write_drafts"), openapi_extra=writes.PARAMETER)
def save_section(request: HttpRequest, given: SectionGiven, reference: str = Reference, section: str = Section) -> Saved:
    """Keep one section of a draft; a save that is not based on the last one is refused."""
    writes.command_of(request)
    case = _enter(request, reference, "edit_draft")
    gathered = ready.gather(case, at=request.at)
    if section not in {each.id for each in queries.sections_for(gathered.held.book.form, "applicant")}:
        raise Refusal.not_found()
    kept = drafts.save_answers(
        case, section=section, answers=given.answers, typed={}, based_on=given.based_on, by=request.user, at=request.at
    )
    fresh = ready.gather(case, at=request.at)
    wrong = [
        AnswerWrong(field=one.question, sentence=one.sentence)
        for one in fresh.problems(fresh.held.book)
        if one.section == section and one.part is None
    ]
    return Saved(section=kept.section, number=kept.number, saved_at=kept.saved_at, problems=wrong)


@router.post("/drafts/{reference}/submission", response={201: Receipt}, auth=entry.open_to("submit"), openapi_extra=writes.PARAMETER)
def submit(request: HttpRequest, reference: str = Reference) -> tuple[int, Receipt]:
    """Sign and submit, as an authorised person of the lead; gives the receipt, and the same receipt when sent again."""
    command = writes.command_of(request)
    case = _enter(request, reference, "submit")
    submission.submit_application(case, by=request.user, at=request.at, command=command)
    kept = Submission.objects.get(case=case, number=1)
    return 201, Receipt(reference=case.reference, receipt=kept.receipt, sha256=kept.sha256, submitted_at=kept.submitted_at)
