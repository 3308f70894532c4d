"""A line of a claim, and what of it deserves a person's look — e.g. two invoices of one supplier, three days apart, each just below
the HK$200,000 from which quotations are needed and together above it.

Nothing here decides: a flag names what was noticed, with which other lines and figures, and a person judges it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from millrace.core import allowances as monthly
from millrace.core import likeness

WHOLE_BASIS_POINTS = 10_000
HUNDREDTHS = 100


@dataclass(frozen=True)
class Line:
    """One item of spend. `receipt` is the SHA-256 of the proof of purchase, empty if there is none; `claim` is 0 for the claim looked at
    and an earlier claim's number for a line beside it. `invoiced_cents` is the amount in the invoice's own currency, where it has one."""

    number: int
    head: str
    claimed_cents: int
    spent_on: date
    paid_on: date | None = None
    receipt: str = ""
    payment_proof: str = ""
    supplier: str = ""
    invoice: str = ""
    is_related_supplier: bool = False
    supplier_registration: str = ""
    quantity_hundredths: int = 0
    unit_price_cents: int = 0
    invoiced_cents: int = 0
    claim: int = 0
    person: str = ""
    until_on: date | None = None

    @property
    def engaged(self) -> monthly.Engaged:
        """Under a monthly allowance: whose month, from `spent_on` until `until_on`, both counted."""
        return monthly.Engaged(self.person, self.spent_on, self.until_on or self.spent_on, self.head)

    @property
    def place(self) -> tuple[int, int]:
        """Its claim (0: the one looked at) and its number there."""
        return self.claim, self.number


@dataclass(frozen=True)
class Flag:
    """Something to look at: a code, the other lines it was seen in (claim, number) and the figures it rests on."""

    code: str
    others: tuple[tuple[int, int], ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Party:
    """An organisation with a part in the case, by its names and registration numbers."""

    names: tuple[str, ...]
    registrations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watch:
    """What is watched for: the policy's thresholds (0: not watched), the parties of the case, and lines of its earlier claims."""

    threshold_cents: int = 0
    just_below_basis_points: int = 0
    split_days: int = 0
    round_cents: int = 1_000_000
    parties: tuple[Party, ...] = ()
    earlier: tuple[Line, ...] = ()


def flags(line: Line, others: Iterable[Line], watch: Watch | None = None) -> tuple[Flag, ...]:
    """This will list what a person should look at on one line, beside the other lines of its claim and of earlier ones."""
    watched = watch or Watch()
    beside = [other for other in (*others, *watched.earlier) if other.place != line.place]
    seen = (_repeated(line, beside), _related(line, watched), _sums(line, watched), _split(line, beside, watched), _days(line))
    return tuple(flag for found in seen for flag in found)


def _repeated(line: Line, beside: Sequence[Line]) -> Iterable[Flag]:
    number = likeness.reference_key(line.invoice)
    same = {
        "same_receipt": [other for other in beside if line.receipt and other.receipt == line.receipt],
        "same_invoice": [
            other
            for other in beside
            if number and likeness.reference_key(other.invoice) == number and likeness.is_alike(line.supplier, other.supplier)
        ],
        "same_amount_and_day": [other for other in beside if (other.claimed_cents, other.spent_on) == (line.claimed_cents, line.spent_on)],
    }
    for code, found in same.items():
        if found:
            yield Flag(code, tuple(other.place for other in found))


def _related(line: Line, watch: Watch) -> Iterable[Flag]:
    """A supplier said to be related, or that is a party of the case by its name or its registration number."""
    name, registration = likeness.name_key(line.supplier), likeness.reference_key(line.supplier_registration)
    by_name = name and any(likeness.name_key(known) == name for party in watch.parties for known in party.names if known)
    numbers = [likeness.reference_key(number) for party in watch.parties for number in party.registrations]
    if line.is_related_supplier or by_name or (registration and registration in numbers):
        yield Flag("related_supplier")


def _sums(line: Line, watch: Watch) -> Iterable[Flag]:
    if watch.round_cents and line.claimed_cents and line.claimed_cents % watch.round_cents == 0:
        yield Flag("round_sum", values={"of_cents": watch.round_cents})
    if line.quantity_hundredths and line.unit_price_cents:
        # Half a cent may be rounded either way; more is another sum.
        exact, amount = line.quantity_hundredths * line.unit_price_cents, line.invoiced_cents or line.claimed_cents
        if abs(exact - amount * HUNDREDTHS) >= HUNDREDTHS:
            values = {"quantity_hundredths": line.quantity_hundredths, "unit_price_cents": line.unit_price_cents}
            yield Flag("arithmetic", values=values | {"product_cents": exact // HUNDREDTHS, "amount_cents": amount})


def _split(line: Line, beside: Sequence[Line], watch: Watch) -> Iterable[Flag]:
    """One purchase told as several, each below the threshold and together not; or a single one that stops just short of it."""
    threshold = watch.threshold_cents
    if not 0 < line.claimed_cents < threshold:
        return
    near = [other for other in beside if abs((other.spent_on - line.spent_on).days) <= watch.split_days and line.supplier.strip()]
    theirs = [other for other in near if other.supplier.strip() and likeness.is_alike(line.supplier, other.supplier)]
    theirs = [other for other in theirs if 0 < other.claimed_cents < threshold]
    together = line.claimed_cents + sum(other.claimed_cents for other in theirs)
    if theirs and together >= threshold:
        places = tuple(other.place for other in theirs)
        yield Flag("split_invoice", places, {"together_cents": together, "threshold_cents": threshold, "days": watch.split_days})
    if line.claimed_cents * WHOLE_BASIS_POINTS >= threshold * (WHOLE_BASIS_POINTS - watch.just_below_basis_points):
        yield Flag("just_below_threshold", values={"threshold_cents": threshold})


def _days(line: Line) -> Iterable[Flag]:
    if line.spent_on.weekday() >= 5:
        yield Flag("weekend")
    if line.paid_on is not None and line.paid_on < line.spent_on:
        yield Flag("paid_before_bought")
