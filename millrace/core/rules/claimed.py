"""Works out facts anew from the lines of claims — e.g. HK$0.9m of HK$1.5m allowed so far was spent in the Mainland.

Which facts, by which places and heads, is said by the policy's vocabulary; only rules judged at claims ask for them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from millrace.core.rules.facts import Claimed, Fact, FactValue, Standing
from millrace.core.rules.rulebook import SchemeVersion, facts_of_rule

WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Spent:
    """One line as it was ruled: its head, where it was spent, how much was allowed."""

    head: str
    place: str
    allowed_cents: int


def asked(version: SchemeVersion) -> dict[str, Claimed]:
    """Name the facts that rules judged at claims speak of and that claims establish."""
    parts = {part for rule in version.rules if "claim" in rule.moments for fact in facts_of_rule(rule) for part in version.parts_of(fact)}
    known = {name: version.vocabulary.facts[name].claimed for name in sorted(parts) if name in version.vocabulary.facts}
    return {name: claimed for name, claimed in known.items() if claimed is not None}


def place_of(version: SchemeVersion) -> Fact | None:
    """Give the fact whose choices are the places that lines of claims are told apart by; None where no rule asks."""
    return next((version.vocabulary.facts[one.of] for one in asked(version).values() if one.of), None)


def from_lines(version: SchemeVersion, lines: Iterable[Spent]) -> dict[str, FactValue]:
    """Work the facts out of what was allowed: a share of nothing is not known. Shares are rounded up, so that none is hidden."""
    spent, made_from = list(lines), asked(version)
    worked_out = {name: _value(claimed, {claimed.place}, spent) for name, claimed in made_from.items()}
    worked_out |= {name: _value(first, places, spent) for name, first, places in _together(version, made_from)}
    return {name: FactValue(value, Standing.VERIFIED) for name, value in worked_out.items() if value is not None}


def _together(version: SchemeVersion, made_from: Mapping[str, Claimed]) -> Iterator[tuple[str, Claimed, set[str]]]:
    """A share made of the shares of several places is worked out from all of their lines at once: the sum of shares that were each
    rounded up would be above half where exactly half was spent in two places."""
    spoken = {fact for rule in version.rules if "claim" in rule.moments for fact in facts_of_rule(rule)}
    for name in sorted(spoken):
        derived = version.vocabulary.facts[name].derived
        parts = [made_from[part] for part in derived.parts if part in made_from] if derived and derived.how == "sum" else []
        if derived and len(parts) == len(derived.parts) and len({(part.how, part.of, part.heads) for part in parts}) == 1:
            yield name, parts[0], {part.place for part in parts}


def _value(claimed: Claimed, places: Collection[str], spent: list[Spent]) -> int | None:
    counted = [line for line in spent if not claimed.heads or line.head in claimed.heads]
    whole = sum(line.allowed_cents for line in counted)
    there = sum(line.allowed_cents for line in counted if not claimed.place or line.place in places)
    if whole == 0:
        return None
    return there if claimed.how == "sum" else -(-there * WHOLE_BASIS_POINTS // whole)
