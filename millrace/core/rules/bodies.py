"""What a rule may say, one frozen shape for each kind: conditions to meet, ways of reckoning support, limits to it.

"HK$21,000 a month for each master's graduate, for at most 36 months" is an `Allowance`; "at most HK$15,000,000 a project" a `Ceiling`.
"""

from dataclasses import dataclass

from millrace.core.rules.conditions import Condition
from millrace.core.rules.facts import Value


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition that must hold, where `when` holds. A limit is read from facts that were
    computed or verified, never declared."""

    require: Condition
    when: Condition | None = None
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Award:
    """Points for a condition that holds."""

    points: int
    when: Condition


@dataclass(frozen=True, slots=True)
class Points:
    """Points added up, and how many are needed."""

    awards: tuple[Award, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class StageShare:
    """The ratio of government to partner money for one stage or category of cost (or for the whole): which fact holds
    the cost, and which the partners' money ("" where none is asked for). It counts only where `when` holds."""

    government: int
    partner: int
    cost: str
    matching: str
    stage: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Support as a share of cost, by stage or category; never more than `asked`, once that is known."""

    shares: tuple[StageShare, ...]
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several numbers: the first whose condition holds is the one that counts."""

    number: int
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Percent:
    """Support as a percentage of one fact, in basis points; the rate may depend on conditions. More than the whole is given only
    where it is meant, or a ceiling binds it."""

    of: str
    rates: tuple[Option, ...]
    matching: str = ""
    stage: str = ""
    asked: str = ""
    is_more_meant: bool = False


@dataclass(frozen=True, slots=True)
class LumpSum:
    """Support as a fixed amount, which may depend on conditions."""

    amounts: tuple[Option, ...]
    stage: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceLine:
    """So much a month for each of some heads, for so many months; of that, a percentage (in basis points)."""

    monthly: int
    heads: str
    months: str
    most_months: int | None = None
    basis_points: int = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Support as monthly allowances × months × heads, by level."""

    lines: tuple[AllowanceLine, ...]
    stage: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """The slice of an amount up to `up_to` (None: without end) and the percentage of it that is given, in basis points."""

    up_to: int | None
    basis_points: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """Support as percentages of one fact, slice by slice; at least `least`, where a least is set."""

    of: str
    tiers: tuple[Tier, ...]
    least: int = 0
    stage: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that one project may be given; `per` multiplies it by a count, such as teams."""

    amount_cents: int
    per: str = ""


@dataclass(frozen=True, slots=True)
class RelativeCeiling:
    """The most that one project may be given, as a share of a fact, such as the cost of the project before it."""

    basis_points: int
    of: str


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a project must come to."""

    amount_cents: int


@dataclass(frozen=True, slots=True)
class CumulativeCeiling:
    """The most that one applicant may be given in all, counting what `used` says it was given."""

    amount_cents: int
    used: str


@dataclass(frozen=True, slots=True)
class TrackChoice:
    """The route of assessment that a case takes when the condition holds."""

    track: str
    when: Condition


@dataclass(frozen=True, slots=True)
class OpenCall:
    """Applications are taken only while a call is open."""


@dataclass(frozen=True, slots=True)
class Term:
    """A published (or illustrative) term that binds but is not judged from facts. One may say that applications are taken all year
    round: that no window is written here is no such word."""

    value: Value | None = None
    unit: str = ""
    is_open_all_year: bool = False


Giving = Ratio | Percent | LumpSum | Allowance | Tiers
Body = Requirement | Points | Giving | Ceiling | RelativeCeiling | Floor | CumulativeCeiling | TrackChoice | OpenCall | Term


def fails_where_nothing_applies(options: tuple[Option, ...]) -> bool:
    """Say whether there may be no option left: none of them stands without a condition."""
    return all(option.when is not None for option in options)
