"""Takes a claim from draft to decision — e.g. three lines of a NIFS claim, ruled by an officer and decided by finance.

A draft is saved without an event, like any draft. Submitting, each ruling and the decision are events. The one who rules never
decides, and no ruling exceeds what the terms leave room for.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import claims
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import alike, gather, judging, queries
from millrace.stages.deliver.actions import invoices, proofs
from millrace.stages.deliver.actions.evidence import File
from millrace.stages.deliver.models import Claim, ClaimLine

MOST_LINES = 200
PROOFS = ("receipt", "payment_proof")


@dataclass(frozen=True)
class LineEntry:
    """One line as the enterprise wrote it; a draft may still lack anything but its head and item.

    `claimed_cents` is the amount of the invoice: in `currency`, in hundredths of its unit, where that is not the claim's own.
    """

    head: str
    item: str
    claimed_cents: int = 0
    supplier: str = ""
    invoice: str = ""
    spent_on: date | None = None
    paid_on: date | None = None
    is_related_supplier: bool = False
    place: str = ""
    supplier_registration: str = ""
    quantity_hundredths: int | None = None
    unit_price_cents: int | None = None
    currency: str = ""
    until_on: date | None = None


def open_claim(case: Case, *, by: Person, at: datetime) -> Claim:
    """This will give the case's open claim, beginning one if there is none: a second click opens no second claim."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        gather.must(by, "claim", case, at)
        if open_one := Claim.objects.filter(case=case).exclude(state=Claim.State.DECIDED).first():
            return open_one
        gather.must_be_in_force(case)
        terms = gather.terms_of(case, gather.local_day(at))
        number = Claim.objects.filter(case=case).count() + 1
        return Claim.objects.create(case=case, number=number, stage_number=case.stage_number, unit=terms.unit, opened_at=at, opened_by=by)


def save_claim(claim: Claim, *, lines: Sequence[LineEntry], stated_cents: int | None = None, by: Person, at: datetime) -> Claim:
    """This will replace a draft's lines; proofs stay with the line they belong to, found again by what it says.

    A line in another currency is kept whether or not there is a rate for it yet.
    """
    with transaction.atomic(durable=True):
        gather.must(by, "claim", gather.lock_case(claim.case), at)
        claim = _draft(claim)
        if len(lines) > MOST_LINES:
            raise Refusal("too-many-lines", what=_("A claim has at most %(most)s lines."), field="lines", values={"most": MOST_LINES})
        before = list(claim.lines.order_by("number"))
        kept = _proofs_by_line(before, lines)
        claim.lines.all().delete()
        rows = [ClaimLine(claim=claim, number=number, **vars(entry), **kept.get(number, {})) for number, entry in enumerate(lines, 1)]
        for row in rows:
            row.invoice_key = proofs.invoice_key(row.invoice)
            invoices.put_in_own_currency(row, claim)
        ClaimLine.objects.bulk_create(rows)
        claim.claimed_cents, claim.stated_cents = sum(row.claimed_cents for row in rows), stated_cents
        claim.save(update_fields=["claimed_cents", "stated_cents"])
        return claim


def attach_proof(line: ClaimLine, *, proof: str, file: File, by: Person, at: datetime) -> ClaimLine:
    """This will put a receipt or a proof of payment to a draft's line, in place of an earlier one."""
    if proof not in PROOFS:
        raise ValueError(f"unknown proof {proof!r}")
    documents.checked(file.content, name=file.name, field=f"{proof}-{line.number}")
    with transaction.atomic(durable=True):
        case = gather.lock_case(line.claim.case)
        gather.must(by, "claim", case, at)
        claim = _draft(line.claim)
        place = f"claim/{claim.number}/{line.number}/{proof}"
        taken = documents.take_in(case, content=file.content, name=file.name, place=place, by=by, at=at, organisation=case.lead)
        if earlier := getattr(line, proof):
            documents.remove(earlier, at=at)
        setattr(line, proof, taken)
        if proof == "receipt":
            line.receipt_sha256 = taken.sha256
        line.save()
        return line


def submit_claim(claim: Claim, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will hand a draft in: from here on its lines are ruled and no longer written."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(claim.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "claim", case, at)
        gather.must_be_in_force(case)
        claim = _draft(claim)
        lines = list(claim.lines.order_by("number"))
        for line in lines:
            invoices.convert(line, claim)
        _must_be_complete(lines, has_places=bool(judging.places(case)))
        invoices.must_be_countable(lines, claim, gather.terms_of(case, gather.local_day(at)), today=gather.local_day(at))
        for line in lines:
            proofs.hold(case, proofs.keys_of_line(line, case), field="lines", by=by, at=at)
            line.save()
        claim.state, claim.submitted_at, claim.submitted_by = Claim.State.SUBMITTED, at, by
        claim.claimed_cents = sum(line.claimed_cents for line in lines)
        claim.save()
        day = gather.local_day(at)
        facts = {"claim": claim.number, "line_count": len(lines), "claimed_cents": claim.claimed_cents, "unit": claim.unit}
        return timeline.record(
            "claim_submitted", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, happened_on=day, facts=facts
        )


def rule_line(
    line: ClaimLine, *, allowed_cents: int, reason: str = "", note: str = "", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record an officer's ruling on one line; until the claim is decided it may be given again."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(line.claim.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "rule_claim", case, at)
        line = ClaimLine.objects.select_related("claim").get(pk=line.pk)
        _must_be_rulable(line.claim, by)
        likes = alike.of_line(line, case, by=by, at=at)
        examined = queries.examination(line, gather.terms_of(case, gather.local_day(at)))
        clause = _must_have_room(line, examined, allowed_cents, reason)
        if likes and allowed_cents and not note.strip():
            raise _alike_undecided()
        ruling = claims.Ruling(line.number, line.head, line.claimed_cents, allowed_cents, reason, clause)
        line.allowed_cents, line.refused_cents = ruling.allowed_cents, ruling.refused_cents
        line.reason = "" if ruling.outcome == claims.ALLOWED else reason
        line.clause = "" if ruling.outcome == claims.ALLOWED else clause
        line.note, line.ruled_by, line.ruled_at = note, by, at
        line.moved_cents = max(0, allowed_cents - (examined.room_cents - examined.moved_cents))
        line.save()
        facts = {"claim": line.claim.number, "line": line.number, "outcome": ruling.outcome, "reason": line.reason, "clause": line.clause}
        facts |= {"claimed_cents": line.claimed_cents, "allowed_cents": line.allowed_cents, "refused_cents": line.refused_cents}
        day = gather.local_day(at)
        facts |= {"unit": line.claim.unit}
        facts |= {"moved_cents": line.moved_cents} if line.moved_cents else {}
        facts |= {"alike_count": len(likes)} if likes else {}
        return timeline.record("line_ruled", command=command, by=by, at=at, case=case, happened_on=day, facts=facts)


def decide_claim(claim: Claim, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will decide a claim whose every line is ruled: a second person's act, which turns rulings into grant earned."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(claim.case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "approve_claim", case, at)
        gather.must_be_in_force(case)
        claim = Claim.objects.get(pk=claim.pk)
        lines = list(claim.lines.order_by("number"))
        _must_be_decidable(claim, lines, by)
        found = judging.judged(case, gather.local_day(at), claim=claim)
        judging.must_hold(case, found)
        payable = queries.payable(claim, gather.terms_of(case, gather.local_day(at)))
        claim.state, claim.decided_at, claim.decided_by = Claim.State.DECIDED, at, by
        claim.claimed_cents, claim.allowed_cents, claim.refused_cents = payable.claimed_cents, payable.allowed_cents, payable.refused_cents
        claim.payable_cents, claim.steps = payable.payable_cents, [step.as_json() for step in payable.steps]
        claim.judged = found.to_data()
        claim.save()
        refused = [line for line in lines if line.allowed_cents == 0]
        proofs.let_go(case, [key for line in refused for key in proofs.keys_of_line(line, case)])
        facts = {"claim": claim.number, "claimed_cents": claim.claimed_cents, "allowed_cents": claim.allowed_cents}
        facts |= {"refused_cents": claim.refused_cents, "payable_cents": claim.payable_cents, "unit": claim.unit}
        facts |= {"rules": {rule.rule: str(rule.outcome) for rule in found.rules}} if found.rules else {}
        day = gather.local_day(at)
        return timeline.record("claim_decided", command=command, by=by, at=at, case=case, happened_on=day, facts=facts)


def _draft(claim: Claim) -> Claim:
    claim = Claim.objects.get(pk=claim.pk)
    if claim.state != Claim.State.DRAFT:
        raise Refusal(
            "claim-submitted",
            what=_("This claim has been submitted and can no longer be written in."),
            next_step=_("Put further spending into the next claim, or ask the case's officer."),
        )
    return claim


def _proofs_by_line(before: Sequence[ClaimLine], after: Sequence[LineEntry]) -> dict[int, dict[str, object]]:
    """This will find each new line's earlier self: the same in full, else the same item and invoice, else the same place."""
    left = list(before)
    found: dict[int, dict[str, object]] = {}
    keys = (
        lambda one: (
            *(one.head, one.item, one.supplier, one.invoice, getattr(one, "invoiced_cents", None) or one.claimed_cents),
            *(one.spent_on, one.until_on),
        ),
        lambda one: (one.item, one.invoice),
    )
    for key in keys:
        for number, entry in enumerate(after, 1):
            match = next((line for line in left if number not in found and key(line) == key(entry)), None)
            if match is not None:
                left.remove(match)
                found[number] = _proofs(match)
    for line in left:
        if line.number <= len(after):
            found.setdefault(line.number, _proofs(line))
    return found


def _proofs(line: ClaimLine) -> dict[str, object]:
    return {"receipt_id": line.receipt_id, "payment_proof_id": line.payment_proof_id, "receipt_sha256": line.receipt_sha256}


def _alike_undecided() -> Refusal:
    return Refusal(
        "alike-undecided",
        what=_("This may be a payment that was already recorded."),
        why=_("Another payment is like it, and the same payment counts once."),
        next_step=_("Say in the note why it is another payment, or allow nothing."),
        field="note",
        status=422,
    )


def _must_be_complete(lines: Sequence[ClaimLine], *, has_places: bool) -> None:
    if not lines:
        raise Refusal("no-lines", what=_("The claim has no lines."), next_step=_("Write at least one item of spending."), field="lines")
    for line in lines:
        if (line.claimed_cents <= 0 and not line.invoiced_cents) or line.spent_on is None:
            raise Refusal(
                "line-incomplete",
                what=_("Line %(line)s has no amount or no date."),
                next_step=_("Complete the line or take it out."),
                field="lines",
                status=422,
                values={"line": line.number},
            )
        if has_places and not line.place:
            raise Refusal(
                "line-without-place",
                what=_("Line %(line)s does not say where it was spent."),
                why=_("The scheme limits what may be spent in some places, and is judged again at each claim."),
                next_step=_("Choose the place."),
                field="lines",
                status=422,
                values={"line": line.number},
            )


def _must_be_rulable(claim: Claim, by: Person) -> None:
    if claim.state != Claim.State.SUBMITTED:
        raise Refusal("claim-not-open", what=_("Only a submitted claim that is not yet decided can be ruled on."))
    if by.pk in (claim.submitted_by_id, claim.opened_by_id):
        raise Refusal("same-person", what=_("A claim is ruled on by another person than the one who made it."), status=403)


def _must_have_room(line: ClaimLine, examined: claims.Examination, allowed_cents: int, reason: str) -> str:
    """This will refuse more than the terms leave room for, and less than claimed without a reason; it gives the clause that counts."""
    if not 0 <= allowed_cents <= line.claimed_cents:
        raise Refusal(
            "more-than-claimed", what=_("Between nothing and what was claimed can be allowed."), field="allowed_cents", status=422
        )
    if allowed_cents > examined.room_cents:
        because = examined.reasons[0]
        raise Refusal(
            "no-room",
            what=_("The terms leave room for less on this line: %(room_cents)s."),
            why=queries.REASON_WORDS[because.code],
            next_step=_("Allow at most that much."),
            clause=because.clause,
            field="allowed_cents",
            values={"room_cents": examined.room_cents, "unit": line.claim.unit},
        )
    if allowed_cents < line.claimed_cents and reason not in claims.REASONS:
        raise Refusal(
            "reason-needed",
            what=_("Say why."),
            why=_("What is not allowed needs its reason: the enterprise reads it."),
            field="reason",
            status=422,
        )
    return next((found.clause for found in examined.reasons if found.code == reason), "")


def _must_be_decidable(claim: Claim, lines: Sequence[ClaimLine], by: Person) -> None:
    if claim.state != Claim.State.SUBMITTED:
        raise Refusal("claim-not-open", what=_("Only a submitted claim that is not yet decided can be decided."))
    if waiting := [line.number for line in lines if line.ruled_by_id is None]:
        raise Refusal(
            "lines-not-ruled",
            what=_("These lines have not been ruled on: %(lines)s."),
            next_step=_("Rule on every line first."),
            values={"lines": ", ".join(str(number) for number in waiting)},
        )
    if by.pk in {line.ruled_by_id for line in lines} | {claim.submitted_by_id}:
        raise Refusal(
            "same-person",
            what=_("A claim is decided by a second person."),
            why=_("You ruled on its lines or submitted it."),
            next_step=_("Ask a colleague to decide it."),
            status=403,
        )
