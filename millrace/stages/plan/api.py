"""Schemes and the finder for programs — e.g. POST /api/v1/find with {"facts": {"applicant_kind": "company"}}."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema

from millrace.core.rules.rulebook import SchemeVersion
from millrace.registers.policy import queries as policy
from millrace.stages.plan import finding
from millrace.web import clock

router = Router(tags=["Schemes"])


class FactAsked(Schema):
    """A fact the rules speak of; money is in cents, shares in basis points, days as 2024-01-08."""

    name: str
    type: str
    unit: str
    question: str
    choices: list[str]


class SchemeTold(Schema):
    """A published scheme as it stands today, and the facts its rules need."""

    slug: str
    title: str
    summary: str
    version: str
    starts_on: str
    is_start_published: bool
    sha256: str
    takes_applications: bool
    facts: list[FactAsked]


class Told(Schema):
    """What is told: facts by name, and the day to judge on (today when left out)."""

    facts: dict[str, Any]
    on: date | None = None


class Answers(Schema):
    """What each published scheme says, those that fit first."""

    on: date
    schemes: list[dict[str, Any]]


@router.get("/schemes", response=list[SchemeTold])
def schemes(request: HttpRequest) -> list[SchemeTold]:
    """List the published schemes and the facts their rules need."""
    at = clock.now()
    on = policy.funder().day_of(at)
    found = [finding.judged(scheme, {}, on=on) for scheme in finding.schemes_at(at)]
    return [_told(one) for one in found if one is not None]


@router.post("/find", response=Answers)
def find(request: HttpRequest, told: Told) -> Answers:
    """Say which published schemes fit the facts told; nothing is kept."""
    at = clock.now()
    on = told.on or policy.funder().day_of(at)
    held = finding.schemes_at(at)
    # Whatever standing is claimed, what comes from outside is declared.
    plain = {name: given.get("value") if isinstance(given, dict) else given for name, given in told.facts.items()}
    finding.must_be_known(plain, held)
    language = translation.get_language() or "en"
    return Answers(on=on, schemes=[finding.as_data(one, language) for one in finding.find(plain, on=on, schemes=held)])


def _told(found: finding.Found) -> SchemeTold:
    version, language = found.first.version, translation.get_language() or "en"
    return SchemeTold(
        slug=found.slug,
        title=version.title.said_in(language),
        summary=version.summary.said_in(language),
        version=version.id,
        starts_on=str(version.starts),
        is_start_published=version.is_start_published,
        sha256=version.sha256,
        takes_applications=found.takes_applications,
        facts=_facts(version, language),
    )


def _facts(version: SchemeVersion, language: str) -> list[FactAsked]:
    return [
        FactAsked(
            name=fact.name,
            type=str(fact.type),
            unit=fact.unit,
            question=fact.question.said_in(language),
            choices=[choice.id for choice in fact.choices],
        )
        for fact in finding.questions_of(version)
    ]
