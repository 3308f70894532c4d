"""Pages of what a payee owes — e.g. /cases/NIFS-7KQ2-M4XD/debts/1/, with its interest as arithmetic and what may be done about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.documents.models import Document
from millrace.stages.deliver import actions, forms_recovery, gather, letters, owing, recovering, sampled
from millrace.stages.deliver.models import Receivable, RevenueDeclaration, SetOff
from millrace.stages.deliver.pages.evidence import crumbs, file_of
from millrace.web import access, asking, words
from millrace.web.access import entry

State = Receivable.State
ACTS = ("recover", "confirm_recovery", "write_off", "order_payment")


def _address(request: HttpRequest, number: int) -> str:
    return f"/cases/{request.case.reference}/debts/{number}/"


def _debt(request: HttpRequest, number: int) -> Receivable:
    """The debt of the address; to a party it exists once it is confirmed."""
    found = Receivable.objects.filter(case=request.case, number=number).select_related("raised_by", "confirmed_by", "withdrawn_by").first()
    if found is None or (not request.actor.powers and found.confirmed_at is None):
        raise Refusal.not_found()
    found.case = request.case
    return found


def _title(debt: Receivable) -> str:
    return _("Debt %(number)s") % {"number": debt.number}


@entry(case="read_money")
def debt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show one debt: its ground, how what is owed was made, how to pay, and everything done about it."""
    found, case, today = _debt(request, number), request.case, gather.local_day(request.at)
    settled, is_staff = recovering.settled_of(found), bool(request.actor.powers)
    owed = recovering.owed(found, today, settled)
    wishes = found.set_offs.select_related("release__case", "proposed_by", "decided_by").order_by("number")
    visible = access.cases_visible_to(request.user, request.at, "read_money")
    seen = set(visible.filter(pk__in=[one.release.case_id for one in wishes]).values_list("pk", flat=True))
    shown = [one for one in wishes if is_staff or one.state == SetOff.State.APPROVED]
    plan = recovering.plan_of(found)
    context = {
        "debt": found,
        "case": case,
        "title": _title(found),
        "today": today,
        "owed": owed,
        "sums": owing.sums(found, owed, settled) if found.state == State.CONFIRMED else [],
        "rates": letters.interest_lines(case.scheme),
        "pay_to": letters.pay_to(case.unit, f"{case.reference} / {found.number}") if found.state == State.CONFIRMED else [],
        "history": owing.history(found),
        "receipts": owing.receipts(found),
        "reader": request.user.pk,
        "files": list(recovering.files_of(found)) if is_staff else [],
        "cost_in_error": _cost_in_error(found),
        "is_withdrawable": recovering.is_withdrawable(found),
        "earned_since": recovering.earned_since(found) if is_staff else 0,
        "plans": owing.plans(found),
        "is_late": found.state == State.CONFIRMED and (plan.next_on if plan and plan.next_on else found.due_on) < today,
        "set_offs": [{"row": one, "is_seen": one.release.case_id in seen} for one in shown],
        "can_set_off": found.state == State.CONFIRMED and is_staff and recovering.releases_to_set_off(found).exists(),
        "may": {name: access.may(request.actor, request.user, name, case, request.at).allowed for name in ACTS},
        "is_staff": is_staff,
        "desk": asking.is_desk(request),
        "crumbs": crumbs(request),
    }
    return render(request, "deliver/debt.html", context)


def _asked(request: HttpRequest, found: Receivable, **said: Any) -> asking.Asked:
    here, owed = _address(request, found.number), recovering.owed(found, gather.local_day(request.at))
    facts = [(_("Ground"), found.get_ground_display()), (_("Amount"), words.amount(found.amount_cents, found.unit))]
    if found.state == State.CONFIRMED:
        facts += [
            (_("Principal still owed"), words.amount(owed.principal_cents, found.unit)),
            (_("Interest to today"), words.amount(owed.interest_cents, found.unit)),
            (_("Owed in all"), words.amount(owed.total_cents, found.unit)),
        ]
    facts += [(_("Cost in error here"), words.amount(cost, found.unit))] if (cost := _cost_in_error(found)) else []
    facts += [(_("To be paid by"), words.day(found.due_on)), (_("Why it is owed"), found.reason), (_("What shows it"), _shown_by(found))]
    above = [*crumbs(request), (_title(found), here)]
    return asking.Asked(caption=f"{request.case.reference} · {_title(found)}", back=here, crumbs=above, facts=facts, **said)


def _cost_in_error(found: Receivable) -> int:
    """The cost behind a debt that rests on an audit; the debt itself is the grant it had earned."""
    return sampled.cost_in_error(found.sample, found.case) if found.sample is not None else 0


def _shown_by(found: Receivable) -> SafeString:
    """What shows it in words, and the files: who confirms a debt reads them first."""
    files = [one for one in recovering.files_of(found) if one.state != Document.State.REFUSED]
    named = ((reverse("deliver:debt_file", args=[found.case.reference, found.number, one.pk]), one.name) for one in files)
    return format_html("{}{}", found.evidence, format_html_join("", '<br><a href="{}">{}</a>', named))


def _ask(request: HttpRequest, found: Receivable, form: Any, action: Callable[..., Any], **said: Any) -> HttpResponse:
    """What most pages of a debt are: its facts, a form, and one action that takes what was told."""

    def act(data: dict[str, Any], command: Any) -> None:
        action(found, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, _asked(request, found, **said))


@entry(case="recover")
def raise_debt(request: HttpRequest, reference: str) -> HttpResponse:
    """This will put a debt before a second person."""
    case, today = request.case, gather.local_day(request.at)
    samples = [(row, sampled.cost_in_error(row, case), recovering.disallowed(case, row)) for row in recovering.samples_of(case)]
    asked = asking.Asked(
        title=_("Raise a debt"),
        caption=case.reference,
        lead=_("A second person of finance confirms it. Only then is it in the books, and only then is the demand sent."),
        button=_("Put it before a second person"),
        back=f"/cases/{case.reference}/?show=money",
        done=_("The debt waits for a second person."),
        crumbs=crumbs(request),
        facts=(
            (_("Paid and not asked back yet"), words.amount(recovering.recoverable(case), case.unit)),
            (_("Paid and not earned"), words.amount(recovering.unspent(case), case.unit)),
        ),
    )
    form = forms_recovery.RaiseForm(
        request.POST or None,
        unit=case.unit,
        today=today,
        breaches=recovering.breaches_of(case),
        samples=samples,
        declarations=recovering.declarations_of(case),
        files=request.FILES or None,
        initial={"due_on": today + timedelta(days=recovering.demand_days(case.scheme, today)), "ground": request.GET.get("ground", "")},
    )

    def act(data: dict[str, Any], command: Any) -> None:
        files = [actions.File(one.name, one.read()) for one in data.pop("file") or []]
        actions.raise_receivable(case, **data, files=files, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="confirm_recovery")
def confirm(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will put a raised debt into the books, by another person than the one who raised it."""
    found = _debt(request, number)
    return _ask(
        request,
        found,
        asking.Nothing(request.POST if request.method == "POST" else None),
        actions.confirm_receivable,
        title=_("Confirm the debt"),
        lead=_("It enters the books, and the demand goes to the payee."),
        button=_("Confirm and send the demand"),
        done=_("The debt is confirmed; the demand is sent."),
    )


@entry(case="recover")
def withdraw(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take back a debt raised in error."""
    found = _debt(request, number)
    return _ask(
        request,
        found,
        forms_recovery.WhyForm(request.POST or None),
        actions.withdraw_receivable,
        title=_("Withdraw the debt"),
        lead=_("For a debt raised in error. What is owed but cannot be collected is written off by an authority."),
        button=_("Withdraw it"),
        done=_("The debt is withdrawn."),
        tone="danger",
    )


@entry(case="recover")
def receive(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record money that came in."""
    found, today = _debt(request, number), gather.local_day(request.at)
    if found.confirmed_at is None:
        raise Refusal.not_found()
    first = {"amount_cents": recovering.owed(found, today).total_cents or None, "received_on": today}
    return _ask(
        request,
        found,
        forms_recovery.ReceiveForm(request.POST or None, unit=found.unit, today=today, initial=first),
        actions.receive_money,
        title=_("Record money received"),
        lead=_("It covers interest up to the day it came first, then principal. Principal goes back to the envelope it was paid from.")
        if found.state == State.CONFIRMED
        else _("Nothing is owed here any more: what came in is held whole for the payee and paid back."),
        button=_("Record it"),
        done=_("The money is recorded."),
    )


@entry(case="write_off")
def write_off(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will give up part or all of what is owed, by an authority within its limit."""
    found = _debt(request, number)
    return _ask(
        request,
        found,
        forms_recovery.WhyForm(request.POST or None, unit=found.unit),
        actions.write_off,
        title=_("Write off"),
        lead=_("What is given up is no longer asked for. All that is given up of one debt stays within the limit the policy delegates."),
        button=_("Write it off"),
        done=_("It is written off."),
        tone="danger",
    )


@entry(case="recover")
def plan(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record instalments agreed with the payee."""
    found, today = _debt(request, number), gather.local_day(request.at)
    asked = _asked(
        request,
        found,
        title=_("Agree on instalments"),
        lead=_("Interest runs on what is not yet paid. If an instalment is not paid by its day, all that is left falls due at once."),
        button=_("Record the plan"),
        done=_("The plan is recorded."),
    )
    form = forms_recovery.PlanForm(request.POST or None, today=today)

    def act(data: dict[str, Any], command: Any) -> None:
        parts = form.parts(recovering.owed(found, today).total_cents)
        actions.agree_plan(found, parts=parts, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="recover")
def set_off(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will propose to keep what is owed back from a release to the same payee."""
    found = _debt(request, number)
    visible = access.cases_visible_to(request.user, request.at, "read_money")
    waiting = list(recovering.releases_to_set_off(found).filter(case__in=visible))
    if not waiting:
        raise Refusal.not_found()
    return _ask(
        request,
        found,
        forms_recovery.SetOffForm(request.POST or None, unit=found.unit, releases=waiting),
        actions.propose_set_off,
        title=_("Propose a set-off"),
        lead=_("A second person decides. Then the release is reduced and the debt falls by the same amount."),
        button=_("Put it before a second person"),
        done=_("The set-off waits for a second person."),
    )


@entry(case="confirm_recovery")
def decide_set_off(request: HttpRequest, reference: str, number: int, wish: int) -> HttpResponse:
    """This will decide on a set-off, by another person than the one who proposed it."""
    found = _debt(request, number)
    row = found.set_offs.select_related("release__case", "receivable__case", "proposed_by").filter(number=wish).first()
    if row is None or not access.may(request.actor, request.user, "confirm_recovery", row.release.case, request.at).allowed:
        raise Refusal.not_found()
    told = {"reference": row.release.case.reference, "number": row.release.instalment}
    told["amount"] = words.amount(row.amount_cents, found.unit)
    asked = _asked(
        request,
        found,
        title=_("Decide on a set-off"),
        lead=_("%(amount)s is kept back from %(reference)s, instalment %(number)s.") % told,
        button=_("Record the decision"),
        done=_("The decision is recorded."),
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.decide_set_off(row, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_recovery.DecideForm(request.POST or None), act, asked)


@entry(case="declare_revenue")
def declare(request: HttpRequest, reference: str, year: int) -> HttpResponse:
    """This will take a party's declaration of a year's revenue."""
    case, held = request.case, recovering.revenue_of(request.case, gather.local_day(request.at))
    found = next((one for one in held[1] if one.number == year), None) if held else None
    if held is None or found is None or RevenueDeclaration.objects.filter(case=case, year=year).exists():
        raise Refusal.not_found()
    rule = held[0]
    share = owing.fields.share_text
    asked = asking.Asked(
        title=_("Declare revenue of year %(number)s") % {"number": year},
        caption=case.reference,
        lead=_("What the results of the project earned in the year. A share of it comes back to the fund, up to a cap."),
        button=_("Declare it"),
        back=f"/cases/{case.reference}/?show=money",
        done=_("The revenue is declared. We will write to you if something is to be paid."),
        crumbs=crumbs(request),
        facts=(
            (_("Year"), _("%(since)s to before %(until)s") % {"since": words.day(found.since), "until": words.day(found.until)}),
            (_("To be declared by"), words.day(found.declare_by)),
            (_("Share that comes back"), f"{share(rule.share_basis_points)}%{_illustrative(rule)}"),
            (_("Cap, of the grant"), f"{share(rule.cap_basis_points)}%{_illustrative(rule)}"),
        ),
    )
    form = forms_recovery.RevenueForm(request.POST or None, request.FILES or None, unit=case.unit)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.declare_revenue(case, year=year, file=file_of(data), **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


def _illustrative(rule: recovery.RevenueRule) -> str:
    return "" if all(one["published"] for one in rule.measures) else f" ({_('not published; illustrative')})"
