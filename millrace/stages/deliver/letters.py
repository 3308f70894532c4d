"""Sends the advice of a payment, and the demand of what is owed — e.g. "HK$9,000,000 was paid on 4 March 2026 for instalment 1".

The text is that of the case's own scheme version; a version published without letters sends none.
"""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.apply import terms
from millrace.stages.assess import post
from millrace.stages.deliver import recovering
from millrace.stages.deliver.models import Payment, Receivable
from millrace.web import fields, words


def send_advice(case: Case, payment: Payment, *, event_id: int, by: Person, at: datetime) -> None:
    """This will write the payment advice into the transaction."""
    if case.scheme_version is None or not case.scheme_version.text:
        return
    with translation.override(post.language_of(case)):
        told = (
            _("Instalment %(number)s") % {"number": payment.release.instalment}
            if payment.release is not None
            else _("Paid back: what came in beyond what was owed")
        )
        lines = [told]
    values = {"paid_on": payment.settled_on, "payment_reference": payment.end_to_end, "lines": lines}
    post.send(case, "payment_advice", values, amounts={"amount": payment.amount_cents}, event_id=event_id, by=by, at=at)


def send_demand(owed: Receivable, *, event_id: int, by: Person, at: datetime) -> None:
    """This will write the demand into the transaction; a version published before there were demands sends none."""
    case: Case = owed.case
    if case.scheme_version is None or not case.scheme_version.text or "demand" not in terms.of_row(case.scheme_version).book.letters:
        return
    with translation.override(post.language_of(case)):
        values = {
            "number": owed.number,
            "ground": str(owed.get_ground_display()),
            "reason": owed.reason,
            "due_on": owed.due_on,
            "interest": interest_lines(case.scheme),
            "pay_to": pay_to(case.unit, f"{case.reference} / {owed.number}"),
        }
    post.send(case, "demand", values, amounts={"amount": owed.amount_cents}, event_id=event_id, by=by, at=at)


def interest_lines(scheme: str) -> list[str]:
    """This will say what interest runs, rate by rate; where no rate is known, that none does."""
    told = []
    for day, found in recovering.rates_found(scheme):
        line = _("%(rate)s%% a year from %(day)s") % {"rate": fields.share_text(found.number), "day": words.day(day)}
        told.append(line if found.value.is_published else f"{line} ({_('not published; illustrative')})")
    return told or [_("No interest is charged.")]


def pay_to(unit: str, remittance: str) -> list[str]:
    """This will say where money is paid back to, as the policy names the funder's account."""
    told = policy.funder_if_published()
    account = told.account(unit) if told else None
    if account is None:
        return [_("Ask the case's officer where to pay.")]
    return [
        _("Account holder: %(holder)s") % {"holder": account.holder},
        _("Bank code and account number: %(number)s") % {"number": f"{account.bank_code} {account.number}"},
        _("Write as the reference: %(reference)s") % {"reference": remittance},
    ]
