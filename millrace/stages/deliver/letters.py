"""Sends the advice of a payment — e.g. "HK$9,000,000 was paid on 4 March 2026 for instalment 1".

The text is that of the case's own scheme version; a version published without letters sends none.
"""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.assess import post
from millrace.stages.deliver.models import Payment


def send_advice(case: Case, payment: Payment, *, event_id: int, by: Person, at: datetime) -> None:
    """This will write the payment advice into the transaction."""
    if case.scheme_version is None or not case.scheme_version.text:
        return
    with translation.override(post.language_of(case)):
        lines = [_("Instalment %(number)s") % {"number": payment.release.instalment}]
    values = {"paid_on": payment.settled_on, "payment_reference": payment.end_to_end, "lines": lines}
    post.send(case, "payment_advice", values, amounts={"amount": payment.amount_cents}, event_id=event_id, by=by, at=at)
