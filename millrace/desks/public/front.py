"""The front door — what is open, what was funded, the schemes — and the page of records anyone can check.

For example, the hash of 8 January 2024's last seal, to compare with the one printed on a receipt of that day.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from millrace.core.refusal import Refusal
from millrace.core.rules.rulebook import Scheme
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import sealer
from millrace.stages.call.models import Call
from millrace.stages.learn import queries as figures
from millrace.stages.learn import wording
from millrace.web import funder
from millrace.web.access import entry

DAYS_SHOWN = 60
OPEN_SHOWN = 8


@entry("public")
def home(request: HttpRequest) -> HttpResponse:
    """This will show what can be applied for now, the schemes, and what came of them."""
    schemes = policy.published_schemes(request.at)
    running = calls_now(schemes, request.at)
    context = {
        "calls": running[:OPEN_SHOWN],
        "more_calls": max(0, len(running) - OPEN_SHOWN),
        "schemes": [scheme_card(scheme, request.at) for scheme in schemes],
        "headlines": headlines(request.at),
    }
    return render(request, "public/home.html", context)


def scheme_card(scheme: Scheme, at: datetime) -> dict[str, Any]:
    """This will give a scheme's words as it stands now, or as it last stood."""
    day = at.astimezone(funder.current().zone).date()
    reading = scheme.versions_on(day)
    version = reading.candidates[-1] if reading.candidates else scheme.versions[-1]
    language = translation.get_language() or "en"
    return {
        "slug": scheme.slug,
        "title": version.title.said_in(language),
        "short": version.short_title.said_in(language),
        "summary": version.summary.said_in(language),
    }


def calls_now(schemes: list[Scheme], at: datetime) -> list[dict[str, Any]]:
    """This will list the calls that take applications now, those closing first at the top."""
    cards = {scheme.slug: scheme_card(scheme, at) for scheme in schemes}
    running = Call.objects.filter(opens_at__lte=at).exclude(closes_at__lte=at).order_by("closes_at", "scheme")
    return [{"scheme": cards[call.scheme], "closes_at": call.closes_at} for call in running if call.scheme in cards]


def headlines(at: datetime) -> list[dict[str, Any]]:
    """This will answer the figures of the front page as at yesterday; those there is nothing to give of are left out."""
    try:
        known = figures.known_now()
    except Refusal:
        return []
    return [told for name in funder.current().headlines if (told := headline(name, at, known))]


def headline(name: str, at: datetime, known: figures.Known) -> dict[str, Any] | None:
    """This will answer one figure as at yesterday, with its title and seal; None while there is none to give."""
    day = at.astimezone(funder.current().zone).date() - timedelta(days=1)
    try:
        given = figures.told_to_everyone(figures.ask(name, as_at=day, known=known))
    except Refusal:
        return None
    first, *others = wording.tiles(given)
    return {
        "name": name,
        "title": given.figure.title.said_in(wording.language()),
        "count": first.value,
        "amount": others[0].value if others else "",
        "speaks_of": given.answer.speaks_of,
        "seal": given.seal.number,
    }


@entry("public")
def trust(request: HttpRequest) -> HttpResponse:
    """This will list each day's last hash, so that not even the database's owner can rewrite the past unseen."""
    zone = funder.current().zone
    since = request.at.astimezone(zone).date() - timedelta(days=DAYS_SHOWN)
    wanted = request.GET.get("all")
    days = sealer.daily_hashes(zone=zone.key, since=None if wanted else since)
    if not days and not wanted:
        days = sealer.daily_hashes(zone=zone.key)[:DAYS_SHOWN]
    shown = [{"day": day, "number": number, "chain": chain.hex()} for day, number, chain in days]
    return render(request, "public/trust.html", {"days": shown, "is_all": bool(wanted)})


@entry("public")
def cite(request: HttpRequest) -> HttpResponse:
    """This will say how a figure, an award or a seal is cited, with a figure of yesterday as the example."""
    host, told = request.build_absolute_uri("/").rstrip("/"), headlines(request.at)[:1]
    example = None
    if told:
        day = request.at.astimezone(funder.current().zone).date() - timedelta(days=1)
        path = f"/figures/{told[0]['name']}/?as-at={day.isoformat()}&seal={told[0]['seal']}"
        example = {"title": told[0]["title"], "day": day, "seal": told[0]["seal"], "path": path, "url": host + path}
    return render(request, "public/cite.html", {"example": example, "host": host})
