"""Holds a document or an invoice for one case, so that it serves no other — e.g. a bank advice shown to NIFS and again to TVP.

The database's own uniqueness decides between two who record at the same moment; the second is told where, if it may see where.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_noop as _

from millrace.core import likeness
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.deliver.models import Claim, ClaimLine, Evidence, HeldProof
from millrace.web import access

Key = tuple[str, str]
INVOICE_KEY_LENGTH = 200


def invoice_key(invoice: str) -> str:
    """This will give an invoice number in the form it is compared in."""
    return likeness.reference_key(invoice)[:INVOICE_KEY_LENGTH]


def keys_of_evidence(evidence: Evidence) -> list[Key]:
    """This will name what one piece of evidence of matching money rests on."""
    return _keys(evidence.sha256, evidence.sponsor_id or 0, evidence.payee, evidence.invoice)


def keys_of_line(line: ClaimLine, case: Case) -> list[Key]:
    """This will name what one line of a claim rests on."""
    return _keys(line.receipt_sha256, case.lead_id, line.supplier, line.invoice)


def _keys(sha256: str, payer: int, payee: str, invoice: str) -> list[Key]:
    payment = likeness.payment_key(payer, payee, invoice)
    documents = [(HeldProof.Kind.DOCUMENT.value, sha256)] if sha256 else []
    return documents + ([(HeldProof.Kind.INVOICE.value, payment)] if payment else [])


def hold(case: Case, keys: Iterable[Key], *, field: str, by: Person, at: datetime) -> None:
    """This will hold proofs for a case, or refuse what another case holds; under a race the second waits and is refused."""
    wanted = sorted(set(keys))
    HeldProof.objects.bulk_create([HeldProof(kind=kind, key=key, case=case, held_at=at) for kind, key in wanted], ignore_conflicts=True)
    # Asked after the insert: whoever came first has committed by now, or the insert would still wait.
    rows = HeldProof.objects.filter(key__in=[key for _kind, key in wanted]).exclude(case=case).select_related("case").order_by("pk")
    taken = [row for row in rows if (row.kind, row.key) in wanted]
    if taken:
        raise used_elsewhere(taken[0].case, kind=taken[0].kind, field=field, by=by, at=at)


def used_elsewhere(other: Case, *, kind: str, field: str, by: Person, at: datetime) -> Refusal:
    """This will say that a proof serves another case: which, only to a person who may see that case."""
    is_seen = access.may(access.actor_of(by, at), by, "read_money", other, at).allowed
    what = {
        (HeldProof.Kind.DOCUMENT, True): _("This document already proves a payment in case %(reference)s."),
        (HeldProof.Kind.DOCUMENT, False): _("This document already proves a payment in another case."),
        (HeldProof.Kind.INVOICE, True): _("This payment has already been recorded in case %(reference)s."),
        (HeldProof.Kind.INVOICE, False): _("This payment has already been recorded in another case."),
    }[HeldProof.Kind(kind), is_seen]
    return Refusal(
        "proof-used",
        what=what,
        why=_("The same payment counts once, whichever case it is shown to."),
        next_step=_("Show another payment, or ask the case's officer if it was recorded there by mistake."),
        field=field,
        values={"reference": other.reference} if is_seen else {},
    )


def let_go(case: Case, keys: Sequence[Key]) -> None:
    """This will free what no other evidence or claim line of the case still rests on, so that it may serve where it belongs."""
    evidence = Evidence.objects.filter(case=case, purpose=Evidence.Purpose.MATCHING).exclude(state=Evidence.State.REJECTED)
    lines = ClaimLine.objects.filter(claim__case=case).exclude(claim__state=Claim.State.DRAFT).exclude(allowed_cents=0)
    still = {key for row in evidence for key in keys_of_evidence(row)} | {key for line in lines for key in keys_of_line(line, case)}
    for kind, key in set(keys) - still:
        HeldProof.objects.filter(case=case, kind=kind, key=key).delete()
