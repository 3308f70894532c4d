"""A fund on any day: votes, shares, each year's cash, orders that wait — e.g. /finance/funds/itf-nifs/?on=2026-03-31."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word
from django.views.decorators.http import require_POST

from millrace.core.policy_folder.funds import Amount, Fund
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.queries import CashState, EnvelopeState
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Event
from millrace.stages.plan import envelopes, forms, orders
from millrace.stages.plan.models import FundOrder
from millrace.web import asking, commands, errors, funder, schemes, sentences, words
from millrace.web.access import entry

READERS = ("finance", "finance_maker", "finance_checker", "policy", "authority", "auditor")
STATES = ("available", "reserved", "committed", "due", "paid")
TITLES = {
    "fund": word("Take in what was voted"),
    "share": word("Share out to a scheme"),
    "transfer": word("Move from one scheme to another"),
    "lapse": word("Let a year's cash lapse"),
}
OF_SEVERAL = frozenset({"share", "transfer"})


def _day(request: HttpRequest) -> tuple[date, bool, forms.DayForm]:
    """The day asked, whether it is today, and the form that asks."""
    today = policy.funder().day_of(request.at)
    form = forms.DayForm(request.GET or None)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    return on, on == today, form


def _states(on: date, is_today: bool) -> dict[Any, EnvelopeState]:
    return ledger.envelope_states() if is_today else ledger.envelope_states(on=on)


def _rows(fund: Fund, states: dict[Any, EnvelopeState]) -> list[dict[str, Any]]:
    """The fund's own envelope and each scheme's, those never opened left out, with their total."""
    found = [(each.scheme, states[each]) for each in envelopes.envelopes_of(fund) if each in states]
    rows = [
        {
            "title": schemes.short_title(scheme) if scheme else _("Not shared out"),
            "amounts": [getattr(state, name) for name in STATES],
            "voted": sum(getattr(state, name) for name in STATES),
        }
        for scheme, state in found
    ]
    if len(rows) > 1:
        sums = [sum(column) for column in zip(*(row["amounts"] for row in rows), strict=True)]
        rows.append({"title": _("In all"), "amounts": sums, "voted": sum(sums), "is_total": True})
    return rows


def _years(fund: Fund, states: dict[Any, EnvelopeState], today: date) -> list[dict[str, Any]]:
    """Each year's cash over all of the fund's envelopes: provided, spent, lapsed, left; `may_lapse` once it is over."""
    held = [states[each].cash for each in envelopes.envelopes_of(fund) if each in states]
    published = {each.on: each for each in fund.provisions}
    now = policy.funder().financial_year_name(today)
    rows = []
    for year in sorted({year for cash in held for year in cash} | published.keys()):
        mine = [cash.get(year, CashState()) for cash in held]
        left, spent, lapsed = (sum(getattr(one, name) for one in mine) for name in ("available", "spent", "lapsed"))
        is_published = year in published and published[year].is_published
        given = {"year": year, "provided": left + spent + lapsed, "spent": spent, "lapsed": lapsed, "left": left}
        rows.append(given | {"is_published": is_published, "is_now": year == now, "may_lapse": year < now and left > 0})
    return rows


@entry(power=READERS)
def funds(request: HttpRequest) -> HttpResponse:
    """This will list the funds as they stood on a day."""
    on, is_today, form = _day(request)
    states, language = _states(on, is_today), get_language() or "en"
    rows = []
    for fund in policy.funds():
        parts = _rows(fund, states)
        total = parts[-1] if parts else {"amounts": [0] * len(STATES), "voted": 0}
        rows.append({"fund": fund, "title": fund.title.said_in(language), "voted": total["voted"], "amounts": total["amounts"]})
    waiting = FundOrder.objects.filter(decided_at__isnull=True).count()
    context = {"rows": rows, "on": on, "is_today": is_today, "form": form, "waiting": waiting}
    return render(request, "plan/funds.html", context)


@entry(power=READERS)
def fund(request: HttpRequest, fund: str) -> HttpResponse:
    """This will show one fund on a day, and what may be ordered of it now."""
    return _shown(request, policy.fund(fund))


def _vote(vote: Amount, unit: str) -> str:
    """One vote in words, labelled where it or its day was not published."""
    said = _("%(amount)s (%(day)s)")
    if not vote.is_published:
        said = _("%(amount)s (%(day)s, not published; illustrative)")
    elif not vote.is_day_published:
        said = _("%(amount)s (%(day)s, the day is not published; illustrative)")
    return said % {"amount": words.amount(vote.amount, unit), "day": words.start(vote.on)}


def _shown(request: HttpRequest, found: Fund, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    on, is_today, form = _day(request)
    today, states, language = policy.funder().day_of(request.at), _states(on, is_today), get_language() or "en"
    powers = request.actor.powers
    done = FundOrder.objects.filter(fund=found.id).select_related("proposed_by", "decided_by").order_by("-id")
    voted, cash = envelopes.new_money(found, today)
    context = {
        "fund": found,
        "title": found.title.said_in(language),
        "note": found.note.said_in(language),
        "rows": _rows(found, states),
        "years": _years(found, states, today),
        "votes": " · ".join(_vote(vote, found.unit) for vote in found.commitments),
        "orders": [_order(row, request) for row in done[:50]],
        "happened": _happened(found, on),
        "new_cents": max(voted, 0),
        "new_cash": sorted(cash.items()),
        "may_propose": is_today and bool(powers & orders.PROPOSERS),
        "is_shared": len(found.schemes) > 1,
        "on": on,
        "is_today": is_today,
        "form": form,
        "refused": refused,
        "crumbs": [(_("Funds"), "/finance/funds/")],
    }
    return render(request, "plan/fund.html", context, status=status)


def _happened(fund: Fund, on: date) -> list[dict[str, Any]]:
    """What happened to a fund up to a day, latest first."""
    events = Event.objects.filter(fund=fund.id, happened_on__lte=on).select_related("by").defer("body", "sha256", "sheet").order_by("-id")
    zone = funder.current().zone
    return [{"at": event.recorded_at, "sentence": sentences.sentence(event, zone), "by": event.by} for event in events[:50]]


def _order(row: FundOrder, request: HttpRequest) -> dict[str, Any]:
    is_finance, is_own = "finance" in request.actor.powers, row.proposed_by_id == request.user.pk
    is_open = row.decided_at is None
    return {
        "row": row,
        "title": _(TITLES[row.kind]),
        "scheme": " → ".join(schemes.short_title(slug) for slug in (row.giver, row.scheme) if slug),
        "is_open": is_open,
        "may_confirm": is_open and is_finance and not is_own,
        "may_refuse": is_open and (is_finance or is_own),
        "is_own": is_own,
    }


@entry(power=tuple(sorted(orders.PROPOSERS)))
def propose(request: HttpRequest, fund: str, kind: str) -> HttpResponse:
    """This will propose an order; another person of finance confirms it before anything moves."""
    found = policy.fund(fund)
    if kind not in TITLES or (kind in OF_SEVERAL and len(found.schemes) < 2):
        raise Refusal.not_found()
    form = forms.OrderForm(
        request.POST or None, kind=kind, fund=found, year=request.GET.get("year", ""), years=_yearly(found, kind, request)
    )

    def act(told: dict[str, Any], command: uuid.UUID) -> None:
        orders.propose_order(kind, found.id, **told, by=request.user, at=request.at, command=command)

    voted, cash = envelopes.new_money(found, policy.funder().day_of(request.at))
    new = [(_("Voted and not yet taken in"), words.amount(max(voted, 0), found.unit))]
    new += [(_("Cash of %(year)s") % {"year": year}, words.amount(amount, found.unit)) for year, amount in sorted(cash.items())]
    asked = asking.Asked(
        title=_(TITLES[kind]),
        caption=found.title.said_in(get_language() or "en"),
        lead=_("Nothing moves until another person of finance has confirmed it."),
        facts=new if kind == "fund" else (),
        button=_("Propose"),
        back=f"/finance/funds/{found.id}/",
        done=_("The order is proposed. A colleague of finance confirms it."),
        crumbs=[(_("Funds"), "/finance/funds/")],
    )
    return asking.ask(request, form, act, asked)


def _yearly(fund: Fund, kind: str, request: HttpRequest) -> list[str]:
    """The years an order may name: whose cash may lapse, or whose cash the fund has and may still be paid from."""
    today = policy.funder().day_of(request.at)
    rows = _years(fund, ledger.envelope_states(), today)
    if kind == "lapse":
        return [row["year"] for row in rows if row["may_lapse"]]
    now = policy.funder().financial_year_name(today)
    return [row["year"] for row in rows if row["year"] >= now and row["left"]]


@require_POST
@entry(power=tuple(sorted(orders.PROPOSERS)))
def decide(request: HttpRequest, fund: str, order: int) -> HttpResponse:
    """This will confirm an order or put it aside."""
    found = FundOrder.objects.filter(pk=order, fund=fund).first()
    if found is None or request.POST.get("do") not in ("confirm", "refuse"):
        raise Refusal.not_found()
    act = orders.confirm_order if request.POST["do"] == "confirm" else orders.refuse_order
    try:
        act(found, by=request.user, at=request.at, command=commands.given(request))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _shown(request, policy.fund(fund), errors.in_words(refusal), refusal.status)
    messages.success(request, _("The order is carried out.") if request.POST["do"] == "confirm" else _("The order is put aside."))
    return redirect("plan:fund", fund=fund)
