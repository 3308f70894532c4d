"""Decides whether this person may decide this case for this amount — e.g. not above the delegated limit, and never the recommender.

A missing limit stops the decision; it never lets it pass. All people are compared as persons, not as accounts or roles.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from millrace.core.policy_folder import handling as handling_
from millrace.core.policy_folder.handling import Handling


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision asked for: by whom, with which delegated limit, for how much (nothing for a refusal).

    `recommenders` advised on the case in any way: members who recommended, who recorded it, reviewed or screened it.
    """

    person: int
    limit_cents: int | None
    amount_cents: int
    recommenders: Set[int]
    party_people: Set[int]
    rules_give_cents: int | None
    requested_cents: int


def objections(asked: Asked, *, is_approval: bool) -> tuple[str, ...]:
    """This will name everything that stands against the decision, most personal first."""
    found = []
    if asked.person in asked.recommenders:
        found.append("own-recommendation")
    if asked.person in asked.party_people:
        found.append("own-application")
    if is_approval:
        found += _of_amount(asked)
    return tuple(found)


def objections_to_committee(asked: Asked, *, members: Set[int], is_approval: bool) -> tuple[str, ...]:
    """This will name what stands against a decision that a committee takes itself: `asked.person` only records it.

    The limit of one person does not bind a committee. Nobody decides on what they screened or reviewed.
    """
    found = ["members-advised"] if members & asked.recommenders else []
    if asked.person in asked.party_people:
        found.append("own-application")
    if is_approval:
        found += [code for code in _of_amount(asked) if code not in ("no-limit", "above-limit")]
    return tuple(found)


def _of_amount(asked: Asked) -> list[str]:
    found = []
    if asked.amount_cents <= 0:
        found.append("no-amount")
    if asked.limit_cents is None:
        found.append("no-limit")
    elif asked.amount_cents > asked.limit_cents:
        found.append("above-limit")
    if asked.rules_give_cents is None:
        found.append("rules-unsettled")
    elif asked.amount_cents > asked.rules_give_cents:
        found.append("above-rules")
    if asked.amount_cents > asked.requested_cents:
        found.append("above-request")
    return found


# What someone of finance does with money, each under a limit of its own; a grade's limits are measures such as limit-order-senior.
ORDER, CHECK, RELEASE, TRANSFER, WRITE_OFF = "order", "check", "release", "transfer", "write_off"
MONEY_ACTS: Final = (ORDER, CHECK, RELEASE, TRANSFER, WRITE_OFF)
# An authority's own limit is for what it approves; what it may give up is the policy's word alone.
AUTHORITY: Final = "authority"
NO_HANDLING: Final = handling_.NONE


@dataclass(frozen=True, slots=True)
class Delegated:
    """What a person was given: a limit of their own, which stands first, or a grade."""

    limit_cents: int | None
    grade: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an act on money stops: no-limit, limit-unreadable, limit-in-another-unit or above-limit; the limit where there is one."""

    code: str
    limit_cents: int = 0


def limit_name(act: str, grade: str) -> str:
    """Name the measure that says a grade's limit for an act: limit-order-senior."""
    return f"limit-{act}-{grade}"


def grade_of(measure: str) -> str:
    """Name the grade whose limit a measure says."""
    return next(measure.removeprefix(start) for start in (limit_name(act, "") for act in MONEY_ACTS) if measure.startswith(start))


def stop(
    held: Delegated, act: str, amount_cents: int, unit: str, *, handling: Handling, scheme: str, on: date, limit_unit: str
) -> Stop | None:
    """Say why a person may not do this act for this amount, or None. What cannot be read stops: it never lets pass."""
    limit = held.limit_cents
    if limit is None and not held.grade:
        return Stop("no-limit")
    if limit is None:
        found = handling.found(limit_name(act, held.grade), scheme, on)
        if found is None or found.measure.unit != "cents":
            return Stop("limit-unreadable")
        limit = found.number
    if unit != limit_unit:
        return Stop("limit-in-another-unit", limit)
    return Stop("above-limit", limit) if amount_cents > limit else None
