"""The policy desk's first page: where every case stands, what the money did, what came of the targets — e.g. /policy/?as-at=2026-03-31.

And the rules as published. What is sealed is made once (`gathering`); drafts are asked afresh.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from millrace.core import money
from millrace.core import pipeline as stands
from millrace.core.policy_folder.blueprint import Link
from millrace.core.refusal import Refusal
from millrace.desks.policy import asked as asking
from millrace.desks.policy import case_lists, gathering, pictures, queries, targets
from millrace.desks.policy.asked import Asked
from millrace.desks.policy.pictures import Cell, Shown
from millrace.desks.policy.standing import Counted
from millrace.registers.policy import drafting
from millrace.registers.policy import queries as policy
from millrace.stages.call import enquiring
from millrace.stages.learn import forms
from millrace.web import errors, places, schemes, words
from millrace.web.access import entry
from millrace.web.forms import said

BURN_DOWN, ENQUIRIES = "/policy/pictures/burn-down/", "/desk/enquiries/"


@entry(power="policy")
def chain(request: HttpRequest) -> HttpResponse:
    """This will show the whole chain on a day as known at a moment: cases, money, targets, what is late and what will change."""
    form = forms.QuestionForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "today": request.at}
    if form.is_bound and not form.is_valid():
        return render(request, "policy/chain.html", context, status=422)
    try:
        asked = asking.read(request, form)
    except Refusal as refused:
        if refused.code == "nothing-sealed":
            return render(request, "policy/chain.html", context)
        return render(request, "policy/chain.html", context | {"refused": errors.in_words(refused)}, status=refused.status)
    if asked.funder is None:
        return render(request, "policy/chain.html", context)
    context |= {"asked": asked, "numbers": numbers(asked), "drafts": drafting.approved_drafts(), "languages": settings.LANGUAGES}
    return render(request, "policy/chain.html", context)


def numbers(asked: Asked) -> SafeString:
    """This will be everything on the page that is sealed, as it stands on it."""
    return gathering.once(asked, "first page", lambda: SafeString(render_to_string("policy/numbers.html", _numbers(asked))))


def _numbers(asked: Asked) -> dict[str, Any]:
    assert asked.funder is not None
    held, money_told, visited = gathering.held(asked), envelopes(asked), gathering.visited(asked)
    year = asked.funder.financial_year(asked.as_at)
    return {
        "asked": asked,
        "head": states(),
        "parts": pipeline(asked),
        "about_none": _enquiries(asked, [""]),
        "chain_note": said(asked.blueprint.chain_note),
        "chain": placed(asked, gathering.chain(asked)),
        "partners": placed(asked, gathering.partners(asked)),
        "burn_down": placed(asked, gathering.burn_down(asked)),
        "envelopes": money_told,
        "taken": [row for row in money_told if row["is_taken"]],
        "untouched": [row for row in money_told if not row["is_taken"]],
        "note": said(asked.blueprint.note),
        "targets": targets.rows(held),
        "slopes": [placed(asked, pictures.of_target(one)) for one in held if one.is_drawn],
        "late": [
            {"one": one, "count": len(one.cases), "address": asked.address(pictures.CASES, late=one.key)} for one in gathering.late(asked)
        ],
        "coming": gathering.coming(asked),
        "visits": visited[:5],
        "visit_count": sum(one.starts_on in year for one in visited),
        "visit_year": asked.funder.financial_year_name(asked.as_at),
    }


def placed(asked: Asked, shown: Shown | None) -> dict[str, Any] | None:
    """This will be a picture with the addresses of its own page and of its table as a file."""
    if shown is None:
        return None
    more = {"of": shown.part} if shown.part else {}
    own = f"/policy/pictures/{shown.name}/"
    return {"shown": shown, "own": asked.address(own, **more), "download": asked.address(f"{own}download/", **more)}


def states() -> list[str]:
    """This will name what is counted of each scheme, from the first question to the end."""
    return [_("Enquiries"), _("Received"), *(_(label) for label in pictures.STATES.values())]


def pipeline(asked: Asked) -> list[dict[str, Any]]:
    """This will lay out each part of the chain with its schemes; schemes that the plan puts nowhere come last, under no part."""
    links, only_asked_about = asked.blueprint.chain, {scheme: Counted() for scheme in gathering.enquiries(asked) if scheme}
    counted = only_asked_about | gathering.counted(asked)
    known = {scheme for link in links for scheme in link.every}
    parts = [_part(asked, link, {scheme: counted[scheme] for scheme in link.every if scheme in counted}) for link in links]
    rest = {scheme: one for scheme, one in counted.items() if scheme not in known}
    return [*parts, _part(asked, None, rest)] if rest or not links else parts


def _part(asked: Asked, link: Link | None, counted: dict[str, Counted]) -> dict[str, Any]:
    whole = Counted()
    for one in counted.values():
        whole.add(one)
    titles = schemes.short_titles()
    rows = [
        {
            "title": titles.get(scheme, scheme),
            "is_placed": link is not None and scheme in link.placed,
            "cells": _cells(asked, one, [scheme], scheme=scheme),
            "funnel": asked.address("/policy/pictures/funnel/", of=scheme),
        }
        for scheme, one in sorted(counted.items(), key=lambda pair: titles.get(pair[0], pair[0]))
    ]
    without = [titles[scheme] for scheme in link.every if scheme not in counted and scheme in titles] if link else []
    return {
        "title": said(link.title) if link else _("All schemes") if not asked.blueprint.chain else _("In no part of the chain"),
        "source": link.source if link else None,
        "source_title": said(link.source.title) if link else "",
        "rows": rows,
        "total": _cells(asked, whole, sorted(counted), part=link.id if link else "-") if len(rows) > 1 else [],
        "without": without,
    }


def _cells(asked: Asked, one: Counted, about: Sequence[str], **which: str) -> list[tuple[str, Cell]]:
    cells = [_enquiries(asked, about), pictures.count(one.received, asked.address(pictures.CASES, **which))]
    cells += [pictures.count(one.states[state], asked.address(pictures.CASES, state=state, **which)) for state in stands.STATES]
    return list(zip(states(), cells, strict=True))


def _enquiries(asked: Asked, about: Sequence[str]) -> Cell:
    """How many enquiries are about these schemes, with the address that lists them."""
    found, told = gathering.enquiries(asked), [("scheme", scheme or enquiring.NO_SCHEME) for scheme in about]
    address = f"{ENQUIRIES}?{urlencode([*told, ('as_at', asked.as_at), ('seal', asked.seal.number)])}"
    return pictures.count(sum(found.get(scheme, 0) for scheme in about), address)


def envelopes(asked: Asked) -> list[dict[str, Any]]:
    """This will lay out each envelope that ever held something: where its commitment stands, and what of this year's provision is left."""
    year = asked.funder.financial_year_name(asked.as_at) if asked.funder else ""
    provided, left, rows = _("Provision of %(year)s") % {"year": year}, _("Left of it"), []
    for envelope, state in gathering.history(asked)[-1].items():
        if not state.voted:
            continue
        cash, unit = state.cash.get(year), envelope.unit
        hours = "" if unit in money.CURRENCIES else f" ({places.unit(unit, 2)})"
        of = envelope.address
        told: list[tuple[str, int | None, str]] = [(_("Voted"), state.voted, "")]
        for key, label in pictures.LAYERS.items():
            amount = getattr(state, key)
            opens = asked.address(pictures.CASES, envelope=of, held=key) if amount and key in case_lists.HELD else ""
            told.append((_(label), amount, opens))
        told += [(provided, cash and cash.available + cash.spent + cash.lapsed, ""), (left, cash and cash.available, "")]
        cells = [(label, _short(amount, unit), opens) for label, amount, opens in told]
        title, address = gathering.title_of(asked, envelope) + hours, asked.address(BURN_DOWN, of=of)
        rows.append({"title": title, "cells": cells, "address": address, "is_taken": state.voted != state.available})
    return rows


def _short(amount: int | None, unit: str) -> str:
    """An amount as a table holds it; hours as a number, for their unit stands with the title."""
    if amount is None:
        return "–"
    return words.amount_in_short(amount, unit) if unit in money.CURRENCIES else words.count(amount)


@entry(power="policy")
def rules(request: HttpRequest) -> HttpResponse:
    """This will list every text of every scheme as it was published, errata among them."""
    today = policy.funder().day_of(request.at) if policy.is_published() else request.at.date()
    shown = []
    for scheme in policy.published_schemes(request.at):
        in_force = {row.pk for row in policy.rows_in_force(scheme.slug, today)}
        rows = [(row, row.pk in in_force) for row in queries.publications(scheme.slug)]
        shown.append({"title": said(scheme.versions[-1].title), "slug": scheme.slug, "rows": rows})
    return render(request, "policy/rules.html", {"schemes": shown})
