"""Gathers payments that may be one told twice, across the matching money and the claims of every case — e.g. one bank transfer of
HK$500,000 shown as a sponsor's cash in March and as a claimed purchase in April.

Core compares; here they are found, and only those of cases the reader may see are told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from millrace.core import likeness
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver.models import Claim, ClaimLine, Evidence
from millrace.web import access

WHY_WORDS = {
    "same_invoice": _("the same invoice number"),
    "same_amount": _("the same amount, about the same day"),
}
MOST_SHOWN = 20


@dataclass(frozen=True)
class Alike:
    """Another payment, where it stands, and in what the two are alike."""

    kind: str  # evidence | line
    row: Any
    case: Case
    payee: str
    invoice: str
    amount_cents: int
    unit: str
    on: date | None
    why: tuple[str, ...]

    @property
    def place(self) -> tuple[int, int]:
        """Its claim and line, or 0 and its number among the evidence."""
        return (self.row.claim.number, self.row.number) if self.kind == "line" else (0, self.row.number)

    def as_json(self) -> dict[str, Any]:
        """What is kept beside the officer's decision: references and codes."""
        claim, number = self.place
        return {"kind": self.kind, "case": self.case.reference, "claim": claim, "number": number, "why": list(self.why)}


def of_evidence(evidence: Evidence, *, by: Person, at: datetime) -> list[Alike]:
    """This will list what one piece of matching money may be the same payment as.

    The enterprise's own payment is both its matching money and a claimed cost of the same case: claims of that case are no likeness.
    """
    if evidence.purpose != Evidence.Purpose.MATCHING or evidence.sponsor_id is None:
        return []
    one = _of_evidence(evidence)
    return _found(one, evidence.case, _evidence_like(one, evidence.invoice_key), _lines_like(one, evidence.invoice_key), by=by, at=at)


def of_line(line: ClaimLine, case: Case, *, by: Person, at: datetime) -> list[Alike]:
    """This will list what one line of a claim may be the same payment as, in other cases: those of its own case the claim itself shows."""
    one = _of_line(line, case)
    return _found(one, case, _evidence_like(one, line.invoice_key), _lines_like(one, line.invoice_key), by=by, at=at)


def _of_evidence(row: Evidence) -> likeness.Paid:
    return likeness.Paid(f"evidence-{row.pk}", row.sponsor_id or 0, row.payee, row.invoice, row.amount_cents, row.paid_on)


def _of_line(row: ClaimLine, case: Case) -> likeness.Paid:
    return likeness.Paid(f"line-{row.pk}", case.lead_id, row.supplier, row.invoice, row.claimed_cents, row.paid_on or row.spent_on)


def _days(case: Case, on: date | None, at: datetime) -> int:
    return policy.handling().number("likeness-days", case.scheme, on or at.date())


WIDEST = timedelta(days=366)


def _near(field: str, on: date | None) -> Q:
    """The days a likeness could lie in, wider than any tolerance: the policy's own number of days is applied in core."""
    return Q(**{f"{field}__range": (on - WIDEST, on + WIDEST)}) if on else Q(pk__in=[])


def _evidence_like(one: likeness.Paid, key: str) -> Iterable[Evidence]:
    same = Q(sponsor=one.payer, amount_cents=one.amount_cents) & _near("paid_on", one.on)
    wanted = same | Q(invoice_key=key) if key else same
    rows = Evidence.objects.filter(wanted, purpose=Evidence.Purpose.MATCHING).exclude(state=Evidence.State.REJECTED)
    return rows.select_related("case", "sponsor").order_by("pk")


def _lines_like(one: likeness.Paid, key: str) -> Iterable[ClaimLine]:
    same = Q(claim__case__lead=one.payer, claimed_cents=one.amount_cents) & (_near("paid_on", one.on) | _near("spent_on", one.on))
    wanted = same | Q(invoice_key=key) if key else same
    rows = ClaimLine.objects.filter(wanted).exclude(claim__state=Claim.State.DRAFT).exclude(allowed_cents=0)
    return rows.select_related("claim", "claim__case").order_by("pk")


def _found(
    one: likeness.Paid, case: Case, evidence: Iterable[Evidence], lines: Iterable[ClaimLine], *, by: Person, at: datetime
) -> list[Alike]:
    """In one case evidence is only like evidence without an invoice number of its own; of other cases everything counts."""
    is_line = one.key.startswith("line-")
    mine = [row for row in evidence if row.case_id != case.pk or (not is_line and not (row.invoice_key and one.invoice))]
    theirs = [row for row in lines if row.claim.case_id != case.pk]
    rows: dict[str, Any] = {f"evidence-{row.pk}": row for row in mine} | {f"line-{row.pk}": row for row in theirs}
    others = [_of_evidence(row) for row in mine] + [_of_line(row, row.claim.case) for row in theirs]
    likes = likeness.alike(one, others, days=_days(case, one.on, at))
    actor = access.actor_of(by, at)
    told = []
    for like in likes:
        row = rows[like.key]
        found = _told(row, like.why)
        # A case a person may not see casts no shadow here either; someone who may see both meets the likeness.
        if by.is_system or found.case.pk == case.pk or access.may(actor, by, "read_money", found.case, at).allowed:
            told.append(found)
    return told[:MOST_SHOWN]


def _told(row: Evidence | ClaimLine, why: tuple[str, ...]) -> Alike:
    if isinstance(row, Evidence):
        return Alike("evidence", row, row.case, row.payee, row.invoice, row.amount_cents, row.unit, row.paid_on, why)
    on = row.paid_on or row.spent_on
    return Alike("line", row, row.claim.case, row.supplier, row.invoice, row.claimed_cents, row.claim.unit, on, why)
