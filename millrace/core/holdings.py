"""Decides about what a grant bought or brought forth — e.g. a lathe kept until five years after the project, 70% of a patent to the team.

What was bought under an equipment head stands in a register until its years are over; what a title is worth is shared out whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from millrace.core import months

WHOLE_BASIS_POINTS = 10_000
FOUND, DAMAGED, MISSING, DISPOSED = "found", "damaged", "missing", "disposed"
FINDINGS = (FOUND, DAMAGED, MISSING, DISPOSED)


@dataclass(frozen=True)
class Share:
    """Whose part of a title, whether they are of the team, and how much in basis points."""

    holder: str
    is_team: bool
    basis_points: int


def retain_until(ends_before: date, years: int) -> date:
    """This will give the first day on which an item need no longer be kept: so many years after the agreement's end."""
    return months.after(ends_before, 12 * years)


def is_breach(finding: str, on: date, until: date, *, has_consent: bool) -> bool:
    """This will say whether what was found breaks the agreement: gone before its years are over, and nobody agreed to that."""
    return finding in (MISSING, DISPOSED) and on < until and not has_consent


def problems(shares: Sequence[Share]) -> tuple[str, ...]:
    """This will say, in codes, why shares cannot stand: a part of nothing, one holder twice, or a sum that is not the whole."""
    found = []
    if not shares or any(share.basis_points <= 0 for share in shares):
        found.append("share_of_nothing")
    if len({share.holder.casefold().strip() for share in shares}) < len(shares):
        found.append("holder_twice")
    if sum(share.basis_points for share in shares) != WHOLE_BASIS_POINTS:
        found.append("not_the_whole")
    return tuple(found)


def team_basis_points(titles: Iterable[Sequence[Share]]) -> int | None:
    """This will give the team's least share over all titles, the one a rule is judged by; None where there is no title."""
    return min((sum(share.basis_points for share in shares if share.is_team) for shares in titles), default=None)
