"""Lets one movement at the bank be recorded once — e.g. BANK-1, a refund of HK$350,000, not as a receipt on a debt as well.

Receipts on debts, refunds and payments the bank returned all take their bank reference from here; receipts and refunds give it up when
they are taken back.
"""

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.stages.deliver.models import BankReference


def take_reference(told: str, *, field: str = "bank_reference") -> str:
    """This will take a bank reference, without the spaces around it, for what is being recorded; of two at once the second is refused.
    `field` is where the reader gave it."""
    reference = told.strip()
    if not reference:
        raise Refusal("reference-needed", what=_("Give the bank's reference of what came in."), field=field, status=422)
    # Whoever comes while another has taken it and not yet committed waits here for the unique key.
    _row, is_new = BankReference.objects.get_or_create(reference=reference)
    if not is_new:
        raise Refusal("receipt-recorded", what=_("Money with this bank reference is already recorded."), field=field)
    return reference


def give_up_reference(reference: str) -> None:
    """This will let a bank reference be used again: what was recorded under it is taken back."""
    BankReference.objects.filter(reference=reference.strip()).delete()
