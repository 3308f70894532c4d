"""Says what one text of an agreement's terms says that another does not — e.g. the end moved from 31 March to 30 September 2026."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from millrace.core.terms import Terms

Value = int | date | None


@dataclass(frozen=True)
class Difference:
    """One thing that differs: `of` what (a code below), which one of them (`key`), and both values; None where there is none.

    Values are days or amounts in minor units; those of `change` are the numbers of change requests.
    """

    of: str
    key: Hashable
    before: Value
    after: Value


def between(before: Terms, after: Terms) -> tuple[Difference, ...]:
    """This will list every difference, in the order in which an agreement is read."""
    return tuple(_found(before, after))


def _found(before: Terms, after: Terms) -> Iterator[Difference]:
    earlier, later = _parts(before), _parts(after)
    for of in earlier:
        for key in dict.fromkeys([*earlier[of], *later[of]]):
            old, new = earlier[of].get(key), later[of].get(key)
            if old != new:
                yield Difference(of, key, old, new)


def _parts(terms: Terms) -> dict[str, Mapping[Hashable, Value]]:
    pledged: dict[Hashable, Value] = {}
    for pledge in terms.pledges:
        key = (pledge.sponsor, pledge.form)
        held = pledged.get(key)
        pledged[key] = pledge.amount_cents + (held if isinstance(held, int) else 0)
    return {
        "starts_on": {"": terms.starts_on},
        "ends_before": {"": terms.ends_before},
        "grant": {"": terms.grant_cents},
        "stage": {one.number: one.grant_cents for one in terms.stages},
        "head": {one.code: one.approved_cents for one in terms.heads},
        "instalment": {one.number: one.planned_cents for one in terms.instalments},
        "milestone": {one.number: one.due_on for one in terms.milestones},
        "deliverable": {one.number: one.due_on for one in terms.deliverables},
        "report": {one.number: one.due_on for one in terms.reports},
        "pledge": pledged,
        "matching_day": {one.instalment: one.due_on for one in terms.matching_schedule},
        "matching": {one.instalment: one.amount_cents for one in terms.matching_schedule},
        "change": {number: number for number in terms.changes},
    }
