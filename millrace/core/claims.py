"""Decides what of a claim is payable, line by line, and why — e.g. HK$300,000 of patent fees reduced to the HK$250,000 cap.

The machine never decides a doubt: it names what bars a line, how much the terms leave room for, and what deserves a look. A
person rules; no ruling may exceed the room; and what was allowed and what was refused always add up to what was claimed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from millrace.core import allowances as monthly
from millrace.core import matching
from millrace.core.claim_lines import Flag, Line, Watch, flags

__all__ = ["Examination", "Flag", "Head", "Line", "Payable", "Reason", "Ruling", "Step", "Terms", "Tolerance", "Watch"]

ALLOWED = "allowed"
REDUCED = "reduced"
REFUSED = "refused"

# Why a line may be reduced or refused. What bars and limits a line the machine finds itself; the rest are a person's judgement.
BARS = ("outside_period", "not_in_budget", "no_proof_of_purchase", "no_proof_of_payment", "duplicate_elsewhere")
BARS_OF_A_MONTH = ("not_one_month", "month_paid_before", "months_used_up", "people_exceeded")
LIMITS = ("head_exceeded", "over_unit_cap", "over_month")
JUDGED = (
    "duplicate_here",
    "not_arms_length",
    "payee_mismatch",
    "payer_mismatch",
    "double_funded",
    "ineligible_item",
    "ineligible_person",
    "time_not_shown",
    "procurement_breach",
    "arithmetic",
    "rate_above_agreed",
    "tax_recoverable",
    "credit_note_due",
    "asset_not_found",
)
REASONS = BARS + BARS_OF_A_MONTH + LIMITS + JUDGED

WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Head:
    """A cost head of the agreement: what was approved under it, what earlier rulings allowed, and its own cap if it has one."""

    code: str
    approved_cents: int
    allowed_before_cents: int = 0
    cap_cents: int | None = None
    clause: str = ""

    @property
    def ceiling_cents(self) -> int:
        return self.approved_cents if self.cap_cents is None else min(self.approved_cents, self.cap_cents)

    @property
    def left_cents(self) -> int:
        return max(0, self.ceiling_cents - self.allowed_before_cents)

    @property
    def is_capped(self) -> bool:
        return self.cap_cents is not None and self.cap_cents <= self.approved_cents


@dataclass(frozen=True)
class Tolerance:
    """How far a head may be exceeded from the room of others: a share of what was approved under it, at most so much (None: no cap)."""

    basis_points: int
    most_cents: int | None = None
    clause: str = ""

    def of(self, head: Head) -> int:
        """Give by how much a head may be exceeded; a cap of the scheme on a kind of cost is never stretched."""
        if head.is_capped:
            return 0
        share = head.approved_cents * self.basis_points // WHOLE_BASIS_POINTS
        return share if self.most_cents is None else min(share, self.most_cents)


@dataclass(frozen=True)
class Terms:
    """What a claim is held against: costs fall in [starts_on, ends_before), under these heads, exceeded within the tolerance if any."""

    starts_on: date
    ends_before: date
    heads: Mapping[str, Head]
    clauses: Mapping[str, str] = field(default_factory=dict)
    tolerance: Tolerance | None = None
    allowances: Mapping[str, monthly.Allowance] = field(default_factory=dict)
    paid_months: Sequence[monthly.Engaged] = ()


@dataclass(frozen=True)
class Reason:
    """Why not, or not all: a code, the clause it rests on, and what was required and found, in cents or as a day."""

    code: str
    clause: str = ""
    required: str = ""
    found: str = ""


@dataclass(frozen=True)
class Examination:
    """What the terms leave room for on one line, why no more, and what a person should look at.

    `moved_cents` of the room comes from other heads, within the tolerance; `steps` is that arithmetic.
    """

    line: int
    room_cents: int
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()
    moved_cents: int = 0
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True)
class Ruling:
    """A person's word on one line; allowed + refused = claimed, always."""

    line: int
    head: str
    claimed_cents: int
    allowed_cents: int
    reason: str = ""
    clause: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.allowed_cents <= self.claimed_cents:
            raise ValueError("a ruling allows between nothing and what was claimed")
        if self.allowed_cents < self.claimed_cents and self.reason not in REASONS:
            raise ValueError("what is not allowed needs its reason")

    @property
    def refused_cents(self) -> int:
        return self.claimed_cents - self.allowed_cents

    @property
    def outcome(self) -> str:
        if self.allowed_cents == self.claimed_cents:
            return ALLOWED
        return REDUCED if self.allowed_cents else REFUSED


def _bars(line: Line, terms: Terms, used_receipts: frozenset[str]) -> Iterable[Reason]:
    def because(code: str, required: str = "", found: str = "") -> Reason:
        return Reason(code, terms.clauses.get(code, ""), required, found)

    if not terms.starts_on <= line.spent_on < terms.ends_before:
        yield because("outside_period", f"{terms.starts_on}/{terms.ends_before}", str(line.spent_on))
    if line.head not in terms.heads:
        yield because("not_in_budget", ", ".join(sorted(terms.heads)), line.head)
    if not line.receipt:
        yield because("no_proof_of_purchase")
    if not line.payment_proof or line.paid_on is None:
        yield because("no_proof_of_payment")
    if line.receipt and line.receipt in used_receipts:
        yield because("duplicate_elsewhere", found=line.receipt[:12])
    if allowance := terms.allowances.get(line.head):
        if not monthly.is_within_one_month(line.spent_on, line.until_on):
            yield Reason("not_one_month", allowance.clause)
        elif line.until_on and line.until_on >= terms.ends_before:
            yield because("outside_period", f"{terms.starts_on}/{terms.ends_before}", str(line.until_on))
        for code in monthly.bars(allowance, line.engaged, terms.paid_months):
            most = {"months_used_up": allowance.months, "people_exceeded": allowance.people}.get(code, "")
            yield Reason(code, allowance.clause, str(most))


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic shown to the enterprise: what it is, its amount, and the numbers it was made from."""

    code: str
    amount_cents: int
    values: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "amount_cents": self.amount_cents, "values": dict(self.values)}


class _Rooms:
    """What is left under each head and of the whole budget, as lines take their room one after the other."""

    def __init__(self, terms: Terms) -> None:
        self.tolerance, self.heads = terms.tolerance, terms.heads
        self.allowed = {code: head.allowed_before_cents for code, head in terms.heads.items()}
        self.budget = sum(head.ceiling_cents for head in terms.heads.values())

    def left(self, code: str) -> int:
        return max(0, self.heads[code].ceiling_cents - self.allowed[code])

    def room(self, code: str) -> int:
        """The most one more line may take under a head: what is left of it, and within the tolerance what others leave."""
        if self.tolerance is None:
            return self.left(code)
        head = self.heads[code]
        stretched = max(0, head.ceiling_cents + self.tolerance.of(head) - self.allowed[code])
        return min(stretched, max(0, self.budget - sum(self.allowed.values())))

    def steps(self, code: str) -> tuple[Step, ...]:
        """How the room of a head comes about where it takes from others."""
        if self.tolerance is None:
            return ()
        head, of_all = self.heads[code], max(0, self.budget - sum(self.allowed.values()))
        values = {"approved_cents": head.approved_cents, "basis_points": self.tolerance.basis_points}
        most = {} if self.tolerance.most_cents is None else {"most_cents": self.tolerance.most_cents}
        return (
            Step("head_left", self.left(code)),
            Step("head_tolerance", self.tolerance.of(head), values | most),
            Step("budget_left", of_all),
            Step("head_room", self.room(code)),
        )

    def take(self, code: str, cents: int) -> None:
        self.allowed[code] += cents


def examine(
    lines: Sequence[Line], terms: Terms, *, used_receipts: frozenset[str] = frozenset(), watch: Watch | None = None
) -> tuple[Examination, ...]:
    """This will find, for each line in order, what bars it and how much room its head leaves after the lines before it.

    `used_receipts` are receipts already allowed under any other claim or case: one receipt is paid once. A line above what is left of
    its head has room within the tolerance, as far as other heads leave it: the whole never exceeds the budget.
    """
    rooms = _Rooms(terms)
    found = []
    for line in lines:
        # A month claimed by an earlier line of this claim is as paid as one of an earlier claim.
        examined = _examined(line, _beside(line, lines, terms), rooms, used_receipts)
        if examined.room_cents:
            rooms.take(line.head, examined.room_cents)
        found.append(replace(examined, flags=flags(line, lines, watch)))
    return tuple(found)


def _beside(line: Line, lines: Sequence[Line], terms: Terms) -> Terms:
    """The terms with the months that earlier lines of the same claim ask for counted as paid."""
    if not terms.allowances:
        return terms
    asked = [other.engaged for other in lines if other.number < line.number and other.head in terms.allowances]
    return replace(terms, paid_months=(*terms.paid_months, *asked))


def _examined(line: Line, terms: Terms, rooms: _Rooms, used_receipts: frozenset[str]) -> Examination:
    reasons = tuple(_bars(line, terms, used_receipts))
    if reasons:
        return Examination(line.number, 0, reasons)
    head, left, most = terms.heads[line.head], rooms.left(line.head), rooms.room(line.head)
    room = min(line.claimed_cents, most)
    allowance = terms.allowances.get(line.head)
    if allowance and (by_days := monthly.most_cents(allowance, line.engaged)) < room:
        return Examination(line.number, by_days, (Reason("over_month", allowance.clause, str(by_days), str(line.claimed_cents)),))
    if room < line.claimed_cents:
        code = "over_unit_cap" if head.is_capped else "head_exceeded"
        reasons = (Reason(code, head.clause or terms.clauses.get(code, ""), str(most), str(line.claimed_cents)),)
    moved = max(0, room - left)
    return Examination(line.number, room, reasons, moved_cents=moved, steps=rooms.steps(line.head) if moved else ())


def examine_one(
    line: Line,
    lines: Sequence[Line],
    terms: Terms,
    rulings: Sequence[Ruling],
    *,
    used_receipts: frozenset[str] = frozenset(),
    watch: Watch | None = None,
) -> Examination:
    """This will find one line's room after the rulings already given on the claim's other lines, in whatever order they came."""
    heads = dict(terms.heads)
    for ruling in rulings:
        if ruling.line != line.number and ruling.head in heads:
            head = heads[ruling.head]
            heads[ruling.head] = replace(head, allowed_before_cents=head.allowed_before_cents + ruling.allowed_cents)
    alone = examine([line], replace(_beside(line, lines, terms), heads=heads), used_receipts=used_receipts)[0]
    return replace(alone, flags=flags(line, lines, watch))


@dataclass(frozen=True)
class Payable:
    """What a decided claim is worth: its sums, the grant it earns now, and the arithmetic."""

    claimed_cents: int
    allowed_cents: int
    refused_cents: int
    payable_cents: int
    steps: tuple[Step, ...]


def decide(
    rulings: Sequence[Ruling],
    *,
    ratio: matching.Ratio,
    earns: matching.Share | None = None,
    approved_cents: int,
    allowed_before_cents: int,
    payable_before_cents: int,
) -> Payable:
    """This will turn rulings into the grant they earn at the stage's ratio, never beyond the approved amount.

    Where the grant pays a share of the cost that no matching money says, such as 70% of a list price, `earns` is that share.

    The share is taken of all cost ever allowed and what earlier claims earned is subtracted, so that ten small claims earn to the
    cent what one large claim would.
    """
    claimed = sum(ruling.claimed_cents for ruling in rulings)
    allowed = sum(ruling.allowed_cents for ruling in rulings)
    all_allowed = allowed_before_cents + allowed
    part, whole = (earns.numerator, earns.denominator) if earns else (ratio.grant, ratio.grant + ratio.matching)
    earned = all_allowed * part // whole
    within = min(earned, approved_cents)
    payable = max(0, within - payable_before_cents)
    steps = (
        Step("claimed", claimed),
        Step("refused", claimed - allowed),
        Step("allowed", allowed),
        Step("earned", earned, {"allowed_cents": all_allowed, "grant": part, "whole": whole}),
        Step("within_award", within, {"approved_cents": approved_cents}),
        Step("payable", payable, {"before_cents": payable_before_cents}),
    )
    return Payable(claimed, allowed, claimed - allowed, payable, steps)


def grant_lost(steps: Sequence[Mapping[str, Any]], cost_cents: int) -> int:
    """This will give the grant that falls away with cost taken off a decision, made again by its own arithmetic as it was kept.

    Cost beyond what the award pays for earned nothing and takes nothing with it.
    """
    kept = {step["code"]: step for step in steps}
    earned, within = kept["earned"]["values"], kept["within_award"]
    left = max(0, earned["allowed_cents"] - cost_cents) * earned["grant"] // earned["whole"]
    return int(max(0, within["amount_cents"] - min(left, within["values"]["approved_cents"])))
