"""Pages of one receipt of a debt, or of a file it rests on — e.g. /cases/NIFS-7KQ2-M4XD/debts/1/receipts/2/take-back/.

A receipt is taken back by another person than who recorded it.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.documents.models import Document
from millrace.stages.apply.pages.files import download
from millrace.stages.deliver import actions, forms_recovery, queries, recovering
from millrace.stages.deliver.models import Receipt, Receivable
from millrace.stages.deliver.pages.evidence import crumbs
from millrace.web import access, asking, words
from millrace.web.access import entry


@entry(case="read_money")
def file(request: HttpRequest, reference: str, number: int, document: int) -> HttpResponse:
    """This will hand out a file a debt rests on, to the funder's people alone; before a second person's word only to who may give it."""
    debt, found = Receivable.objects.filter(case=request.case, number=number).first(), request.document
    if debt is None or not request.actor.powers or found.place != recovering.place_of_files(debt):
        raise Refusal.not_found()
    may_rule = access.may(request.actor, request.user, "confirm_recovery", request.case, request.at).allowed
    if found.state != Document.State.ACCEPTED and not (found.state == Document.State.QUARANTINED and may_rule):
        raise Refusal.not_found()
    return download(found)


def _receipt(request: HttpRequest, number: int, receipt: int) -> Receipt:
    rows = Receipt.objects.filter(receivable__case=request.case, receivable__number=number, number=receipt)
    found = rows.select_related("receivable", "recorded_by").first()
    if found is None:
        raise Refusal.not_found()
    found.receivable.case = request.case
    return found


def _asked(request: HttpRequest, found: Receipt, **said: Any) -> asking.Asked:
    debt: Receivable = found.receivable
    here, title = f"/cases/{request.case.reference}/debts/{debt.number}/", _("Debt %(number)s") % {"number": debt.number}
    facts = [
        (_("Received"), words.amount(found.amount_cents, debt.unit)),
        (_("Received on"), words.day(found.received_on)),
        (_("Bank reference"), found.bank_reference),
        (_("Recorded by"), str(found.recorded_by)),
    ]
    if found.held_cents:
        facts.append((_("More than was owed"), words.amount(found.held_cents, debt.unit)))
    return asking.Asked(
        caption=f"{request.case.reference} · {title}", back=here, crumbs=[*crumbs(request), (title, here)], facts=facts, **said
    )


@entry(case="recover")
def take_back(request: HttpRequest, reference: str, number: int, receipt: int) -> HttpResponse:
    """This will take back a receipt recorded in error."""
    found = _receipt(request, number, receipt)
    if found.taken_back_at is not None:
        raise Refusal.not_found()
    asked = _asked(
        request,
        found,
        title=_("Take back a receipt"),
        lead=_("For money that was never in the bank, or was another payer's. The debt is owed again as if this had not been recorded."),
        button=_("Take it back"),
        done=_("The receipt is taken back."),
        tone="danger",
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.take_back_receipt(found, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_recovery.WhyForm(request.POST or None), act, asked)


@entry(case="order_payment")
def repay(request: HttpRequest, reference: str, number: int, receipt: int) -> HttpResponse:
    """This will order what is held of a receipt to be paid back."""
    found = _receipt(request, number, receipt)
    if not recovering.held_to_repay().filter(pk=found.pk).exists():
        raise Refusal.not_found()
    account = queries.verified_account(request.case.lead)
    told = _("It goes to %(account)s in a payment run of its own, which another person checks.")
    asked = _asked(
        request,
        found,
        title=_("Pay back what is held"),
        lead=told % {"account": account.masked} if account else _("No account of the payee is verified yet."),
        button=_("Order the repayment"),
        done=_("The repayment is ordered. Another person checks it."),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.order_repayment(found, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)
