"""The finance desk: envelopes, what to release and what blocks it, claims, payment runs, accounts, months — e.g. /finance/runs/."""

import functools
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.desks.finance import blocked, lists, narrowing, queries, releasing
from millrace.desks.finance.tabs import FINANCE, READERS, tabs
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import actions, gather, recovering
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, PayeeAccount, Payment, PaymentFile, PaymentRun, Release, StatusFile
from millrace.web import access, commands, counting, errors, fields, list_address, tables, words
from millrace.web.access import entry


@entry(power=READERS)
def desk(request: HttpRequest) -> HttpResponse:
    """This will show every envelope, the year's cash, and what waits."""
    with policy.at_once("funder", "funds", "handling"):
        return _desk(request)


def _desk(request: HttpRequest) -> HttpResponse:
    year = gather.year_of(gather.local_day(request.at))
    waits = queries.waiting(request.actor, request.at)
    tiles = [
        (_("Claims to decide"), words.count(waits["to_decide"])),
        (_("Released and unpaid"), words.count(waits["unpaid"]), words.amount(waits["unpaid_cents"])),
        (_("Runs to check"), words.count(waits["to_check"])),
        (_("Runs at the bank"), words.count(waits["at_bank"])),
        (_("Accounts to verify"), words.count(waits["accounts"])),
    ]
    context = {
        "envelopes": queries.envelopes(request.actor, request.at),
        "year": year,
        "tiles": tiles,
        "tabs": tabs(),
    }
    return render(request, "finance_desk/desk.html", context)


# The papers a list's filters and amounts read, asked for in one question.
LISTED = ("funder", "funds")


@entry(power=READERS)
def to_release(request: HttpRequest) -> HttpResponse:
    """This will show what may be released today, instalment by instalment, and what blocks the rest, by what and how many."""
    with policy.at_once("funder", "funds", "handling"):
        return _to_release(request)


def _to_release(request: HttpRequest) -> HttpResponse:
    asked = _narrowed_by(request)
    may_release = "finance" in request.actor.powers
    officers, limit = queries.officers_and_limit(request.user, request.at)
    held = limit if may_release else None
    if tables.is_file_asked(request):
        every = functools.partial(releasing.every_instalment, request.actor, request.at, asked, held)
        return tables.streamed(request, "to-release", lists.TO_RELEASE, every, caption=_("To release"))
    number = list_address.page_number(request)
    found = releasing.releasable(request.actor, request.at, asked, number=number, held=held)
    first = (number - 1) * releasing.PER_PAGE
    context = {
        "rows": found.rows,
        "counted": _counted(found.counts[asked.block], asked),
        "is_capped": found.counts[asked.block] > counting.MOST and not asked.is_all_counted,
        "is_behind": found.is_behind,
        "first": first + 1 if found.rows else 0,
        "last": first + len(found.rows),
        "number": number,
        "has_next": found.has_next and number < list_address.DEEPEST_PAGE,
        "asked": asked,
        "holds": _holds(request, asked, found),
        "filters": _filters(request, asked, narrowing.officers_named(officers)),
        "previous_url": list_address.address(request, page=number - 1),
        "next_url": list_address.address(request, page=number + 1),
        "query": list_address.kept(request).urlencode(),
        "count_url": list_address.address(request, count="all"),
        "body": lists.to_release_body(found.rows, may_release=may_release),
        "tabs": tabs(),
    }
    return render(request, "finance_desk/to_release.html", context)


def _counted(count: int, asked: releasing.Asked) -> str:
    return words.count(count) if asked.is_all_counted else counting.shown(count) or "0"


def _narrowed_by(request: HttpRequest) -> releasing.Asked:
    """What the address narrows the list by; a block or an officer there is none of narrows nothing."""
    given = {name: request.GET.get(name, "") for name in ("scheme", "fund", "year")}
    officer, block = request.GET.get("officer", ""), request.GET.get("block", "")
    return releasing.Asked(
        search=request.GET.get("q", ""),
        officer=officer if officer.isascii() and officer.isdigit() and len(officer) < 18 else "",
        block=block if block in blocked.SHORT else "",
        is_all_counted=request.GET.get("count") == "all",
        **given,
    )


def _holds(request: HttpRequest, asked: releasing.Asked, found: releasing.Releasable) -> list[dict[str, Any]]:
    """What may be released and what is blocked by what, each with its count and its own list."""
    counts, more = {code: _counted(count, asked) for code, count in found.counts.items()}, {"count": "all"} if asked.is_all_counted else {}
    shown = [("", _("All"), counts[""]), *blocked.choices(counts, asked.block)]
    return [
        {"title": title, "count": count, "url": list_address.address(request, block=code or None, **more), "is_chosen": code == asked.block}
        for code, title, count in shown
    ]


def _filters(request: HttpRequest, asked: releasing.Asked, officers: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    offered = (
        ("scheme", _("Scheme"), narrowing.scheme_choices(request)),
        ("fund", _("Fund"), narrowing.fund_choices(request)),
        ("officer", _("Case officer"), officers),
        ("year", _("In force since the financial year"), narrowing.year_choices(request)),
    )
    return [{"id": name, "title": title, "choices": choices, "chosen": getattr(asked, name)} for name, title, choices in offered]


@entry(power=READERS)
def claims(request: HttpRequest) -> HttpResponse:
    """This will list the claims handed in."""
    rows = Claim.objects.filter(access.without_conflicts(request.actor, request.at)).exclude(state=Claim.State.DRAFT)
    with policy.at_once(*LISTED):
        return lists.CLAIMS.answer(request, rows, "finance_desk/list.html", {"title": _("Claims"), "tab": "claims", "tabs": tabs()})


@entry(power=READERS)
def releases(request: HttpRequest) -> HttpResponse:
    """This will list the releases, paid or not."""
    rows = Release.objects.filter(access.without_conflicts(request.actor, request.at))
    with policy.at_once(*LISTED):
        return lists.RELEASES.answer(request, rows, "finance_desk/list.html", {"title": _("Releases"), "tab": "releases", "tabs": tabs()})


@entry(power=READERS)
def runs(request: HttpRequest) -> HttpResponse:
    """This will list the payment runs."""
    context = {"title": _("Payment runs"), "tab": "runs", "tabs": tabs(), "may_order": "finance_maker" in request.actor.powers}
    return lists.RUNS.answer(request, PaymentRun.objects.all().distinct(), "finance_desk/runs.html", context)


@entry(power="finance_maker")
def order(request: HttpRequest) -> HttpResponse:
    """This will let a maker choose unpaid releases and order them to be paid."""
    waiting = deliver.unpaid_releases().filter(case__in=queries.visible_cases(request.actor, request.at))
    shown, refused, status = list(waiting[:200]), None, 200
    chosen = {int(pk) for pk in request.POST.getlist("release") if pk.isdigit()}
    if request.method == "POST":
        try:
            command = commands.given(request)
            done = PaymentRun.objects.filter(order_command=command).first()
            wanted = list(Release.objects.filter(pk__in=chosen).select_related("case", "case__lead"))
            run = done or actions.order_payment_run(wanted, pay_on=_day(request), by=request.user, at=request.at, command=command)
            messages.success(request, _("The run is ordered. Another person checks it."))
            return HttpResponseRedirect(f"/finance/runs/{run.reference}/")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused, status = errors.in_words(refusal), refusal.status
    accounts = PayeeAccount.objects.filter(organisation__in=[row.case.lead_id for row in shown], ended_at=None, second_by__isnull=False)
    context = {
        "rows": shown,
        "chosen": chosen,
        "refused": refused,
        "owing": recovering.owed_by((row.case.lead_id for row in shown), queries.visible_cases(request.actor, request.at)),
        "paid_to": {account.organisation_id: account.masked for account in accounts},
        "today": gather.local_day(request.at),
        "pay_on": request.POST.get("pay_on", ""),
        "crumbs": [(_("Payment runs"), "/finance/runs/")],
    }
    return render(request, "finance_desk/order.html", context, status=status)


def _day(request: HttpRequest, name: str = "pay_on") -> date | None:
    typed = request.POST.get(name, "").strip()
    try:
        return fields.read_day(typed, name) if typed else None
    except ValidationError:
        raise Refusal("not-a-day", what=_("Write the day as 2026-03-31."), field=name, status=422) from None


def _run(reference: str) -> PaymentRun:
    found = PaymentRun.objects.select_related("ordered_by", "checked_by").filter(reference=reference).first()
    if found is None:
        raise Refusal.not_found()
    return found


@entry(power=READERS)
def run(request: HttpRequest, run: str) -> HttpResponse:
    """This will show one run: its payments, its hash, who ordered and checked it, and what may be done with it."""
    return _shown(request, _run(run))


def _shown(request: HttpRequest, found: PaymentRun, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    visible = queries.visible_cases(request.actor, request.at)
    payments = Payment.objects.filter(run=found).select_related("case__lead", "account", "receipt__receivable").order_by("id")
    shown = list(payments.filter(case__in=visible))
    powers, sees_all, was_sent = request.actor.powers, len(shown) == found.payment_count, found.state in ("checked", "settled")
    context = {
        "run": found,
        "payments": shown,
        "hidden_count": found.payment_count - len(shown),
        "refused": refused,
        "may_check": found.state == "ordered" and "finance_checker" in powers and found.ordered_by_id != request.user.pk,
        "is_own": found.state == "ordered" and found.ordered_by_id == request.user.pk,
        "is_maker": found.ordered_by_id == request.user.pk,
        "may_cancel": found.state == "ordered" and bool(powers & set(FINANCE)),
        "may_settle": found.state == "checked" and bool(powers & {"finance", "finance_maker"}),
        "file": PaymentFile.objects.filter(run=found).defer("content").first(),
        "answers": StatusFile.objects.filter(run=found).defer("content").select_related("read_by").order_by("read_at"),
        "may_fetch": sees_all and bool(powers & set(FINANCE)),
        "may_take_back": was_sent and found.ordered_by_id != request.user.pk and bool(powers & {"finance", "finance_maker"}),
        "today": gather.local_day(request.at),
        "may_answer": sees_all and was_sent and bool(powers & {"finance", "finance_maker"}),
        "may_reconcile": sees_all and was_sent,
        "crumbs": [(_("Payment runs"), "/finance/runs/")],
        "reasons": bank_reasons(),
    }
    return render(request, "finance_desk/run.html", context, status=status)


def bank_reasons() -> list[tuple[str, str]]:
    """This will word the bank's own codes for a payment it did not make."""
    return [
        ("AC01", _("AC01 – wrong account number")),
        ("AC04", _("AC04 – account closed")),
        ("AC06", _("AC06 – account blocked")),
        ("BE01", _("BE01 – name does not match the account")),
        ("AM04", _("AM04 – not enough funds")),
        ("RC01", _("RC01 – wrong bank code")),
    ]


@entry(power=FINANCE)
@require_POST
def act_on_run(request: HttpRequest, run: str) -> HttpResponse:
    """This will check or cancel a run, or record the bank's word on one of its payments, also that it came back."""
    found, command = _run(run), commands.given(request)
    who: dict[str, Any] = {"by": request.user, "at": request.at, "command": command}
    try:
        said = _do(request, found, who)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _shown(request, _run(run), errors.in_words(refusal), refusal.status)
    messages.success(request, said)
    return HttpResponseRedirect(f"/finance/runs/{found.reference}/")


def _do(request: HttpRequest, found: PaymentRun, who: dict[str, Any]) -> str:
    what = request.POST.get("do", "")
    if what == "check":
        actions.check_payment_run(found, **who)
        return _("The run is checked and sent to the bank.")
    if what == "cancel":
        actions.cancel_payment_run(found, **who)
        return _("The run is cancelled. Its releases can be ordered again.")
    payment = Payment.objects.filter(run=found, pk=int(request.POST.get("payment") or 0)).first()
    if payment is None or what not in ("settle", "reject", "return"):
        raise Refusal.not_found()
    if what == "settle":
        actions.settle_payment(payment, bank_reference=request.POST.get("bank_reference", "")[:35], **who)
        return _("The payment is settled.")
    if what == "return":
        told = {"returned_on": _day(request, "returned_on") or gather.local_day(request.at), "reason": request.POST.get("reason", "")[:10]}
        actions.record_returned_payment(payment, **told, bank_reference=request.POST.get("bank_reference", "")[:35], **who)
        return _("The bank returned the payment; it can be ordered again.")
    actions.reject_payment(payment, reason=request.POST.get("reason", "")[:10], **who)
    return _("The payment is due again.")


@entry(power=READERS)
def accounts(request: HttpRequest) -> HttpResponse:
    """This will list the payee accounts that wait for verification, and those verified."""
    live = PayeeAccount.objects.filter(ended_at__isnull=True).select_related("organisation", "proposed_by", "first_by", "second_by")
    context = {
        "waiting": live.filter(second_by__isnull=True).order_by("proposed_at"),
        "verified": live.filter(second_by__isnull=False).order_by("-second_at")[:100],
        "tabs": tabs(),
        "may_verify": bool(request.actor.powers & set(FINANCE)),
    }
    return render(request, "finance_desk/accounts.html", context)


@entry(power=FINANCE)
@require_POST
def verify_account(request: HttpRequest, account: int) -> HttpResponse:
    """This will record one person's verification of an account, or its refusal."""
    found = PayeeAccount.objects.filter(pk=account).first()
    if found is None:
        raise Refusal.not_found()
    who: dict[str, Any] = {"by": request.user, "at": request.at, "command": commands.given(request)}
    if request.POST.get("do") == "refuse":
        actions.refuse_account(found, **who)
        messages.success(request, _("The account is refused."))
    else:
        actions.verify_account(found, **who)
        messages.success(request, _("Your verification is recorded."))
    return HttpResponseRedirect("/finance/accounts/")


@entry(power=READERS)
def months(request: HttpRequest) -> HttpResponse:
    """This will show which months are closed."""
    context = {
        "months": queries.months(gather.local_day(request.at)),
        "tabs": tabs(),
        "may_close": "finance" in request.actor.powers,
    }
    return render(request, "finance_desk/months.html", context)


@entry(power="finance")
@require_POST
def close_month(request: HttpRequest) -> HttpResponse:
    """This will close a month of the books."""
    try:
        month = fields.read_day(f"{request.POST.get('month', '')}-01", "month")
    except ValidationError:
        raise errors.MALFORMED from None
    actions.close_month(month, by=request.user, at=request.at, command=commands.given(request))
    messages.success(request, _("The month is closed."))
    return HttpResponseRedirect("/finance/months/")
