"""Pages that release an instalment or say where to pay — e.g. /cases/NIFS-7KQ2-M4XD/instalments/1/release/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core import releases
from millrace.core.refusal import Refusal
from millrace.stages.deliver import actions, forms, gather, queries, recovering, standing, telling
from millrace.stages.deliver.pages.evidence import case_address, crumbs
from millrace.web import access, asking, words
from millrace.web.access import entry


@entry(case="release")
def release(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show what an instalment comes to now, by which arithmetic, and release it."""
    day = gather.local_day(request.at)
    terms = gather.terms_of(request.case, day)
    planned = next((one for one in standing.planned(request.case, day) if one.instalment.number == number), None)
    if planned is None:
        raise Refusal.not_found()
    told = telling.instalment(planned, terms)
    amount = words.amount(planned.release.amount_cents, terms.unit)
    owing = recovering.owed_by([request.case.lead_id], access.cases_visible_to(request.user, request.at, "read_money"))
    asked = asking.Asked(
        title=_("Release instalment %(number)s") % {"number": number},
        caption=request.case.reference,
        button=_("Release %(amount)s") % {"amount": amount},
        back=case_address(request),
        done=_("%(amount)s is released and waits for payment.") % {"amount": amount},
        above="deliver/release_sums.html",
        context={"crumbs": crumbs(request), "instalment": told, "debts": owing.get(request.case.lead_id, [])},
        template="deliver/release.html",
    )
    form = forms.ReleaseForm(request.POST or None, initial={"expected_cents": planned.release.amount_cents})

    def act(data: dict[str, Any], command: Any) -> None:
        actions.release_instalment(
            request.case,
            instalment=number,
            expected_cents=data["expected_cents"],
            by=request.user,
            at=request.at,
            command=command,
        )

    return asking.ask(request, form, act, asked)


@entry(case="claim")
def advance(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take a request to be paid part of the grant before it is earned."""
    planned = next((one for one in standing.planned(request.case, gather.local_day(request.at)) if one.instalment.number == number), None)
    if planned is None or planned.instalment.basis != releases.ON_ADVANCE:
        raise Refusal.not_found()
    unit, most = gather.terms_of(request.case, gather.local_day(request.at)).unit, planned.instalment.planned_cents
    asked = asking.Asked(
        title=_("Ask for an advance"),
        caption=request.case.reference,
        lead=_("What you claim later covers the advance before anything more is paid. What no claim covers is paid back."),
        button=_("Ask for it"),
        back=f"{case_address(request)}?show=money",
        done=_("The advance is asked for. Finance will release it."),
        facts=(
            (_("At most"), words.amount(most, unit)),
            (_("Asked for so far"), words.amount(planned.asked_cents, unit)),
            (_("Released"), words.amount(planned.released_cents, unit)),
        ),
        context={"crumbs": crumbs(request)},
    )
    form = forms.AdvanceForm(request.POST or None, unit=unit, most_cents=most)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.request_advance(request.case, instalment=number, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="change_account")
def account(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take the account the applicant wants to be paid to; two people of finance verify it."""
    live = queries.live_account(request.case.lead)
    state = _("None") if live is None else f"{live.masked} ({_('verified') if live.is_verified else _('being verified')})"
    asked = asking.Asked(
        title=_("Where you are paid"),
        caption=str(request.case.lead),
        lead=_("Two people of our finance team verify every account before anything is paid to it. A change holds payment until then."),
        button=_("Propose this account"),
        back=case_address(request),
        done=_("The account is proposed. Two people will verify it."),
        facts=((_("Account on record"), state),),
        context={"crumbs": crumbs(request)},
    )
    form = forms.AccountForm(request.POST or None)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.propose_account(request.case.lead, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
