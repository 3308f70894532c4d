"""Gives and ends a person's standing on a case, as spans that are never deleted — e.g. Dr Yip assesses it from 2 March.

These write rows and announce nothing: a stage's action calls them inside its own transaction and writes the event.
"""

from datetime import datetime

from millrace.registers.cases.models import Case, Standing
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person


def grant_standing(person: Person, case: Case, relation: str, *, by: Person, at: datetime) -> Standing:
    """This will let a person stand to a case as `relation` from `at` on; standing so already, that row is returned.

    'conflicted' outweighs every other relation; the others are left in place, so that ending the conflict restores them.
    """
    standing = Standing.objects.filter(people.at_moment(at), person=person, case=case, relation=relation).first()
    return standing or Standing.objects.create(person=person, case=case, relation=relation, starts_at=at, granted_by=by)


def end_standing(person: Person, case: Case, relation: str, *, at: datetime) -> None:
    """This will end a standing at `at`; ended already, nothing changes."""
    Standing.objects.filter(person=person, case=case, relation=relation, ends_at__isnull=True).update(ends_at=at)
