"""The policy officer's desk: the whole chain, and the rules as published — e.g. /policy/rules/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from millrace.desks.policy import queries
from millrace.registers.ledger import queries as ledger
from millrace.registers.policy import queries as policy
from millrace.web.access import entry
from millrace.web.forms import said


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
