"""What stands in this stage — e.g. what is payable of claim 2, head by head, as the core sees it.

Facts are gathered here and decided in core; nothing here changes anything.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop as _

from millrace.core import allowances, claims, lifecycle, money
from millrace.core.claim_lines import Party
from millrace.core.terms import Terms
from millrace.registers.cases import searching
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import ChangeRequest, Claim, ClaimLine, PayeeAccount, Release, SetOff
from millrace.web.forms import said

ROUND_SUM_CENTS = 1_000_000

REASON_WORDS = {
    "outside_period": _("The cost falls outside the period of the agreement."),
    "not_in_budget": _("The agreement has no such head of expenditure."),
    "no_proof_of_purchase": _("There is no receipt or invoice."),
    "no_proof_of_payment": _("There is no proof that it was paid."),
    "duplicate_elsewhere": _("The same receipt was allowed before."),
    "head_exceeded": _("The head of expenditure is used up."),
    "over_unit_cap": _("The scheme sets a cap on this kind of cost."),
    "not_one_month": _("The days are not of one calendar month, from the first day worked to the last."),
    "month_paid_before": _("Days of this person are already claimed."),
    "months_used_up": _("The person has been paid for as many months as the agreement gives."),
    "people_exceeded": _("As many people as the agreement gives are engaged in these days already."),
    "over_month": _("The monthly rate, by the days of the month, comes to less."),
    "duplicate_here": _("The item appears twice in this claim."),
    "not_arms_length": _("The supplier is related to the enterprise."),
    "payee_mismatch": _("The payment went to someone else than the supplier."),
    "payer_mismatch": _("The payment was made by someone else than the enterprise."),
    "double_funded": _("Other public money paid for it."),
    "ineligible_item": _("Items of this kind are not supported."),
    "ineligible_person": _("The person is not on the project."),
    "time_not_shown": _("The time worked is not shown."),
    "procurement_breach": _("The buying did not follow the agreed procedure."),
    "arithmetic": _("The sum is wrong."),
    "rate_above_agreed": _("The rate is above the one agreed."),
    "tax_recoverable": _("The tax can be recovered."),
    "credit_note_due": _("A credit note is due."),
    "asset_not_found": _("The item was not found on inspection."),
}

FLAG_WORDS = {
    "same_receipt": _("Same receipt as another line"),
    "same_invoice": _("Same supplier and invoice as another line"),
    "same_amount_and_day": _("Same amount and day as another line"),
    "related_supplier": _("Supplier is related to the enterprise"),
    "round_sum": _("Round sum"),
    "weekend": _("Dated on a weekend"),
    "paid_before_bought": _("Paid before it was bought"),
    "split_invoice": _("May be one purchase told as several"),
    "just_below_threshold": _("Just below a threshold"),
    "arithmetic": _("Quantity × unit price is another sum"),
}

BLOCK_WORDS = {
    "stage_not_open": _("The stage has not been opened."),
    "milestones_not_accepted": _("A milestone has not been accepted."),
    "claim_undecided": _("A claim is not yet decided."),
    "account_not_verified": _("The payee account has not been verified by two people."),
    "suspended": _("The agreement is suspended."),
    "report_overdue": _("A report is overdue."),
    "finding_open": _("A finding of an inspection is not cleared."),
    "already_released": _("All of it has been released."),
    "nothing_committed": _("Nothing is left of the commitment."),
    "nothing_payable": _("No decided claim has earned anything yet."),
    "no_verified_matching": _("No verified matching money is left."),
    "advance_not_asked": _("No advance has been asked for, or all of it was paid."),
    "advance_to_clear": _("Claims have not yet covered the advance that was paid."),
}

STEP_WORDS = {
    "claimed": _("Claimed"),
    "refused": _("Refused"),
    "allowed": _("Allowed"),
    "earned": _("Grant earned by all cost allowed so far"),
    "within_award": _("No more than was approved"),
    "payable": _("Payable under this claim"),
    "planned_left": _("Planned, less what was released"),
    "committed_left": _("Left of the commitment"),
    "payable_left": _("Earned by decided claims and not yet released"),
    "advance_asked": _("Asked for as an advance, less what was released"),
    "matching_carries": _("Carried by verified matching money"),
    "in_kind_verified": _("Verified in kind and not yet used"),
    "in_kind_counts": _("Of it counts now"),
    "release": _("Released: the least of these"),
    "matching_used": _("Matching money used up by it"),
    "head_left": _("Left under this head"),
    "head_tolerance": _("It may be exceeded by"),
    "budget_left": _("Left of the whole budget"),
    "head_room": _("Room on this line"),
    "priced_hours": _("Hours at the rate of the rule"),
    "priced_use": _("Use over the life of the rule"),
    "priced_goods": _("List price under the cap of the rule"),
    "declared_value": _("Declared"),
    "counted": _("Counts as matching money"),
}


def line_value(line: ClaimLine, *, claim: int = 0) -> claims.Line:
    """This will be a line as the core reads it; a draft without a day counts as outside every period."""
    return claims.Line(
        number=line.number,
        head=line.head,
        claimed_cents=line.claimed_cents,
        spent_on=line.spent_on or date.min,
        paid_on=line.paid_on,
        receipt=line.receipt_sha256,
        payment_proof=str(line.payment_proof_id or ""),
        supplier=line.supplier.casefold(),
        invoice=line.invoice.casefold(),
        is_related_supplier=line.is_related_supplier,
        supplier_registration=line.supplier_registration,
        quantity_hundredths=line.quantity_hundredths or 0,
        unit_price_cents=line.unit_price_cents or 0,
        invoiced_cents=line.invoiced_cents or 0,
        claim=claim,
        person=allowances.person_key(searching.folded(line.item)),
        until_on=line.until_on,
    )


def _ruling(line: ClaimLine) -> claims.Ruling:
    return claims.Ruling(line.number, line.head, line.claimed_cents, line.allowed_cents or 0, line.reason, line.clause)


def allowed_by_head(case: Case, *, except_claim: Claim | None = None) -> dict[str, int]:
    """This will give what decided claims were allowed under each head."""
    lines = ClaimLine.objects.filter(claim__case=case, claim__state=Claim.State.DECIDED)
    if except_claim is not None:
        lines = lines.exclude(claim=except_claim)
    return dict(lines.values_list("head").annotate(sum=Sum("allowed_cents")))


def paid_months(case: Case, terms: Terms, *, except_claim: Claim) -> list[allowances.Engaged]:
    """This will give whose months were allowed by decided claims; without monthly allowances nothing is looked up."""
    if not terms.allowances:
        return []
    codes = [one.code for one in terms.allowances]
    lines = ClaimLine.objects.filter(claim__case=case, claim__state=Claim.State.DECIDED, head__in=codes, allowed_cents__gt=0)
    return [line_value(line).engaged for line in lines.exclude(claim=except_claim)]


def used_receipts(lines: Iterable[ClaimLine], claim: Claim) -> frozenset[str]:
    """This will give which of these lines' receipts were already allowed under another claim, of this case or any other."""
    wanted = {line.receipt_sha256 for line in lines if line.receipt_sha256}
    used = ClaimLine.objects.filter(receipt_sha256__in=wanted, allowed_cents__gt=0).exclude(claim=claim)
    return frozenset(used.values_list("receipt_sha256", flat=True))


def watch(claim: Claim) -> claims.Watch:
    """This will gather what a claim is looked at for: the policy's thresholds of its day, the case's parties, lines of earlier claims."""
    case, on = claim.case, day_of(claim)
    known, handling = Organisation.objects.filter(pk__in=case.parties.values("organisation")), policy.handling()
    earlier = ClaimLine.objects.filter(claim__case=case, claim__number__lt=claim.number).exclude(allowed_cents=0).select_related("claim")
    return claims.Watch(
        threshold_cents=handling.number("quotation-threshold", case.scheme, on),
        just_below_basis_points=handling.number("just-below-share", case.scheme, on),
        split_days=handling.number("split-days", case.scheme, on),
        round_cents=handling.number("round-sum", case.scheme, on, ROUND_SUM_CENTS),
        parties=tuple(Party((one.name, one.name_zh), (one.registration_number,)) for one in known),
        earlier=tuple(line_value(line, claim=line.claim.number) for line in earlier.order_by("claim__number", "number")),
    )


def day_of(claim: Claim) -> date:
    """This will give the day whose measures of handling a claim is held to: that of its submission, or of its beginning before that."""
    return gather.local_day(claim.submitted_at or claim.opened_at)


def tolerance(claim: Claim) -> claims.Tolerance | None:
    """This will give how far a head may be exceeded from the room of others, where the policy says so for this scheme."""
    handling, scheme, on = policy.handling(), claim.case.scheme, day_of(claim)
    share = handling.found("virement-share", scheme, on)
    if share is None or claim.unit not in money.CURRENCIES:
        return None
    most = handling.found("virement-most", scheme, on)
    return claims.Tolerance(share.number, most.number if most else None, said(share.value.clause))


def _held(claim: Claim, terms: Terms) -> claims.Terms:
    before = paid_months(claim.case, terms, except_claim=claim)
    return replace(terms.for_claims(allowed_by_head(claim.case, except_claim=claim), before), tolerance=tolerance(claim))


def examinations(claim: Claim, terms: Terms) -> dict[int, claims.Examination]:
    """This will find every line's room, reasons and flags, those already ruled counting as ruled, by line number."""
    lines = list(claim.lines.order_by("number"))
    held, watched = _held(claim, terms), watch(claim)
    values, used = [line_value(line) for line in lines], used_receipts(lines, claim)
    if all(line.ruled_by_id is None for line in lines):
        return {found.line: found for found in claims.examine(values, held, used_receipts=used, watch=watched)}
    rulings = [_ruling(line) for line in lines if line.ruled_by_id is not None]
    return {value.number: claims.examine_one(value, values, held, rulings, used_receipts=used, watch=watched) for value in values}


def examination(line: ClaimLine, terms: Terms) -> claims.Examination:
    """This will find one line's room after the rulings on the others."""
    claim = line.claim
    lines = list(claim.lines.order_by("number"))
    rulings = [_ruling(other) for other in lines if other.ruled_by_id is not None and other.pk != line.pk]
    values, used = [line_value(other) for other in lines], used_receipts([line], claim)
    return claims.examine_one(line_value(line), values, _held(claim, terms), rulings, used_receipts=used, watch=watch(claim))


def payable(claim: Claim, terms: Terms) -> claims.Payable:
    """This will give the grant a fully ruled claim earns: per stage, so that each stage's cost counts at its own ratio."""
    stage = terms.stage(claim.stage_number)
    before = Claim.objects.filter(case=claim.case, stage_number=claim.stage_number, state=Claim.State.DECIDED).exclude(pk=claim.pk)
    sums = before.aggregate(allowed=Sum("allowed_cents"), payable=Sum("payable_cents"))
    rulings = [_ruling(line) for line in claim.lines.order_by("number")]
    return claims.decide(
        rulings,
        ratio=stage.ratio,
        earns=stage.earns,
        approved_cents=stage.grant_cents,
        allowed_before_cents=sums["allowed"] or 0,
        payable_before_cents=sums["payable"] or 0,
    )


def suspension_of(case: Case) -> ChangeRequest | None:
    """This will give the approved request that suspends an agreement now; one the other funder's refusal suspended has none."""
    if case.status != lifecycle.SUSPENDED:
        return None
    held = ChangeRequest.objects.filter(case=case, kind=ChangeRequest.Kind.SUSPENSION, state=ChangeRequest.State.APPROVED)
    last = held.order_by("-number").first()
    if last is None or Event.objects.filter(case=case, kind="suspension_lifted", facts__number=last.number).exists():
        return None
    return last


# What the bank says of the account rather than of the moment: such an account is not paid to again.
ACCOUNT_REASONS = ("AC01", "AC02", "AC03", "AC04", "AC06", "BE01", "RC01")


def verified_account(organisation: Organisation) -> PayeeAccount | None:
    """This will give the account an organisation is paid to, once two people have verified it."""
    return PayeeAccount.objects.filter(organisation=organisation, ended_at__isnull=True, second_by__isnull=False).first()


def live_account(organisation: Organisation) -> PayeeAccount | None:
    """This will give the account in force or under verification."""
    return PayeeAccount.objects.filter(organisation=organisation, ended_at__isnull=True).first()


def unpaid_releases() -> QuerySet[Release]:
    """This will give the releases no payment that still stands has taken up, oldest first; a suspended agreement's wait.

    `to_pay_cents` is what is left to pay of each after what was set off against it.
    """
    kept_back = SetOff.objects.filter(release=OuterRef("pk"), state=SetOff.State.APPROVED).order_by().values("release")
    kept_back_cents = Coalesce(Subquery(kept_back.annotate(sum=Sum("amount_cents")).values("sum"), output_field=BigIntegerField()), 0)
    waiting = Release.objects.filter(unpaid__isnull=False).exclude(case__status=lifecycle.SUSPENDED)
    waiting = waiting.annotate(to_pay_cents=F("amount_cents") - kept_back_cents)
    return waiting.select_related("case", "case__lead").order_by("released_at", "id")
