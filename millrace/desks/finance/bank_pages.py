"""What goes to the bank and comes back — e.g. /finance/runs/R20260304-7KQ2M4XD/download/ — and whether run, file and books say the same."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from millrace.core import bank_status
from millrace.core.refusal import Refusal
from millrace.desks.finance import forms, reconciling
from millrace.stages.deliver import actions, files
from millrace.stages.deliver.models import PaymentFile, PaymentRun
from millrace.web import asking
from millrace.web.access import entry

FINANCE = ("finance", "finance_maker", "finance_checker")


def _run(reference: str) -> PaymentRun:
    found = PaymentRun.objects.filter(reference=reference).first()
    if found is None:
        raise Refusal.not_found()
    return found


def _must_see_all_of(run: PaymentRun, request: HttpRequest) -> None:
    """This will hide the file of a run with a case the reader may not see: it names every payee."""
    if not reconciling.sees_all_of(run, request.actor, request.at):
        raise Refusal.not_found()


@entry(power=FINANCE)
def file(request: HttpRequest, run: str) -> HttpResponse:
    """This will give the run's file as it was made at its check, byte for byte."""
    found = _run(run)
    _must_see_all_of(found, request)
    kept = get_object_or_404(PaymentFile, run=found)
    headers = {"Content-Disposition": f'attachment; filename="{kept.message_id}.xml"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(files.content_of(kept), content_type="application/xml", headers=headers)


@entry(power=("finance", "finance_maker"))
def answer(request: HttpRequest, run: str) -> HttpResponse:
    """This will take the bank's answer to a run."""
    found = _run(run)
    _must_see_all_of(found, request)
    back = f"/finance/runs/{found.reference}/"
    asked = asking.Asked(
        title=_("Read the bank's answer"),
        caption=found.reference,
        lead=_("The payment status report (pain.002) the bank gave for this run. It is taken whole or not at all."),
        button=_("Read it"),
        back=back,
        done=_("The bank's answer is read."),
        crumbs=[(_("Payment runs"), "/finance/runs/"), (found.reference, back)],
    )
    form = forms.AnswerForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any], command: Any) -> None:
        # One byte more than the most is enough to refuse it.
        content = data["file"][0].read(bank_status.MOST_BYTES + 1)
        actions.read_status_file(found, content=content, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(power=(*FINANCE, "auditor"))
def reconciliation(request: HttpRequest, run: str) -> HttpResponse:
    """This will show whether the run, its file and the books come to the same, and what does not."""
    found = _run(run)
    _must_see_all_of(found, request)
    crumbs = [(_("Payment runs"), "/finance/runs/"), (found.reference, f"/finance/runs/{found.reference}/")]
    context = {"run": found, "told": reconciling.reconcile(found), "crumbs": crumbs}
    return render(request, "finance_desk/reconciliation.html", context)
