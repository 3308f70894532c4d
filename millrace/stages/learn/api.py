"""Figures for programs — e.g. GET /api/v1/figures/approved-by-scheme?as_at=2026-03-31 with an ETag of the answer."""

import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from millrace.core.figures.definition import Figure
from millrace.core.refusal import Refusal
from millrace.stages.learn import queries, telling
from millrace.web import clock, funder

router = Router(tags=["Figures"])


class FigureNamed(Schema):
    """A figure that may be asked."""

    name: str
    title: str
    question: str
    currency: str


class Sums(Schema):
    """A count and an amount in whole minor units; nothing where it is withheld."""

    count: int | None
    amount_minor: int | None


class Group(Sums):
    """One group of a breakdown."""

    key: str
    label: str


class Breakdown(Schema):
    """A total divided; `stated` is the total as published, `sum` what the groups add up to, `allowance_minor` what rounding allows.

    `withheld` names groups that are not told: of few cases, or such that those could be worked out.
    """

    by: str
    of: str
    lines: list[Group]
    sum: Sums
    stated: Sums
    allowance_minor: int
    withheld: list[str] = []


class Stated(Schema):
    """One number as an authority stated it; money in whole minor units, "over", "about" or "nearly" where it was put so."""

    measure: str
    label: str
    unit: str
    group: str
    group_label: str
    number: str
    qualifier: str


class Kinds(Schema):
    """What the total adds: project money and institutional money, where the figure tells them apart."""

    project: Sums
    institutional: Sums


class Definition(Schema):
    """What is counted, and the version that says so."""

    version: str
    text: str


class Source(Schema):
    """Where a published table was read."""

    title: str
    address: str
    quality: str
    table_version: int


class AsKnown(Schema):
    """The seal the answer rests on; by its number the same answer can be had for ever."""

    seal: int
    sealed_at: datetime.datetime
    is_story: bool


class FigureAnswer(Schema):
    """A figure as at a day, as known at a seal."""

    figure: str
    title: str
    definition: Definition
    as_at: datetime.date
    speaks_of: datetime.date
    as_known: AsKnown
    count: int | None
    amount_minor: int | None
    stated: list[Stated] = []
    currency: str
    rounding_minor: int
    source: Source | None
    breakdowns: list[Breakdown]
    kinds: Kinds | None = None
    unit: list[str] = Field([], description="Of what each number is, in the order they are told; empty where the definition does not say.")
    rounding: dict[str, int] | None = Field(
        None,
        description="To what money is rounded where people read it: decimals by scale, empty for none. Here every amount is in full.",
    )


class Asked(Schema):
    """The day and the moment of knowledge; a seal's number outweighs a moment."""

    as_at: datetime.date | None = Field(None, description="The day the figure speaks of; today when left out.")
    as_known: AwareDatetime | None = Field(None, description="The moment of knowledge, with its offset; now when left out.")
    seal: int | None = Field(None, ge=1, le=2**63 - 1, description="The number of a seal.")


@router.get("", response=list[FigureNamed], auth=None)
def list_figures(request: HttpRequest) -> list[FigureNamed]:
    """Every figure that may be asked."""
    try:
        known = queries.published(queries.last_seal().number)
    except Refusal:
        return []
    return [_named(known[name]) for name in sorted(known)]


def _named(figure: Figure) -> FigureNamed:
    return FigureNamed(name=figure.name, title=figure.title.said_in("en"), question=figure.question.said_in("en"), currency=figure.currency)


@router.get("/{slug:name}", response=FigureAnswer, auth=None)
def answer_figure(request: HttpRequest, name: str, asked: Query[Asked]) -> HttpResponse:
    """One figure as at a day, as known at a moment or a seal. Repeated with If-None-Match it answers 304 while nothing changed."""
    seal = None
    if asked.seal is not None:
        seal = queries.seal_numbered(asked.seal)
    elif asked.as_known is not None:
        seal = queries.seal_as_known(asked.as_known)
    known = queries.known_now()
    as_at = asked.as_at or clock.now().astimezone(funder.current().zone).date()
    queries.not_ahead(as_at, known.last)
    given = queries.told_to_everyone(queries.ask(name, as_at=as_at, seal=seal, known=known))
    tag = f'"{telling.digest(given)}"'
    if tag in (request.headers.get("If-None-Match") or "").split(", "):
        return HttpResponseNotModified(headers={"ETag": tag})
    return JsonResponse(telling.as_plain(given), headers={"ETag": tag}, json_dumps_params={"ensure_ascii": False})
