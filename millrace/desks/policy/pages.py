"""The policy officer's desk: the whole chain, the rules as published, and a version tried on past cases — e.g. /policy/compare/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules import explain
from millrace.core.rules.rulebook import Rule, Scheme, SchemeVersion
from millrace.desks.policy import queries
from millrace.registers.ledger import queries as ledger
from millrace.registers.policy import queries as policy
from millrace.web import access
from millrace.web.access import entry
from millrace.web.forms import said

SHOWN = 25


@entry(power="policy")
def chain(request: HttpRequest) -> HttpResponse:
    """This will show where the policy stands: its directions and targets, and what was voted against what is promised and paid."""
    if not policy.is_published():
        return render(request, "policy/chain.html", {"is_published": False})
    plan, states = policy.blueprint(), ledger.envelope_states()
    titles = {fund.id: said(fund.title) for fund in policy.funds()}
    context = {
        "is_published": True,
        "note": said(plan.note),
        "directions": [
            (said(direction.title), [_target(target) for target in plan.targets if target.direction == direction.id])
            for direction in plan.directions
        ],
        "envelopes": [(titles.get(envelope.fund, envelope.fund), envelope, state) for envelope, state in states.items()],
    }
    return render(request, "policy/chain.html", context)


def _target(target: Any) -> dict[str, Any]:
    milestones = [(said(one.value), one.year) for one in target.milestones]
    base = (said(target.base.value), target.base.year) if target.base else None
    return {
        "title": said(target.title),
        "target": target,
        "base": base,
        "milestones": milestones,
        "note": said(target.note),
        "source": said(target.source.title),
    }


@entry(power="policy")
def rules(request: HttpRequest) -> HttpResponse:
    """This will list every text of every scheme as it was published, errata among them."""
    today = policy.funder().day_of(request.at) if policy.is_published() else request.at.date()
    schemes = []
    for scheme in policy.published_schemes(request.at):
        in_force = {version.sha256 for version in scheme.versions_on(today).candidates}
        rows = [(row, row.sha256 in in_force) for row in queries.publications(scheme.slug)]
        schemes.append({"title": said(scheme.versions[-1].title), "slug": scheme.slug, "rows": rows})
    return render(request, "policy/rules.html", {"schemes": schemes})


@entry(power="policy")
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """This will try one version of a scheme against another over past cases."""
    scheme = policy.scheme(slug, known_at=request.at)
    before = _version(scheme, request.GET.get("before", ""), scheme.versions[max(0, len(scheme.versions) - 2)])
    after = _version(scheme, request.GET.get("after", ""), scheme.versions[-1])
    tried = queries.tried(before, after, access.cases_visible_to(request.user, request.at))
    context = {
        **compared(before, after, tried),
        "versions": [version.id for version in scheme.versions],
        "starts": {version.id: str(version.starts) for version in scheme.versions},
        "crumbs": [(_("Rules in force"), "/policy/rules/")],
    }
    return render(request, "policy/compare.html", context)


def compared(before: SchemeVersion, after: SchemeVersion, tried: queries.Tried) -> dict[str, Any]:
    """This will lay out what one version would have meant against another."""
    found = tried.comparison
    moved = sorted((one for one in found.differences if one.change_cents), key=lambda one: -abs(one.change_cents))
    return {
        "title": said(after.title),
        "before": before,
        "after": after,
        "changed": [(_statement(old, before), _statement(new, after)) for old, new in queries.changed(before, after)],
        "tiles": [
            (_("Cases read again"), tried.case_count),
            (_("Would get more"), len(found.gainers)),
            (_("Would get less"), len(found.losers)),
            (_("Cannot be judged"), len(found.cannot_judge), _("for want of a fact that was not asked")),
        ],
        "is_cut": tried.is_cut,
        "by_year": found.change_by_year().items(),
        "reasons": [(_statement(_rule(name, after) or _rule(name, before), after), count) for name, count in found.reasons().items()],
        "moved": moved[:SHOWN],
        "more_count": max(0, len(moved) - SHOWN),
    }


def _version(scheme: Scheme, wanted: str, otherwise: SchemeVersion) -> SchemeVersion:
    if not wanted:
        return otherwise
    found = next((version for version in scheme.versions if version.id == wanted), None)
    if found is None:
        raise Refusal.not_found()
    return found


def _rule(name: str, version: SchemeVersion) -> Rule | None:
    return next((rule for rule in version.rules if rule.id == name), None)


def _statement(rule: Rule | None, version: SchemeVersion) -> str:
    return explain.statement(rule, version, translation.get_language() or "en") if rule else ""
