"""Tries a draft of a scheme on every past case — e.g. who would gain under NIFS with HK$20m a project, and what each year would have cost.

A past case stands as it was judged at submission, under the version it is bound to; the draft reads the same frozen facts.
"""

from collections.abc import Iterator
from typing import Any

from millrace.core import money
from millrace.core.rules import compare, explain, facts
from millrace.core.rules.compare import Comparison, PastCase
from millrace.core.rules.rulebook import Scheme, SchemeVersion
from millrace.core.rules.verdict import from_data
from millrace.registers.cases.models import Verdict

BATCH = 2_000


def over_past_cases(held: Scheme, draft: SchemeVersion) -> Comparison:
    """This will judge every submission of the scheme by the draft, tests left out, and set it beside the stored verdict."""
    rows = Verdict.objects.filter(case__scheme=held.slug, case__is_test=False, purpose="submission").select_related("case")
    rows = rows.order_by("case", "-recorded_at", "-id").distinct("case")
    known = draft.vocabulary.facts
    return compare.with_stored(
        ((_past(row, known), from_data(row.verdict)) for row in rows.iterator(chunk_size=BATCH)),
        draft,
    )


def _past(row: Verdict, known: facts.Vocabulary) -> PastCase:
    return PastCase(row.case.reference, row.judged_on, facts.read_known(known, row.facts))


def as_data(found: Comparison) -> dict[str, Any]:
    """This will give a comparison as plain data."""
    return {
        "judged": len(found.differences),
        "gain": [_difference(one) for one in found.gainers],
        "lose": [_difference(one) for one in found.losers],
        "cannot_judge": list(found.cannot_judge),
        "change_by_year": found.change_by_year(),
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


def lines(found: Comparison, draft: SchemeVersion) -> Iterator[str]:
    """This will say a comparison in lines for a terminal."""
    yield f"  {len(found.differences)} judged, {len(found.cannot_judge)} cannot be judged for want of a fact"
    for name, moved in (("gain", found.gainers), ("lose", found.losers)):
        yield f"  {len(moved)} {name} {_written(abs(sum(one.change_cents for one in moved)), draft)}"
    for year, change in found.change_by_year().items():
        yield f"  {year}: {'+' if change >= 0 else '-'}{_written(abs(change), draft)}"
    statements = {rule.id: explain.statement(rule, draft, draft.languages[0]) for rule in draft.rules}
    for rule, count in found.reasons().items():
        yield f"  {count} by {rule}: {statements.get(rule, 'the draft does not have it')}"


def _written(amount: int, draft: SchemeVersion) -> str:
    return money.written(amount, currency=draft.unit) if draft.unit in money.CURRENCIES else f"{amount:,} {draft.unit}"
