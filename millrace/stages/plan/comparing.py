"""Tries a draft of a scheme on every past case — e.g. who would gain under NIFS with HK$20m a project, and what each year would have cost.

A past case stands as it was judged at submission, under the version it is bound to; the draft reads the same frozen facts, from the
columnar copy of them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from millrace.core import money
from millrace.core.rules import compare, compare_many, explain
from millrace.core.rules.compare_many import Summary
from millrace.core.rules.rulebook import SchemeVersion
from millrace.registers.policy import queries as policy
from millrace.stages.plan import past
from millrace.stages.plan.past import Brought


@dataclass(frozen=True)
class Found:
    """A comparison, and the copy it was read from."""

    summary: Summary
    brought: Brought
    case_count: int


def over_past_cases(
    scheme: str,
    draft: SchemeVersion,
    *,
    before: SchemeVersion | None = None,
    visible: Collection[int] | None = None,
    most: int | None = None,
) -> Found:
    """This will read every past case of a scheme by the draft, tests left out, and set it beside what was said of it then, or beside
    what `before` says.

    `visible` holds the cases that may count; none given, all do. `Behind` is raised when the copy lacks more than `most` cases.
    """
    brought, held = past.of_scheme(scheme, most=most)
    if visible is not None:
        seen = np.fromiter(visible, np.int64, len(visible))
        held = [(version, cases.only(np.isin(cases.cases, seen))) for version, cases in held]
    return Found(compare_many.compare(held, draft, before), brought, sum(len(cases) for _, cases in held))


def years(found: Summary) -> dict[str, int]:
    """This will add up the change by the funder's financial year."""
    return found.change_by_year(policy.funder().financial_year_name)


def copy_data(brought: Brought) -> dict[str, Any]:
    """This will say which copy was read, as plain data."""
    copy = brought.copy
    return {
        "seal": copy.seal,
        "chain": copy.chain,
        "cases": copy.case_count,
        "read_now": brought.read_count,
        "made_anew": brought.is_new,
        "seconds": round(brought.took.total_seconds(), 3),
        "unreadable": list(copy.unreadable),
    }


def copy_line(brought: Brought) -> str:
    """This will say which copy was read, and what bringing it up to date took."""
    copy, took = brought.copy, brought.took.total_seconds()
    made = f"; {brought.read_count:,} read {'for a new copy' if brought.is_new else 'since'} in {took:.2f} s" if brought.read_count else ""
    lost = f"; {len(copy.unreadable)} cannot be read" if copy.unreadable else ""
    return f"{copy.case_count:,} past cases as of seal {copy.seal} ({copy.chain[:16]}){made}{lost}"


def as_data(found: Summary) -> dict[str, Any]:
    """This will give a comparison as plain data."""
    return {
        "judged": found.judged_count,
        "gain": [_difference(one) for one in found.moved(1)],
        "lose": [_difference(one) for one in found.moved(-1)],
        "cannot_judge": found.unjudged(),
        "cannot_judge_by": {"rules": found.open_rules(), "facts": found.wanting()},
        "change_by_year": years(found),
        "reasons": found.reasons(),
    }


def _difference(one: compare.Difference) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "on": one.on.isoformat(),
        "before": one.before_cents,
        "after": one.after_cents,
        "change": one.change_cents,
        "flipped": list(one.flipped),
    }


def lines(found: Summary, draft: SchemeVersion) -> Iterator[str]:
    """This will say a comparison in lines for a terminal."""
    yield f"  {found.judged_count} judged, {found.unjudged_count} cannot be judged for want of a fact"
    for name, direction in (("gain", 1), ("lose", -1)):
        yield f"  {found.moved_count(direction)} {name} {_written(abs(found.moved_cents(direction)), draft)}"
    for year, change in years(found).items():
        yield f"  {year}: {'+' if change >= 0 else '-'}{_written(abs(change), draft)}"
    language = draft.languages[0]
    statements = {rule.id: explain.statement(rule, draft, language) for rule in draft.rules}
    for rule, count in found.reasons().items():
        yield f"  {count} by {rule}: {statements.get(rule, 'the draft does not have it')}"
    for rule, count in found.open_rules().items():
        yield f"  {count} cannot be judged by {rule}: {statements[rule]}"
    for fact, count in found.wanting().items():
        yield f"  {count} want {fact}: {draft.vocabulary.facts[fact].label.said_in(language)}"


def _written(amount: int, draft: SchemeVersion) -> str:
    return money.written(amount, currency=draft.unit) if draft.unit in money.CURRENCIES else f"{amount:,} {draft.unit}"
