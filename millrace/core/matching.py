"""Counts the money others must bring beside a grant, and how much grant it carries at the ratio of a stage.

For example, RAISe+ stage 1 at 2:1: HK$3m verified in cash and HK$5m in kind count as HK$6m (in kind at most half of the whole),
which carries HK$12m of grant; stage 2 at 1:1 would carry HK$6m.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CASH = "cash"
IN_KIND = "in_kind"


@dataclass(frozen=True)
class Ratio:
    """So many parts of grant to so many parts of matching money: NIFS is 1:2, RAISe+ 2:1 and then 1:1."""

    grant: int
    matching: int

    def __post_init__(self) -> None:
        if self.grant <= 0 or self.matching < 0:
            raise ValueError("a ratio needs a positive part of grant and no negative part of matching money")


@dataclass(frozen=True)
class Share:
    """A greatest share as a fraction, e.g. 1/2: in kind at most half of the matching money."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.denominator == 0:
            raise ValueError("a share lies between nothing and the whole")


WHOLE = Share(1, 1)


@dataclass(frozen=True)
class Source:
    """What one sponsor brought, of one kind: `verified_cents` is still unused, `consumed_cents` already served a release."""

    sponsor: int
    kind: str
    verified_cents: int
    consumed_cents: int = 0


@dataclass(frozen=True)
class Drawn:
    """How much of one source one release uses up."""

    sponsor: int
    kind: str
    amount_cents: int


def carried(ratio: Ratio, matching_cents: int) -> int | None:
    """This will give the largest grant `matching_cents` carries; None means the ratio asks for no matching money at all."""
    if ratio.matching == 0:
        return None
    return matching_cents * ratio.grant // ratio.matching


def needed(ratio: Ratio, grant_cents: int) -> int:
    """This will give the least matching money a grant of `grant_cents` needs, rounded up so the ratio is never short by a cent."""
    return -(-grant_cents * ratio.matching // ratio.grant)


def _total(sources: Sequence[Source], kind: str) -> tuple[int, int]:
    chosen = [source for source in sources if source.kind == kind]
    return sum(source.verified_cents for source in chosen), sum(source.consumed_cents for source in chosen)


def _in_kind_room(consumed_cash: int, consumed_in_kind: int, cash_cents: int, share: Share) -> int:
    """This will give the most in kind that may stand beside `cash_cents` more cash, whatever has been consumed before.

    From (used in kind + x) ≤ share × (all used + cash + x), solved for x in whole cents.
    """
    if share.numerator == share.denominator:
        return 10**18
    left = share.numerator * (consumed_cash + consumed_in_kind + cash_cents) - share.denominator * consumed_in_kind
    return max(0, left // (share.denominator - share.numerator))


def usable(sources: Sequence[Source], in_kind_share: Share = WHOLE) -> int:
    """This will give the verified, unused matching money that counts now, in kind limited to its share of all ever used."""
    cash, used_cash = _total(sources, CASH)
    in_kind, used_in_kind = _total(sources, IN_KIND)
    return cash + min(in_kind, _in_kind_room(used_cash, used_in_kind, cash, in_kind_share))


def draw(sources: Sequence[Source], amount_cents: int, in_kind_share: Share = WHOLE) -> tuple[Drawn, ...]:
    """This will say what of each source a release of this much matching money uses up; at most `usable` may be asked for.

    As much in kind as its share permits goes first, because the cash left over can still stand beside anything later. Within a
    kind the sources are used in the order given.
    """
    if amount_cents < 0 or amount_cents > usable(sources, in_kind_share):
        raise ValueError("more matching money asked for than counts")
    in_kind, used_in_kind = _total(sources, IN_KIND)
    _, used_cash = _total(sources, CASH)
    cap = (in_kind_share.numerator * (used_cash + used_in_kind + amount_cents)) // in_kind_share.denominator - used_in_kind
    of_kind = {IN_KIND: max(0, min(in_kind, amount_cents, cap))}
    of_kind[CASH] = amount_cents - of_kind[IN_KIND]
    drawn = []
    for source in sources:
        amount = min(source.verified_cents, of_kind[source.kind])
        of_kind[source.kind] -= amount
        if amount:
            drawn.append(Drawn(source.sponsor, source.kind, amount))
    return tuple(drawn)
