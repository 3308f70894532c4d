"""Pages that end a case or open it again — e.g. /cases/NIFS-7KQ2-M4XD/close/ with its final account."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.close import actions, forms, queries
from millrace.stages.close.models import Refund
from millrace.stages.close.panels import account_rows, obstacles_in_words
from millrace.stages.deliver import forms_recovery, gather, register
from millrace.web import asking, words
from millrace.web.access import entry


def _asked(
    request: HttpRequest,
    *,
    title: str,
    button: str,
    done: str,
    lead: str = "",
    tone: str = "",
    facts: Sequence[tuple[str, str]] = (),
) -> asking.Asked:
    drawn = queries.account(request.case, gather.local_day(request.at))
    back = f"/cases/{request.case.reference}/"
    return asking.Asked(
        title=title,
        caption=request.case.reference,
        lead=lead,
        button=button,
        back=back,
        done=done,
        tone=tone,
        facts=facts,
        above="close/final_account.html",
        context={
            "crumbs": [(request.case.reference, back)],
            "rows": account_rows(drawn) if drawn else [],
            "obstacles": obstacles_in_words(drawn) if drawn else [],
            "retained": register.retained_of(request.case, gather.local_day(request.at)),
        },
    )


@entry(case="close_case")
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the final account and close the case."""
    asked = _asked(
        request,
        title=_("Close the case"),
        lead=_("What is left goes back to the envelope and the case rests. It opens again only by a recorded decision."),
        button=_("Close the case"),
        done=_("The case is closed."),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.close_case(request.case, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="terminate")
def terminate(request: HttpRequest, reference: str) -> HttpResponse:
    """This will end an agreement before its time."""
    asked = _asked(
        request, title=_("Terminate the agreement"), button=_("Terminate"), done=_("The agreement is terminated."), tone="danger"
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.terminate_case(request.case, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms.ReasonForm(request.POST or None, reasons=actions.TERMINATION_REASONS), act, asked)


@entry(case="reopen")
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """This will open a rested case again by the authority's decision."""
    if queries.standing_account(request.case) is None:
        raise Refusal.not_found()
    asked = _asked(
        request,
        title=_("Open the case again"),
        lead=_("Your decision is recorded with its reason. What was given back to the envelope stays there."),
        button=_("Open again"),
        done=_("The case is open again."),
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.reopen_case(request.case, reason=data["reason"], by=request.user, at=request.at, command=command)

    form = forms.ReasonForm(request.POST or None, reasons=actions.REOPEN_REASONS, has_note=False)
    return asking.ask(request, form, act, asked)


@entry(case="close_money")
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record money the enterprise paid back."""
    asked = _asked(request, title=_("Record a refund"), button=_("Record"), done=_("The refund is recorded."))
    today = gather.local_day(request.at)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.record_refund(request.case, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms.RefundForm(request.POST or None, unit=request.case.unit, today=today), act, asked)


@entry(case="close_money")
def take_back_refund(request: HttpRequest, reference: str, refund: int) -> HttpResponse:
    """This will take back a refund recorded in error."""
    found = Refund.objects.filter(case=request.case, pk=refund, taken_back_at=None).select_related("recorded_by").first()
    if found is None:
        raise Refusal.not_found()
    found.case = request.case
    asked = _asked(
        request,
        title=_("Take back a refund"),
        lead=_("For money that was never in the bank, or was another payer's. It counts as paid again and leaves the envelope."),
        button=_("Take it back"),
        done=_("The refund is taken back."),
        tone="danger",
        facts=[
            (_("Received"), words.amount(found.amount_cents, found.unit)),
            (_("Received on"), words.day(found.received_on)),
            (_("Bank reference"), found.bank_reference),
            (_("Recorded by"), str(found.recorded_by)),
        ],
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.take_back_refund(found, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_recovery.WhyForm(request.POST or None), act, asked)
