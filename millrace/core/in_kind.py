"""Prices what is given in kind by rule: hours at a rate, the use of equipment by straight-line depreciation, goods under a list-price cap.

For example 40 hours of an engineer at HK$600 count HK$24,000, whatever was declared above that; an instrument of HK$600,000 with a life of
60 months, used half of its time for 6 months, counts HK$30,000. Rates, lives and caps come in as numbers: they are the policy's.
"""

from dataclasses import dataclass

from millrace.core import money
from millrace.core.claims import Step

HOURS, USE, GOODS = "hours", "use", "goods"
WAYS = (HOURS, USE, GOODS)
WHOLE_BASIS_POINTS = 10_000
HUNDREDTHS = 100


@dataclass(frozen=True)
class Hours:
    """Time of a person: hundredths of an hour at a rate an hour."""

    rate_cents: int
    hours_hundredths: int


@dataclass(frozen=True)
class Use:
    """Use of equipment: what it cost, its life, its age when the use began, and for how long and what share of its time it was used."""

    cost_cents: int
    life_months: int
    age_months: int
    used_months: int
    share_basis_points: int = WHOLE_BASIS_POINTS

    @property
    def counted_months(self) -> int:
        """Give the months of use that fall inside its life: what is written off is worth nothing more."""
        return min(self.used_months, max(0, self.life_months - self.age_months))


@dataclass(frozen=True)
class Goods:
    """Goods, licences or services that have a list price, of which at most a share counts."""

    list_price_cents: int
    quantity: int
    share_basis_points: int


Given = Hours | Use | Goods


@dataclass(frozen=True)
class Priced:
    """What a contribution counts for, and the arithmetic."""

    amount_cents: int
    steps: tuple[Step, ...]


def price(given: Given, *, declared_cents: int | None = None) -> Priced:
    """This will price what was given by its rule, to the cent and never a cent above it; a lower declared value stands, a higher never."""
    by_rule = _by_rule(given)
    if declared_cents is None:
        return Priced(by_rule.amount_cents, (by_rule, Step("counted", by_rule.amount_cents)))
    counted = min(by_rule.amount_cents, declared_cents)
    return Priced(counted, (by_rule, Step("declared_value", declared_cents), Step("counted", counted)))


def _by_rule(given: Given) -> Step:
    match given:
        case Hours():
            amount = money.portion(given.rate_cents, given.hours_hundredths, HUNDREDTHS)
            return Step("priced_hours", amount, {"rate_cents": given.rate_cents, "hours_hundredths": given.hours_hundredths})
        case Use():
            amount = money.portion(
                given.cost_cents, given.counted_months * given.share_basis_points, given.life_months * WHOLE_BASIS_POINTS
            )
            values = {"cost_cents": given.cost_cents, "counted_months": given.counted_months, "used_months": given.used_months}
            shares = {"life_months": given.life_months, "age_months": given.age_months, "share_basis_points": given.share_basis_points}
            return Step("priced_use", amount, values | shares)
        case Goods():
            amount = money.portion(given.list_price_cents * given.quantity, given.share_basis_points, WHOLE_BASIS_POINTS)
            values = {
                "list_price_cents": given.list_price_cents,
                "quantity": given.quantity,
                "share_basis_points": given.share_basis_points,
            }
            return Step("priced_goods", amount, values)
